"""Which films, and which kinds of films, gain and lose places in people's lists."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.catalogue import Catalogue
from core.evaluation.bench import Bench, Measured
from core.evaluation.bootstrap import Figure, Gaps
from core.evaluation.scoreboard import Refits, seed_spread
from core.evaluation.verdicts import OF_EXPOSURE, Verdict, verdict
from core.ids import Id

# Share of all places in lists that a kind of film must surely gain or lose to be worth acting on.
MARGIN = 0.01
MOST_FILMS = 20


@dataclass(frozen=True)
class GroupShift:
    """What share of all places in lists a kind of film has, 0 to 1, and the paired difference, candidate − baseline.

    The intervals of all kinds hold together.
    """

    kind: str
    name: str
    n_films: int
    baseline: float
    candidate: float
    gap: Figure
    verdict: Verdict


@dataclass(frozen=True)
class FilmShift:
    """In how many lists a film stands. ``seed_std``: how much seeds alone change the difference, where that is known."""

    item_id: Id
    title: str
    n_ratings: int
    baseline: int
    candidate: int
    seed_std: float | None

    @property
    def change(self) -> int:
        """Lists won, or lost below zero."""
        return self.candidate - self.baseline


def group_shifts(
    bench: Bench, baseline: Measured, candidate: Measured, refits: Refits | None, *, n_resamples: int, seed: int
) -> tuple[GroupShift, ...]:
    """Return the shift of every group of the bench: popularity, genres, decades."""
    seeds = seed_spread(refits, lambda measured: measured.exposure.of_everybody())
    gaps = Gaps.between(baseline.exposure, candidate.exposure, seeds=seeds, n_resamples=n_resamples, seed=seed)
    shares = zip(baseline.exposure.of_everybody().tolist(), candidate.exposure.of_everybody().tolist(), strict=True)
    return tuple(
        GroupShift(
            *(group.kind, group.name, int(group.rows.sum()), before, after, gap),
            verdict(gap, margin=MARGIN, words=OF_EXPOSURE, seeds_known=seeds is not None),
        )
        for group, (before, after), gap in zip(bench.groups, shares, gaps.simultaneous(), strict=True)
    )


def film_shifts(
    bench: Bench, baseline: Measured, candidate: Measured, refits: Refits | None, films: Catalogue
) -> tuple[tuple[FilmShift, ...], tuple[FilmShift, ...]]:
    """Return the films that gain most lists and those that lose most, at most ``MOST_FILMS`` each, the largest first."""
    seeds = seed_spread(refits, lambda measured: bench.times_listed(measured.lists).double())
    stds = None if seeds is None else seeds.std
    before, after = (bench.times_listed(each.lists) for each in (baseline, candidate))
    change = after - before

    def shift(row: int) -> FilmShift:
        label = bench.test.items.labels[row]
        title = films[label].label if label in films else str(label)
        std = None if stds is None else float(stds[row])
        return FilmShift(label, title, int(bench.counts[row]), int(before[row]), int(after[row]), std)

    rows = change.argsort(descending=True, stable=True)
    return tuple(map(shift, _some(rows[change[rows] > 0]))), tuple(
        map(shift, _some(rows.flip(0)[change[rows.flip(0)] < 0]))
    )


def _some(rows: Tensor) -> list[int]:
    chosen: list[int] = rows[: min(MOST_FILMS, len(rows))].to(torch.int64).tolist()
    return chosen
