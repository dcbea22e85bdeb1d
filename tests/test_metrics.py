"""Metrics against plain loops and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error as sklearn_mae
from sklearn.metrics import mean_squared_error as sklearn_mse
from sklearn.metrics import ndcg_score

from core.errors import InvalidArgument
from core.metrics import coverage, mean_absolute_error, ndcg_at_k, recall_at_k, root_mean_square_error
from tests import reference


@st.composite
def shown_lists(draw: st.DrawFn) -> tuple[torch.Tensor, torch.Tensor]:
    """Hits of some users' first k films, and how many relevant films each has, at least as many as hits."""
    n_users, k = draw(st.integers(1, 5)), draw(st.integers(1, 8))
    hits = [draw(st.lists(st.booleans(), min_size=k, max_size=k)) for _ in range(n_users)]
    relevant = [sum(row) + draw(st.integers(0, 12)) for row in hits]
    return torch.tensor(hits), torch.tensor(relevant)


@given(st.lists(st.tuples(st.floats(0.5, 5), st.floats(-2, 8)), min_size=1, max_size=30))
def test_errors_equal_loops_and_scikit_learn(pairs: list[tuple[float, float]]) -> None:
    ratings, predictions = (torch.tensor(column, dtype=torch.float64) for column in zip(*pairs, strict=True))
    found = root_mean_square_error(ratings, predictions), mean_absolute_error(ratings, predictions)
    assert found[0] == pytest.approx(reference.rmse(ratings.tolist(), predictions.tolist()), abs=1e-12)
    assert found[0] == pytest.approx(math.sqrt(sklearn_mse(ratings, predictions)), abs=1e-12)
    assert found[1] == pytest.approx(reference.mae(ratings.tolist(), predictions.tolist()), abs=1e-12)
    assert found[1] == pytest.approx(sklearn_mae(ratings, predictions), abs=1e-12)


def test_errors_are_summed_in_float64() -> None:
    """300,000 float32 numbers; a float32 sum of them is right to five digits at best, this to twelve."""
    generator = torch.Generator().manual_seed(0)
    ratings = torch.rand(300_000, generator=generator) * 1000
    exact = ratings.double()
    assert root_mean_square_error(ratings, torch.zeros_like(ratings)) == pytest.approx(
        math.sqrt(math.fsum(exact.square().tolist()) / len(exact)), rel=1e-12
    )
    assert mean_absolute_error(ratings, torch.zeros_like(ratings)) == pytest.approx(
        math.fsum(exact.tolist()) / len(exact), rel=1e-12
    )


@pytest.mark.parametrize("measure", [root_mean_square_error, mean_absolute_error])
@pytest.mark.parametrize("lengths", [(0, 0), (2, 3)])
def test_unequal_or_no_ratings_are_refused(measure: type, lengths: tuple[int, int]) -> None:
    with pytest.raises(InvalidArgument) as error:
        measure(torch.ones(lengths[0]), torch.ones(lengths[1]))
    assert str(error.value) == (
        f"ratings and predictions must have one equal length above 0, got {lengths[0]} and {lengths[1]}"
    )


@given(shown_lists())
def test_ranking_metrics_equal_loops(lists: tuple[torch.Tensor, torch.Tensor]) -> None:
    hits, n_relevant = lists
    k = hits.shape[1]
    for found, truth in ((ndcg_at_k, reference.ndcg), (recall_at_k, reference.recall)):
        expected = [truth(row, n, k) for row, n in zip(hits.tolist(), n_relevant.tolist(), strict=True)]
        np.testing.assert_allclose(found(hits, n_relevant), expected, rtol=1e-12, equal_nan=True)


@pytest.mark.parametrize("k", [1, 3, 10, 40])
def test_ndcg_equals_scikit_learns(k: int) -> None:
    """Random relevance and distinct scores, a ranking by score; scikit-learn does its own sorting."""
    generator = np.random.default_rng(k)
    relevance, scores = generator.random((20, 40)) < 0.2, generator.random((20, 40))
    relevance[:, 0] = True  # scikit-learn calls a user without relevant films 0
    order = np.argsort(-scores, axis=1)
    hits = torch.from_numpy(np.take_along_axis(relevance, order, axis=1)[:, :k])
    found = ndcg_at_k(hits, torch.from_numpy(relevance.sum(1)))
    assert float(found.mean()) == pytest.approx(ndcg_score(relevance, scores, k=k), abs=1e-12)


def test_ranking_by_hand() -> None:
    hits, n_relevant = torch.tensor([[False, True], [False, False], [True, True]]), torch.tensor([1, 0, 4])
    assert ndcg_at_k(hits, n_relevant).tolist() == pytest.approx([1 / math.log2(3), math.nan, 1.0], nan_ok=True)
    assert recall_at_k(hits, n_relevant).tolist() == pytest.approx([1.0, math.nan, 0.5], nan_ok=True)


@given(st.lists(st.lists(st.integers(0, 6), max_size=4), min_size=1, max_size=5))
def test_coverage_equals_loops(lists: list[list[int]]) -> None:
    shown = torch.tensor([item for row in lists for item in row], dtype=torch.int64)
    assert coverage(shown, 7) == pytest.approx(reference.coverage(lists, 7))


def test_coverage_of_no_films_is_refused() -> None:
    with pytest.raises(InvalidArgument) as error:
        coverage(torch.tensor([0]), 0)
    assert str(error.value) == "n_items must be at least 1, got 0"
