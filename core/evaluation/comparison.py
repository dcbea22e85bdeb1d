"""A candidate beside a baseline on the same held-out ratings: what changed, for whom, and whether to act on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.artefact import SavedModel
from core.catalogue import Catalogue
from core.datasets.people import Profile
from core.evaluation.bench import Bench, Measured, measure_all
from core.evaluation.bootstrap import N_RESAMPLES, Figure, Gaps
from core.evaluation.error_atlas import Miss, misses
from core.evaluation.exposure import FilmShift, GroupShift, film_shifts, group_shifts
from core.evaluation.list_changes import ListChanges, list_changes
from core.evaluation.plain import Plain
from core.evaluation.sanity import Check, sanity_checks
from core.evaluation.scoreboard import MetricLine, Refits, metric_lines, seed_spread
from core.evaluation.shared_test import neither_trained_on
from core.evaluation.summary import ModelSummary, summary_of
from core.evaluation.verdicts import CALLED, LOWER_IS_BETTER, Verdict, verdict
from core.ids import Id
from core.model import TrainedModel
from core.progress import OnProgress, ShouldStop
from core.ratings import Ratings

# Stars: a slice's difference must surely be larger to be worth acting on, as the whole's must.
MARGIN = 0.003
BASELINE, CANDIDATE = "baseline", "candidate"


@dataclass(frozen=True)
class SliceLine:
    """The typical error (RMSE, stars) of both models on one slice, and the paired difference, candidate − baseline.

    The intervals of all slices hold together: looking at many does not make one of them stand out by chance.
    """

    kind: str
    name: str
    n_ratings: int
    n_people: int
    baseline: float
    candidate: float
    gap: Figure
    verdict: Verdict


@dataclass(frozen=True)
class Comparison(Plain):
    """Two models on the same ``n_test`` held-out ratings of ``n_people``; lists of ``k``; ``n_refits`` of each model.

    ``gained`` and ``lost``: films by places in lists; ``worst`` and ``best``: the candidate's predictions. ``reliability``
    holds, for each model that gives intervals, (share promised, share kept).
    """

    baseline: ModelSummary
    candidate: ModelSummary
    n_test: int
    n_people: int
    k: int
    n_refits: int
    metrics: tuple[MetricLine, ...]
    slices: tuple[SliceLine, ...]
    groups: tuple[GroupShift, ...]
    gained: tuple[FilmShift, ...]
    lost: tuple[FilmShift, ...]
    changes: ListChanges
    checks: tuple[Check, ...]
    worst: tuple[Miss, ...]
    best: tuple[Miss, ...]
    reliability: dict[str, tuple[tuple[float, float], ...]]

    def __getitem__(self, name: str) -> MetricLine:
        return next(line for line in self.metrics if line.name == name)

    @property
    def worse_slices(self) -> tuple[SliceLine, ...]:
        """Slices where the candidate is worse with evidence, the largest difference first."""
        return tuple(
            sorted((line for line in self.slices if line.verdict == "worse"), key=lambda line: -line.gap.value)
        )

    @property
    def shifted_groups(self) -> tuple[GroupShift, ...]:
        """Kinds of film whose share of the lists changes with evidence, the largest change first."""
        called = (line for line in self.groups if line.verdict in CALLED)
        return tuple(sorted(called, key=lambda line: -abs(line.gap.value)))


def compare(
    baseline: SavedModel,
    candidate: SavedModel,
    *,
    test: Ratings | None = None,
    refits: tuple[Sequence[TrainedModel], Sequence[TrainedModel]] | None = None,
    people: Mapping[Id, Profile] | None = None,
    k: int = 10,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Comparison:
    """Return what changes from ``baseline`` to ``candidate`` on ratings that neither was trained on.

    ``test`` are these ratings if given, else those that the two artefacts hold. ``refits`` are fits of the baseline's
    and of the candidate's settings with other seeds, at least five each: without them no difference gets a word.
    Popularity and activity are counted in the baseline's training part. Intervals are percentiles of ``n_resamples``
    draws of people, each with all of their ratings, the same for both, widened by what other seeds might have given.
    Raises ``InvalidArgument`` as ``neither_trained_on`` and ``evaluate`` do, ``FitStopped`` when asked to stop.
    """
    shared = neither_trained_on(baseline, candidate) if test is None else test
    bench = Bench.of(baseline.model.rated, shared, baseline.films, people=people, k=k)
    sides = refits or ((), ())
    models = [baseline.model, candidate.model, *sides[0], *sides[1]]
    measured = measure_all(bench, models, n_calibrated=2, on_progress=on_progress, should_stop=should_stop)
    again = Refits(measured[2 : 2 + len(sides[0])], measured[2 + len(sides[0]) :]) if refits else None
    return compare_measured(
        bench, (baseline, candidate), (measured[0], measured[1]), again, n_resamples=n_resamples, seed=seed
    )


def compare_measured(
    bench: Bench,
    saved: tuple[SavedModel, SavedModel],
    measured: tuple[Measured, Measured],
    refits: Refits | None,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> Comparison:
    """Return the comparison of two models that were measured on ``bench`` already; the rest as in ``compare``."""
    films: Catalogue = saved[0].films
    gained, lost = film_shifts(bench, *measured, refits, films)
    worst, best = misses(bench.test, measured[1].predictions, films)
    names = (BASELINE, CANDIDATE)
    checks = [
        sanity_checks(bench, *each, films) for each in zip(names, (one.model for one in saved), measured, strict=True)
    ]
    return Comparison(
        summary_of(saved[0]),
        summary_of(saved[1]),
        n_test=len(bench.test),
        n_people=bench.n_people,
        k=bench.k,
        n_refits=0 if refits is None else min(len(refits.baseline), len(refits.candidate)),
        metrics=metric_lines(*measured, refits, n_resamples, seed),
        slices=_slice_lines(bench, *measured, refits, n_resamples, seed),
        groups=group_shifts(bench, *measured, refits, n_resamples=n_resamples, seed=seed),
        gained=gained,
        lost=lost,
        changes=list_changes(bench, *measured, refits, n_resamples=n_resamples, seed=seed),
        checks=(*checks[0], *checks[1]),
        worst=worst,
        best=best,
        reliability={name: each.reliability for name, each in zip(names, measured, strict=True) if each.reliability},
    )


def _slice_lines(
    bench: Bench, baseline: Measured, candidate: Measured, refits: Refits | None, n_resamples: int, seed: int
) -> tuple[SliceLine, ...]:
    seeds = seed_spread(refits, lambda one: one.errors.of_everybody())
    gaps = Gaps.between(baseline.errors, candidate.errors, seeds=seeds, n_resamples=n_resamples, seed=seed)
    errors = zip(baseline.errors.of_everybody().tolist(), candidate.errors.of_everybody().tolist(), strict=True)
    n_people = (baseline.errors.counts > 0).sum(0).tolist()
    return tuple(
        SliceLine(
            *(each.kind, each.name, len(each.entries), n_people[place], before, after, gap),
            verdict(gap, margin=MARGIN, words=LOWER_IS_BETTER, seeds_known=seeds is not None),
        )
        for place, (each, (before, after), gap) in enumerate(
            zip(bench.slices, errors, gaps.simultaneous(), strict=True)
        )
    )
