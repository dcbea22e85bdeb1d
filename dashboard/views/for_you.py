"""For you: what a person would like, how sure the model is, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core import Person, Prediction, describe_taste
from dashboard import resources, state
from dashboard.components import markup
from dashboard.components.film_list import FilmRow, Reason, film_list
from dashboard.components.links import MAP, RATE, go_to
from dashboard.components.making import how_it_learned
from dashboard.components.pickers import person_name, pick_model, pick_person
from dashboard.components.scene import Scene, open_scene, who
from dashboard.exports import csv_text
from dashboard.rows import Listed, film_of, genres_text, listed
from dashboard.sentences import evidence_sentence, taste_sentence
from dashboard.words import Spread

PREDICTED, SURE, LEAST_KNOWN = "Predicted stars", "How sure", "Least known"
FIRST_ROWS, MORE_ROWS = 10, 40
BEST_RATED = 6
DIRECTIONS = ("Where tastes differ most", "Second most", "Third most")
# Films with fewer ratings stand out by luck; the filter can let them in.
USUAL_SUPPORT = 20


@dataclass(frozen=True)
class Wishes:
    """What the bar above the list asks for."""

    genres: Sequence[str]
    years: tuple[int, int] | None
    support: int
    order: str
    n: int


def show() -> None:
    """Show the page."""
    scene = open_scene()
    option = who(scene)
    person = scene.person(option)
    name = "you" if option == state.YOU else person_name(option)
    st.title(f"What {name} would like, and why")
    taste = describe_taste(scene.ready.dataset, person.ratings)
    if taste is not None:
        whose = "your" if option == state.YOU else "their"
        st.html(markup.lede(taste_sentence(taste), evidence_sentence(taste, whose)))
    wishes = _bar(scene)
    if not person.ratings:
        _nothing_rated()
        return
    left, right = st.columns([2.15, 1], gap="large")
    with left:
        _programme(scene, person, wishes, name)
    with right:
        _known(scene, person, name)
    how_it_learned(scene.ready)
    st.html(scene.provenance())


def _bar(scene: Scene) -> Wishes:
    films = scene.ready.saved.films
    with st.container(horizontal=True, vertical_alignment="bottom", key="for_you_bar"):
        pick_person(scene)
        with st.popover("Filter", icon=":material/tune:"):
            genres = st.pills("Genre", films.genres, selection_mode="multi", key="genres", bind="query-params")
            years = None
            if films.years is not None and films.years[0] < films.years[1]:
                years = st.slider("Year", *films.years, value=films.years, key="years", bind="query-params")
            support = st.slider("Ratings at least", 0, 200, USUAL_SUPPORT, 5, key="support", bind="query-params",
                                help="A film that few people rated can stand out by luck.")  # fmt: skip
            pick_model(scene)
        orders = [PREDICTED, SURE, LEAST_KNOWN]
        order = st.segmented_control(
            "Order by", orders, default=PREDICTED, required=True, key="order", bind="query-params"
        )
    asked = None if years is None or tuple(years) == films.years else (int(years[0]), int(years[1]))
    n = MORE_ROWS if st.session_state.get("show_more") else FIRST_ROWS
    return Wishes(genres or (), asked, support, str(order), n)


def _programme(scene: Scene, person: Person, wishes: Wishes, name: str) -> None:
    predictions = _choose(scene, person, wishes)
    if not predictions:
        st.html(
            markup.empty(
                "No film is left", "The filter leaves out every film. Ask for fewer ratings, more genres or more years."
            )
        )
        return
    films = listed(scene.ready, person, predictions)
    you = name == "you"
    given = "a rating you gave, and what it adds" if you else "a rating they gave, and what it adds"
    st.html(markup.list_legend(_example(films), given=given if any(film.reasons for film in films) else ""))
    chosen = film_list(
        [_row(scene, film) for film in films[: wishes.n]],
        key="programme",
        label=f"Films for {name}, {wishes.order.lower()} first",
        whose="you" if you else "they",
        query=state.carried(),
    )
    if chosen is not None:
        go_to(MAP, {**state.carried(), state.FILM: chosen})
    with st.container(horizontal=True):
        if len(films) > FIRST_ROWS:
            st.toggle("Show more films", key="show_more")
        st.download_button(
            "Download as CSV", lambda: _csv(films), f"films-for-{name.lower().replace(' ', '-')}.csv", "text/csv",
            on_click="ignore", icon=":material/download:", type="tertiary",
        )  # fmt: skip


def _choose(scene: Scene, person: Person, wishes: Wishes) -> list[Prediction]:
    """The best films that pass the filter, in the order asked for."""
    films = scene.ready.saved.films
    among = [film for film in films.select(genres=wishes.genres, years=wishes.years) if film in scene.model.items]
    whole = not wishes.genres and wishes.years is None
    best = person.top_n(MORE_ROWS, min_ratings=wishes.support, among=None if whole else among)
    if wishes.order == SURE:
        return sorted(best, key=lambda found: found.rating_std if not math.isnan(found.rating_std) else math.inf)
    if wishes.order == LEAST_KNOWN:
        counts = dict(zip((found.item_id for found in best), listed_counts(scene, best), strict=True))
        return sorted(best, key=lambda found: counts[found.item_id])
    return best


def listed_counts(scene: Scene, predictions: Sequence[Prediction]) -> list[int]:
    """Return how many ratings each film has."""
    ratings = scene.ready.dataset.ratings
    rows = ratings.items.rows(found.item_id for found in predictions)
    return [int(ratings.item_counts[row]) for row in rows]


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


def _example(films: Sequence[Listed]) -> Spread:
    return films[0].spread


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
    st.header(
        f"Where {'you' if name == 'you' else 'they'} stand",
        help="The three directions in which people's tastes differ most, as the model found them. "
        "The dot is nearer to the end whose films they would like more.",
    )
    map_ = resources.drawing(scene.model.version, "stars", 3, 5, scene.ready, scene.base)
    cards = ""
    for axis, where in enumerate(map_.standing(person)):
        low, high = ([film_of(scene.ready.saved.films, film).title for film in end] for end in map_.ends(axis, n=2))
        cards += markup.axis_card(markup.Direction(DIRECTIONS[axis], low, high, "", where, name))
    st.html(cards)


def _nothing_rated() -> None:
    st.html(
        markup.empty(
            "You have not rated a film yet",
            "Three ratings give a list, ten a good one. Or look at somebody else's list: choose a person above.",
        )
    )
    if st.button("Rate films", type="primary"):
        go_to(RATE, {})
