"""What the Lab and Review keep: runs, their queue, and what was measured of them, on the disk."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import streamlit as st

from core import InvalidArgument, cache_folder, limit_threads
from dashboard import resources
from dashboard.jobs import JobContext, JobRunner, JobState
from dashboard.runs import Runs

MOST_FINDINGS = 64
_log = logging.getLogger(__name__)


class Plain(Protocol):
    """What can be written as JSON."""

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as JSON takes it."""
        ...


Finding = TypeVar("Finding", bound=Plain)


@st.cache_resource(show_spinner=False)
def queue() -> JobRunner:
    """Return the runner of the Lab's long work: nobody's page waits for ten runs of somebody else's."""
    return JobRunner(prepare=lambda: limit_threads(1))


@st.cache_resource(show_spinner=False)
def runs() -> Runs:
    """Return the runs of this machine."""
    return Runs(cache_folder() / "runs", resources.library(), queue())


def found(
    name: str, read: Callable[[str], Finding], work: Callable[[JobContext], Finding], *, patience: float = 0.3
) -> Finding | None:
    """Return what ``work`` gives, read from the disk or made now as the Lab's job ``name``; None while it is made.

    A job that failed or was stopped stays as it is until somebody takes it. Raises ``TooManyJobs``.
    """
    path = _place(name)
    known = _read(str(path), read, _stamp(path))
    if known is not None:
        return known
    jobs = queue()
    status = jobs.status(name)
    if status is None or status.state is JobState.DONE:
        jobs.start(name, lambda context: _write(path, work(context)))
    jobs.wait(name, seconds=patience)
    return _read(str(path), read, _stamp(path))


def is_kept(name: str) -> bool:
    """Return whether what the job ``name`` gives is on the disk."""
    return _place(name).exists()


def _place(name: str) -> Path:
    return cache_folder() / "measured" / "lab" / f"{hashlib.sha256(name.encode()).hexdigest()[:20]}.json"


@st.cache_resource(show_spinner=False, max_entries=MOST_FINDINGS)
def _read(path: str, _decode: Callable[[str], Finding], stamp: int) -> Finding | None:  # noqa: ARG001 - the cache's key
    """What a file says; None where it is not there yet, or damaged: it can be made again."""
    try:
        return _decode(Path(path).read_text(encoding="utf-8"))
    except (OSError, InvalidArgument):
        return None


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _write(path: Path, result: Plain) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps(result.as_dict(), allow_nan=False), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise InvalidArgument(f"what was measured could not be kept in {path.parent}: {error.strerror}") from error
