"""Whether a model's doubt is right: of what it gives nine chances in ten, nine in ten should come true."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.evaluation.held_out_people import check_held_out, held_out_people
from core.fitting import one_thread_inside
from core.model import TrainedModel
from core.ratings import Ratings
from core.scale import RatingScale
from core.stars import STAR_SET_SHARE, star_chances, star_set

# Shares at which the reliability curve is drawn.
CURVE = tuple(round(0.05 * step, 2) for step in range(1, 20))
THIRDS = 3
COLUMNS = ("ratings", "mean", "std", "rating_std", "n_ratings")


@dataclass(frozen=True, eq=False)
class Doubt:
    """Held-out ratings beside what was expected of each, in stars, without limits; all (n,), float64.

    ``n_ratings`` is how many ratings the person has in training.
    """

    ratings: Tensor
    mean: Tensor
    std: Tensor
    rating_std: Tensor
    n_ratings: Tensor
    scale: RatingScale

    def __len__(self) -> int:
        return len(self.ratings)

    @property
    def surprise(self) -> Tensor:
        """How many ``rating_std`` a rating lies above what was expected (n,)."""
        return (self.ratings - self.mean) / self.rating_std

    def take(self, entries: Tensor) -> Doubt:
        """Return the part given by ``entries``, a mask (n,) or positions."""
        columns: dict[str, Any] = {name: getattr(self, name)[entries] for name in COLUMNS}
        return replace(self, **columns)

    @classmethod
    def join(cls, parts: Sequence[Doubt]) -> Doubt:
        """Return all ``parts``, at least one, as one."""
        columns: dict[str, Any] = {name: torch.cat([getattr(part, name) for part in parts]) for name in COLUMNS}
        return replace(parts[0], **columns)


@one_thread_inside()  # person by person: threads would wait for each other longer than they work
def doubt_of(model: TrainedModel, test: Ratings) -> Doubt:
    """Return what ``model`` expected of each held-out rating, for its average day.

    Raises ``InvalidArgument`` on an empty test part, other id maps, or a model without a posterior.
    """
    check_held_out(model, test)
    found = torch.zeros(3, len(test), dtype=torch.float64)
    for person, places in held_out_people(model, test):
        found[:, places] = torch.stack(person.outlook(test.item_idx[places].long())).double().cpu()
    mean, std, rating_std = found
    counts = model.rated.user_counts[test.user_idx.long()].double()
    return Doubt(test.values.double(), mean, std, rating_std, counts, test.scale)


def coverage(doubt: Doubt, share: float = STAR_SET_SHARE) -> float:
    """Return how many of the ratings, 0 to 1, lie within the central interval that should hold ``share`` of them.

    The interval is mean ± Φ⁻¹((1 + share) / 2) · rating_std, continuous and without limits.
    """
    return _kept(doubt.surprise, share)


def _kept(surprise: Tensor, share: float) -> float:
    return float((surprise.abs() <= half_width(share)).double().mean())


def half_width(share: float) -> float:
    """Return Φ⁻¹((1 + share) / 2): half the central interval's width in standard deviations."""
    if not 0 < share < 1:
        raise InvalidArgument(f"share must lie between 0 and 1, got {share:g}")
    return NormalDist().inv_cdf((1 + share) / 2)


def coverage_error(n: int, share: float) -> float:
    """Return the standard error of a coverage over ``n`` ratings, as if each were drawn by itself."""
    return math.sqrt(share * (1 - share) / n)


def reliability(doubt: Doubt, shares: Sequence[float] = CURVE) -> list[tuple[float, float]]:
    """Return (share promised, share kept) of central intervals: the calibration curve, a diagonal if all is well.

    Source: Kuleshov, Fenner and Ermon, *Accurate uncertainties for deep learning using calibrated regression*, 2018.
    """
    return kept_shares(doubt.surprise, shares)


def kept_shares(surprise: Tensor, shares: Sequence[float] = CURVE) -> list[tuple[float, float]]:
    """Return ``reliability`` where only the surprise (n,) of each rating is known."""
    return [(share, _kept(surprise, share)) for share in shares]


def scale_for(doubt: Doubt, share: float = STAR_SET_SHARE) -> float:
    """Return what ``rating_std`` must be multiplied by for its interval to hold exactly ``share`` of ``doubt``.

    Split conformal: the ⌈(n + 1) share⌉-th smallest |surprise|, over the half-width. To be asked of ratings put aside
    inside training, never of the test part. Source: Lei, G'Sell, Rinaldo, Tibshirani and Wasserman,
    *Distribution-free predictive inference for regression*, 2018, section 2.2.
    """
    place = min(math.ceil((len(doubt) + 1) * share), len(doubt))
    return float(doubt.surprise.abs().sort().values[place - 1]) / half_width(share)


@dataclass(frozen=True)
class StarSets:
    """How many of the ratings lie in their star set, 0 to 1, and how many levels a set has on average."""

    coverage: float
    mean_size: float


def star_sets(doubt: Doubt, share: float = STAR_SET_SHARE) -> StarSets:
    """Return how the star sets that hold at least ``share`` of the chances fare; what people are shown."""
    levels, scale = doubt.scale.levels, doubt.scale
    shown = doubt.mean.clamp(scale.low, scale.high)
    inside, size = 0, 0
    for rating, mean, std in zip(doubt.ratings.tolist(), shown.tolist(), doubt.rating_std.tolist(), strict=True):
        low, high = star_set(star_chances(mean, std, scale), share=share)
        inside += levels[low] - scale.step / 2 <= rating <= levels[high] + scale.step / 2
        size += high - low + 1
    return StarSets(inside / len(doubt), size / len(doubt))


@dataclass(frozen=True)
class Calibration:
    """How far a model's doubt can be trusted on held-out ratings.

    ``coverage`` is how many lie in their 90 % interval, 0 to 1, with its standard ``error``; ``width`` is the mean
    width of that interval in stars; ``curve`` holds (share promised, share kept).
    """

    n_ratings: int
    coverage: float
    error: float
    width: float
    star_sets: StarSets
    curve: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, doubt: Doubt) -> Calibration:
        """Return the figures of ``doubt``, at least one rating."""
        return cls(
            n_ratings=len(doubt),
            coverage=coverage(doubt),
            error=coverage_error(len(doubt), STAR_SET_SHARE),
            width=2 * half_width(STAR_SET_SHARE) * float(doubt.rating_std.mean()),
            star_sets=star_sets(doubt),
            curve=tuple(reliability(doubt)),
        )


def check_calibration(model: TrainedModel, test: Ratings) -> Calibration:
    """Return how far the doubt of ``model`` can be trusted on ``test``; raises as ``doubt_of`` does."""
    return Calibration.of(doubt_of(model, test))


def thirds(doubt: Doubt, by: Tensor) -> list[Doubt]:
    """Return the parts with the lowest, middle and highest third of ``by`` (n,); what ties keeps the order given."""
    order = by.argsort(stable=True)
    return [doubt.take(places.sort().values) for places in order.tensor_split(THIRDS)]
