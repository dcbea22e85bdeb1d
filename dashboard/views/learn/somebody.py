"""Which real person the walk takes for an example; the choice stays from step to step."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import Split
from dashboard import state

LEAST_LEARNED, LEAST_HIDDEN = 20, 10  # ratings of somebody who can be an example
MOST_OFFERED = 500


def people_with_hidden_ratings(split: Split) -> list[str]:
    """Return people with enough ratings on both sides of ``split``, in the order of the data."""
    pairs = zip(split.train.users, split.train.user_counts.tolist(), split.test.user_counts.tolist(), strict=True)
    found = [str(user) for user, learned, hidden in pairs if learned >= LEAST_LEARNED and hidden >= LEAST_HIDDEN]
    return found[:MOST_OFFERED]


def pick_somebody(people: Sequence[str]) -> str:
    """Ask for one of ``people``, at least one, ids as text; the choice goes into the address."""
    who = state.choice(state.SOMEBODY, allowed=people, default=people[0])
    st.selectbox(
        "A real person",
        people,
        format_func=lambda user: f"User {user}",
        key=state.widget(state.SOMEBODY, who),
        on_change=_picked,
        width=260,
    )
    return who


def _picked() -> None:
    state.set_choice(state.SOMEBODY, state.picked(state.SOMEBODY))
