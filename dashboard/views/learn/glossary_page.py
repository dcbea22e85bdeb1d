"""Every word of the walk, in the order in which it is needed."""

from __future__ import annotations

import streamlit as st

from dashboard.components import markup
from dashboard.glossary import WORDS
from dashboard.views.learn.frame import Step, step_address


def show_glossary(steps: tuple[Step, ...]) -> None:
    """Show the page."""
    places = {step.slug: number for number, step in enumerate(steps, start=1)}
    st.title("Words, in plain sentences")
    st.html(
        markup.lede(
            "In the order of the walk. Elsewhere in the app such a word has dots under it: point at it, or press Tab."
        )
        + markup.words(
            (word, step_address(word.step), f"Step {places[word.step]}") for word in WORDS if word.step in places
        )
    )
