"""For you: what a person would like, how sure the model is, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from core import InvalidArgument, Person, describe_taste
from dashboard import resources, state
from dashboard.components import markup
from dashboard.components.alike import own_share, people_like
from dashboard.components.film_list import FilmRow, Reason, film_list
from dashboard.components.links import FILM_PAGE, RATE, go_to
from dashboard.components.making import how_it_learned
from dashboard.components.pickers import person_name
from dashboard.components.scene import Scene, open_scene, who
from dashboard.components.wishes import Wishes, ask_wishes, choose
from dashboard.exports import csv_text
from dashboard.rows import Listed, film_of, genres_text, listed
from dashboard.sentences import evidence_sentence, taste_sentence
from dashboard.words import literal

FIRST_ROWS = 10
BEST_RATED = 6
DIRECTIONS = ("Where tastes differ most", "Second most", "Third most")


def show() -> None:
    """Show the page."""
    scene = open_scene()
    option = who(scene)
    person = scene.person(option)
    name = "you" if option == state.YOU else person_name(option)
    st.title(f"What {literal(name)} would like, and why")
    taste = describe_taste(scene.ready.dataset, person.ratings)
    if taste is not None:
        is_you = option == state.YOU
        st.html(markup.lede(f"{taste_sentence(taste)} {evidence_sentence(taste, is_you=is_you)}"))
    wishes = ask_wishes(scene, option)
    if person.ratings:
        left, right = st.columns([2.15, 1], gap="large")
        with left:
            _programme(scene, person, wishes, name)
        with right:
            _known(scene, person, name)
            _stands(scene, person, name)
            people_like(scene, person, option)
    else:
        _nothing_rated(scene)
    how_it_learned(scene.ready)
    st.html(scene.provenance())


def _programme(scene: Scene, person: Person, wishes: Wishes, name: str) -> None:
    try:
        films = listed(scene.ready, person, choose(scene, person, wishes))
    except InvalidArgument as refused:  # a wish that this kind of model cannot meet
        st.html(markup.empty("This model cannot make such a list", f"{str(refused).capitalize()}."))
        return
    if not films:
        st.html(markup.empty("No film is left", _what_to_change(wishes)))
        return
    you = name == "you"
    given = "a rating you gave, and what it adds" if you else "a rating they gave, and what it adds"
    st.html(markup.list_legend(films[0].spread, given=given if any(film.reasons for film in films) else ""))
    shown = films if state.is_on("show_more") else films[:FIRST_ROWS]
    chosen = film_list(
        [_row(scene, film) for film in shown],
        key="programme",
        label=f"Films for {name}, {wishes.order} first",
        whose="you" if you else "they",
        page=FILM_PAGE,
        query=state.carried(),
    )
    if chosen is not None:
        go_to(FILM_PAGE, {**state.carried(), state.FILM: chosen})
    if (share := own_share(scene, person, is_you=you)) and not wishes.changes_order:
        st.html(markup.note(share))
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(films) > FIRST_ROWS:
            st.toggle("Show more films", key="show_more")
        st.download_button(
            "Download as CSV", lambda: _csv(films), f"films-for-{re.sub('[^a-z0-9]+', '-', name.lower())}.csv",
            "text/csv", on_click="ignore", icon=":material/download:", type="tertiary",
        )  # fmt: skip


def _what_to_change(wishes: Wishes) -> str:
    if wishes.films.among is not None:
        return "The filter looks at what you want to watch or have not watched. Switch it off, or note films first."
    if wishes.narrows:
        return "The filter leaves out every film not rated yet. Ask for fewer ratings, more genres or more years."
    return "Every film here is rated already."


def _row(scene: Scene, listed_film: Listed) -> FilmRow:
    films = scene.ready.saved.films
    return FilmRow(
        id=str(listed_film.film.id),
        title=listed_film.film.title,
        year=listed_film.film.year,
        meta=listed_film.meta,
        predicted=listed_film.prediction.prediction,
        spread=listed_film.spread,
        reasons=[
            Reason(film_of(films, reason.item_id).title, reason.rating, reason.influence)
            for reason in listed_film.reasons
        ],
    )


def _csv(films: Sequence[Listed]) -> str:
    header = ("rank", "film_id", "title", "year", "genres", "predicted_stars", "std", "rating_std", "ratings", "mean")
    return csv_text(header, (
        (rank, film.film.id, film.film.title, film.film.year, "|".join(film.film.genres),
         round(film.prediction.prediction, 3), round(film.prediction.std, 3), round(film.prediction.rating_std, 3),
         film.n_ratings, round(film.mean, 3) if film.n_ratings else None)
        for rank, film in enumerate(films, start=1)
    ))  # fmt: skip


def _known(scene: Scene, person: Person, name: str) -> None:
    st.header(f"What {'you' if name == 'you' else 'they'} rated highest")
    best = sorted(person.ratings.items(), key=lambda given: -given[1])[:BEST_RATED]
    rated = ((film_of(scene.ready.saved.films, film), stars) for film, stars in best)
    st.html(markup.tickets(markup.Ticket(film.title, film.year, genres_text(film), stars) for film, stars in rated))


def _stands(scene: Scene, person: Person, name: str) -> None:
    try:
        drawing = resources.drawing(
            scene.model.version, "stars", len(DIRECTIONS), resources.MAP_SUPPORT, scene.ready, scene.base
        )
    except InvalidArgument:  # too few films to speak of directions
        return
    st.header(
        f"Where {'you' if name == 'you' else 'they'} stand",
        help="The three directions in which people's tastes differ most, as the model found them, with films at their "
        "ends. The dot is nearer to the end whose films they would like more.",
    )
    cards = ""
    for axis, where in enumerate(drawing.standing(person)):
        low, high = ([film_of(scene.ready.saved.films, film).title for film in end] for end in drawing.ends(axis, n=2))
        cards += markup.axis_card(markup.Direction(DIRECTIONS[axis], low, high, "", where, name))
    st.html(cards)


def _nothing_rated(scene: Scene) -> None:
    st.html(
        markup.empty(
            "You have not rated a film yet",
            "Three ratings give a list, ten a good one. Or look at somebody else's list: choose a person above.",
        )
    )
    if st.button("Rate films", type="primary"):
        go_to(RATE, state.carried())
    if scene.tastes:
        st.html(markup.subheading("Or start from a taste made of a few real films"))
        with st.container(horizontal=True):
            for option in scene.tastes:
                st.button(literal(person_name(option)), on_click=state.set_choice, args=(state.PERSON, option))
