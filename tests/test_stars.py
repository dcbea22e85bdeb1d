"""Chances of each rating against the normal distribution of the standard library; star-sets against all runs."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidArgument
from core.ratings import RatingScale
from core.stars import star_chances, star_set

SCALES = [RatingScale(1.0, 5.0, 1.0), RatingScale(0.5, 5.0, 0.5), RatingScale(0.0, 1.0, 0.1)]
predictions, stds = st.floats(-2, 8), st.floats(0.05, 3)
chance_lists = st.lists(st.integers(0, 20), min_size=1, max_size=9).filter(any)


@given(predictions, stds, st.sampled_from(SCALES))
def test_each_level_has_what_lies_nearest_to_it(prediction: float, std: float, scale: RatingScale) -> None:
    chances = star_chances(prediction, std, scale)
    normal = NormalDist(prediction, std)
    for level, chance in zip(scale.levels, chances, strict=True):
        low = -math.inf if level == scale.low else level - scale.step / 2
        high = math.inf if level == scale.high else level + scale.step / 2
        assert chance == pytest.approx(normal.cdf(high) - normal.cdf(low), abs=1e-12)
    assert math.fsum(chances) == pytest.approx(1, abs=1e-12) and min(chances) >= 0


@given(predictions, predictions, stds, st.sampled_from(SCALES))
def test_a_higher_prediction_makes_every_high_rating_likelier(
    a: float, b: float, std: float, scale: RatingScale
) -> None:
    lower, higher = (star_chances(prediction, std, scale) for prediction in sorted((a, b)))
    for first in range(1, len(lower)):
        assert math.fsum(higher[first:]) >= math.fsum(lower[first:]) - 1e-12


@given(st.floats(2, 4), stds, stds)
def test_more_noise_never_makes_the_likeliest_level_likelier(prediction: float, a: float, b: float) -> None:
    sharp, blurred = (max(star_chances(prediction, std, SCALES[0])[1:4]) for std in sorted((a, b)))
    assert blurred <= sharp + 1e-12


def test_chances_mirror_with_the_prediction() -> None:
    assert star_chances(2.2, 0.8, SCALES[0]) == pytest.approx(star_chances(3.8, 0.8, SCALES[0])[::-1], abs=1e-12)


def test_chances_by_hand() -> None:
    """Half a standard deviation to either border of the 3: Φ(½) − Φ(−½) = 0.3829."""
    assert star_chances(3.0, 1.0, SCALES[0])[2] == pytest.approx(0.3829249225480261, abs=1e-12)
    assert star_chances(4.0, 1e-3, SCALES[0]) == pytest.approx((0, 0, 0, 1, 0), abs=1e-12)


@pytest.mark.parametrize("std", [0.0, -1.0, math.nan])
def test_no_spread_is_refused(std: float) -> None:
    with pytest.raises(InvalidArgument) as error:
        star_chances(3.0, std, SCALES[0])
    assert str(error.value) == f"rating_std must be above 0 stars, got {std:g}"


@given(chance_lists, st.floats(0.01, 1))
def test_the_set_is_the_best_of_all_runs(weights: list[int], share: float) -> None:
    chances = [weight / sum(weights) for weight in weights]
    runs = [(low, high) for low in range(len(chances)) for high in range(low, len(chances))]
    enough = [run for run in runs if sum(chances[run[0] : run[1] + 1]) >= share - 1e-9]
    shortest = min(high - low for low, high in enough)
    best = max(sum(chances[low : high + 1]) for low, high in enough if high - low == shortest)
    low, high = star_set(chances, share=share)
    assert high - low == shortest
    assert sum(chances[low : high + 1]) == pytest.approx(best, abs=1e-12)


@given(chance_lists, st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_larger_share_never_needs_fewer_levels(weights: list[int], a: float, b: float) -> None:
    chances = [weight / sum(weights) for weight in weights]
    small, large = (star_set(chances, share=share) for share in sorted((a, b)))
    assert large[1] - large[0] >= small[1] - small[0]


@given(predictions, stds, st.sampled_from(SCALES))
def test_a_star_set_holds_nine_chances_in_ten(prediction: float, std: float, scale: RatingScale) -> None:
    chances = star_chances(prediction, std, scale)
    low, high = star_set(chances)
    assert sum(chances[low : high + 1]) >= 0.9 - 1e-9
    assert all(sum(chances[first : first + high - low]) < 0.9 for first in range(len(chances)))


def test_all_chances_can_be_asked_for() -> None:
    """Ten times a tenth is a little under 1."""
    assert star_set([0.1] * 10, share=1.0) == (0, 9)
    assert star_set([0.0, 1.0, 0.0], share=1.0) == (1, 1)
    assert star_set([0.25, 0.25, 0.5], share=0.5) == (2, 2)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1, math.nan])
def test_a_share_that_cannot_be_held_is_refused(share: float) -> None:
    with pytest.raises(InvalidArgument) as error:
        star_set([0.5, 0.5], share=share)
    assert str(error.value) == f"share must be above 0 and at most the sum of the chances, 1, got {share:g}"


def test_no_chances_are_refused() -> None:
    with pytest.raises(InvalidArgument) as error:
        star_set([])
    assert str(error.value) == "share must be above 0 and at most the sum of the chances, 0, got 0.9"
