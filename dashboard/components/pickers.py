"""Choices that stand in the address bar: whose page it is, which model, which film."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core import Id
from dashboard import state
from dashboard.components.scene import Scene, who
from dashboard.library import KINDS
from dashboard.words import count

# More people than this would make a list of megabytes: then the id is typed.
MOST_LISTED = 5_000
MINE_NAME = "Yours, retrained"


def pick_person(scene: Scene, *, width: int = 260) -> str:
    """Ask whose page this is; return ``you`` or a user's id as text."""
    current = who(scene)
    users = scene.base.dataset.ratings.users
    default = current if len(users) > MOST_LISTED else ""
    if default:
        st.text_input("Person", key=state.widget(state.PERSON, current), width=width, on_change=_person_picked,
                      help="A user's number, or the word you.")  # fmt: skip
        return current
    counts = dict(zip(map(str, users), scene.base.dataset.ratings.user_counts.tolist(), strict=True))
    st.selectbox(
        "Person",
        [state.YOU, *counts],
        format_func=lambda option: person_label(option, counts, n_own=len(scene.shelf.ratings)),
        key=state.widget(state.PERSON, current),
        on_change=_person_picked,
        width=width,
    )
    return current


def person_label(option: str, counts: Mapping[str, int], *, n_own: int) -> str:
    """Return how a person stands in the list."""
    n_ratings = n_own if option == state.YOU else counts[option]
    return f"{person_name(option)} · {count(n_ratings, 'rating')}"


def person_name(option: str) -> str:
    """Return ``You`` or ``User 865``."""
    return "You" if option == state.YOU else f"User {option}"


def pick_model(scene: Scene) -> None:
    """Ask which model is in use."""
    names = {key: kind.name for key, kind in KINDS.items()}
    if scene.kind == state.MINE or scene.has_own:
        names[state.MINE] = MINE_NAME
    st.selectbox(
        "Model",
        list(names),
        format_func=names.__getitem__,
        key=state.widget(state.MODEL, scene.kind),
        on_change=lambda: state.set_choice(state.MODEL, state.picked(state.MODEL)),
        help=" ".join(f"{kind.name}: {kind.sentence}" for kind in KINDS.values()),
    )


def pick_film(
    labels: Mapping[str, Id], chosen: Id | None, *, label: str = "Find a film", width: int | str = 300
) -> None:
    """Ask for a film; the choice goes into the address."""
    names = {film: name for name, film in labels.items()}
    st.selectbox(
        label,
        list(labels),
        index=None,
        placeholder="Type a title",
        key=state.widget(state.FILM, None if chosen is None else names.get(chosen)),
        on_change=lambda: _film_picked(labels),
        width=width,  # type: ignore[arg-type]  # a number of pixels, or "stretch"
    )


def _person_picked() -> None:
    state.set_choice(state.PERSON, state.picked(state.PERSON))


def _film_picked(labels: Mapping[str, Id]) -> None:
    name = state.picked(state.FILM)
    if name is None:
        st.query_params.pop(state.FILM, None)
    else:
        st.query_params[state.FILM] = str(labels[name])
