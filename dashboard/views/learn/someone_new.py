"""Step 9: the visitor rates three films here; a row is found for them, and a list out of it."""

from __future__ import annotations

from time import perf_counter

import streamlit as st

from core import Person
from core.lessons import difference_by_hand, first_steps, place_someone, predict_every_film
from dashboard import state
from dashboard.components import markup
from dashboard.components.asking import ask_for_stars, choose_film
from dashboard.components.film_list import FilmRow, film_list
from dashboard.components.keeping import undo
from dashboard.components.links import FILM_PAGE, address, go_to
from dashboard.components.number_tables import Known, growing_known
from dashboard.components.scene import Scene, open_scene
from dashboard.rows import film_of, genres_text, listed, usual_support
from dashboard.views.learn.frame import Step
from dashboard.views.learn.left_out import show_left_out
from dashboard.words import count, duration, percent

ENOUGH, OFFERED, SHOWN, TOP = 3, 5, 5, 3


def draw() -> None:
    """Ask for ratings, show what each of the first three changed, the list, and whom all this leaves out."""
    scene = open_scene()
    start = perf_counter()
    person = scene.me
    best = person.top_n(SHOWN, min_ratings=usual_support(scene.base.dataset.ratings))
    seconds = perf_counter() - start
    _rate(scene, person)
    _show_growth(scene)
    st.header("Your list" if scene.shelf.ratings else "The list of somebody who has said nothing")
    rows = [
        FilmRow(
            id=str(film.film.id),
            title=film.film.title,
            year=film.film.year,
            meta=genres_text(film.film),
            predicted=film.prediction.prediction,
            spread=film.spread,
        )
        for film in listed(scene.ready, person, best)
    ]
    you = {**state.carried(), state.PERSON: state.YOU}
    chosen = film_list(rows, key="learn_list", label="Your list, best first", whose="you", page=FILM_PAGE, query=you)
    if chosen is not None:
        go_to(FILM_PAGE, {**you, state.FILM: chosen})
    _show_folding(scene, seconds)
    show_left_out(scene)


def _rate(scene: Scene, person: Person) -> None:
    n = len(scene.shelf.ratings)
    st.header("Your three ratings" if n < ENOUGH else f"Your {count(n, 'rating')}")
    ask_for_stars(scene, choose_film(scene, person, n_offered=OFFERED))
    left = ENOUGH - n
    if left > 0:
        st.html(markup.note(f"{count(left, 'more rating', 'more ratings')} to go."))
    else:
        st.html(markup.note("Three and more: the list below is yours rather than everybody’s."))
    if n:
        rated = [
            (film_of(scene.ready.saved.films, rating.film), rating.stars) for rating in scene.shelf.ratings[-ENOUGH:]
        ]
        st.html(markup.tickets(markup.Ticket(film.title, film.year, genres_text(film), stars) for film, stars in rated))
    st.button(
        "Undo", icon=":material/undo:", type="tertiary", on_click=undo, args=(scene,),
        disabled=scene.shelf.last_change is None, key="learn_undo",
    )  # fmt: skip


def _show_growth(scene: Scene) -> None:
    """What was known before the first rating and after each of the first three."""
    ratings, films = scene.base.dataset.ratings, scene.ready.saved.films
    steps = first_steps(scene.model, scene.shelf.stars, most=ENOUGH, min_ratings=usual_support(ratings))
    rows = [
        Known(
            step.n_ratings,
            [film_of(films, film).title for film in step.best[:TOP]],
            step.unsure,
            step.moved if step.n_ratings else None,
        )
        for step in steps
    ]
    st.header("From nothing to three ratings")
    st.html(
        growing_known(
            "What the model knew of you before each rating and after it. In stars: by how much a prediction is typically "
            "unsure, and by how much the last rating moved a prediction, both the mean over all films",
            rows,
        )
    )
    first, last = steps[0], steps[-1]
    if last.n_ratings and first.unsure > 0:
        less = 1 - last.unsure / first.unsure
        st.html(
            markup.note(
                f"{count(last.n_ratings, 'rating')} took {percent(less)} of the uncertainty away."
                if less > 0
                else "So far these ratings have not made predictions surer."
            )
        )


def _show_folding(scene: Scene, seconds: float) -> None:
    st.header("How a row is found for you")
    st.html(
        markup.note(
            "Films keep their numbers; only your row is sought. It should explain the stars you gave, and yet stray no "
            "further than it must from what most people are like. The best balance has an exact answer, and finding it "
            "is called folding in. One rating pulls a little; the more there are, the less the middle holds."
        )
    )
    difference = difference_by_hand(scene.model, scene.shelf.stars)
    films = count(scene.model.rated.n_items, "film")
    by_hand = (
        "The model in use bends its predictions to the scale, so it takes a few such steps in place of one; the lines "
        "below are for models that add up."
        if difference is None
        else f"The lines below do it; from what this program does they differ by {difference:.6f} stars at most, over {films}."
    )
    st.html(markup.note(f"Your row and the list above took {duration(seconds)} just now. {by_hand}"))


STEP = Step(
    slug="someone-new",
    title="Somebody the model has never met",
    idea=(
        "Somebody comes whom no model was trained on. All films have their numbers already; one row of numbers is "
        "missing, theirs. A few ratings are enough for a first guess at it.",
        "You are this person. Rate three films here: they are kept as on every page, and Undo takes them back.",
    ),
    draw=draw,
    try_this="Give a film you love five stars, look at the list, then take it back and give it one. Which films move?",
    listing=(place_someone, predict_every_film),
    in_the_app=(
        ("Rate", "rate", "The same with as many films as you like, and the moves of the whole list."),
        ("For you", address(".", {state.PERSON: state.YOU}), "Your list, with the reasons for each film."),
        ("Map", address("map", {state.PERSON: state.YOU}), "Where you stand among the films, and the way you came."),
    ),
)
