"""Long work outside the script run: submit, follow, stop.

A click cuts a Streamlit run off, so long work must not live in the script. One ``JobRunner`` a process owns one
worker thread; sessions ask it for snapshots. Jobs have names; one that belongs to a visitor carries the visitor's id
in its name.
"""

from __future__ import annotations

import atexit
import logging
import re
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from time import monotonic
from typing import Any

from core import FitStopped, Progress, ReelspaceError
from dashboard import logs
from dashboard.metrics import ENDED_JOBS, ERRORS

KEEP_SECONDS = 900.0  # a result nobody came back for within this time is dropped: it may hold a whole model
MOST_WAITING = 32
MOST_REPORTS = 400  # points of a loss curve; beyond that every second one goes
FAILED = "Something went wrong; the server's log says what."
NO_MEMORY = "There was not enough memory for this; nothing has changed. Try it with a smaller model, or later."
STOP_SECONDS = 5.0  # that a running job has to end by itself when the server stops
_log = logging.getLogger(__name__)


class TooManyJobs(ReelspaceError, RuntimeError):
    """The queue is full."""


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class JobStatus:
    """A frozen snapshot of one job. Times are seconds of the monotonic clock."""

    state: JobState = JobState.WAITING
    message: str = "Waiting for its turn"
    history: tuple[Progress, ...] = ()
    result: Any = None
    started: float | None = None
    ended: float | None = None

    @property
    def is_active(self) -> bool:
        """Whether the job is waiting or running."""
        return self.state in (JobState.WAITING, JobState.RUNNING)

    @property
    def share(self) -> float:
        """How far it is, 0 to 1."""
        if self.state is JobState.DONE:
            return 1.0
        return self.history[-1].share if self.history else 0.0

    @property
    def seconds(self) -> float:
        """How long it has run, or ran."""
        if self.started is None:
            return 0.0
        return (monotonic() if self.ended is None else self.ended) - self.started

    @property
    def seconds_left(self) -> float | None:
        """How long it may still take at the pace so far; None while there is too little to say."""
        if self.state is not JobState.RUNNING or self.share < 0.05:
            return None
        return self.seconds * (1 - self.share) / self.share


class JobContext:
    """What the work is given: where to report, and whether to stop. Fits ``on_progress`` and ``should_stop`` of core."""

    def __init__(self, publish: Callable[[Progress], None], stop: threading.Event) -> None:
        self._publish = publish
        self._stop = stop

    def report(self, progress: Progress) -> None:
        """Publish how far the work is; raise ``FitStopped`` if it was asked to stop."""
        if self._stop.is_set():
            raise FitStopped("the work was asked to stop")
        self._publish(progress)

    def should_stop(self) -> bool:
        """Return whether the work was asked to stop."""
        return self._stop.is_set()


Work = Callable[[JobContext], Any]


def _nothing(_context: JobContext) -> None:
    """Stand in for work that is over."""


def kind_of_job(name: str) -> str:
    """Return what a job does, by the word that its name begins with; the rest may tell for whom."""
    word = re.match("[a-z]+", name)
    return word.group() if word else "other"


def _is_lack_of_memory(error: Exception) -> bool:
    """Torch says it in the words of a RuntimeError."""
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "allocate memory" in str(error))


@dataclass
class _Job:
    name: str
    work: Work
    stop: threading.Event
    status: JobStatus


