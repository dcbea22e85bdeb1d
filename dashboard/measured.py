"""Models measured against each other on held-out ratings, and trained for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from core import Dataset, Progress, SideBySide, Split, Trainer, make_split, side_by_side
from dashboard.jobs import JobContext

SEED = 0
FORMAT = 1  # of the files; another one is measured anew
PUBLISHED = "ml-100k"  # its first published fold has not been looked at by whoever chose the trainers' settings


def split_of(dataset: Dataset) -> Split:
    """Return the ratings that models are measured on, and those that they are trained on for it: a fifth is held out."""
    return make_split(dataset.ratings, "u1" if dataset.name == PUBLISHED else "random", seed=SEED)


def race_name(dataset: Dataset, trainers: Mapping[str, Trainer[Any]], reference: str) -> str:
    """Return the name that this measurement goes by; other data, settings or names give another."""
    what = repr((FORMAT, dataset.ratings.fingerprint, sorted(trainers.items()), reference, SEED))
    return f"race:{hashlib.sha256(what.encode()).hexdigest()[:16]}"


def run_race(
    dataset: Dataset, trainers: Mapping[str, Trainer[Any]], context: JobContext, *, reference: str
) -> SideBySide:
    """Return how ``trainers`` fare beside each other, trained and measured now."""
    split = split_of(dataset)
    models = {}
    for number, (name, trainer) in enumerate(trainers.items()):
        report = Part(context, number, len(trainers))
        models[name] = trainer.fit(split.train, seed=SEED, on_progress=report, should_stop=context.should_stop)
    context.report(Progress(len(models), len(models), "Measuring"))
    return side_by_side(models, split.test, reference=reference)


class Part:
    """One trainer's progress as a part of the whole."""

    def __init__(self, context: JobContext, number: int, n: int) -> None:
        self._context, self._number, self._n = context, number, n

    def __call__(self, progress: Progress) -> None:
        """Report one trainer's ``progress``."""
        step, n_steps = self._number * progress.n_steps + progress.step, self._n * progress.n_steps
        self._context.report(Progress(step, n_steps, f"Model {self._number + 1} of {self._n}, {progress.message}"))
