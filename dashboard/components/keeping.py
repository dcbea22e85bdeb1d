"""What happens to a visitor's ratings: each change is on the disk before the page says so."""

from __future__ import annotations

import streamlit as st

from core import Film, InvalidArgument
from dashboard import resources, state
from dashboard.components.scene import Scene
from dashboard.rows import film_of
from dashboard.visitors import Change, Source, StoreError
from dashboard.words import count, literal, star_text


def rate(scene: Scene, film: Film, stars: float | None, *, source: Source) -> None:
    """Keep or remove a rating; a toast says what was kept, an error what was not."""
    try:
        store, visitor = resources.store(), state.visitor()
        if stars is None:
            changed = store.remove(visitor, scene.data, film.id)
        else:
            changed = store.rate(visitor, scene.data, film.id, scene.model.scale.check(stars), source=source)
    except (StoreError, InvalidArgument) as error:  # off the scale: only a page that was tampered with sends that
        state.complain(str(error))
        return
    state.show_film(film.id)
    if changed:
        state.shift_list()
        st.toast(f"{literal(film.title)}: {'removed' if stars is None else star_text(stars)}. Kept.")


def undo(scene: Scene) -> None:
    """Take back the last change."""
    try:
        change = resources.store().undo(state.visitor(), scene.data)
    except StoreError as error:
        state.complain(str(error))
        return
    if change is not None:
        state.shift_list()
        st.toast(f"Undone: {literal(_what(scene, change))}.")


def clear(scene: Scene) -> None:
    """Take the stars from all films, in one step that undo takes back."""
    try:
        changed = resources.store().clear(state.visitor(), scene.data)
    except StoreError as error:
        state.complain(str(error))
        return
    if changed:
        state.shift_list()
        st.toast("All ratings removed. Undo brings them back.")


def _what(scene: Scene, change: Change) -> str:
    if change.kind == "clear":
        return f"{count(len(change.taken), 'rating')} are back"
    if change.kind == "batch" or change.film is None:
        return f"{change.label}, {count(change.n, 'film')}"
    return film_of(scene.ready.saved.films, change.film).title
