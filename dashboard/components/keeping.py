"""What happens to a visitor's ratings: each change is on the disk before the page says so."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import Film, InvalidArgument
from dashboard import resources, state
from dashboard.components.scene import Scene
from dashboard.rows import film_of
from dashboard.visitors import Change, Given, Mark, Source, StoreError
from dashboard.words import count, literal, star_text

_NOTED: dict[Mark, str] = {
    "seen": "watched", "unseen": "not watched", "want": "on your list", "unwant": "off your list"
}  # fmt: skip


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


def mark(scene: Scene, film: Film, what: Mark) -> None:
    """Note that a film was watched or is to be watched, or take that back."""
    try:
        changed = resources.store().mark(state.visitor(), scene.data, film.id, what)
    except (StoreError, InvalidArgument) as error:
        state.complain(str(error))
        return
    if changed:
        state.shift_list()
        st.toast(f"{literal(film.title)}: {_NOTED[what]}. Kept.")


def keep_history(scene: Scene, lines: Sequence[Given], *, label: str) -> None:
    """Keep what an export holds, all of it or nothing, as one step that undo takes back."""
    try:
        for line in lines:
            if line.stars is not None:
                scene.model.scale.check(line.stars)
        resources.store().add_many(state.visitor(), scene.data, lines, batch=label, source="imported")
    except (StoreError, InvalidArgument) as error:
        state.complain(str(error))
        return
    state.next_upload()
    state.shift_list()
    st.toast(f"Kept: {literal(label)}.")


def undo(scene: Scene, *, step: int | None = None) -> None:
    """Take back the last change, or the one numbered ``step``."""
    try:
        change = resources.store().undo(state.visitor(), scene.data, step=step)
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