class JobRunner:
    """Runs named jobs one at a time; safe to share between sessions. ``prepare`` runs once, in the worker thread."""

    def __init__(self, *, prepare: Callable[[], object] = lambda: None, keep_seconds: float = KEEP_SECONDS) -> None:
        self._prepare = prepare
        self._keep_seconds = keep_seconds
        self._changed = threading.Condition()
        self._jobs: dict[str, _Job] = {}
        self._queue: deque[_Job] = deque()
        self._thread: threading.Thread | None = None

    def start(self, name: str, work: Work) -> bool:
        """Queue ``work`` under ``name``; return False, and change nothing, if that job is active already.

        Raises ``TooManyJobs`` if the queue is full.
        """
        with self._changed:
            self._drop_old()
            known = self._jobs.get(name)
            if known is not None and known.status.is_active:
                return False
            if len(self._queue) >= MOST_WAITING:
                raise TooManyJobs(f"{MOST_WAITING} jobs are waiting already; try again in a minute")
            job = self._jobs[name] = _Job(name, work, threading.Event(), JobStatus())
            self._queue.append(job)
            self._start_thread()
            self._changed.notify_all()
        return True

    def status(self, name: str) -> JobStatus | None:
        """Return a snapshot of the job, or None if there is none (or none any more)."""
        with self._changed:
            self._drop_old()
            job = self._jobs.get(name)
            return None if job is None else job.status

    def stop(self, name: str) -> None:
        """Ask the job to stop at its next report; one that still waits is stopped at once."""
        with self._changed:
            job = self._jobs.get(name)
            if job is None or not job.status.is_active:
                return
            job.stop.set()
            if job in self._queue:
                self._queue.remove(job)
                self._end(job, JobState.STOPPED, "Stopped")
            else:
                self._update(job, message="Stopping")

    def take(self, name: str) -> JobStatus | None:
        """Return the last snapshot of a job that has ended, and forget the job; None if it has not."""
        with self._changed:
            job = self._jobs.get(name)
            return None if job is None or job.status.is_active else self._jobs.pop(name).status

    def wait(self, name: str, *, seconds: float) -> JobStatus | None:
        """Return a snapshot once the job has ended, or as it stands after ``seconds``."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_active(name), timeout=seconds)
        return self.status(name)

    def stop_all(self) -> None:
        """Ask every job to stop."""
        with self._changed:
            names = list(self._jobs)
        for name in names:
            self.stop(name)

    def close(self, *, seconds: float = STOP_SECONDS) -> None:
        """Stop every job because the server stops; one that has not ended after ``seconds`` is marked as stopped."""
        self.stop_all()
        with self._changed:
            self._changed.wait_for(lambda: not self._active(), timeout=seconds)
            for job in self._active():
                self._end(job, JobState.STOPPED, "Stopped with the server")

    def counts(self) -> Counter[str]:
        """Return how many of the jobs that are remembered stand where."""
        with self._changed:
            return Counter(str(job.status.state) for job in self._jobs.values())

    def _active(self) -> list[_Job]:
        return [job for job in self._jobs.values() if job.status.is_active]

    def _is_active(self, name: str) -> bool:
        job = self._jobs.get(name)
        return job is not None and job.status.is_active

    def _start_thread(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
            self._thread.start()
            atexit.register(self.stop_all)

    def _work(self) -> None:
        self._prepare()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._queue))
                job = self._queue.popleft()
                self._update(job, state=JobState.RUNNING, message="Starting", started=monotonic())
            self._run(job)

    def _run(self, job: _Job) -> None:
        work, job.work = job.work, _nothing  # what the work holds on to (a model, ratings) goes when it ends
        try:
            result = work(JobContext(lambda progress: self._publish(job, progress), job.stop))
        except FitStopped:
            self._end(job, JobState.STOPPED, "Stopped")
        except ReelspaceError as error:
            self._end(job, JobState.FAILED, str(error))
        except Exception as error:  # noqa: BLE001 - the edge of a thread: told and logged, never lost
            _log.exception("a job failed: %s", kind_of_job(job.name))
            ERRORS.labels("job").inc()
            self._end(job, JobState.FAILED, NO_MEMORY if _is_lack_of_memory(error) else FAILED)
        else:
            self._end(job, JobState.DONE, "Done", result)

    def _publish(self, job: _Job, progress: Progress) -> None:
        with self._changed:
            history = (*job.status.history, progress)
            if len(history) > MOST_REPORTS:
                history = history[::-2][::-1]  # the newest stays
            self._update(job, history=history, message=progress.message)

    def _end(self, job: _Job, state: JobState, message: str, result: Any = None) -> None:
        with self._changed:
            if not job.status.is_active:  # marked as stopped meanwhile: nobody waits for it any more
                return
            self._update(job, state=state, message=message, result=result, ended=monotonic())
            kind = kind_of_job(job.name)
            ENDED_JOBS.labels(kind, state).inc()
            logs.event("job ended", job=kind, state=state, seconds=round(job.status.seconds, 3))

    def _update(self, job: _Job, **changes: Any) -> None:
        job.status = replace(job.status, **changes)
        self._changed.notify_all()

    def _drop_old(self) -> None:
        now = monotonic()
        for name, job in list(self._jobs.items()):
            if job.status.ended is not None and now - job.status.ended > self._keep_seconds:
                del self._jobs[name]
