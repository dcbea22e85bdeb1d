"""You: whose ratings these are, who may reach them, what may be made of them, and how to take them along or go."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.components import markup
from dashboard.components.leaving import leaving
from dashboard.components.reach import account, private_link
from dashboard.components.scene import Scene, open_scene
from dashboard.components.sharing import agreement
from dashboard.components.timeline import timeline
from dashboard.components.whose import profiles
from dashboard.words import count, literal

UNNAMED = "a profile without a name"


def show() -> None:
    """Show the page."""
    scene = open_scene()
    st.title(literal(_claim(scene)))
    st.html(
        markup.lede(
            "What you rate lies in this program's database, under a key that nobody can guess and no other site sees. "
            "You can open it elsewhere, take it along, or delete it."
        )
    )
    if not state.keeps_ratings():
        st.warning(
            "Your browser refuses the cookie that finds you again: what you rate lasts until you close this page."
        )
    left, right = st.columns([1, 1.35], gap="large")
    with left:
        profiles(scene)
        account(scene)
        private_link(scene)
        agreement(scene)
    with right:
        timeline(scene)
        leaving(scene)
    st.html(scene.provenance())


def _claim(scene: Scene) -> str:
    n = len(scene.shelf.ratings)
    if scene.profile is None:
        return "Nothing is kept of you yet"
    return f"{count(n, 'rating')}, kept for {scene.profile.name or UNNAMED}"
