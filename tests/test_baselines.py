"""BiasOnly and Popularity against plain loops."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from core.datasets.synthetic import Synthetic
from core.errors import InvalidArgument
from core.folding import fold_in, person_of
from core.links import Constant
from core.ratings import IdMap, Ratings
from core.trainers.baselines import BiasOnly, Popularity
from tests import reference

DAMPINGS = [0.0, 1.0, 5.0]


@pytest.fixture(scope="module")
def small() -> Ratings:
    """30 × 20 with 200 ratings; user 31 and film 21 have none."""
    ratings = Synthetic(n_users=30, n_items=20, n_ratings=200).draw(seed=1).ratings
    users, items = IdMap(range(1, 32), kind="user"), IdMap(range(1, 22), kind="film")
    return replace(ratings, users=users, items=items)


def damped_biases(ratings: Ratings, damping: float) -> tuple[float, list[float], list[float]]:
    """μ, then Σ(r − μ) / (n_i + damping), then Σ(r − μ − b_i) / (n_u + damping)."""
    entries = reference.entries(ratings)
    mean = sum(stars for _, _, stars in entries) / len(entries)
    item_bias, user_bias = [], []
    for item in range(ratings.n_items):
        mine = [stars - mean for _, i, stars in entries if i == item]
        item_bias.append(sum(mine) / (len(mine) + damping) if mine else 0.0)
    for user in range(ratings.n_users):
        mine = [stars - mean - item_bias[i] for u, i, stars in entries if u == user]
        user_bias.append(sum(mine) / (len(mine) + damping) if mine else 0.0)
    return mean, user_bias, item_bias


@pytest.mark.parametrize("damping", DAMPINGS)
def test_biases_equal_loops(small: Ratings, damping: float) -> None:
    model = BiasOnly(damping=damping).fit(small, seed=0)
    mean, user_bias, item_bias = damped_biases(small, damping)
    assert float(model.global_mean) == pytest.approx(mean)
    assert model.user_bias[0].tolist() == pytest.approx(user_bias, abs=1e-6)
    assert model.item_bias[0].tolist() == pytest.approx(item_bias, abs=1e-6)
    expected = min(max(mean + user_bias[3] + item_bias[4], 0.5), 5.0)
    assert float(model.predict(torch.tensor([3]), torch.tensor([4]))) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("damping", DAMPINGS)
def test_a_training_user_folded_in_has_their_bias(small: Ratings, damping: float) -> None:
    model = BiasOnly(damping=damping).fit(small, seed=0)
    for row, user_id in enumerate(model.users):
        found = float(fold_in(model, model.ratings_of(user_id)).mean)
        assert found == pytest.approx(float(model.user_bias[0, row]), abs=1e-5)


@pytest.mark.parametrize("damping", DAMPINGS)
def test_the_noise_is_that_of_ratings_left_out(small: Ratings, damping: float) -> None:
    """e / (1 − h_u − h_i), a damped mean of n ratings following each by h = 1 / (n + damping)."""
    mean, user_bias, item_bias = damped_biases(small, damping)
    counts = (small.user_counts.tolist(), small.item_counts.tolist())
    total = 0.0
    for user, item, stars in reference.entries(small):
        kept = 1 - 1 / (counts[0][user] + damping) - 1 / (counts[1][item] + damping)
        total += ((stars - mean - user_bias[user] - item_bias[item]) / max(kept, 0.05)) ** 2
    prior = BiasOnly(damping=damping).fit(small, seed=0).user_prior
    assert prior is not None
    assert prior.noise_variance == pytest.approx(total / len(small), rel=1e-5)
    assert float(prior.penalty(9)) == pytest.approx(max(damping, 1e-6), rel=1e-5)


def test_a_rating_that_its_rows_follow_wholly_counts_a_twentieth() -> None:
    """User 3 and film 3 have one rating, each other's: with one rating as damping h is ½ + ½, and 1 − h nothing."""
    ratings = Ratings.from_columns([1, 1, 2, 2, 3], [1, 2, 1, 2, 3], [1.0, 2.0, 2.0, 3.0, 5.0])
    mean, user_bias, item_bias = damped_biases(ratings, 1.0)
    total = 0.0
    for user, item, stars in reference.entries(ratings):
        kept = 1 / 3 if user != 2 else 0.05  # 1 − 1/(2 + 1) − 1/(2 + 1)
        total += ((stars - mean - user_bias[user] - item_bias[item]) / kept) ** 2
    prior = BiasOnly(damping=1.0).fit(ratings, seed=0).user_prior
    assert prior is not None
    assert prior.noise_variance == pytest.approx(total / 5, rel=1e-5)


@pytest.mark.parametrize("damping", [-1.0, math.nan])
def test_negative_damping_is_refused(damping: float) -> None:
    with pytest.raises(InvalidArgument) as error:
        BiasOnly(damping=damping)
    assert str(error.value) == f"damping must be at least 0, got {damping:g}"


def test_popularity_ranks_by_number_of_ratings_and_predicts_the_mean(small: Ratings) -> None:
    model = Popularity().fit(small, seed=0)
    mean = float(small.values.double().mean())
    assert model.link == Constant(mean)
    person = person_of(model, 31)  # somebody who rated nothing
    counts = dict(zip(small.items, small.item_counts.tolist(), strict=True))
    order = [counts[one.item_id] for one in person.top_n(21)]
    assert order == sorted(counts.values(), reverse=True)
    assert len(set(order)) > 5
    for one in person.predict_all():
        assert one.prediction == pytest.approx(mean)
    expected = [math.log(1 + n) for n in counts.values()]
    assert model.ranking_scores(torch.tensor([0]))[0].tolist() == pytest.approx(expected)
