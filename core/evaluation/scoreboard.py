"""Every figure of models beside those of a reference, with intervals and a word where one is deserved."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from core.catalogue import Catalogue
from core.datasets.people import Profile
from core.errors import InvalidArgument
from core.evaluation.bench import FROM_LISTS, METRICS, Bench, Measured, measure_all
from core.evaluation.bootstrap import N_RESAMPLES, Figure, Gaps, SeedSpread, figures_of, resampled
from core.evaluation.plain import Plain
from core.evaluation.verdicts import HIGHER_IS_BETTER, LOWER_IS_BETTER, NEITHER_IS_BETTER, Verdict, verdict
from core.ids import Id
from core.model import TrainedModel
from core.progress import OnProgress, ShouldStop
from core.ratings import Ratings

WORDS = {"lower": LOWER_IS_BETTER, "higher": HIGHER_IS_BETTER, "neither": NEITHER_IS_BETTER}


@dataclass(frozen=True)
class MetricLine:
    """One metric of both models and the paired difference, candidate − baseline, in ``unit``.

    ``gap`` is widened by the variance between seeds where that is known; ``seed_std`` is then its standard deviation.
    RMSE has an interval of its own; those of the other metrics hold together. What counts films in all lists has no
    interval over people: it belongs to these lists.
    """

    name: str
    title: str
    unit: str
    better: str
    margin: float
    baseline: Figure
    candidate: Figure
    gap: Figure
    seed_std: float | None
    verdict: Verdict


@dataclass(frozen=True, eq=False)
class Refits:
    """The same settings and ratings as the two models', fitted with other seeds and measured on the same bench."""

    baseline: Sequence[Measured]
    candidate: Sequence[Measured]


@dataclass(frozen=True)
class ScoreboardRow:
    """One model and its metrics, each with the difference to the reference's."""

    name: str
    metrics: tuple[MetricLine, ...]

    def __getitem__(self, name: str) -> MetricLine:
        return next(line for line in self.metrics if line.name == name)


@dataclass(frozen=True)
class Scoreboard(Plain):
    """Models on the same ``n_test`` held-out ratings of ``n_people``, each beside ``reference``; lists of ``k``."""

    reference: str
    rows: tuple[ScoreboardRow, ...]
    n_test: int
    n_people: int
    k: int

    def __getitem__(self, name: str) -> ScoreboardRow:
        return next(row for row in self.rows if row.name == name)


def score_models(
    models: Mapping[str, TrainedModel],
    test: Ratings,
    *,
    reference: str,
    films: Catalogue,
    refits: Mapping[str, Iterable[TrainedModel]] | None = None,
    people: Mapping[Id, Profile] | None = None,
    k: int = 10,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Scoreboard:
    """Return every metric of ``models`` on ``test`` and its difference to that of ``reference``.

    ``refits`` holds fits of a model with other seeds, at least five; without those of both sides no difference gets a
    word. They may be made one by one as they are asked for, after the models are measured: none is held. Popularity is
    counted in the reference's training part. Raises ``InvalidArgument`` as ``evaluate`` does, ``FitStopped`` when asked
    to stop.
    """
    if reference not in models:
        raise InvalidArgument(f"reference must be one of {', '.join(models)}, got {reference!r}")
    bench = Bench.of(models[reference].rated, test, films, people=people, k=k)
    each_measured = measure_all(bench, list(models.values()), on_progress=on_progress, should_stop=should_stop)
    measured = dict(zip(models, each_measured, strict=True))
    again = {name: [bench.measure(fit, calibrated=False) for fit in fits] for name, fits in (refits or {}).items()}
    rows = []
    for name, each in measured.items():
        both = Refits(again[reference], again[name]) if again.get(name) and again.get(reference) else None
        rows.append(ScoreboardRow(name, metric_lines(measured[reference], each, both, n_resamples, seed)))
    return Scoreboard(reference, tuple(rows), len(test), bench.n_people, k)


def metric_lines(
    baseline: Measured, candidate: Measured, refits: Refits | None, n_resamples: int, seed: int
) -> tuple[MetricLine, ...]:
    """Return all ``METRICS`` of both models with their paired differences."""
    seeds = seed_spread(refits, all_figures)
    gaps = _all_gaps(baseline, candidate, seeds, n_resamples, seed)
    own = [_own_figures(each, n_resamples, seed) for each in (baseline, candidate)]
    found = [gaps.figures()[0], *gaps.without(0).simultaneous()]
    stds = [None] * len(METRICS) if seeds is None else [None if math.isnan(std) else std for std in seeds.std.tolist()]
    return tuple(
        MetricLine(
            *(metric.name, metric.title, metric.unit, metric.better, metric.margin),
            *(own[0][place], own[1][place], found[place], stds[place]),
            verdict(
                found[place], margin=metric.margin, words=WORDS[metric.better], seeds_known=stds[place] is not None
            ),
        )
        for place, metric in enumerate(METRICS)
    )


def all_figures(measured: Measured) -> Tensor:
    """Return all ``METRICS`` of a model (n_metrics,)."""
    return torch.cat([measured.figures.of_everybody(), measured.whole])


def seed_spread(refits: Refits | None, figures: Any) -> SeedSpread | None:
    """Return how the difference of ``figures(measured)`` varies by seeds; None where nothing was fitted again."""
    if refits is None:
        return None
    sides = [torch.stack([figures(each) for each in side]) for side in (refits.baseline, refits.candidate)]
    return SeedSpread.of(*sides)


def _all_gaps(baseline: Measured, candidate: Measured, seeds: SeedSpread | None, n_resamples: int, seed: int) -> Gaps:
    of_people = Gaps.between(baseline.figures, candidate.figures, seeds=None, n_resamples=n_resamples, seed=seed)
    noise = torch.cat([of_people.noise, of_people.noise.new_zeros(n_resamples, len(FROM_LISTS))], 1)
    if seeds is not None:
        noise = noise + seeds.draw(n_resamples, Generator().manual_seed(seed))
    return Gaps(all_figures(candidate) - all_figures(baseline), noise)


def _own_figures(measured: Measured, n_resamples: int, seed: int) -> list[Figure]:
    (draws,) = resampled([measured.figures], n_resamples, seed)
    counted = [Figure(value, value, value) for value in measured.whole.tolist()]
    return figures_of(measured.figures.of_everybody(), draws) + counted
