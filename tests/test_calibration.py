"""Coverage against counting one rating at a time; intervals that are right by construction hold what they promise."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.dataset import Dataset
from core.errors import InvalidArgument
from core.evaluation.calibration import (
    CURVE,
    Calibration,
    Doubt,
    check_calibration,
    coverage,
    coverage_error,
    doubt_of,
    half_width,
    reliability,
    scale_for,
    star_sets,
    thirds,
)
from core.folding import person_of
from core.links import Identity, SigmoidRange
from core.ratings import RatingScale
from core.stars import star_chances, star_set
from core.trainers.als import ALS
from core.trainers.baselines import Popularity
from core.trainers.gibbs import Gibbs
from tests.models import random_model

SCALE = RatingScale(1.0, 5.0, 1.0)


def invented(n: int, *, seed: int = 0, factor: float = 1.0) -> Doubt:
    """Ratings drawn from what was expected of them, their scatter ``factor`` times as wide as promised."""
    generator = torch.Generator().manual_seed(seed)
    mean = 1 + 4 * torch.rand(n, generator=generator, dtype=torch.float64)
    std = 0.1 + 0.4 * torch.rand(n, generator=generator, dtype=torch.float64)
    rating_std = (std.square() + 0.64).sqrt()
    ratings = mean + factor * rating_std * torch.randn(n, generator=generator, dtype=torch.float64)
    counts = torch.randint(1, 300, (n,), generator=generator).double()
    return Doubt(ratings, mean, std, rating_std, counts, SCALE)


@given(st.integers(1, 40), st.integers(0, 1_000), st.floats(0.01, 0.99))
def test_coverage_counts_ratings_in_their_intervals(n: int, seed: int, share: float) -> None:
    doubt = invented(n, seed=seed)
    z = NormalDist().inv_cdf(0.5 + share / 2)
    inside = [
        mean - z * std <= rating <= mean + z * std
        for rating, mean, std in zip(*(getattr(doubt, name).tolist() for name in ("ratings", "mean", "rating_std")),
                                     strict=True)
    ]  # fmt: skip
    assert coverage(doubt, share) == pytest.approx(sum(inside) / n)
    assert reliability(doubt, [share]) == [(share, coverage(doubt, share))]


def test_an_honest_doubt_lies_on_the_diagonal() -> None:
    """Within four standard errors of 20,000 ratings."""
    doubt = invented(20_000)
    curve = reliability(doubt)
    assert [share for share, _ in curve] == list(CURVE)
    for share, kept in curve:
        assert kept == pytest.approx(share, abs=4 * coverage_error(20_000, share))


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.6])
def test_the_scale_undoes_a_doubt_that_is_too_narrow_or_too_wide(factor: float) -> None:
    found = scale_for(invented(20_000, factor=factor))
    assert found == pytest.approx(factor, rel=0.02)
    other = invented(20_000, factor=factor, seed=1)
    assert coverage(replace(other, rating_std=found * other.rating_std)) == pytest.approx(0.9, abs=0.01)


@given(st.integers(1, 60), st.integers(0, 100), st.floats(0.05, 0.95))
def test_the_scale_is_the_smallest_that_holds_as_many_as_asked(n: int, seed: int, share: float) -> None:
    doubt = invented(n, seed=seed)
    scale = scale_for(doubt, share)
    place = min(math.ceil((n + 1) * share), n)
    assert coverage(replace(doubt, rating_std=scale * (1 + 1e-9) * doubt.rating_std), share) >= place / n - 1e-12
    assert coverage(replace(doubt, rating_std=scale * (1 - 1e-9) * doubt.rating_std), share) < place / n


@given(st.integers(1, 30), st.integers(0, 100))
def test_star_sets_are_those_that_people_are_shown(n: int, seed: int) -> None:
    doubt = invented(n, seed=seed)
    doubt = replace(doubt, ratings=doubt.ratings.round().clamp(1, 5), mean=1.5 * doubt.mean)  # some above the scale
    inside, size = 0, 0
    for rating, mean, std in zip(doubt.ratings.tolist(), doubt.mean.tolist(), doubt.rating_std.tolist(), strict=True):
        low, high = star_set(star_chances(min(5.0, max(1.0, mean)), std, SCALE))
        inside += SCALE.levels[low] <= rating <= SCALE.levels[high]
        size += high - low + 1
    found = star_sets(doubt)
    assert (found.coverage, found.mean_size) == pytest.approx((inside / n, size / n))


@given(st.integers(3, 50), st.integers(0, 100))
def test_thirds_part_the_ratings_by_size(n: int, seed: int) -> None:
    doubt = invented(n, seed=seed)
    parts = thirds(doubt, doubt.std)
    assert sorted(torch.cat([part.ratings for part in parts]).tolist()) == sorted(doubt.ratings.tolist())
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert parts[0].std.max() <= parts[1].std.min() and parts[1].std.max() <= parts[2].std.min()
    assert torch.equal(torch.sort(Doubt.join(parts).mean).values, torch.sort(doubt.mean).values)


@pytest.mark.parametrize("link", [Identity(), SigmoidRange(0.0, 5.5)])
def test_doubt_is_what_each_person_s_predictions_say_without_limits(link: Identity | SigmoidRange) -> None:
    model = random_model(link, n_items=8)
    seen = model.rated
    test = replace(seen, item_idx=(seen.item_idx + 1) % 8)
    model = replace(model, rated=seen)
    doubt = doubt_of(model, test)
    for place in range(0, len(test), 5):
        user, row = int(test.user_idx[place]), int(test.item_idx[place])
        person = person_of(model, model.users.labels[user])
        (one,) = person.predict([model.items.labels[row]])
        assert float(doubt.std[place]) == pytest.approx(one.std)
        assert float(doubt.rating_std[place]) == pytest.approx(one.rating_std)
        unlimited = float(link.stars(person.scores()[:, row]).mean())
        assert float(doubt.mean[place]) == pytest.approx(unlimited)
        assert float(doubt.n_ratings[place]) == int((seen.user_idx == user).sum())
        assert float(doubt.ratings[place]) == float(test.values[place])


@pytest.mark.parametrize("trainer", [ALS(n_factors=4), Gibbs(n_factors=4, n_burn_in=8, n_draws=8, n_between=1)])
def test_planted_ratings_lie_where_nine_chances_in_ten_say(synthetic_small: Dataset, trainer: ALS | Gibbs) -> None:
    """Ratings of a known model with known noise; 800 held out, within three standard errors and the rounding."""
    train, test = synthetic_small.ratings.split(test_fraction=0.2, seed=0)
    found = check_calibration(trainer.fit(train, seed=0), test)
    assert found.coverage == pytest.approx(0.9, abs=3 * found.error + 0.02)
    assert found.star_sets.coverage >= 0.88
    assert 1 <= found.star_sets.mean_size <= len(test.scale.levels)
    assert isinstance(found, Calibration) and found.n_ratings == len(test)


def test_what_cannot_be_measured_is_refused(synthetic_small: Dataset) -> None:
    train, test = synthetic_small.ratings.split(test_fraction=0.2, seed=0)
    model = Popularity().fit(train, seed=0)
    with pytest.raises(InvalidArgument) as error:
        doubt_of(model, test)
    assert str(error.value) == "model must have a posterior to be calibrated, Popularity models have none"
    with pytest.raises(InvalidArgument) as error:
        doubt_of(model, test.take(torch.zeros(len(test), dtype=torch.bool)))
    assert str(error.value) == "test must hold at least one rating, got 0"
    with pytest.raises(InvalidArgument) as error:
        doubt_of(random_model(), test)
    assert str(error.value).startswith("test must come from the same split")
    for share in (0.0, 1.0, math.nan):
        with pytest.raises(InvalidArgument) as error:
            half_width(share)
        assert str(error.value) == f"share must lie between 0 and 1, got {share:g}"
