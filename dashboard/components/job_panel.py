"""How far a job is, with a way to stop it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.components.loss_curves import loss_curves
from dashboard.jobs import JobRunner, JobState, JobStatus
from dashboard.words import NARROW_SPACE, literal

POLL_SECONDS = 0.5


def job_panel(
    runner: JobRunner,
    name: str,
    *,
    what: str,
    stop: str = "Stop training",
    stays: str = "",
    again: str = "",
    above: Callable[[JobStatus], str] | None = None,
) -> JobStatus | None:
    """Show the job ``name`` while it is active; return its status at the start of this run.

    The panel polls by itself and runs the whole app once when the job ends; the page then shows the result. ``what``
    is being done ("Training"), ``stop`` stands on the button, ``stays`` is added to bad news: what did not change.
    ``again`` stands on a button that forgets a job which is over, so that the run that follows begins it anew; without
    it there is none. ``above`` gives HTML from ``markup`` that is drawn anew with each look at the job.
    """
    status = runner.status(name)
    if status is None:
        return None
    if status.is_active:
        # run_every is fixed when a fragment is declared: the whole run that follows the end declares none.
        st.fragment(_follow, run_every=POLL_SECONDS)(runner, name, what, stop, above)
    elif status.state is JobState.FAILED:
        st.error(literal(f"{status.message} {stays}".strip()))
    elif status.state is JobState.STOPPED:
        st.info(f"{what} was stopped. {stays}".strip())
    if again and not status.is_active:
        st.button(again, key=f"again-{name}", on_click=begin_again, args=(runner, name))
    return status


def begin_again(runner: JobRunner, name: str) -> None:
    """Forget a job that is over: the run that follows begins it anew."""
    runner.take(name)


def progress_text(status: JobStatus, what: str) -> str:
    """Return what is going on in one line: ``Training: sweep 42 of 120, loss 0.71, about 4 s left``."""
    left = status.seconds_left
    parts = [f"{what}: {_lower_first(status.message)}"]
    if left is not None and left >= 1:
        parts.append(f"about {left:.0f}{NARROW_SPACE}s left" if left < 90 else f"about {left / 60:.0f} minutes left")
    return ", ".join(parts)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _follow(runner: JobRunner, name: str, what: str, stop: str, above: Callable[[JobStatus], str] | None) -> None:
    status = runner.status(name)
    if status is None or not status.is_active:
        st.rerun()  # the whole app, once: there the panel is no longer declared as one that polls
    if above is not None:
        st.html(above(status))
    with st.container(border=True, key=f"job-{name}"):
        st.progress(status.share, text=literal(progress_text(status, what)))
        curves = loss_curves(status.history)
        if curves:
            st.html(curves)
        st.button(stop, icon=":material/stop:", key=f"stop-{name}", on_click=runner.stop, args=(name,))
