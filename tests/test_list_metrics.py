"""What lists are like, alone and beside other lists: against plain loops, scikit-learn and pandas."""

from __future__ import annotations

import math

import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import pairwise_distances

from core import metrics
from core.errors import InvalidArgument
from tests import reference
from tests.test_metrics import shown_lists

NO_FILM = -1
counts = st.lists(st.integers(0, 40), min_size=1, max_size=30)


@st.composite
def two_lists(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Two lists of one length out of few films, so that they often share some."""
    films = draw(st.permutations(range(9)))
    length = draw(st.integers(1, 6))
    return films[:length], draw(st.permutations(range(9)))[:length]


def padded(films: list[int], k: int) -> torch.Tensor:
    return torch.tensor([films + [NO_FILM] * (k - len(films))])


@given(shown_lists())
def test_reciprocal_rank_equals_a_loop(shown: tuple[torch.Tensor, torch.Tensor]) -> None:
    hits, n_relevant = shown
    found = metrics.reciprocal_rank(hits, n_relevant).tolist()
    expected = [reference.reciprocal_rank(h, n) for h, n in zip(hits.tolist(), n_relevant.tolist(), strict=True)]
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_reciprocal_rank_of_nothing_relevant_is_not_known_and_of_no_hit_is_zero() -> None:
    found = metrics.reciprocal_rank(torch.tensor([[False, False], [False, False]]), torch.tensor([0, 3])).tolist()
    assert math.isnan(found[0]) and found[1] == 0


@given(counts)
def test_novelty_equals_a_loop(numbers: list[int]) -> None:
    found = metrics.novelty(torch.tensor(numbers), 50).tolist()
    assert found == pytest.approx([-math.log2(max(n, 1) / 50) for n in numbers], abs=1e-12)


@given(counts)
def test_popularity_ranks_equal_pandas(numbers: list[int]) -> None:
    found = metrics.popularity_ranks(torch.tensor(numbers)).tolist()
    assert found == pytest.approx(pd.Series(numbers).rank(ascending=False, method="average").tolist(), abs=1e-12)


@given(counts)
def test_gini_equals_the_mean_absolute_difference(numbers: list[int]) -> None:
    found = metrics.gini(torch.tensor(numbers))
    assert found == pytest.approx(reference.gini(numbers), abs=1e-12, nan_ok=True)


def test_gini_at_its_ends() -> None:
    assert metrics.gini(torch.tensor([3, 3, 3])) == 0
    assert metrics.gini(torch.tensor([0, 0, 0, 7])) == pytest.approx(1 - 1 / 4)
    assert math.isnan(metrics.gini(torch.tensor([0, 0])))


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=6, max_size=6), st.integers(0, 5))
def test_diversity_equals_loops(kinds: list[list[bool]], length: int) -> None:
    found = float(metrics.list_diversity(torch.tensor(kinds), padded(list(range(length)), 6))[0])
    sets = [frozenset(place for place, has in enumerate(row) if has) for row in kinds[:length]]
    assert found == pytest.approx(reference.list_diversity(sets), abs=1e-12, nan_ok=True)


def test_diversity_equals_scikit_learns_jaccard() -> None:
    has = torch.rand(8, 5, generator=torch.Generator().manual_seed(0)) < 0.5
    has[:, 0] = True  # every film is of some kind
    apart = pairwise_distances(has.numpy(), metric="jaccard")
    expected = apart.sum() / (8 * 7)
    assert float(metrics.list_diversity(has, torch.arange(8)[None])[0]) == pytest.approx(expected, abs=1e-12)


@given(two_lists(), st.integers(0, 3), st.sampled_from([0.5, 0.9]))
def test_rank_biased_overlap_equals_the_infinite_sum(lists: tuple[list[int], list[int]], more: int, p: float) -> None:
    """Room at the ends of both lists changes nothing."""
    one, other = (padded(films, len(films) + more) for films in lists)
    found = float(metrics.rank_biased_overlap(one, other, persistence=p)[0])
    assert found == pytest.approx(reference.rank_biased_overlap(*lists, p), abs=1e-9)


@given(two_lists())
def test_overlap_equals_sets(lists: tuple[list[int], list[int]]) -> None:
    one, other = lists
    found = float(metrics.overlap_at_k(padded(one, 8), padded(other, 8))[0])
    assert found == pytest.approx(len(set(one) & set(other)) / len(one), abs=1e-12)


def test_lists_that_are_equal_or_share_nothing() -> None:
    same, none = padded([3, 1, 2], 4), padded([7, 8, 9], 4)
    for measure in (metrics.overlap_at_k, metrics.rank_biased_overlap):
        assert float(measure(same, same)[0]) == pytest.approx(1, abs=1e-12)
        assert float(measure(same, none)[0]) == 0
        assert math.isnan(float(measure(padded([], 4), padded([], 4))[0]))


def test_the_top_counts_more() -> None:
    start = padded([1, 2, 3, 4], 4)
    swapped = [padded([2, 1, 3, 4], 4), padded([1, 2, 4, 3], 4)]
    at_top, at_end = (float(metrics.rank_biased_overlap(start, each)[0]) for each in swapped)
    assert at_top < at_end < 1


def test_what_is_out_of_range_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"^n_users must be at least 1, got 0$"):
        metrics.novelty(torch.tensor([1]), 0)
    with pytest.raises(InvalidArgument, match=r"^persistence must lie between 0 and 1, got 1$"):
        metrics.rank_biased_overlap(torch.tensor([[1]]), torch.tensor([[1]]), persistence=1)
