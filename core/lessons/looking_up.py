"""Picking a person out of a table by multiplying it with zeros and a one, and what that costs beside looking the row up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import torch
from torch import Tensor

# Of one measurement: shown live, so it may not keep a page waiting; so many give a steady median.
MOST_SECONDS, MOST_REPEATS = 0.08, 1_001


def one_hot(row: int, n: int) -> Tensor:
    """Return ``n`` zeros with a single one among them, in place ``row``, counted from 0."""
    zeros = torch.zeros(n)
    zeros[row] = 1
    return zeros


def by_product(user_factors: Tensor, row: int) -> Tensor:
    """Return somebody's numbers (d,) by multiplying the whole table (n_users, d): each row times its 0 or 1, added up."""
    one_hot_row = one_hot(row, len(user_factors)).to(user_factors)
    return user_factors.t() @ one_hot_row


def by_index(user_factors: Tensor, row: int) -> Tensor:
    """Return the same numbers (d,) by looking the row up."""
    return user_factors[row]


def slip_of_a_key(user_factors: Tensor, row: int) -> str:
    """Return what torch answers to ``&`` in the place of ``@``."""
    try:
        return str(user_factors.t() & one_hot(row, len(user_factors)))
    except RuntimeError as refusal:
        return str(refusal)


def largest_difference(one: Tensor, other: Tensor) -> float:
    """Return by how much two tables of the same shape differ at most, in their own unit; 0 where they are empty."""
    return float((one - other).abs().max()) if one.numel() else 0.0


def median_seconds(
    work: Callable[[], object],
    *,
    most_seconds: float = MOST_SECONDS,
    clock: Callable[[], float] = perf_counter,
) -> float:
    """Return how long ``work`` takes, in seconds: the median of up to ``MOST_REPEATS`` runs after one that is not counted.

    No run is begun after ``most_seconds``; one is always counted.
    """
    work()
    times: list[float] = []
    begun = clock()
    while not times or (len(times) < MOST_REPEATS and clock() - begun < most_seconds):
        start = clock()
        work()
        times.append(clock() - start)
    return median(times)


@dataclass(frozen=True)
class LookUpTimes:
    """How long one person's numbers take, in seconds, median of many: by multiplying the whole table, and by the row's place."""

    by_product: float
    by_index: float

    @property
    def ratio(self) -> float:
        """How many times as long multiplying takes."""
        return self.by_product / self.by_index


def look_up_times(user_factors: Tensor, row: int) -> LookUpTimes:
    """Return both times for this table on this machine, now; takes at most a fifth of a second."""
    return LookUpTimes(
        median_seconds(lambda: by_product(user_factors, row)), median_seconds(lambda: by_index(user_factors, row))
    )
