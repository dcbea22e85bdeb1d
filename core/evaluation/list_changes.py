"""Whose list changes, and how much: beside how much other seeds alone would change it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core import metrics
from core.evaluation.bench import Bench, Measured
from core.evaluation.bootstrap import Figure, PersonSums, figures_of, resampled
from core.evaluation.scoreboard import Refits
from core.ids import Id

MOST_PEOPLE = 20


@dataclass(frozen=True)
class ListChange:
    """One person's lists, best first, film ids. ``overlap``: share of films in both; ``alike``: rank-biased overlap."""

    user_id: Id
    overlap: float
    alike: float
    baseline: tuple[Id, ...]
    candidate: tuple[Id, ...]

    @property
    def gone(self) -> tuple[Id, ...]:
        """Films of the baseline's list that the candidate's lacks."""
        return tuple(film for film in self.baseline if film not in self.candidate)

    @property
    def new(self) -> tuple[Id, ...]:
        """Films of the candidate's list that the baseline's lacks."""
        return tuple(film for film in self.candidate if film not in self.baseline)


@dataclass(frozen=True)
class ListChanges:
    """How alike everybody's lists are, 0 to 1; ``n_same`` people have the same list in the same order.

    ``seed_overlap`` and ``seed_alike``: the same between the baseline and its fits with other seeds, where there are
    any. ``most_changed`` is at most ``MOST_PEOPLE`` people, the least alike first.
    """

    overlap: Figure
    alike: Figure
    n_same: int
    n_people: int
    seed_overlap: float | None
    seed_alike: float | None
    most_changed: tuple[ListChange, ...]


def list_changes(
    bench: Bench, baseline: Measured, candidate: Measured, refits: Refits | None, *, n_resamples: int, seed: int
) -> ListChanges:
    """Return how everybody's list changes from the baseline to the candidate."""
    alike = _alike(baseline.lists, candidate.lists)
    known = alike.isfinite().double()
    sums = PersonSums(alike.nan_to_num(), known, torch.zeros(2, dtype=torch.bool))
    (draws,) = resampled([sums], n_resamples, seed)
    overlap, ranked = figures_of(sums.of_everybody(), draws)
    seeds = [_alike(baseline.lists, each.lists).nanmean(0) for each in (refits.baseline if refits else ())]
    seed_overlap, seed_alike = torch.stack(seeds).mean(0).tolist() if seeds else (None, None)
    return ListChanges(
        overlap=overlap,
        alike=ranked,
        n_same=int((baseline.lists == candidate.lists).all(1).sum()),
        n_people=bench.n_people,
        seed_overlap=seed_overlap,
        seed_alike=seed_alike,
        most_changed=_most_changed(bench, baseline, candidate, alike),
    )


def _alike(one: Tensor, other: Tensor) -> Tensor:
    """Overlap and rank-biased overlap (n_people, 2)."""
    return torch.stack([metrics.overlap_at_k(one, other), metrics.rank_biased_overlap(one, other)], 1)


def _most_changed(bench: Bench, baseline: Measured, candidate: Measured, alike: Tensor) -> tuple[ListChange, ...]:
    places = alike[:, 1].nan_to_num(1.0).argsort(stable=True)[:MOST_PEOPLE].tolist()
    users, items = bench.test.users.labels, bench.test.items.labels
    return tuple(
        ListChange(
            users[int(bench.users[place])],
            *alike[place].tolist(),
            *(tuple(items[row] for row in each.lists[place].tolist() if row >= 0) for each in (baseline, candidate)),
        )
        for place in places
        if alike[place, 1] < 1
    )
