"""Step 5: a row picked out of the table by multiplying with zeros and a one, which is looking it up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.lessons import by_index, by_product, largest_difference, one_hot, slip_of_a_key
from dashboard import learn_resources, state
from dashboard.components import markup
from dashboard.components.number_tables import NumberRow, numbers
from dashboard.components.scene import Scene, open_scene
from dashboard.views.learn.frame import Step
from dashboard.words import count, duration

FIRST_ROW = 3  # one_hot_3, as the walk's story has it
REACH = 3  # rows shown on either side
SHOWN = 5  # of a person's numbers: what a phone has room for
LOOK_UPS = 1_000  # times are told for so many: a single one takes millionths of a second


def draw() -> None:
    """Show the table, its zeros and a one, what the product is, what a slip gives, and what both ways take."""
    scene = open_scene()
    table = scene.model.user_factors[0]  # (n_users, n_factors)
    n_people, n_factors = table.shape
    row = _pick(n_people)
    _show_table(scene, table, row)
    product, looked_up = by_product(table, row), by_index(table, row)
    st.html(
        markup.note(
            f"user_factors[{row}], looked up, is the same: the largest difference over {count(n_factors, 'number')} is "
            f"{largest_difference(product, looked_up):g}."
        )
    )
    _show_times(scene, table)
    _show_slip(table, row)


def _pick(n_people: int) -> int:
    usual = min(FIRST_ROW, n_people - 1)
    row = int(state.choice(state.ROW, allowed=[str(place) for place in range(n_people)], default=str(usual)))
    st.number_input(
        "Where the one stands", 0, n_people - 1, key=state.widget(state.ROW, row), on_change=_picked, width=260
    )
    return row


def _picked() -> None:
    state.set_choice(state.ROW, str(state.picked(state.ROW)))


def _show_table(scene: Scene, table: Any, row: int) -> None:
    n_people, n_factors = table.shape
    shown = min(SHOWN, n_factors)
    first = max(0, min(row - REACH, n_people - 2 * REACH - 1))
    near = range(first, min(first + 2 * REACH + 1, n_people))
    zeros_and_one: Sequence[float] = one_hot(row, n_people).tolist()
    rows = [
        NumberRow(
            f"{place} · User {scene.model.users.labels[place]}",
            table[place, :shown].tolist(),
            is_lit=place == row,
            times=f"{zeros_and_one[place]:g}",
        )
        for place in near
    ]
    total = NumberRow("added up", by_product(table, row)[:shown].tolist())
    which = "" if scene.model.n_draws == 1 else f", the first of {count(scene.model.n_draws, 'model')} in use"
    st.html(
        numbers(
            f"user_factors, the table of people’s numbers. Rows {near[0]} to {near[-1]} of {count(n_people, 'person', 'people')}{which}: the first "
            f"{shown} of {count(n_factors, 'number')} each. Every row is taken times its zero or one.",
            rows,
            lit="is taken once",
            times=f"one_hot_{row}",
            total=total,
        )
    )


def _show_times(scene: Scene, table: Any) -> None:
    times = learn_resources.times_to_look_up(scene.model.version, table)
    n_people, n_factors = table.shape
    st.header("Multiply, or look up?")
    st.html(markup.clocks([
        markup.Clock(f"{LOOK_UPS:,} people by multiplying", duration(LOOK_UPS * times.by_product),
                     f"{n_people * n_factors:,} products for each of them, all but {n_factors} with a zero"),
        markup.Clock(f"{LOOK_UPS:,} people looked up", duration(LOOK_UPS * times.by_index),
                     f"{count(n_factors, 'number')} read for each of them"),
    ]))  # fmt: skip
    st.html(
        markup.note(
            f"{_verdict(times.ratio)} Measured on this machine: the median of many, one person after another. "
            "The zeros grow with the table, the row that is read does not. So programs look up, and call it by another name: the next step."
        )
    )


def _verdict(ratio: float) -> str:
    if ratio >= 1.5:
        return f"Multiplying took {ratio:.0f} times as long." if ratio >= 2 else "Multiplying took longer."
    return "On a table as small as this there is no difference worth telling."


def _show_slip(table: Any, row: int) -> None:
    st.header("A slip of one key")
    st.html(
        markup.note(
            "The story that this walk retells prints & in the place of @. But & asks for the and of two numbers, bit by "
            "bit, which only whole numbers and yes-or-no have. Typed as printed, torch refuses it:"
        )
    )
    st.code(slip_of_a_key(table, row), language=None, wrap_lines=True)


STEP = Step(
    slug="one-hot",
    title="Find one person by multiplying",
    idea=(
        "The last step ends with a row of numbers for each person. How does a program that multiplies and adds reach one "
        "of them? With a column of zeros, and a single one at that person’s place. It is called one-hot.",
        "Take every row times its zero or one, then add all of them up. All rows vanish but one: that person’s own.",
    ),
    draw=draw,
    try_this="Move the one to another place. Is there any number in “added up” that does not come from the row in colour?",
    listing=(one_hot, by_product, by_index, slip_of_a_key),
    in_the_app=(
        ("For you", ".", "A person’s row at work: what it says they would give every film."),
        ("Map", "map", "The rows of films, drawn so that nearness means something."),
    ),
)
