"""What the Lab and Review keep: runs, their queue, and what was measured of them, on the disk."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core import cache_folder, limit_threads
from dashboard import kept_findings, resources
from dashboard.finding_resources import finding, findings
from dashboard.jobs import JobContext, JobRunner
from dashboard.kept_findings import Finding
from dashboard.runs import Runs


@st.cache_resource(show_spinner=False)
def queue() -> JobRunner:
    """Return the runner of the Lab's long work: nobody's page waits for ten runs of somebody else's."""
    return JobRunner(prepare=lambda: limit_threads(1))


@st.cache_resource(show_spinner=False)
def runs() -> Runs:
    """Return the runs of this machine."""
    return Runs(cache_folder() / "runs", resources.library(), queue())


def found(
    name: str, decode: Callable[[str], Finding], work: Callable[[JobContext], Finding], *, patience: float = 0.3
) -> Finding | None:
    """Return what was measured as ``name``; else measure it among the Lab's jobs, and return None meanwhile.

    A job that failed or was stopped stays as it is until somebody takes it. Raises ``TooManyJobs``.
    """
    return finding(name, decode, work, patience=patience, jobs=queue())


def is_known(name: str) -> bool:
    """Return whether what the job ``name`` gives was measured before."""
    return findings().get(name) is not None or kept_findings.is_kept(name)
