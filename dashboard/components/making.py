"""How a model comes to be, for people: while it is being made, and afterwards for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import Progress
from dashboard import resources, state
from dashboard.components import markup
from dashboard.components.job_panel import begin_again, job_panel
from dashboard.components.loss_curves import loss_curves
from dashboard.jobs import JobStatus
from dashboard.library import KINDS, RANDOM_NUMBERS, Ready
from dashboard.words import count, duration


def show_making(job: str, *, data: str, kind: str) -> None:
    """Show the first run: the data arriving, then the three steps of learning, live; ways on where it fails."""
    runner = resources.runner()
    status = runner.status(job)
    st.title("A model is learning what people like")
    st.html(
        markup.lede(
            "It starts from random numbers for every person and every film, predicts the ratings it knows, "
            "sees how far off it is, and improves, until the numbers mean something."
        )
    )
    over = status is not None and not status.is_active
    if over:
        st.html(_stages(status))
    job_panel(runner, job, what="Getting ready", stop="Stop", above=_stages)
    if over:
        _ways_on(job, data=data, kind=kind)


def how_it_learned(ready: Ready) -> None:
    """Offer the same story for a model that is there already, with its own figures."""
    metrics, card = ready.saved.metrics, ready.model.card
    losses: Sequence[float] = metrics["losses"]
    with st.expander("How this model learned"):
        steps = _steps(losses)
        st.html(markup.stages(markup.Stage(name, text, "done") for name, text in steps))
        history = [Progress(step, len(losses), loss=loss) for step, loss in enumerate(losses, start=1)]
        st.html(loss_curves(history))
        passes = count(len(losses), "pass", "passes")
        took = duration(float(metrics["fit_seconds"]))
        st.html(markup.note(f"{passes} over {count(card.n_ratings, 'rating')} in {took}, on this machine."))


def _ways_on(job: str, *, data: str, kind: str) -> None:
    with st.container(horizontal=True):
        st.button("Try again", type="primary", on_click=begin_again, args=(resources.runner(), job))
        usual = resources.default_kind(data)
        if kind != usual:
            st.button(f"Back to {KINDS[usual].name.lower()}", on_click=state.forget_choice, args=(state.MODEL,))
        if data != resources.default_dataset():
            st.button("Back to the first data", on_click=state.forget_choice, args=(state.DATA,))


def _stages(status: JobStatus | None) -> str:
    """The story as far as it has come."""
    losses = [] if status is None else [report.loss for report in status.history if report.loss is not None]
    has_begun = status is not None and any(report.message == RANDOM_NUMBERS for report in status.history)
    at = min(len(losses), 2) + 1 if losses else int(has_begun)
    return markup.stages(
        markup.Stage(name, text, "done" if place < at else "now" if place == at else "next")
        for place, (name, text) in enumerate(_steps(losses))
    )


def _steps(losses: Sequence[float]) -> list[tuple[str, str]]:
    off = "How far off are the predictions? Change the numbers to make it less, and again."
    if losses:
        off = f"How far off, squared: {losses[-1]:.2f} stars² after {count(len(losses), 'pass', 'passes')}."
    return [
        ("The ratings arrive", "Who gave which film how many stars; most of the table is empty."),
        ("Random", "Every person and every film gets a few random numbers."),
        ("Predict", "Multiply a person's numbers with a film's, add up: a predicted rating."),
        ("Loss", off),
    ]
