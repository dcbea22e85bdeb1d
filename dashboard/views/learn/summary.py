"""What a visitor takes along from the walk: their own numbers on one page that can be printed."""

from __future__ import annotations

import streamlit as st

from core import InvalidArgument, Prediction
from dashboard import resources, state
from dashboard.components import grids, markup
from dashboard.components.links import RATE, address
from dashboard.components.scene import Scene
from dashboard.rows import film_of, genres_text, spreads_of, usual_support
from dashboard.views.learn import progress
from dashboard.views.learn.frame import Step, step_address
from dashboard.views.learn.further_reading import SOURCES
from dashboard.words import count, predicted_text, signed

MOST_TICKETS = 8
N_NUMBERS = 8  # of the vector: what fits beside each other on a phone
IN_SHORT = (
    "Nobody described the films. From ratings alone, each person and each film gets a short list of numbers.",
    "A prediction is such a list of a person times that of a film, number by number, added up.",
    "The numbers were found by guessing, looking how wrong the guesses were, and changing them a little, many times.",
    "A table with a row of learned numbers for each thing is an embedding. Films, words and code can be rows.",
)


def show_summary(scene: Scene, steps: tuple[Step, ...]) -> None:
    """Show the page."""
    done = progress.done()
    n_done = sum(step.slug in done for step in steps)
    with st.container(key="summary"):
        st.title("Your walk, on one page")
        st.html(
            markup.lede(
                f"{n_done} of {count(len(steps), 'step')} done. Print this page, or keep it as a PDF: Ctrl or ⌘ and P."
            )
        )
        left, right = st.columns([1.2, 1], gap="large")
        with left:
            _yours(scene)
        with right:
            st.header("In four sentences")
            st.html(markup.numbered(IN_SHORT))
            st.header("The steps")
            st.html(markup.checklist([(step.title, step_address(step.slug), step.slug in done) for step in steps]))
        st.header("Further reading")
        st.html(markup.sources(SOURCES))


def _yours(scene: Scene) -> None:
    shelf = scene.shelf
    if not shelf.ratings:
        st.html(
            markup.empty("No ratings of yours yet", "Three are enough for a vector and a list of your own.")
            + markup.ways([("Rate films", address(RATE, state.carried()), "and come back.")])
        )
        return
    films = scene.ready.saved.films
    st.header(f"What you told: {count(len(shelf.ratings), 'rating')}")
    rated = [(film_of(films, rating.film), rating.stars) for rating in reversed(shelf.ratings[-MOST_TICKETS:])]
    st.html(markup.tickets(markup.Ticket(film.title, film.year, genres_text(film), stars) for film, stars in rated))
    _vector(scene)
    _best(scene)


def _vector(scene: Scene) -> None:
    try:
        numbers = resources.people(scene.model.version, scene.ready).numbers(scene.me, n=N_NUMBERS)
    except InvalidArgument:  # a model without vectors
        return
    st.header("What became of it: your numbers")
    st.html(
        grids.vector("Your vector, in stars", [(signed(number), number) for number in numbers])
        + markup.note(
            f"The {len(numbers)} directions in which people differ most, and where you stand on each, in stars: up or down "
            "is which way, not good or bad; the line is the average person."
        )
    )


def _best(scene: Scene) -> None:
    best = _top(scene)
    if best is None:
        return
    film = film_of(scene.ready.saved.films, best.item_id)
    st.header("What follows: the film for you")
    spread = spreads_of(scene.me, [best.item_id])[0]
    st.html(
        markup.heading(film.title, film.year, genres_text(film))
        + markup.strip(spread, big=True)
        + markup.note(f"{predicted_text(best.prediction)} stars predicted: {spread.sentence}.")
    )


def _top(scene: Scene) -> Prediction | None:
    ratings = scene.base.dataset.ratings
    least = usual_support(ratings)
    known = [film for film, n in zip(ratings.items, ratings.item_counts.tolist(), strict=True) if n >= least]
    return next(iter(scene.me.top_n(1, among=known)), None)
