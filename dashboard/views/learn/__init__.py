"""Learn: a guided walk from categories that fail to recommendations out of numbers that nobody chose."""

from __future__ import annotations

import streamlit as st

from dashboard.components import markup
from dashboard.components.scene import open_scene
from dashboard.views.learn import categories, crosstab, one_hot, progress
from dashboard.views.learn.frame import Step, show_step, strip

# In the order in which they are walked.
STEPS: tuple[Step, ...] = (
    categories.STEP,
    crosstab.STEP,
    one_hot.STEP,
)


def show() -> None:
    """Show the page."""
    scene = open_scene()
    slug = progress.current(tuple(step.slug for step in STEPS))
    strip(STEPS, slug)
    step = next((step for step in STEPS if step.slug == slug), None)
    if step is None:
        st.title("What you have walked")
        st.html(markup.lede("The walk begins with categories and ends with a list of your own."))
    else:
        show_step(STEPS, step)
    st.html(scene.provenance())
