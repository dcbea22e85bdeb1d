"""How likely each rating is, and the smallest set of stars that holds nine chances in ten."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from core.errors import InvalidArgument
from core.ratings import RatingScale

# The share of chances that a star-set holds at least. ``rating_std`` is taken as it is: noise and posterior are learned in
# training, and a tenth of u1's training ratings, put aside, asks for a further factor of 0.994 (Gibbs) or 0.989 (ALS),
# which is none (`python -m benchmarks.bench_coverage`).
STAR_SET_SHARE = 0.9
# Chances that should sum to a share, or to 1, miss it by less than this.
ROUNDING = 1e-9


def star_chances(prediction: float, rating_std: float, scale: RatingScale) -> tuple[float, ...]:
    """Return the chance of each level of ``scale``, lowest first; they sum to 1.

    A rating is Gaussian around ``prediction`` with ``rating_std`` (stars) and lands on the nearest level:
    Φ((upper − m) / s) − Φ((lower − m) / s) with borders half-way between levels, open at both ends. Raises
    ``InvalidArgument`` if ``rating_std`` is not above 0.
    """
    if not rating_std > 0:
        raise InvalidArgument(f"rating_std must be above 0 stars, got {rating_std:g}")
    borders = [(low + high) / 2 for low, high in pairwise(scale.levels)]
    below = [0.0, *(_normal_cdf((border - prediction) / rating_std) for border in borders), 1.0]
    return tuple(high - low for low, high in pairwise(below))


def star_set(chances: Sequence[float], *, share: float = STAR_SET_SHARE) -> tuple[int, int]:
    """Return the first and last position of the shortest run of levels holding at least ``share``.

    Of several shortest runs the most probable one. Raises ``InvalidArgument`` unless 0 < share ≤ the sum.
    """
    total = math.fsum(chances)
    if not 0 < share <= total + ROUNDING:
        raise InvalidArgument(f"share must be above 0 and at most the sum of the chances, {total:g}, got {share:g}")
    for length in range(1, len(chances) + 1):
        sums = [math.fsum(chances[first : first + length]) for first in range(len(chances) - length + 1)]
        best = max(range(len(sums)), key=sums.__getitem__)
        if sums[best] >= share - ROUNDING:
            return best, best + length - 1
    return 0, len(chances) - 1


def _normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2))
