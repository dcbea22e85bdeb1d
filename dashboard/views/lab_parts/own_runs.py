"""The runs of this machine: their state, names, and what can be done with each."""

from __future__ import annotations

import time
from functools import partial

import streamlit as st

from core import ReelspaceError
from dashboard import lab_resources, state
from dashboard.components import markup
from dashboard.lab_figures import note_of
from dashboard.runs import LONGEST_NAME, Run, RunState
from dashboard.views.lab_parts.train import submit
from dashboard.words import count, duration

SHOWN = 8
SAID = {
    RunState.WAITING: "waits for its turn",
    RunState.RUNNING: "trains now",
    RunState.STOPPED: "stopped, nothing was kept",
    RunState.INTERRUPTED: "interrupted: the app ended while it trained",
}


def own_runs(runs: tuple[Run, ...]) -> None:
    """Show the list, the latest first, page by page."""
    st.header("Runs")
    if not runs:
        st.html(
            markup.empty(
                "No run yet", "Train a run above: it is measured beside the baselines, and kept until you delete it."
            )
        )
        return
    n_shown = SHOWN * state.pages("lab_runs")
    for run in runs[:n_shown]:
        _one(run)
    if len(runs) > n_shown:
        st.button(
            f"Show {count(min(SHOWN, len(runs) - n_shown), 'run')} more", on_click=state.show_more, args=("lab_runs",)
        )


def _one(run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"run-{run.id}"):
        with st.container():
            st.html(
                markup.subheading(run.name)
                + markup.note(f"{note_of(run)} · {run.settings.dataset}, {run.settings.split} · {_said(run)}")
            )
        if run.is_active:
            st.button("Stop", key=f"stop-run-{run.id}", on_click=_do, args=(partial(lab_resources.runs().cancel, run.id),),
                      help=f"Stop {run.name}")  # fmt: skip
            return
        if not run.is_done:
            st.button("Train again", key=f"again-{run.id}", on_click=submit, args=(run.settings,))
        with st.popover("Change", key=f"change-{run.id}"):
            st.text_input(
                "Name", run.name, max_chars=LONGEST_NAME, key=f"name-{run.id}", on_change=_rename, args=(run.id,)
            )
            st.button(
                "Delete this run",
                key=f"delete-{run.id}",
                on_click=_do,
                args=(partial(lab_resources.runs().delete, run.id),),
            )


def _said(run: Run) -> str:
    if run.is_done:
        figures = run.figures
        return f"{figures['rmse']:.3f} stars off, trained in {duration(figures['fit_seconds'])}, {_ago(run.made_at)}"
    return f"failed: {run.message}" if run.state is RunState.FAILED else SAID[run.state]


def _ago(moment: float) -> str:
    return time.strftime("%d %b %H:%M UTC", time.gmtime(moment))


def _rename(run_id: str) -> None:
    _do(partial(lab_resources.runs().rename, run_id, st.session_state[f"name-{run_id}"]))


def _do(what: partial[None]) -> None:
    try:
        what()
    except ReelspaceError as error:
        state.complain(f"{error}.")
