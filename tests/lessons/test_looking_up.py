"""Looking up by multiplying is looking up; and what is timed is timed within bounds."""

from __future__ import annotations

import pytest
import torch

from core.lessons import (
    by_index,
    by_product,
    largest_difference,
    look_up_times,
    median_seconds,
    one_hot,
    slip_of_a_key,
)

TABLE = torch.randn(9, 4, generator=torch.Generator().manual_seed(3))


def test_zeros_and_a_one() -> None:
    assert one_hot(0, 3).tolist() == [1, 0, 0]
    assert one_hot(2, 3).tolist() == [0, 0, 1]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_product_is_the_row_exactly(dtype: torch.dtype) -> None:
    table = TABLE.to(dtype)
    for row in range(len(table)):
        slow = [sum(float(table[u, f]) * (u == row) for u in range(9)) for f in range(4)]
        assert by_product(table, row).tolist() == slow == by_index(table, row).tolist()


def test_the_slip_is_refused_by_torch_itself() -> None:
    assert slip_of_a_key(TABLE, 3) == "\"bitwise_and_cpu\" not implemented for 'Float'"


def test_the_largest_difference() -> None:
    assert largest_difference(TABLE, TABLE) == 0
    assert largest_difference(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 4.5, 2.0])) == 2.5
    assert largest_difference(TABLE[:0], TABLE[:0]) == 0


def test_the_median_of_what_the_clock_says_the_first_run_left_out() -> None:
    now = [0.0]
    costs = iter([100.0, 1.0, 9.0, 2.0, 50.0])

    def work() -> None:
        now[0] += next(costs)

    assert median_seconds(work, most_seconds=11.5, clock=lambda: now[0]) == 2.0


def test_no_run_begins_after_the_time_is_up_and_one_always_counts() -> None:
    now, runs = [0.0], [0]

    def work() -> None:
        runs[0] += 1
        now[0] += 3.0

    assert median_seconds(work, most_seconds=7.0, clock=lambda: now[0]) == 3.0
    assert runs[0] == 1 + 3
    runs[0] = 0
    assert median_seconds(work, most_seconds=0.0, clock=lambda: now[0]) == 3.0
    assert runs[0] == 1 + 1


def test_both_ways_are_timed_and_compared() -> None:
    found = look_up_times(TABLE, 3)
    assert found.by_product > 0
    assert found.by_index > 0
    assert found.ratio == found.by_product / found.by_index
