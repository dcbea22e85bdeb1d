"""The Lab's table: runs and baselines beside one reference on the same held-out ratings, measured once, kept on the disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from core import (
    LEAST_REFITS,
    SEEDED,
    CurvePoint,
    Dataset,
    Figure,
    InvalidArgument,
    Progress,
    Ratings,
    Scoreboard,
    ScoreboardRow,
    TrainedModel,
    score_models,
)
from dashboard import kept_findings
from dashboard.jobs import JobContext
from dashboard.runs import SPLIT_SEED, K, Run, Runs, RunSettings

FORMAT = 1  # of the files; another one is measured anew
# What a model must beat to have learned anything of taste: name for people, note, trainer.
BASELINES = {
    "bias": ("Bias only", "how strict a person is, how loved a film is"),
    "popularity": ("Popularity", "what most people rated, for everybody"),
    "category": ("Favourite categories", "taste for each genre, no factors"),
}
Read = Callable[[str, Callable[[str], Scoreboard]], Scoreboard | None]
Keep = Callable[[str, Scoreboard], Scoreboard]


@dataclass(frozen=True)
class Contestant:
    """A run or a baseline: ``key`` in addresses, ``identity`` in file names, and what people call it."""

    key: str
    title: str
    note: str
    identity: str
    settings: RunSettings
    run: Run | None = None

    @property
    def fit_seconds(self) -> float | None:
        """How long its training took, where somebody took the time."""
        return None if self.run is None else self.run.figures.get("fit_seconds")


def contestants(runs: Sequence[Run], dataset: str, split: str) -> dict[str, Contestant]:
    """Return all that can be compared on one split of a data set, by key: trained runs, latest first, then baselines."""
    mine = [run for run in runs if run.is_done and (run.settings.dataset, run.settings.split) == (dataset, split)]
    found = {run.id: Contestant(run.id, run.name, note_of(run), run.version, run.settings, run) for run in mine}
    baselines = {
        key: Contestant(key, title, note, key, RunSettings(dataset, key, split=split))
        for key, (title, note) in BASELINES.items()
    }
    return found | baselines


def note_of(run: Run) -> str:
    """Return a run's settings in a line."""
    names = {"n_factors": "factors", "n_epochs": "epochs", "regularization": "regularisation"}
    parts = [
        run.settings.trainer,
        *(f"{value:.4g} {names.get(name, name)}" for name, value in run.settings.options.items()),
    ]
    return ", ".join([*parts, f"seed {run.settings.seed}", *(["a tenth kept aside"] if run.settings.watched else [])])


@dataclass(frozen=True)
class Curve:
    """A learning curve, as it is kept."""

    points: tuple[CurvePoint, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as JSON takes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, text: str) -> Curve:
        """Return what ``as_dict`` and ``json.dumps`` wrote; raises ``InvalidArgument`` on any other text."""
        try:
            points = json.loads(text)["points"]
            return cls(tuple(CurvePoint(**{**point, "rmse": Figure(**point["rmse"])}) for point in points))
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidArgument(f"text must be a curve as it was written, got {text[:40]!r}") from error


class LabTable:
    """Measured rows of one split of a data set; ``read`` and ``keep`` say where they are kept."""

    def __init__(
        self,
        runs: Runs,
        dataset: Dataset,
        split: str,
        *,
        read: Read = kept_findings.read,
        keep: Keep = kept_findings.keep,
    ) -> None:
        self._runs, self._dataset, self._split, self._read, self._keep = runs, dataset, split, read, keep

    def job(self, reference: Contestant, others: Sequence[Contestant]) -> str:
        """Return the name of the job that measures these."""
        return f"lab:{_digest([self._name(reference, each) for each in others])}"

    def known(self, reference: Contestant, others: Sequence[Contestant]) -> dict[str, Scoreboard]:
        """Return what is measured already, by key."""
        found = {each.key: self._read(self._name(reference, each), Scoreboard.from_json) for each in others}
        return {key: board for key, board in found.items() if board is not None}

    def measure(self, reference: Contestant, others: Sequence[Contestant], context: JobContext) -> None:
        """Measure those of ``others`` that are not known beside ``reference``, with fits of each by other seeds."""
        missing = [each for each in others if each.key not in self.known(reference, others)]
        needed = {each.key: each for each in (reference, *missing)}
        steps = _Steps(context, len(needed) * (1 + LEAST_REFITS))
        models = {key: self._model(each) for key, each in needed.items()}
        board = score_models(
            models,
            self._test(),
            reference=reference.key,
            films=self._dataset.films,
            people=self._dataset.people,
            refits={key: self._again(each, models[key], steps) for key, each in needed.items()},
            k=K,
            on_progress=lambda progress: steps.done(f"Measured {needed[list(needed)[progress.step - 1]].title}"),
            should_stop=context.should_stop,
        )
        for each in missing:
            self._keep(self._name(reference, each), replace(board, rows=(board[each.key],)))

    def _test(self) -> Ratings:
        return RunSettings(self._dataset.name, "bias", split=self._split).make_split(self._dataset).test

    def _model(self, each: Contestant) -> TrainedModel:
        if each.run is not None:
            return self._runs.saved(each.run).model
        train = each.settings.make_split(self._dataset).train
        return each.settings.make_trainer(self._dataset).fit(train, seed=0)

    def _again(self, each: Contestant, model: TrainedModel, steps: _Steps) -> Iterator[TrainedModel]:
        """Fits with other seeds, one at a time; what does not depend on a seed is the same again."""
        for number in range(1, LEAST_REFITS + 1):
            if each.settings.trainer in SEEDED:
                trainer = each.settings.make_trainer(self._dataset)
                yield trainer.fit(model.rated, seed=each.settings.seed + number, should_stop=steps.should_stop)
            else:
                yield model
            steps.done(f"{each.title}: fit {number} of {LEAST_REFITS} with another seed")

    def _name(self, reference: Contestant, other: Contestant) -> str:
        what = [
            FORMAT,
            self._dataset.ratings.fingerprint,
            self._split,
            SPLIT_SEED,
            K,
            reference.identity,
            other.identity,
        ]
        return f"row:{_digest(what)}"


class _Steps:
    """Counts what is done of a measurement and says so."""

    def __init__(self, context: JobContext, n_steps: int) -> None:
        self._context, self._n, self._done = context, n_steps, 0
        self.should_stop = context.should_stop

    def done(self, message: str) -> None:
        """Report one step more; raises ``FitStopped`` if asked to stop."""
        self._done += 1
        self._context.report(Progress(self._done, self._n, message))


def row_of(board: Scoreboard) -> ScoreboardRow:
    """Return the one row that a kept board has."""
    return board.rows[0]


def _digest(what: object) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()[:16]
