"""One set of held-out ratings on which any number of models is measured alike, in parts that belong to one person each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from core import metrics
from core.catalogue import Catalogue
from core.datasets.people import Profile
from core.errors import FitStopped
from core.evaluation.bootstrap import PersonSums
from core.evaluation.calibration import doubt_of, half_width, kept_shares
from core.evaluation.held_out import check_comparable, check_not_empty, rank_people
from core.evaluation.slices import Group, Slice, film_groups, make_slices
from core.ids import Id
from core.model import TrainedModel
from core.progress import OnProgress, Progress, ShouldStop
from core.ratings import Ratings
from core.stars import STAR_SET_SHARE


@dataclass(frozen=True)
class Metric:
    """A figure: which way is better, and how large a difference must surely be to be worth acting on, in ``unit``."""

    name: str
    title: str
    unit: str
    better: Literal["lower", "higher", "neither"]
    margin: float


# What is too small to act on is this project's own convention: a product may hold other differences worth acting on.
FROM_PEOPLE = (
    Metric("rmse", "Typical error (RMSE)", "stars", "lower", 0.003),
    Metric("mae", "Mean error (MAE)", "stars", "lower", 0.003),
    Metric("ndcg", "Liked films near the top (nDCG)", "0 to 1", "higher", 0.003),
    Metric("recall", "Liked films in the list (recall)", "0 to 1", "higher", 0.003),
    Metric("mrr", "First liked film (MRR)", "0 to 1", "higher", 0.003),
    Metric("interval_coverage", "Ratings inside their 90 % interval", "0 to 1", "neither", 0.01),
    Metric("novelty", "Novelty of the lists", "bits", "neither", 0.05),
    Metric("diversity", "Variety of kinds in a list", "0 to 1", "neither", 0.01),
    Metric("popularity_rank", "Mean place by popularity, 0 for the most rated", "0 to 1", "neither", 0.01),
)
FROM_LISTS = (
    Metric("coverage", "Films in at least one list", "0 to 1", "neither", 0.01),
    Metric("gini", "Inequality of films' places in lists (Gini)", "0 to 1", "neither", 0.01),
)
METRICS = FROM_PEOPLE + FROM_LISTS


@dataclass(frozen=True, eq=False)
class Measured:
    """What one model gave on a bench, taken apart by person where that can be done.

    ``predictions`` (n,) in the order of the test part; ``lists`` (n_people, k) film rows, below 0 where there is none;
    ``figures`` in the order of ``FROM_PEOPLE``, ``errors`` of the slices (RMSE), ``exposure`` of the groups (share of all
    places in lists); ``whole`` (2,) in the order of ``FROM_LISTS``. ``surprise`` (n,): how many of its standard deviations
    a rating lies above what was expected, None where the model gives no intervals or was not asked.
    """

    predictions: Tensor
    lists: Tensor
    figures: PersonSums
    errors: PersonSums
    exposure: PersonSums
    whole: Tensor
    surprise: Tensor | None

    @property
    def reliability(self) -> tuple[tuple[float, float], ...]:
        """(share promised, share kept) of central intervals; empty where the model gives none."""
        return () if self.surprise is None else tuple(kept_shares(self.surprise))


@dataclass(frozen=True, eq=False)
class Bench:
    """Held-out ratings ``test`` of the people in rows ``users`` (n_people,), whose ratings stand at ``place`` (n,).

    ``counts`` (n_items,): ratings per film in training, the yardstick of popularity for all models; ``genres`` (n_items,
    n_genres). Without ``calibrated`` nothing is asked of models' intervals, which takes the longest.
    """

    test: Ratings
    users: Tensor
    place: Tensor
    counts: Tensor
    genres: Tensor
    slices: tuple[Slice, ...]
    groups: tuple[Group, ...]
    k: int
    calibrated: bool

    @classmethod
    def of(
        cls,
        train: Ratings,
        test: Ratings,
        films: Catalogue,
        *,
        people: Mapping[Id, Profile] | None = None,
        k: int = 10,
        calibrated: bool = True,
    ) -> Bench:
        """Return the bench; popularity and activity are counted in ``train``. Raises ``InvalidArgument`` on an empty test."""
        check_not_empty(test)
        users, place = test.user_idx.long().unique(return_inverse=True)
        groups = film_groups(train, films)
        kinds = [group.rows for group in groups if group.kind == "genre"]
        genres = torch.stack(kinds, 1) if kinds else torch.zeros(train.n_items, 0, dtype=torch.bool)
        slices = make_slices(train, test, films, people)
        return cls(test, users, place, train.item_counts, genres, slices, groups, k, calibrated)

    @property
    def n_people(self) -> int:
        """People with held-out ratings."""
        return len(self.users)

    def measure(self, model: TrainedModel, *, calibrated: bool = True) -> Measured:
        """Return what ``model`` gives, its intervals only if ``calibrated``; raises ``InvalidArgument`` as ``evaluate`` does."""
        check_comparable(model, self.test, self.k)
        predictions = model.predict_ratings(self.test).cpu().double()
        residuals = self.test.values.double() - predictions
        ranked = rank_people(model, self.test, self.k)
        per_list = (ranked.ndcg, ranked.recall, ranked.reciprocal_rank)
        surprise = self._surprise(model) if calibrated and self.calibrated else None
        columns = [
            self._by_rating(residuals.square()),
            self._by_rating(residuals.abs()),
            *map(_known, per_list),
            self._by_rating(_inside(surprise, len(residuals))),
            *self._of_lists(ranked.lists),
        ]
        rooted = torch.tensor([metric.name == "rmse" for metric in FROM_PEOPLE])
        return Measured(
            predictions,
            ranked.lists,
            _stack(columns, rooted),
            self.errors(residuals),
            self._exposure(ranked.lists),
            self._whole(ranked.lists),
            surprise,
        )

    def _surprise(self, model: TrainedModel) -> Tensor | None:
        return None if model.user_prior is None else doubt_of(model, self.test).surprise

    def _by_rating(self, values: Tensor, entries: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Sum and count of what is known of each person's ratings, or of ``entries`` of them: (n_people,) each."""
        place = self.place if entries is None else self.place[entries]
        own = values if entries is None else values[entries]
        known = own.isfinite().double()
        zeros = torch.zeros(self.n_people, dtype=torch.float64)
        return zeros.index_add(0, place, own.nan_to_num()), zeros.index_add(0, place, known)

    def _of_lists(self, lists: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Novelty, diversity and place by popularity of each person's list."""
        novelty = metrics.novelty(self.counts, self.test.n_users)
        ranks = (metrics.popularity_ranks(self.counts) - 1) / max(1, len(self.counts) - 1)
        shown = lists >= 0

        def mean(of_films: Tensor) -> Tensor:
            return torch.where(shown, of_films[lists.clamp(min=0)], 0.0).sum(1) / shown.sum(1)

        return [_known(mean(novelty)), _known(metrics.list_diversity(self.genres, lists)), _known(mean(ranks))]

    def errors(self, residuals: Tensor) -> PersonSums:
        """Return the RMSE of each slice from residuals (n,), rating − prediction."""
        return self._by_slice(residuals.square(), rooted=True)

    def biases(self, residuals: Tensor) -> PersonSums:
        """Return the mean residual of each slice."""
        return self._by_slice(residuals, rooted=False)

    def _by_slice(self, values: Tensor, *, rooted: bool) -> PersonSums:
        columns = [self._by_rating(values, each.entries) for each in self.slices]
        return _stack(columns, torch.full((len(columns),), rooted), self.n_people)

    def _exposure(self, lists: Tensor) -> PersonSums:
        shown = lists >= 0
        columns = [
            ((group.rows[lists.clamp(min=0)] & shown).sum(1).double(), shown.sum(1).double()) for group in self.groups
        ]
        return _stack(columns, torch.zeros(len(columns), dtype=torch.bool), self.n_people)

    def _whole(self, lists: Tensor) -> Tensor:
        times = self.times_listed(lists)
        shown = [metrics.coverage(lists[lists >= 0], len(times)), metrics.gini(times)]
        return torch.tensor(shown, dtype=torch.float64)

    def times_listed(self, lists: Tensor) -> Tensor:
        """Return how many of ``lists`` each film stands in (n_items,)."""
        return torch.bincount(lists[lists >= 0], minlength=len(self.counts))


def measure_all(
    bench: Bench,
    models: Sequence[TrainedModel],
    *,
    n_calibrated: int | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> list[Measured]:
    """Return what each of ``models`` gives, intervals only of the first ``n_calibrated``, of all if None.

    Raises ``InvalidArgument`` as ``evaluate`` does, ``FitStopped`` when asked to stop.
    """
    found = list[Measured]()
    for number, model in enumerate(models, start=1):
        if should_stop is not None and should_stop():
            raise FitStopped(f"measuring was stopped after model {number - 1} of {len(models)}; nothing was kept")
        found.append(bench.measure(model, calibrated=n_calibrated is None or number <= n_calibrated))
        if on_progress is not None:
            on_progress(Progress(number, len(models), f"Measured {number} of {len(models)}"))
    return found


def _inside(surprise: Tensor | None, n: int) -> Tensor:
    """1 where a rating lies within its 90 % interval (n,), NaN where the model gives none."""
    if surprise is None:
        return torch.full((n,), torch.nan, dtype=torch.float64)
    return (surprise.abs() <= half_width(STAR_SET_SHARE)).double()


def _known(values: Tensor) -> tuple[Tensor, Tensor]:
    """A figure of each person, and whether there is one."""
    return values.nan_to_num(), values.isfinite().double()


def _stack(columns: list[tuple[Tensor, Tensor]], rooted: Tensor, n_people: int = 0) -> PersonSums:
    if not columns:
        nothing = torch.zeros(n_people, 0, dtype=torch.float64)
        return PersonSums(nothing, nothing, rooted)
    totals, counts = (torch.stack(side, 1) for side in zip(*columns, strict=True))
    return PersonSums(totals, counts, rooted)
