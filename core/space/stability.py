"""Whether an axis is found again: by the same ratings from another seed, and by other people's ratings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import degrees
from typing import Any, NamedTuple

import torch
from scipy.linalg import subspace_angles
from torch import Tensor

from core.errors import FitStopped, InvalidArgument
from core.fitting import Trainer
from core.ids import IdMap
from core.model import FactorModel, TrainedModel
from core.progress import OnProgress, Progress, ShouldStop
from core.ratings import Ratings
from core.space.alignment import procrustes
from core.space.projection import project
from core.space.remembered import Memory, key_of
from core.space.star_metric import Metric, film_coordinates
from core.trainers.gibbs import Gibbs

# An axis counts as found again from this cosine between its films' places and those refitted: "fair similarity" begins
# there (Lorenzo-Seva and ten Berge, *Tucker's congruence coefficient as a meaningful index of factor similarity*, 2006).
FOUND_AGAIN = 0.85
# A refit is looked through so many times deeper than the axes: two of nearly equal variance may change places.
DEPTH = 2
LEAST_FILMS = 50
# What a refit of Gibbs makes do with: a quarter of the sweeps. Its noise can only lower a cosine.
QUICK_BURN_IN, QUICK_DRAWS = 16, 6


class FoundAgain(NamedTuple):
    """How well one axis is found again: the medians and the lowest of the cosines, −1 to 1."""

    by_seeds: float
    by_people: float
    lowest: float
    is_found: bool


@dataclass(frozen=True, eq=False)
class AxisStability:
    """What refits found: ``seeds`` and ``people`` (n_refits, k) hold the matched cosine of each axis with each refit.

    ``seed_angles`` and ``people_angles`` (n_refits, k) are the principal angles between the span of the axes and that
    of the refit's first k, in degrees, widest first: 0 for the same subspace, 90 for a direction that is lost.
    """

    seeds: Tensor
    people: Tensor
    seed_angles: Tensor
    people_angles: Tensor

    def axis(self, index: int) -> FoundAgain:
        """Return how well axis ``index`` is found again; it is if both medians reach ``FOUND_AGAIN``."""
        seeds, people = self.seeds[:, index], self.people[:, index]
        by_seeds, by_people = float(seeds.quantile(0.5)), float(people.quantile(0.5))
        lowest = min(float(seeds.min()), float(people.min()))
        return FoundAgain(by_seeds, by_people, lowest, min(by_seeds, by_people) >= FOUND_AGAIN)

    @property
    def widest_angles(self) -> tuple[float, float]:
        """The medians of the widest principal angle, in degrees: over seeds and over resampled people."""
        return float(self.seed_angles[:, 0].quantile(0.5)), float(self.people_angles[:, 0].quantile(0.5))


def axis_stability(
    ratings: Ratings,
    trainer: Trainer[Any],
    axes: Tensor | Sequence[Tensor],
    *,
    min_ratings: int = 50,
    metric: Metric = "stars",
    n_refits: int = 5,
    seed: int = 0,
    memory: Memory | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> AxisStability:
    """Fit again, ``n_refits`` times with other seeds and as often on other people, and look for the axes.

    ``axes``, k of (n_items,), are the films' places along each axis of a model of ``ratings``. Films with at least
    ``min_ratings`` ratings count (all, if there are fewer than ``LEAST_FILMS`` of them): a place that few ratings
    decided is not found again even where the axis is. Other people: as many as there are, drawn from them with
    replacement, each with all of their ratings, and another seed too (the bootstrap; people are what a data set
    samples). A refit's leading ``DEPTH`` · k principal axes are turned to agree best with ``axes``
    (``alignment.procrustes``); an axis' matched cosine is that between its films' places and those it is turned to,
    both less their mean. ``quicker`` says what the refits do without. Results are kept in ``memory`` (default: the
    user's cache) by content. Raises ``InvalidArgument`` if ``axes`` do not fit or the trainer's models have no
    factors, ``FitStopped`` when asked to stop.
    Source: Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, section 7.2 (principal axes, resampled).
    """
    points = _table(axes, ratings.n_items)
    if n_refits < 1:
        raise InvalidArgument(f"n_refits must be at least 1, got {n_refits}")
    counted = ratings.item_counts >= min_ratings
    if int(counted.sum()) < LEAST_FILMS:
        counted = torch.ones_like(counted)
    quick = quicker(trainer)

    def compute() -> dict[str, Tensor]:
        fits = _Refits(ratings, quick, n_refits, seed, on_progress, should_stop)
        found = torch.stack([_matches(points, film_coordinates(fit, metric=metric), counted) for fit in fits])
        seeds, people = found.split(n_refits)  # (n_refits, 2, k) each
        return {"seeds": seeds[:, 0], "people": people[:, 0], "seed_angles": seeds[:, 1], "people_angles": people[:, 1]}

    key = key_of(ratings.fingerprint, quick, points, counted, metric, n_refits, seed)
    return AxisStability(**(memory or Memory.default()).recall("stability", key, compute))


def _table(axes: Tensor | Sequence[Tensor], n_items: int) -> Tensor:
    """(n_items, k)."""
    shapes = {tuple(axis.shape) for axis in axes}
    if shapes != {(n_items,)}:
        raise InvalidArgument(f"axes must be one place per film, ({n_items},) each, got {sorted(shapes) or 'no axis'}")
    return torch.stack(list(axes), dim=1)


def quicker(trainer: Trainer[Any]) -> Trainer[Any]:
    """Return what stands in for ``trainer`` in refits: Gibbs with fewer sweeps, anything else as it is.

    People's traits are left out: who is drawn twice would need them twice.
    """
    if not isinstance(trainer, Gibbs):
        return trainer
    return replace(
        trainer,
        n_burn_in=min(trainer.n_burn_in, QUICK_BURN_IN),
        n_draws=min(trainer.n_draws, QUICK_DRAWS),
        people_traits=None,
    )


def resampled(ratings: Ratings, generator: torch.Generator) -> Ratings:
    """Return the ratings of as many people, drawn with replacement; they are called 0, 1, …, films keep their rows."""
    drawn = torch.randint(ratings.n_users, (ratings.n_users,), generator=generator)
    order, counts = ratings.user_idx.argsort(stable=True), ratings.user_counts
    starts, lengths = counts.cumsum(0) - counts, counts[drawn]
    inside = torch.arange(int(lengths.sum())) - (lengths.cumsum(0) - lengths).repeat_interleave(lengths)
    chosen = ratings.take(order[starts[drawn].repeat_interleave(lengths) + inside])
    rows = torch.arange(ratings.n_users, dtype=torch.int32).repeat_interleave(lengths)
    return replace(chosen, user_idx=rows, users=IdMap(range(ratings.n_users), kind="user"))


@dataclass(frozen=True)
class _Refits:
    """The models: first those of other seeds, then those of other people."""

    ratings: Ratings
    trainer: Trainer[Any]
    n_refits: int
    seed: int
    on_progress: OnProgress | None
    should_stop: ShouldStop | None

    def __iter__(self) -> Iterator[FactorModel]:
        for number in range(2 * self.n_refits):
            self._tell(number)
            # Seeds that nobody picks by hand: the model looked at may have been fitted with any small number.
            chance = 1_000_003 * (self.seed + 1) + number
            people = number >= self.n_refits
            train = resampled(self.ratings, torch.Generator().manual_seed(chance)) if people else self.ratings
            yield _with_factors(self.trainer.fit(train, seed=chance, should_stop=self.should_stop))
        self._tell(2 * self.n_refits)

    def _tell(self, done: int) -> None:
        whom = "other people" if done >= self.n_refits else "another seed"
        message = "Done" if done == 2 * self.n_refits else f"Fit {done + 1} of {2 * self.n_refits}: {whom}"
        if self.on_progress is not None:
            self.on_progress(Progress(done, 2 * self.n_refits, message))
        if self.should_stop is not None and self.should_stop():
            raise FitStopped(f"refitting was stopped after {done} of {2 * self.n_refits} fits; nothing was kept")


def _with_factors(model: TrainedModel) -> FactorModel:
    if not isinstance(model, FactorModel) or not model.n_factors:
        raise InvalidArgument(f"trainer must give models with factors, got {model.card.trainer}, whose have none")
    return model


def _matches(points: Tensor, coordinates: Tensor, counted: Tensor) -> Tensor:
    """The matched cosine and the principal angle (degrees, widest first) of each axis: (2, k)."""
    axes = _centred(points[counted].double())
    k = axes.shape[1]
    if min(coordinates.shape[1], int(counted.sum())) < k:
        raise InvalidArgument(
            f"axes must be at most {min(coordinates.shape[1], int(counted.sum()))}, what a refit's dimensions and "
            f"the films that count allow, got {k}"
        )
    depth = min(DEPTH * k, coordinates.shape[1], int(counted.sum()))
    leading = _centred(project(coordinates[counted], n_components=depth).points)
    turned = leading @ procrustes(leading, axes)
    norms = (axes.norm(dim=0) * turned.norm(dim=0)).clamp(min=torch.finfo(torch.float64).tiny)
    angles = subspace_angles(axes.numpy(), leading[:, :k].numpy())
    return torch.stack(
        [(axes * turned).sum(0) / norms, torch.tensor([degrees(one) for one in angles], dtype=torch.float64)]
    )


def _centred(table: Tensor) -> Tensor:
    return table - table.mean(0)
