"""Runs of the Lab: models that people train with their own settings, one at a time, each with its figures on the disk.

A run is a folder: ``run.json`` (settings, name, state, figures) and, once trained, the artefact. Every change of
``run.json`` is whole or not there. The queue holds settings, never a model or ratings; what a run gives goes to the disk.
A run whose process is gone is marked as interrupted by whoever looks next: each process holds a lock while it lives.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import Any

from core import (
    Dataset,
    FitStopped,
    InvalidArgument,
    Progress,
    ReelspaceError,
    SavedModel,
    Split,
    Trainer,
    UnknownId,
    chosen_trainer,
    evaluate,
    load_model,
    make_split,
    save_model,
)
from dashboard.jobs import FAILED, JobContext, JobRunner, JobState
from dashboard.library import Library

FORMAT = 1
SPLIT_SEED = 0  # of every random split: all runs of the same data stand the same test
WATCHED_SHARE = 0.1  # of the training part, where somebody wants to see the error on ratings that are not trained on
MOST_RUNS = 100
LONGEST_NAME = 60
K = 10  # length of the lists that are measured


class RunState(StrEnum):
    """Where a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


ACTIVE = (RunState.WAITING, RunState.RUNNING)


@dataclass(frozen=True)
class RunSettings:
    """What to train; ``options`` are those that ``own_settings`` of the core names, the others stay the trainer's own."""

    dataset: str
    trainer: str
    options: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    split: str = "random"
    watched: bool = False

    def make_trainer(self, dataset: Dataset) -> Trainer[Any]:
        """Return the trainer; raises ``InvalidArgument`` on what it cannot take."""
        return chosen_trainer(self.trainer, dataset, self.options)

    def make_split(self, dataset: Dataset) -> Split:
        """Return what is trained on and what is held out; raises ``InvalidArgument`` on a split these data do not have."""
        return make_split(dataset.ratings, self.split, seed=SPLIT_SEED)


@dataclass(frozen=True)
class Run:
    """One run as it stands. ``made_at`` and ``ended_at``: seconds since 1970; ``figures`` once it is trained."""

    id: str
    name: str
    settings: RunSettings
    made_at: float
    process: str
    state: RunState = RunState.WAITING
    message: str = ""
    ended_at: float | None = None
    version: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def job(self) -> str:
        """The name of its job."""
        return f"run:{self.id}"

    @property
    def is_active(self) -> bool:
        """Whether it waits or trains."""
        return self.state in ACTIVE

    @property
    def is_done(self) -> bool:
        """Whether there is a model."""
        return self.state is RunState.DONE


