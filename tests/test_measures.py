"""Held-out R², AUC and their intervals: against pairs counted in loops, scikit-learn and simulations."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, rankdata
from sklearn.metrics import r2_score, roc_auc_score
from torch import Tensor

from core.space.measures import Z95, auc, auc_of_each, r_squared, ranks

SCORES = st.lists(st.integers(-3, 3), min_size=4, max_size=14)


def labelled(n: int, *, first: int) -> Tensor:
    return torch.arange(n) < first


def pairs_won(scores: list[int], labels: list[bool]) -> float:
    """Share of pairs, ties half, one at a time."""
    inside = [score for score, label in zip(scores, labels, strict=True) if label]
    outside = [score for score, label in zip(scores, labels, strict=True) if not label]
    won = [1.0 if a > b else 0.5 if a == b else 0.0 for a in inside for b in outside]
    return sum(won) / len(won)


@given(SCORES)
def test_ranks_share_ties(values: list[int]) -> None:
    assert ranks(torch.tensor(values, dtype=torch.float64)).tolist() == rankdata(values).tolist()


@given(SCORES, st.integers(1, 3))
def test_auc_counts_pairs(scores: list[int], n_in: int) -> None:
    labels = labelled(len(scores), first=n_in)
    found = auc(torch.tensor(scores, dtype=torch.float64), labels).value
    assert found == pytest.approx(pairs_won(scores, labels.tolist()), abs=1e-12)
    assert found == pytest.approx(roc_auc_score(labels.numpy(), scores), abs=1e-12)


def test_auc_of_many_sets_at_once() -> None:
    generator = torch.Generator().manual_seed(0)
    scores, labels = torch.randn(6, 20, generator=generator), torch.rand(6, 20, generator=generator) < 0.4
    expected = [roc_auc_score(y.numpy(), s.numpy()) for s, y in zip(scores, labels, strict=True)]
    assert auc_of_each(scores, labels).tolist() == pytest.approx(expected, abs=1e-6)  # float32 sums


@pytest.mark.parametrize(("n_in", "spread"), [(6, 1.0), (40, 3.0)])
def test_the_interval_is_the_wider_of_delongs_and_newcombes(n_in: int, spread: float) -> None:
    """Both written out: placements in loops, and a grid of all θ that Newcombe's inequality admits."""
    generator = np.random.default_rng(4)
    inside, outside = 0.8 + spread * generator.standard_normal(n_in), generator.standard_normal(60)
    found = auc(torch.from_numpy(np.r_[inside, outside]), labelled(n_in + 60, first=n_in))
    won_by = [np.mean([a > b for b in outside]) for a in inside]
    lost_by = [np.mean([a > b for a in inside]) for b in outside]
    error = math.sqrt(np.var(won_by, ddof=1) / n_in + np.var(lost_by, ddof=1) / 60)
    logit, reach = math.log(found.value / (1 - found.value)), Z95 * error / (found.value * (1 - found.value))
    delong = [1 / (1 + math.exp(-logit + sign * reach)) for sign in (1, -1)]
    grid, size = np.linspace(1e-6, 1 - 1e-6, 400_001), (n_in + 60) / 2 - 1
    variance = grid * (1 - grid) * (1 + size * ((1 - grid) / (2 - grid) + grid / (1 + grid))) / (n_in * 60)
    admitted = grid[(grid - found.value) ** 2 <= Z95**2 * variance]
    assert found.low == pytest.approx(min(delong[0], admitted[0]), abs=5e-6)
    assert found.high == pytest.approx(max(delong[1], admitted[-1]), abs=5e-6)


@pytest.mark.parametrize("n_in", [1, 3])
def test_a_set_that_lies_wholly_apart_is_not_certain(n_in: int) -> None:
    found = auc(torch.arange(30.0).flip(0), labelled(30, first=n_in))
    assert (found.value, found.high) == pytest.approx((1.0, 1.0), abs=1e-9)
    assert 0.1 < found.low < 0.8  # so few films decide little
    other = auc(torch.arange(30.0), labelled(30, first=n_in))
    assert (other.low, other.high) == pytest.approx((1 - found.high, 1 - found.low), abs=1e-9)


@pytest.mark.parametrize(("n_in", "spread", "truth"), [(5, 1.0, 0.9), (10, 2.0, 0.7), (60, 0.5, 0.7)])
def test_intervals_hold_the_truth_in_nine_of_ten_cases(n_in: int, spread: float, truth: float) -> None:
    generator = torch.Generator().manual_seed(1)
    labels, shift = labelled(n_in + 200, first=n_in), norm.ppf(truth) * math.sqrt(1 + spread**2)
    held = 0
    for _ in range(300):
        scores = torch.randn(n_in + 200, generator=generator)
        scores[:n_in] = shift + spread * scores[:n_in]
        found = auc(scores, labels)
        held += found.low <= truth <= found.high
    assert held / 300 > 0.9


def test_r_squared_is_what_is_saved_of_the_means_error() -> None:
    generator = torch.Generator().manual_seed(2)
    truth, guess = torch.randn(2, 50, generator=generator, dtype=torch.float64)
    found = r_squared((truth - guess).square(), (truth - truth.mean()).square())
    assert found.value == pytest.approx(r2_score(truth.numpy(), guess.numpy()), abs=1e-12)
    assert found.value < 0  # worse than the mean: said, not hidden


def test_the_interval_of_r_squared_is_the_bootstraps() -> None:
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(400, generator=generator, dtype=torch.float64)
    y = 0.6 * x + torch.randn(400, generator=generator, dtype=torch.float64)
    errors, base = (y - 0.6 * x).square(), y.square()
    found = r_squared(errors, base)
    drawn = torch.randint(400, (4_000, 400), generator=generator)
    values = 1 - errors[drawn].mean(1) / base[drawn].mean(1)
    assert found.high - found.value == pytest.approx(found.value - found.low, abs=1e-12)
    assert (found.high - found.low) / 2 == pytest.approx(Z95 * float(values.std()), rel=0.06)
