"""What every step of the walk has: its place, its idea, its picture, something to try, its code, and the way on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.components import markup
from dashboard.components.links import LEARN, address
from dashboard.components.steps import Stop, steps_strip
from dashboard.views.learn import progress
from dashboard.views.learn.listing import listing
from dashboard.words import literal

# Keys that move between steps; Streamlit leaves them alone while somebody types.
NEXT_KEY, BACK_KEY = "N", "P"


@dataclass(frozen=True)
class Step:
    """One step: ``slug`` is its address, ``/learn?step=slug``.

    ``idea`` are paragraphs of at most 60 words, plain words first. ``draw`` shows the picture that answers to the hand
    and says what it shows. ``listing`` are functions of ``core.lessons`` whose source is shown: the ones that the
    picture runs. ``in_the_app`` are (label, address path, sentence). A ``wide`` picture takes the whole page.
    """

    slug: str
    title: str
    idea: tuple[str, ...]
    draw: Callable[[], None]
    try_this: str
    listing: tuple[Callable[..., Any], ...] = ()
    in_the_app: tuple[tuple[str, str, str], ...] = ()
    wide: bool = False


def strip(steps: tuple[Step, ...], now: str) -> None:
    """Show where one is on the walk; go where one clicks."""
    done = progress.done()
    stops = [Stop(step.slug, step.title, step_address(step.slug), step.slug in done) for step in steps]
    chosen = steps_strip(stops, now=now, key="steps", label="Steps of the walk")
    if chosen in [step.slug for step in steps] and chosen != now:
        progress.go_to(chosen)
        st.rerun()


def show_step(steps: tuple[Step, ...], step: Step) -> None:
    """Show one step of ``steps``."""
    st.title(step.title)
    st.html(markup.lede(*step.idea))
    if step.wide:
        step.draw()
        _rail(steps, step)
    else:
        left, right = st.columns([1.75, 1], gap="large")
        with left:
            step.draw()
        with right:
            _rail(steps, step)
    listing(step.listing)


def foot(now: str) -> None:
    """Show the ways to what belongs to the whole walk: its words and what one takes along."""
    with st.container(horizontal=True, key="walk_foot"):
        for label, slug in (
            ("Words, in plain sentences", progress.GLOSSARY),
            ("Your walk, on one page", progress.SUMMARY),
        ):
            if slug != now:
                st.button(label, key=f"walk_{slug}", type="tertiary", on_click=progress.go_to, args=(slug,))


def step_address(slug: str) -> str:
    """Return the address of a step."""
    return address(LEARN, {state.STEP: slug})


def _rail(steps: tuple[Step, ...], step: Step) -> None:
    st.header("Try this")
    st.html(markup.note(step.try_this))
    place = steps.index(step)
    with st.container(key="walk"):
        if place + 1 < len(steps):
            after = steps[place + 1]
            _button(f"Next: {after.title}", after.slug, key="next", shortcut=NEXT_KEY, finishes=step.slug)
        else:
            _button("Next: your summary", progress.SUMMARY, key="next", shortcut=NEXT_KEY, finishes=step.slug)
        if place:
            before = steps[place - 1]
            _button(f"Back: {before.title}", before.slug, key="back", shortcut=BACK_KEY)
    if step.in_the_app:
        st.header("Where this is in the app")
        st.html(markup.ways(step.in_the_app))


def _button(label: str, slug: str, *, key: str, shortcut: str, finishes: str | None = None) -> None:
    st.button(
        literal(label),
        key=f"walk_{key}",
        type="secondary" if finishes is None else "primary",
        on_click=progress.go_to,
        args=(slug,),
        kwargs={"finishes": finishes},
        shortcut=shortcut,
    )
