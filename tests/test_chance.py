"""The held-out association and the chance of the largest of many: in plain loops, and by what must hold."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Generator, Tensor

from core.space.chance import held_out_z, shuffles, step_down
from core.space.measures import auc, ranks

N = 24


def numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=Generator().manual_seed(seed), dtype=torch.float64)


def one_statistic(x: list[float], y: list[float], fold_of: list[int]) -> float:
    """The formula as printed, over the films whose y is known."""
    films = [film for film in range(len(y)) if y[film] == y[film]]
    middle_x, middle_y = (float(np.mean([values[film] for film in films])) for values in (x, y))
    c = {film: (x[film] - middle_x) * (y[film] - middle_y) for film in films}
    total = 0.0
    for fold in set(fold_of):
        outside = sum(c[film] for film in films if fold_of[film] != fold)
        inside = sum(c[film] for film in films if fold_of[film] == fold)
        total += float(np.sign(outside)) * inside
    mean = float(np.mean(list(c.values())))
    return total / float(np.sqrt(sum((value - mean) ** 2 for value in c.values())))


def test_the_statistic_is_the_formula() -> None:
    along, values, fold_of = numbers(N, 2), numbers(N, 3, seed=1), torch.arange(N) % 4
    values[::5, 0] = torch.nan
    values[:, 2] = (values[:, 2] > 0.4).double()
    orders = torch.cat([torch.arange(N)[None], *shuffles(N, 3, width=1, generator=Generator().manual_seed(2))])
    found = held_out_z(along, values, fold_of, orders)
    for row, order in enumerate(orders.tolist()):
        for axis in range(2):
            for column in range(3):
                dealt = [values[film, column].item() for film in order]
                expected = one_statistic(along[:, axis].tolist(), dealt, fold_of.tolist())
                assert found[row, axis, column].item() == pytest.approx(expected, abs=1e-9)


def test_neither_unit_nor_sign_of_an_axis_matters() -> None:
    along, values, fold_of, order = numbers(N, 2), numbers(N, 3, seed=1), torch.arange(N) % 4, torch.arange(N)[None]
    found = held_out_z(along, values, fold_of, order)
    other = held_out_z(7 - 3 * along, 5 * values + 2, fold_of, order)
    assert torch.allclose(found, other, rtol=0.0, atol=1e-9)


def test_with_ranks_it_orders_sets_of_one_size_as_their_auc_does() -> None:
    """Σ c = n₊ n₋ (AUC − ½)."""
    along = ranks(numbers(N))[:, None]
    labels = numbers(N, seed=1) > 0.3
    y = labels.double()
    total = float(((along[:, 0] - along.mean()) * (y - y.mean())).sum())
    n_in = int(labels.sum())
    assert total == pytest.approx(n_in * (N - n_in) * (auc(along[:, 0], labels).value - 0.5), abs=1e-9)


def test_a_sign_that_does_not_hold_from_fold_to_fold_counts_against() -> None:
    x, fold_of = torch.arange(1.0, 9.0)[:, None].double() * torch.tensor([[1.0], [-1.0]] * 4), torch.arange(8) % 2
    assert held_out_z(x, x * torch.tensor([[1.0], [-1.0]] * 4), fold_of, torch.arange(8)[None]).item() < 0


def test_shuffles_are_permutations_in_blocks_and_go_by_the_seed() -> None:
    drawn = [list(shuffles(5, 7, width=400_000, generator=Generator().manual_seed(seed))) for seed in (0, 0, 1)]
    assert [len(block) for block in drawn[0]] == [2, 2, 2, 1]
    first, again, other = (torch.cat(blocks) for blocks in drawn)
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert first.sort(1).values.tolist() == [[0, 1, 2, 3, 4]] * 7


def test_each_step_down_compares_with_the_largest_of_what_is_left() -> None:
    observed, null = numbers(5) + 0.5, numbers(60, 5, seed=1)
    order = sorted(range(5), key=lambda place: -observed[place].item())
    expected, so_far = {}, 0.0
    for step, place in enumerate(order):
        largest = [max(row[left] for left in order[step:]) for row in null.tolist()]
        p = (1 + sum(value >= observed[place].item() for value in largest)) / 61
        so_far = max(so_far, p)
        expected[place] = so_far
    assert step_down(observed, null).tolist() == pytest.approx([expected[place] for place in range(5)], abs=1e-12)


def test_a_smaller_statistic_is_never_surer_than_a_larger_one() -> None:
    """The larger one's own shuffles reach it often; without them the smaller would look certain."""
    null = torch.zeros(99, 2, dtype=torch.float64)
    null[:49, 0] = 9.0
    assert step_down(torch.tensor([3.0, 2.9], dtype=torch.float64), null).tolist() == [0.5, 0.5]
    assert step_down(torch.tensor([2.9, 3.0], dtype=torch.float64), null).tolist() == [0.5, 0.5]


def test_a_mere_difference_in_scatter_does_not_pass_for_one_in_place() -> None:
    """30 of 300 films scatter five times as far around the same middle, in 400 tables: no more than 5 % pass at 5 %.

    Without its own scatter below the line the statistic would be the plain rank sum, and pass in 15 %.
    """
    generator = Generator().manual_seed(5)
    labels = (torch.arange(300) < 30).double()[:, None]
    orders = next(shuffles(300, 199, width=1, generator=generator))
    named = 0
    for _ in range(400):
        x = torch.randn(300, 1, generator=generator, dtype=torch.float64) * (1 + 4 * labels)
        along, fold_of = ranks(x[:, 0])[:, None], torch.randperm(300, generator=generator) % 5
        observed = held_out_z(along, labels, fold_of, torch.arange(300)[None]).flatten()
        named += step_down(observed, held_out_z(along, labels, fold_of, orders).flatten(1)).item() <= 0.05
    assert named <= 31  # a one-sided 1 % binomial test of 5 %
