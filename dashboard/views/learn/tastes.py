"""Step 3: what would fill a hole, with numbers by hand: a person's taste, films' values, and the sum of their products."""

from __future__ import annotations

import streamlit as st

from core import Film, Ratings
from core.lessons import LIKINGS, different_films, dot_product, film_values, products
from dashboard.components import markup
from dashboard.components.number_tables import NumberRow, numbers
from dashboard.components.scene import open_scene
from dashboard.views.learn.frame import Step
from dashboard.words import signed

USUAL = (1.0, 0.5, -0.5)


def draw() -> None:
    """Show the taste to set, the sum of one film worked out, and all films in the order of their sums."""
    scene = open_scene()
    taste = _taste()
    films = _films(scene.base.dataset.ratings, list(scene.base.saved.films))
    if not films:
        st.info("The films of these data have no titles to choose from.")
        return
    values = {film: film_values(film) for film in films}
    ranked = sorted(films, key=lambda film: -dot_product(taste, values[film]))
    st.html(markup.subheading(f"The sum for {ranked[0].title}") + markup.note(_worked_out(taste, ranked[0])))
    st.html(
        numbers(
            "Each film’s three products, and their sum; the highest first",
            [
                NumberRow(
                    film.title, [*products(taste, values[film]), dot_product(taste, values[film])], film is ranked[0]
                )
                for film in ranked
            ],
            lit="no other suits this taste better",
            heads=(*LIKINGS, "sum"),
        )
        + markup.note(
            "Films filed under science fiction or action have 1 there, all others −1. Age goes from 1 for 1930 to −1 for "
            "2000. These numbers are ours, by hand: nobody measured them."
        )
        + markup.note(
            "A higher sum means: more to this taste. It is not stars yet. Below 0, more speaks against the film than for it."
        )
    )


def _taste() -> tuple[float, ...]:
    with st.container(horizontal=True):
        return tuple(
            st.slider(
                f"Likes {liking}", -1.0, 1.0, usual, 0.5, key=f"likes_{place}", bind="query-params", width=200,
                help="1: cannot get enough of it. 0: does not care. −1: leaves the room",
            )
            for place, (liking, usual) in enumerate(zip(LIKINGS, USUAL, strict=True))
        )  # fmt: skip


def _films(ratings: Ratings, films: list[Film]) -> list[Film]:
    counts = dict(zip(ratings.items.labels, ratings.item_counts.tolist(), strict=True))
    return different_films(films, counts)


def _worked_out(taste: tuple[float, ...], film: Film) -> str:
    values = film_values(film)
    terms = " + ".join(f"({_number(liking)} × {_number(value)})" for liking, value in zip(taste, values, strict=True))
    return f"{terms} = {signed(dot_product(taste, values))}: the person’s liking times the film’s value, three times, added up."


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


STEP = Step(
    slug="tastes",
    title="What would fill a hole?",
    idea=(
        "Describe a person by a few numbers: how much they like science fiction, action, old films. Describe a film by the "
        "same few: how much of each it is. Such a short list of numbers is called a vector.",
        "Multiply the two lists, number by number, and add up. That sum, the dot product, says how well the film suits the "
        "person. It could fill a hole in the table, if only we had such numbers for everybody.",
    ),
    draw=draw,
    try_this="Let the person love old films and hate science fiction. Which film comes first now, and why?",
    listing=(film_values, products, dot_product),
    in_the_app=(
        ("For you", ".", "Every predicted rating has such a sum in it, with more numbers than three."),
        ("Map", "map", "Films by numbers that a program found."),
    ),
)
