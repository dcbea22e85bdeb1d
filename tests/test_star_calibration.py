"""Chances of stars: the error by loops, laws of it, whose chances are asked, and a short fit on real ratings."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from benchmarks import bench_calibration
from core.datasets.dataset import Dataset
from core.errors import InvalidArgument
from core.evaluation.splits import make_split
from core.evaluation.star_calibration import calibration_errors, chances_of
from core.folding import person_of
from core.links import OrderedProbit
from core.ratings import Ratings
from core.scale import RatingScale
from core.stars import star_chances
from core.trainers.baselines import BiasOnly, Popularity
from core.trainers.gibbs import Gibbs
from tests.models import random_model, random_ratings

SHORT = Gibbs(n_factors=3, n_burn_in=12, n_draws=16, n_between=1, likelihood="probit", film_noise_shape=None)


def drawn(n: int, *, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Chances of three levels that differ from rating to rating, and levels drawn from them."""
    generator = torch.Generator().manual_seed(seed)
    chances = torch.randn(n, 3, generator=generator, dtype=torch.float64).softmax(1)
    return chances, torch.multinomial(chances, 1, generator=generator)[:, 0]


def test_the_error_is_the_mean_distance_of_chance_and_share_over_bins() -> None:
    chances, levels = drawn(53)
    found = calibration_errors(chances, levels, n_bins=5)
    for level in range(3):
        order = sorted(range(53), key=lambda row: float(chances[row, level]))
        expected = 0.0
        for part in np.array_split(order, 5):
            chance = sum(float(chances[row, level]) for row in part) / len(part)
            share = sum(int(levels[row]) == level for row in part) / len(part)
            expected += len(part) / 53 * abs(chance - share)
        assert float(found[level]) == pytest.approx(expected, rel=1e-12)


def test_honest_chances_have_hardly_an_error_and_wrong_ones_have() -> None:
    """Of 20,000 ratings a bin holds 2,000, whose share is known to about 0.01."""
    chances, levels = drawn(20_000)
    assert (calibration_errors(chances, levels) < 0.015).all()
    bolder = chances.square() / chances.square().sum(1, keepdim=True)
    assert (calibration_errors(bolder, levels) > 0.05).all()


def test_who_is_always_right_has_no_error() -> None:
    levels = torch.arange(30) % 3
    assert (calibration_errors(torch.nn.functional.one_hot(levels, 3), levels, n_bins=3) == 0).all()


@pytest.mark.parametrize("n_bins", [0, 11])
def test_more_bins_than_ratings_are_refused(n_bins: int) -> None:
    with pytest.raises(InvalidArgument) as error:
        calibration_errors(*drawn(10), n_bins=n_bins)
    assert str(error.value) == f"n_bins must be between 1 and the number of ratings, 10, got {n_bins}"


def test_a_rating_between_two_levels_counts_as_the_nearer() -> None:
    ratings = Ratings.from_columns([1, 1, 1, 1], [1, 2, 3, 4], [0.5, 1.2, 1.3, 5.0], scale=RatingScale(0.5, 5.0, 0.5))
    assert ratings.levels.tolist() == [0, 1, 2, 9]


def test_chances_are_those_that_people_are_shown() -> None:
    """Without a probit, a Gaussian around the person's prediction; for each test rating its own person and film."""
    model, test = random_model(), random_ratings()
    found = chances_of(model, test)
    torch.testing.assert_close(found.sum(1), torch.ones(len(test), dtype=torch.float64))
    for place in (0, 3, 11):
        user, item = test.users.labels[test.user_idx[place]], test.items.labels[test.item_idx[place]]
        (one,) = person_of(model, user).predict([item])
        assert found[place].tolist() == pytest.approx(star_chances(one.prediction, one.rating_std, model.scale))


def test_a_probit_model_gives_its_own_chances_averaged_over_draws() -> None:
    cutpoints = ((-1.5, -0.5, 0.4, 1.6), (-2.0, -1.0, 0.0, 1.0), (-1.0, 0.0, 0.5, 0.9))
    link = OrderedProbit((1.0, 2.0, 3.0, 4.0, 5.0), cutpoints)
    model = random_model(link)
    person = person_of(model, "u1")
    expected = link.chances(person.scores()[:, :2]).mean(0)  # training people are draws: nothing is added
    for chances, wanted in zip(person.star_chances([10, 20]), expected, strict=True):
        assert chances == pytest.approx(wanted.tolist(), rel=1e-9)


def test_somebody_folded_in_is_known_less_well_than_their_best_vector() -> None:
    """The score is Gaussian with the posterior's variance in each draw: chances by a fine sum over it."""
    link = OrderedProbit((1.0, 2.0, 3.0), ((-0.5, 0.8),))
    model = random_model(link, draws=1)
    model = replace(model, rated=replace(model.rated, scale=RatingScale(1, 3, 1)))
    person = replace(person_of(model, "u1"), drawn=False)
    row, prior = model.items.row(30), model.user_prior
    assert person.posterior is not None and prior is not None
    features = model.item_vectors[:, [row]]
    variance = float(person.posterior.variance(features)) / float(prior.noise_precision)
    spread = torch.linspace(-8, 8, 4_001, dtype=torch.float64)
    weights = torch.exp(-spread.square() / 2)
    scores = float(person.scores()[0, row]) + spread * variance**0.5
    expected = (link.chances(scores[None])[0] * weights[:, None]).sum(0) / weights.sum()
    assert person.star_chances([30])[0] == pytest.approx(expected.tolist(), abs=1e-6)


def test_the_chances_of_a_probit_come_true_on_real_ratings(ml100k: Dataset) -> None:
    """Forty ratings in a hundred, a short chain: under 0.03. `benchmarks.bench_calibration` has the whole, 0.013."""
    part = make_split(ml100k.ratings, "u1")
    train = part.train.take(torch.arange(0, len(part.train), 2))
    errors = calibration_errors(chances_of(SHORT.fit(train, seed=0), part.test), part.test.levels)
    assert float(errors.mean()) < 0.03


@pytest.mark.parametrize("made", ["empty", "others", "no posterior"])
def test_what_gives_no_chances_is_refused(made: str) -> None:
    ratings = random_ratings()
    model = Popularity().fit(ratings, seed=0) if made == "no posterior" else BiasOnly().fit(ratings, seed=0)
    test = {"empty": ratings.take(torch.arange(0)), "others": random_ratings(3)}.get(made, ratings)
    sentences = {
        "empty": "test must hold at least one rating, got 0",
        "others": "test must come from the same split as the model's training part, got other ids",
        "no posterior": "model must have a posterior to be calibrated, Popularity models have none",
    }
    with pytest.raises(InvalidArgument) as error:
        chances_of(model, test)
    assert str(error.value) == sentences[made]


def test_the_benchmark_measures_each_star_over_all_splits(capsys: pytest.CaptureFixture[str]) -> None:
    bench_calibration.main(
        ["--trainers", "bias", "als", "--splits", "random", "time", "--dataset", "synthetic:60x80x1200"]
    )
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])["rows"]
    assert [row["trainer"] for row in rows] == ["bias", "als"]
    for row in rows:
        errors = [row[name] for name in ("0.5", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5")]
        assert row["mean"] == pytest.approx(sum(errors) / 10)
        # The time split holds out the latest fifth of each person's ratings, rounded down.
        assert 440 < row["ratings"] < 480
