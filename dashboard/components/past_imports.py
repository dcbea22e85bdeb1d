"""Histories brought before: each can be taken back as a whole."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from dashboard.components import markup
from dashboard.components.keeping import undo
from dashboard.components.scene import Scene
from dashboard.words import literal

MOST = 5  # the latest; older ones are undone from Rate, step by step


def past_imports(scene: Scene) -> None:
    """List the latest imports that stand, with a button to undo each."""
    imports = [change for change in scene.shelf.changes if change.kind == "batch" and change.label]
    if not imports:
        return
    st.header("Brought before")
    for change in reversed(imports[-MOST:]):
        with st.container(horizontal=True, vertical_alignment="center", key=f"import_{change.id}"):
            day = datetime.fromtimestamp(change.at, tz=UTC).date().isoformat()
            st.html(markup.note(f"{change.label}. Brought on {day}."))
            st.button("Undo this import", key=f"undo_import_{change.id}", help=f"Takes back {literal(change.label or '')}",
                      on_click=undo, args=(scene,), kwargs={"step": change.id})  # fmt: skip
