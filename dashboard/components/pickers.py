"""Choices that stand in the address bar: whose page it is, which model, which film."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core import Id
from dashboard import resources, state
from dashboard.components.scene import Scene, is_known
from dashboard.library import KINDS
from dashboard.rows import FilmIndex
from dashboard.words import count

# A list goes to the browser whole, with every run: longer ones would be megabytes. Beyond this, one types.
MOST_LISTED = 5_000
MINE_NAME = "Yours, retrained"


def pick_person(scene: Scene, current: str, *, width: int = 260) -> None:
    """Ask whose page this is: ``you`` or a user's id as text."""
    ratings = scene.base.dataset.ratings
    if len(ratings.users) > MOST_LISTED:
        st.text_input("Person", key=state.widget(state.PERSON, current), width=width, on_change=_person_typed,
                      args=(scene,), help="The number of a user, or the word you.")  # fmt: skip
        return
    tastes = scene.tastes
    counts = {state.YOU: len(scene.shelf.ratings), **{option: len(taste.ratings) for option, taste in tastes.items()}}
    counts |= dict(zip(map(str, ratings.users), ratings.user_counts.tolist(), strict=True))
    st.selectbox(
        "Person",
        list(counts),
        format_func=lambda option: person_label(option, counts),
        key=state.widget(state.PERSON, current),
        on_change=_person_picked,
        width=width,
    )


def person_label(option: str, counts: Mapping[str, int]) -> str:
    """Return how a person stands in the list."""
    return f"{person_name(option)} · {count(counts[option], 'rating')}"


def person_name(option: str) -> str:
    """Return ``You``, ``User 865`` or, of a starting taste, ``Somebody for horror``."""
    if option.startswith(state.TASTE):
        return f"Somebody for {option.removeprefix(state.TASTE)}"
    return "You" if option == state.YOU else f"User {option}"


def pick_model(scene: Scene) -> None:
    """Ask which model is in use."""
    names = {key: kind.name for key, kind in KINDS.items()}
    if scene.has_own:
        names[state.MINE] = MINE_NAME
    if scene.shared is not None:
        names[state.SHARED] = f"With {count(scene.shared.n_people, 'visitor')} who agreed"
    st.selectbox(
        "Model",
        list(names),
        format_func=names.__getitem__,
        key=state.widget(state.MODEL, scene.kind),
        on_change=lambda: state.set_choice(state.MODEL, state.picked(state.MODEL)),
        help=" ".join(f"{kind.name}: {kind.sentence}" for kind in KINDS.values()),
    )


def pick_film(scene: Scene, chosen: Id | None, *, width: int | str = 300) -> None:
    """Ask for a film; the choice goes into the address. Of many films the most rated are listed, all can be typed."""
    index = resources.film_index(scene.base.dataset.ratings.fingerprint, scene.base)
    shown = None if chosen is None else index.labels[chosen]
    options = list(index.films)[:MOST_LISTED]
    if shown is not None and shown not in options:
        options.append(shown)
    st.selectbox(
        "Find a film",
        options,
        index=None,
        placeholder="Type a title",
        key=state.widget(state.FILM, shown),
        on_change=_film_picked,
        args=(index,),
        accept_new_options=len(index.films) > MOST_LISTED,
        width=width,  # type: ignore[arg-type]  # a number of pixels, or "stretch"
    )


def _person_picked() -> None:
    state.set_choice(state.PERSON, state.picked(state.PERSON))


def _person_typed(scene: Scene) -> None:
    typed = state.picked(state.PERSON).strip()
    if is_known(scene, typed):
        state.set_choice(state.PERSON, typed)
    else:
        state.complain(f"There is no user {typed!r} in these data; the number of a user, or the word you, is allowed.")


def _film_picked(index: FilmIndex) -> None:
    typed = state.picked(state.FILM)
    film = None if typed is None else index.find(typed)
    if typed is not None and film is None:
        state.complain(f"No film here is called {typed!r}.")
    else:
        state.show_film(film)
