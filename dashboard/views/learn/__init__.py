"""Learn: a guided walk from categories that fail to recommendations out of numbers that nobody chose."""

from __future__ import annotations

import streamlit as st

from dashboard.components.scene import open_scene
from dashboard.views.learn import (
    better,
    categories,
    code,
    crosstab,
    embedding,
    learned,
    network,
    one_hot,
    progress,
    someone_new,
    tastes,
    training,
    words,
)
from dashboard.views.learn.frame import Step, foot, show_step, strip
from dashboard.views.learn.glossary_page import show_glossary
from dashboard.views.learn.summary import show_summary

# In the order in which they are walked.
STEPS: tuple[Step, ...] = (
    categories.STEP,
    crosstab.STEP,
    tastes.STEP,
    training.STEP,
    one_hot.STEP,
    embedding.STEP,
    better.STEP,
    learned.STEP,
    someone_new.STEP,
    network.STEP,
    words.STEP,
    code.STEP,
)


def show() -> None:
    """Show the page."""
    scene = open_scene()
    slug = progress.current(tuple(step.slug for step in STEPS))
    strip(STEPS, slug)
    step = next((step for step in STEPS if step.slug == slug), None)
    if step is not None:
        show_step(STEPS, step)
    elif slug == progress.GLOSSARY:
        show_glossary(STEPS)
    else:
        show_summary(scene, STEPS)
    foot(slug)
    st.html(scene.provenance())
