"""The rating scale: which ratings a data set allows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.errors import InvalidArgument

# The steps, in stars, that rating scales come in, widest first.
STEPS = (1.0, 0.5, 0.25, 0.2, 0.1)
# How far from the grid, in steps, a rating may lie: float32 keeps 7 digits.
ON_GRID = 1e-4


@dataclass(frozen=True)
class RatingScale:
    """The ratings a data set allows: ``low``, ``low + step``, … ``high``, in stars."""

    low: float
    high: float
    step: float

    def __post_init__(self) -> None:
        if not (self.low < self.high and self.step > 0):
            raise InvalidArgument(f"a rating scale needs low < high and step > 0, got {self}")

    @cached_property
    def levels(self) -> tuple[float, ...]:
        """Every rating that can be given, lowest first."""
        n_steps = round((self.high - self.low) / self.step)
        return tuple(round(self.low + n * self.step, 9) for n in range(n_steps + 1))

    @property
    def relevant_from(self) -> float:
        """Ratings from here up count as liked in ranking metrics: the top quarter of the range (4 of 1 to 5)."""
        return self.high - (self.high - self.low) / 4

    def check(self, rating: float, *, name: str = "rating") -> float:
        """Return ``rating``; raise ``InvalidArgument`` if it lies off the scale (between the levels is fine)."""
        if not self.low <= rating <= self.high:  # also refuses NaN
            raise InvalidArgument(f"{name} {rating:g} is off the scale, {self.low:g} to {self.high:g} is allowed")
        return rating

    @classmethod
    def of(cls, values: Iterable[float]) -> RatingScale:
        """Return the narrowest scale that holds ``values``.

        Values within ½ to 5 are read as stars: 1 to 5 if all are whole, else ½ to 5. The step is the widest of
        ``STEPS`` that reaches every value; ratings on no such grid count as continuous, a hundredth of the range
        being a step. Raises ``InvalidArgument`` if there is no value, or one that is not finite.
        """
        distinct = np.unique(np.asarray(list(values), dtype=np.float64))
        if not len(distinct) or not np.isfinite(distinct).all():
            raise InvalidArgument(f"a rating scale is read from finite ratings, at least one, got {distinct.tolist()}")
        low, high = float(distinct[0]), float(distinct[-1])
        if low >= 0.5 and high <= 5:
            low, high = (1.0 if np.all(distinct % 1 == 0) else 0.5), 5.0
        high = high if high > low else low + 1
        reached = np.append(distinct, high) - low
        fits = (step for step in STEPS if np.allclose(reached / step, np.round(reached / step), rtol=0, atol=ON_GRID))
        return cls(low, high, next(fits, (high - low) / 100))
