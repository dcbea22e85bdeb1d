"""Where a model errs: its residuals by kind of person, film and moment, and the single predictions that miss most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.catalogue import Catalogue
from core.datasets.people import Profile
from core.evaluation.bench import Bench
from core.evaluation.bootstrap import N_RESAMPLES, Figure, PersonSums, figures_of, resampled
from core.evaluation.plain import Plain
from core.evaluation.slices import Slice
from core.ids import Id
from core.model import TrainedModel
from core.ratings import Ratings

MOST_MISSES = 10


@dataclass(frozen=True)
class ErrorLine:
    """One slice of the held-out ratings: typical error, and mean of rating − prediction (above 0: rated higher), in stars."""

    kind: str
    name: str
    n_ratings: int
    n_people: int
    rmse: Figure
    bias: Figure


@dataclass(frozen=True)
class Miss:
    """One held-out rating and its prediction, in stars; ``explain`` of the person and film gives its ledger."""

    user_id: Id
    item_id: Id
    title: str
    rating: float
    prediction: float

    @property
    def residual(self) -> float:
        """Rating − prediction."""
        return self.rating - self.prediction


@dataclass(frozen=True)
class ErrorAtlas(Plain):
    """All ``whole``, then ``lines`` by slice; ``worst`` and ``best`` predictions, at most ``MOST_MISSES`` each."""

    whole: ErrorLine
    lines: tuple[ErrorLine, ...]
    worst: tuple[Miss, ...]
    best: tuple[Miss, ...]


def error_atlas(
    model: TrainedModel,
    test: Ratings,
    films: Catalogue,
    *,
    people: Mapping[Id, Profile] | None = None,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> ErrorAtlas:
    """Return where ``model`` errs on ``test``; intervals over people, each by itself.

    Raises ``InvalidArgument`` as ``evaluate`` does.
    """
    bench = Bench.of(model.rated, test, films, people=people, k=1, calibrated=False)
    predictions = bench.measure(model).predictions
    whole = Slice("all", "all held-out ratings", torch.arange(len(test)))
    every = replace(bench, slices=(whole, *bench.slices))
    lines = _lines(every, test.values.double() - predictions, n_resamples, seed)
    worst, best = misses(test, predictions, films)
    return ErrorAtlas(lines[0], lines[1:], worst, best)


def misses(test: Ratings, predictions: Tensor, films: Catalogue) -> tuple[tuple[Miss, ...], tuple[Miss, ...]]:
    """Return the predictions (n,) of ``test`` that are furthest off, and the nearest; ties keep the order of ratings."""
    off = (test.values.double() - predictions).abs()
    worst, best = (
        tuple(_miss(test, predictions, films, place) for place in order[:MOST_MISSES].tolist())
        for order in (off.argsort(descending=True, stable=True), off.argsort(stable=True))
    )
    return worst, best


def _miss(test: Ratings, predictions: Tensor, films: Catalogue, place: int) -> Miss:
    item = test.items.labels[int(test.item_idx[place])]
    title = films[item].label if item in films else str(item)
    user = test.users.labels[int(test.user_idx[place])]
    return Miss(user, item, title, float(test.values[place]), float(predictions[place]))


def _lines(bench: Bench, residuals: Tensor, n_resamples: int, seed: int) -> tuple[ErrorLine, ...]:
    sides = [bench.errors(residuals), bench.biases(residuals)]
    draws = resampled(sides, n_resamples, seed)
    rmse, bias = (figures_of(side.of_everybody(), drawn) for side, drawn in zip(sides, draws, strict=True))
    return tuple(
        ErrorLine(each.kind, each.name, len(each.entries), _n_people(sides[0], place), rmse[place], bias[place])
        for place, each in enumerate(bench.slices)
    )


def _n_people(sums: PersonSums, place: int) -> int:
    return int((sums.counts[:, place] > 0).sum())