class Runs:
    """All runs below ``root``. Any thread may ask; several processes may share the folder."""

    def __init__(self, root: Path, library: Library, runner: JobRunner) -> None:
        self._root, self._library, self._runner = root, library, runner
        self._lock = threading.RLock()
        self._process = secrets.token_hex(8)
        self._alive: int | None = None

    def submit(self, settings: RunSettings, name: str = "") -> Run:
        """Queue a run and return it.

        Raises ``InvalidArgument`` on settings that cannot be trained or a name that is too long, ``TooManyJobs`` when
        the queue is full; nothing is kept then.
        """
        dataset = self._library.dataset(settings.dataset)
        settings.make_trainer(dataset)
        settings.make_split(dataset)
        known = self.all()
        if len(known) >= MOST_RUNS:
            raise InvalidArgument(f"{MOST_RUNS} runs are kept already; delete one first")
        self._claim()
        title = _free_name(_checked(name) or usual_name(settings), {run.name for run in known})
        run = Run(secrets.token_hex(6), title, settings, time.time(), self._process)
        self._write(run)
        try:
            self._runner.start(run.job, lambda context: self._work(run.id, context))
        except ReelspaceError:
            self._remove(run.id)
            raise
        return run

    def all(self) -> tuple[Run, ...]:
        """Return all runs, the latest first; folders that hold none are left alone."""
        folders = sorted(self._root.glob("*/run.json")) if self._root.is_dir() else []
        runs = [run for path in folders if (run := self._read(path.parent.name)) is not None]
        return tuple(sorted(map(self._settled, runs), key=lambda run: (-run.made_at, run.id)))

    def get(self, run_id: str) -> Run:
        """Return one run; raises ``UnknownId``."""
        found = next((run for run in self.all() if run.id == run_id), None)
        if found is None:
            raise UnknownId(f"there is no run {run_id[:40]!r}; it may have been deleted")
        return found

    def saved(self, run: Run) -> SavedModel:
        """Return a trained run's artefact, memory-mapped; raises ``ArtefactError`` if it is gone or damaged."""
        return load_model(self._root / run.id)

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name; raises ``InvalidArgument`` on one that is empty, too long or taken."""
        title = _checked(name)
        if not title:
            raise InvalidArgument(f"name must have 1 to {LONGEST_NAME} characters, got none")
        if any(run.name == title and run.id != run_id for run in self.all()):
            raise InvalidArgument(f"name must be a new one, got {title!r}, which another run has")
        self._change(run_id, name=title)

    def cancel(self, run_id: str) -> None:
        """Stop a run at its next step, or take it out of the queue."""
        run = self.get(run_id)
        self._runner.stop(run.job)
        self._settled(run)

    def delete(self, run_id: str) -> None:
        """Stop a run, if it is not over, and delete what there is of it."""
        run = self.get(run_id)
        self._runner.stop(run.job)
        self._remove(run.id)

    # What happens in the worker thread

    def _work(self, run_id: str, context: JobContext) -> None:
        try:
            run = self._change(run_id, state=RunState.RUNNING)
            if run is not None:
                self._train(run, context)
        except FitStopped:
            self._change(run_id, state=RunState.STOPPED, ended_at=time.time())
            raise
        except ReelspaceError as error:
            self._change(run_id, state=RunState.FAILED, message=str(error), ended_at=time.time())
            raise
        except Exception:
            self._change(run_id, state=RunState.FAILED, message=FAILED, ended_at=time.time())
            raise

    def _train(self, run: Run, context: JobContext) -> None:
        settings = run.settings
        dataset = self._library.dataset(settings.dataset, context)
        part = settings.make_split(dataset)
        train, watched = part.train, None
        if settings.watched:
            train, watched = part.train.split(test_fraction=WATCHED_SHARE, seed=settings.seed)
        losses: list[float] = []

        def report(progress: Progress) -> None:
            if progress.loss is not None:
                losses.append(progress.loss)
            context.report(progress)

        began = perf_counter()
        model = settings.make_trainer(dataset).fit(
            train, seed=settings.seed, hold_out=watched, on_progress=report, should_stop=context.should_stop
        )
        seconds = perf_counter() - began
        model = model.with_card(replace(model.card, dataset=dataset.name, split=settings.split))
        figures = {"fit_seconds": seconds, **_measured(model, part)}
        if self._read(run.id) is not None:  # not deleted meanwhile
            kept = SavedModel(model, dataset.films, {**figures, "losses": losses}, part.test, SPLIT_SEED)
            save_model(kept, self._root / run.id)
            self._change(run.id, state=RunState.DONE, ended_at=time.time(), version=model.version, figures=figures)

    # What lies on the disk

    def _settled(self, run: Run) -> Run:
        """The run, and if its work is over without it having said so, with the state that it ended in."""
        if not run.is_active:
            return run
        if run.process != self._process:
            return run if self._is_alive(run.process) else self._ended(run, RunState.INTERRUPTED)
        status = self._runner.status(run.job)
        if status is not None and status.is_active:
            return run
        now = self._read(run.id) or run  # it may have ended between the two looks
        if not now.is_active:
            return now
        stopped = status is not None and status.state is JobState.STOPPED
        return self._ended(now, RunState.STOPPED if stopped else RunState.INTERRUPTED)

    def _ended(self, run: Run, state: RunState) -> Run:
        return self._change(run.id, state=state, ended_at=time.time()) or run

    def _change(self, run_id: str, **changes: Any) -> Run | None:
        with self._lock:
            run = self._read(run_id)
            if run is None:
                return None
            changed = replace(run, **changes)
            self._write(changed)
            return changed

    def _read(self, run_id: str) -> Run | None:
        try:
            found = json.loads((self._root / run_id / "run.json").read_text(encoding="utf-8"))
            if found.pop("format") != FORMAT:
                return None
            settings = RunSettings(**found.pop("settings"))
            return Run(**{**found, "settings": settings, "state": RunState(found["state"])})
        except (OSError, ValueError, TypeError, KeyError, AttributeError):  # deleted, or not ours
            return None

    def _write(self, run: Run) -> None:
        folder = self._root / run.id
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".run.json-{secrets.token_hex(4)}"
        draft.write_text(json.dumps({"format": FORMAT, **asdict(run)}, ensure_ascii=False), encoding="utf-8")
        draft.replace(folder / "run.json")

    def _remove(self, run_id: str) -> None:
        with self._lock:
            (self._root / run_id / "run.json").unlink(missing_ok=True)  # first: nobody reads half a run
            shutil.rmtree(self._root / run_id, ignore_errors=True)

    # Which processes are there

    def _claim(self) -> None:
        """Hold this process's lock from the first run on, until it ends, however it does."""
        with self._lock:
            if self._alive is None:
                path = self._lock_of(self._process)
                path.parent.mkdir(parents=True, exist_ok=True)
                self._alive = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._alive, fcntl.LOCK_EX)

    def _is_alive(self, process: str) -> bool:
        try:
            handle = os.open(self._lock_of(process), os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(handle)
        return False

    def _lock_of(self, process: str) -> Path:
        return self._root / f"{process}.lock"


def usual_name(settings: RunSettings) -> str:
    """Return what a run is called that nobody named: ``ALS, 31 factors``."""
    factors = settings.options.get("n_factors")
    title = settings.trainer.upper() if settings.trainer in ("als", "sgd") else settings.trainer.capitalize()
    return title if factors is None else f"{title}, {factors:g} factors"


def _measured(model: Any, part: Split) -> dict[str, float]:
    """Return the figures on the held-out ratings, which are read here for the first time."""
    found = evaluate(model, part.test, k=K)
    return {name: float(getattr(found, name)) for name in ("rmse", "mae", "ndcg", "recall", "coverage")}


def _checked(name: str) -> str:
    title = " ".join(name.split())
    if len(title) > LONGEST_NAME:
        raise InvalidArgument(f"name must have 1 to {LONGEST_NAME} characters, got {len(title)}")
    return title


def _free_name(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(title for number in range(2, MOST_RUNS + 3) if (title := f"{name} ({number})") not in taken)
