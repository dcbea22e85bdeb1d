"""Whether a visitor's ratings may train the model that others use too: off until they say yes."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.components import markup
from dashboard.components.scene import Scene
from dashboard.components.whose import attempt

MEANS = (
    "If you agree, your ratings are among those that the shared model learns from, the next time it is made. It keeps what "
    "they say about films, and nothing of you: neither a row of yours nor a number that stands for you, so nobody can choose "
    "you in a list. If you say no again or delete this profile, the next version is made without you, and older ones are "
    "deleted. Your own list does not need it."
)


def agreement(scene: Scene) -> None:
    """Show the switch and one plain sentence of what it means."""
    st.header("May others learn from your ratings?")
    st.html(markup.note(MEANS))
    agrees = scene.profile is not None and scene.profile.agreed_at is not None
    st.toggle("Yes, use my ratings in the shared model", key=state.widget("agrees", agrees), on_change=_agree)


def _agree() -> None:
    agrees = bool(state.picked("agrees"))
    if attempt(lambda store: store.profiles.agree(state.visitor(), agrees=agrees)) is None:
        st.toast("Noted: your ratings may be used." if agrees else "Noted: your ratings are not used.")
