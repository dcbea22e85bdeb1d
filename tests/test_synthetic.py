"""Synthetic ratings: drawn from the truth they come with, long-tailed, the same for the same seed."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.datasets.dataset import Dataset
from core.datasets.registry import load_dataset
from core.datasets.synthetic import EXACT_CELLS, NOISE_STD, SCALE, Synthetic
from core.errors import InvalidArgument


def top_tenth(counts: Tensor) -> float:
    """The share of ratings that the busiest tenth has."""
    ordered = counts.sort(descending=True).values
    return float(ordered[: len(ordered) // 10].sum() / ordered.sum())


@pytest.fixture(scope="module")
def like_ml100k() -> Dataset:
    return load_dataset("synthetic:943x1682x100000")


def test_the_name_says_the_size(like_ml100k: Dataset) -> None:
    ratings = like_ml100k.ratings
    assert (ratings.n_users, ratings.n_items, len(ratings)) == (943, 1682, 100_000)
    assert like_ml100k.name == "synthetic:943x1682x100000"
    assert ratings.users.labels[:2] == (1, 2) and len(like_ml100k.films) == 1682


def test_what_the_truth_leaves_over_is_noise_of_the_stated_size(like_ml100k: Dataset) -> None:
    ratings, truth = like_ml100k.ratings, like_ml100k.truth
    assert truth is not None and truth.noise_std == NOISE_STD
    noise = ratings.values - truth.score(ratings.user_idx, ratings.item_idx)
    # The standard error of a standard deviation is std / sqrt(2 n): 0.2 %; the scale's limits take less than 1 %.
    assert noise.std().item() == pytest.approx(NOISE_STD, rel=0.01)
    assert noise.mean().item() == pytest.approx(0, abs=0.005)
    at_limits = (ratings.values == SCALE.low) | (ratings.values == SCALE.high)
    assert at_limits.double().mean() < 0.001


def test_the_truth_is_the_formula_on_the_page(synthetic_small: Dataset) -> None:
    truth = synthetic_small.truth
    assert truth is not None
    for user, item in ((0, 0), (199, 99), (17, 4)):
        taste = sum(
            p * q for p, q in zip(truth.user_factors[user].tolist(), truth.item_factors[item].tolist(), strict=True)
        )
        expected = truth.global_mean + truth.user_bias[user].item() + truth.item_bias[item].item() + taste
        assert truth.score(torch.tensor([user]), torch.tensor([item])).item() == pytest.approx(expected)


def test_activity_and_popularity_have_long_tails_like_real_ones(ml100k: Dataset, like_ml100k: Dataset) -> None:
    real, drawn = ml100k.ratings, like_ml100k.ratings
    assert top_tenth(drawn.user_counts) == pytest.approx(top_tenth(real.user_counts), abs=0.05)
    assert top_tenth(drawn.item_counts) == pytest.approx(top_tenth(real.item_counts), abs=0.05)


def test_large_tables_are_drawn_another_way_with_the_same_result() -> None:
    drawn = Synthetic(n_users=4_000, n_items=2_000, n_ratings=300_000).draw(seed=1).ratings
    assert drawn.n_users * drawn.n_items > EXACT_CELLS
    pairs = drawn.user_idx.long() * 2_000 + drawn.item_idx
    assert len(drawn) == 300_000 == len(pairs.unique())
    assert top_tenth(drawn.user_counts) > 0.3 and top_tenth(drawn.item_counts) > 0.35
    assert (pairs.diff() < 0).any()  # in no order


def test_a_full_table_holds_every_pair_once() -> None:
    drawn = Synthetic(n_users=7, n_items=5, n_ratings=35).draw(seed=0).ratings
    assert drawn.user_counts.tolist() == [5] * 7 and drawn.item_counts.tolist() == [7] * 5


def test_equal_seeds_give_equal_data_and_others_others() -> None:
    table = Synthetic(n_users=20, n_items=30, n_ratings=100)
    first, again, other = (table.draw(seed=seed) for seed in (3, 3, 4))
    assert first.ratings.fingerprint == again.ratings.fingerprint != other.ratings.fingerprint
    assert list(first.films) == list(again.films)


def test_ratings_can_be_rounded_to_half_stars() -> None:
    values = Synthetic(n_users=50, n_items=50, n_ratings=500, rounded=True).draw(seed=0).ratings.values
    assert set(values.tolist()) <= set(SCALE.levels)


def test_it_is_labelled_and_its_genres_follow_the_factors(synthetic_small: Dataset) -> None:
    assert all("synthetic" in film.title for film in synthetic_small.films)
    assert "Synthetic" in synthetic_small.card.title and "invented" in synthetic_small.card.licence
    truth = synthetic_small.truth
    assert truth is not None
    sign = {}
    for film, factors in zip(synthetic_small.films, truth.item_factors, strict=True):
        strongest = int(factors.abs().argmax())
        assert sign.setdefault(film.genres, (strongest, factors[strongest] > 0)) == (strongest, factors[strongest] > 0)
    assert len(sign) == 8


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("synthetic:10x10", "dataset 'synthetic:10x10' is not understood, synthetic:USERSxITEMSxRATINGS is allowed"),
        ("synthetic:0x10x5", "n_users must be at least 1, got 0"),
        ("synthetic:10x10x101", "n_ratings must be at most 100 for 10 users and 10 films, got 101"),
        (
            "synthetic:10000x10000x25000001",
            "n_ratings must be at most 25000000 for 10000 users and 10000 films, got 25000001",
        ),
    ],
)
def test_a_size_that_cannot_be_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        load_dataset(name)
    assert str(error.value) == sentence


def test_noise_must_be_a_number_of_stars() -> None:
    with pytest.raises(InvalidArgument, match="noise_std must be 0 or more stars, got nan"):
        Synthetic(10, 10, 10, noise_std=float("nan"))
    still = Synthetic(10, 10, 50, noise_std=0.0).draw(seed=0)
    assert still.truth is not None
    score = still.truth.score(still.ratings.user_idx, still.ratings.item_idx).clamp(SCALE.low, SCALE.high)
    assert torch.allclose(still.ratings.values, score.float())
