"""Findings for all sessions: known here, read from the disk, or measured as a job."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import kept_findings
from dashboard.jobs import JobContext, JobRunner
from dashboard.kept_findings import Finding
from dashboard.map_resources import Kept, result_of

MOST_FINDINGS = 256  # a few kB each


@st.cache_resource(show_spinner=False)
def findings() -> Kept:
    """Return what was measured or read so far."""
    return Kept(MOST_FINDINGS)


def finding(
    name: str,
    decode: Callable[[str], Finding],
    work: Callable[[JobContext], Finding],
    *,
    patience: float,
    jobs: JobRunner | None = None,
) -> Finding | None:
    """Return what was measured as ``name``; else measure it as the job of that name, and return None meanwhile.

    ``patience``: the seconds that a new job is waited for; ``jobs`` has its own queue, else it waits in everybody's.
    A job that failed or was stopped stays as it is until somebody takes it. Raises ``TooManyJobs``.
    """
    known = known_finding(name, decode)
    if known is not None:
        return known
    return result_of(
        name, lambda context: kept_findings.keep(name, work(context)), patience=patience, jobs=jobs, books=findings()
    )


def known_finding(name: str, decode: Callable[[str], Finding]) -> Finding | None:
    """Return what was measured as ``name`` before, in this process or an earlier one; None if nothing was."""
    found: Finding | None = findings().get(name)
    if found is None:
        found = kept_findings.read(name, decode)
        if found is not None:
            findings().put(name, found)
    return found


def keep_finding(name: str, found: Finding) -> Finding:
    """Keep what was measured as ``name``, for this process and, if the disk takes it, for later ones."""
    findings().put(name, found)
    return kept_findings.keep(name, found)
