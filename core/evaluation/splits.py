"""Which ratings are held out. A split depends on the data, its name and the seed, never on a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from core.errors import InvalidArgument
from core.ratings import Ratings

PUBLISHED_FOLDS = ("u1", "u2", "u3", "u4", "u5")
# The published test part of u1 is the first 20,000 rows of ml-100k, u2 the next, and so on. The fingerprint covers the
# order of rows, and is that of ml-100k wherever it was read from.
PUBLISHED_FINGERPRINT, PUBLISHED_TEST = "f438bdbb68054736", 20_000
# Keeps 0.29 · 100, which is 28.999…, a 29.
ROUNDING = 1e-9
SPLITS = ("random", "time", *PUBLISHED_FOLDS)


@dataclass(frozen=True, eq=False)
class Split:
    """Ratings to train on and ratings to measure on; both keep the id maps of the whole table."""

    name: str
    train: Ratings
    test: Ratings


def make_split(ratings: Ratings, name: str = "random", *, seed: int = 0, test_fraction: float = 0.2) -> Split:
    """Return the split called ``name``.

    ``random`` draws ``test_fraction`` of all ratings; ``time`` holds out the latest ``test_fraction`` of each
    person's ratings; ``u1`` to ``u5`` are the folds published with ml-100k. Raises ``InvalidArgument`` on another
    name, on data without times, or if the published folds are asked of other data.
    """
    if name in PUBLISHED_FOLDS:
        return _by_mask(name, ratings, _published_mask(ratings, name))
    makers: dict[str, Callable[[], Split]] = {
        "random": lambda: Split("random", *ratings.split(test_fraction=test_fraction, seed=seed)),
        "time": lambda: _by_mask("time", ratings, _latest_mask(ratings, test_fraction)),
    }
    if name not in makers:
        raise InvalidArgument(f"split must be one of {', '.join(SPLITS)}, got {name!r}")
    return makers[name]()


def _by_mask(name: str, ratings: Ratings, mask: torch.Tensor) -> Split:
    if not 0 < int(mask.sum()) < len(ratings):
        raise InvalidArgument(f"split {name} of {len(ratings)} ratings leaves one part empty")
    return Split(name, ratings.take(~mask), ratings.take(mask))


def _published_mask(ratings: Ratings, name: str) -> torch.Tensor:
    if ratings.fingerprint != PUBLISHED_FINGERPRINT:
        raise InvalidArgument(
            f"split {name} is published for the rows of ml-100k, and these {len(ratings)} ratings are others; "
            "random works everywhere, time where ratings have times"
        )
    first = PUBLISHED_FOLDS.index(name) * PUBLISHED_TEST
    mask = torch.zeros(len(ratings), dtype=torch.bool)
    mask[first : first + PUBLISHED_TEST] = True
    return mask


def _latest_mask(ratings: Ratings, test_fraction: float) -> torch.Tensor:
    """The last ⌊share · n⌋ of each person's n ratings by time; ratings of one moment keep the table's order."""
    if ratings.timestamps is None:
        raise InvalidArgument("split time needs ratings with times, and these have none; random works everywhere")
    if not 0 < test_fraction < 1:
        raise InvalidArgument(f"test_fraction must lie between 0 and 1, got {test_fraction:g}")
    by_time = torch.argsort(ratings.timestamps, stable=True)
    order = by_time[torch.argsort(ratings.user_idx[by_time], stable=True)]
    counts = ratings.user_counts
    users = ratings.user_idx[order].long()
    place = torch.arange(len(ratings)) - (counts.cumsum(0) - counts)[users]
    kept = counts - (counts.double() * test_fraction + ROUNDING).floor().long()
    mask = torch.zeros(len(ratings), dtype=torch.bool)
    mask[order] = place >= kept[users]
    return mask
