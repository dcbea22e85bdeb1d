"""Step 6: what was looked up has a name; it is built here, compared with torch's own, and only rows looked up learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core import Id
from core.lessons import (
    Embedding,
    difference_from_torch,
    first_raters,
    fresh_batch,
    gradient_of_batch,
    rows_with_gradient,
    torch_embedding,
)
from dashboard import resources
from dashboard.components import markup
from dashboard.components.number_tables import NumberRow, numbers, side_by_side
from dashboard.components.scene import Scene, open_scene
from dashboard.rows import film_of
from dashboard.views.learn.frame import Step
from dashboard.words import count, literal, star_text

N_PEOPLE, N_NUMBERS, SEED = 8, 4, 0  # of the small table
AT_FIRST = (1, 4)


def draw() -> None:
    """Show a fresh table and what a batch would change in it, then that ours and torch's are the same."""
    scene = open_scene()
    ratings = scene.base.dataset.ratings
    film = next(iter(resources.film_index(ratings.fingerprint, scene.base).films.values()))  # the most rated
    title = film_of(scene.base.saved.films, film).title
    raters = first_raters(ratings, film, N_PEOPLE)
    chosen = _pick(raters, title)
    table, gradient = fresh_batch([*raters.values()], chosen, n_factors=N_NUMBERS, seed=SEED)
    _show_batch(raters, chosen, table, gradient)
    _show_same(scene)


def _pick(raters: Mapping[Id, float], title: str) -> list[int]:
    """The places of those who are in the batch."""
    names = {str(place): f"User {user} · {star_text(stars)} ★" for place, (user, stars) in enumerate(raters.items())}
    picked = st.pills(
        f"Who of these people is looked up: their ratings of {literal(title)} are one batch",
        list(names),
        selection_mode="multi",
        default=[str(place) for place in AT_FIRST if str(place) in names],
        format_func=names.__getitem__,
        key="batch",
        wrap=True,
    )
    return sorted(int(place) for place in picked)


def _show_batch(raters: Mapping[Id, float], chosen: Sequence[int], table: Any, gradient: Any) -> None:
    moved = rows_with_gradient(gradient)
    people = [f"{place} · User {user}" for place, user in enumerate(raters)]

    def rows(values: Any, lit: Sequence[int]) -> list[NumberRow]:
        return [
            NumberRow(name, row, place in lit)
            for place, (name, row) in enumerate(zip(people, values.tolist(), strict=True))
        ]

    before = f"A fresh table, {count(len(people), 'person', 'people')} by {count(N_NUMBERS, 'number')}: random, as at the start of training"
    slope = "Its gradient: how steeply the loss of this batch rises with each number. Training moves it the other way"
    st.html(
        side_by_side(
            numbers(before, rows(table, chosen), lit="is looked up"),
            numbers(slope, rows(gradient, moved), lit="would move"),
        )
    )
    still = len(people) - len(moved)
    st.html(markup.note(_moved(len(moved), still)))


def _moved(moved: int, still: int) -> str:
    if not moved:
        return "Nobody is looked up, so no number has a reason to move."
    rows = f"Looked up: {count(moved, 'row')}, and {'it' if moved == 1 else 'they'} would move."
    if not still:
        return f"{rows} Nobody is left out."
    return f"{rows} The other {count(still, 'row')} {'has' if still == 1 else 'have'} zeros throughout and stay as they are: who rated nothing in a batch teaches nothing in it."


def _show_same(scene: Scene) -> None:
    numbers_of_people = scene.model.user_factors[0]
    n_people, n_factors = numbers_of_people.shape
    st.header("Ours, and torch’s own")
    st.html(
        markup.note(
            f"The class below holds a table and gives rows of it. Filled with the {n_people:,} × {n_factors} numbers of the "
            f"model in use and asked for every person, it gives what torch.nn.Embedding gives: the largest difference is "
            f"{difference_from_torch(numbers_of_people):g}."
        )
    )


STEP = Step(
    slug="embedding",
    title="What you looked up in has a name",
    idea=(
        "A table with a row of numbers for each person, or film, or word, that is asked by row and learns: this is an "
        "embedding. The row is where somebody is embedded among the others.",
        "Learning changes only the rows that were looked up. Below is a small table as it is before training, and real "
        "people who rated one film. Choose who of them is looked up, and see which rows would move.",
    ),
    draw=draw,
    try_this="Choose nobody, then everybody. Then one person alone: why are the numbers of their gradient larger than in a crowd?",
    listing=(Embedding, torch_embedding, gradient_of_batch),
    in_the_app=(
        ("Map", "map", "The films’ embedding, drawn flat."),
        ("For you", ".", "What follows from one row of people and all rows of films."),
    ),
)
