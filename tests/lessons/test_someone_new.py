"""The five lines against the program's fold-in; what few ratings change; who the people are, against plain loops."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

import pytest
import torch

from core.datasets.dataset import Dataset
from core.datasets.people import Profile
from core.folding import fold_in
from core.lessons import (
    difference_by_hand,
    first_steps,
    known_to_few,
    place_someone,
    predict_every_film,
    share_of_most_rated,
    usual_popularity,
    who_rated,
)
from core.links import SigmoidRange
from core.model import FactorModel
from core.trainers.als import ALS
from core.trainers.gibbs import Gibbs
from tests.models import random_model

RATED = {10: 5.0, 40: 1.5, 20: 3.0}


@pytest.fixture(
    scope="module", params=[ALS(n_factors=4), Gibbs(n_factors=3, n_burn_in=3, n_draws=3)], ids=["als", "gibbs"]
)
def model(request: pytest.FixtureRequest, synthetic_small: Dataset) -> FactorModel:
    fitted: FactorModel = request.param.fit(synthetic_small.ratings, seed=0)
    return fitted


@pytest.mark.parametrize("n", [0, 1, 3, 12])
def test_the_five_lines_are_the_programs_fold_in(model: FactorModel, n: int) -> None:
    stars = {film: 1.0 + place % 5 for place, film in enumerate([*model.items][:n])}
    person = fold_in(model, stars, chosen=())
    by_hand = place_someone(model, model.user_prior, stars)
    assert torch.allclose(by_hand, person.mean, rtol=0, atol=1e-6)
    predicted = torch.tensor([each.prediction for each in person.predict_all()])
    # Stars are kept in float32 on their way into a prediction: half a unit in the last place of 5 is 2e-7.
    assert torch.allclose(predict_every_film(model, by_hand).float(), predicted, rtol=0, atol=2e-6)
    assert difference_by_hand(model, stars) == pytest.approx(0, abs=2e-6)


def test_no_prediction_leaves_the_scale_at_either_end() -> None:
    model = random_model(n_items=40, spread=3.0)
    person = fold_in(model, {10: 5.0, 20: 1.0})
    predicted = predict_every_film(model, person.mean)
    assert (float(predicted.min()), float(predicted.max())) == (model.scale.low, model.scale.high)
    expected = torch.tensor([each.prediction for each in person.predict_all()], dtype=torch.float64)
    assert torch.allclose(predicted, expected, rtol=0, atol=1e-9)


def test_films_that_are_told_apart_by_their_noise_are_heeded_as_much() -> None:
    model = random_model()
    prior = replace(model.user_prior, film_noise=torch.tensor([[0.2, 1.0, 3.0, 0.7, 1.4]] * 3).double())
    noisy = replace(model, user_prior=prior)
    found = place_someone(noisy, prior, RATED)
    assert torch.allclose(found, fold_in(noisy, RATED).mean, rtol=0, atol=1e-9)
    assert not torch.allclose(found, fold_in(model, RATED).mean, rtol=0, atol=1e-3)


def test_where_a_prediction_is_no_sum_nothing_is_compared() -> None:
    assert difference_by_hand(random_model(SigmoidRange(0.0, 5.5)), RATED) is None
    assert difference_by_hand(replace(random_model(), user_prior=None), RATED) is None


def test_each_of_the_first_ratings_is_one_step(model: FactorModel) -> None:
    stars = dict(zip([*model.items][:5], (5.0, 1.0, 4.0, 2.0, 3.0), strict=True))
    steps = first_steps(model, stars, n=4, min_ratings=10)
    assert [step.n_ratings for step in steps] == [0, 1, 2, 3]
    for step in steps:
        person = fold_in(model, dict(list(stars.items())[: step.n_ratings]), chosen=())
        assert step.best == tuple(each.item_id for each in person.top_n(4, min_ratings=10))
        stds = [each.std for each in person.predict_all()]
        assert step.unsure == pytest.approx(sum(stds) / len(stds))
    assert steps[0].moved == 0
    before, after = (
        [each.prediction for each in fold_in(model, dict(list(stars.items())[:n]), chosen=()).predict_all()]
        for n in (1, 2)
    )
    moved = [abs(b - a) for a, b in zip(before, after, strict=True)]
    assert steps[2].moved == pytest.approx(sum(moved) / len(moved))


def test_without_ratings_there_is_one_step_and_fewer_ratings_make_fewer(model: FactorModel) -> None:
    assert [step.n_ratings for step in first_steps(model, {})] == [0]
    film = next(iter(model.items))
    assert [step.n_ratings for step in first_steps(model, {film: 4.0})] == [0, 1]


def test_people_are_counted_by_each_word_with_what_they_rated(synthetic_small: Dataset) -> None:
    ratings = synthetic_small.ratings
    first, second, third = list(ratings.users)[:3]
    people = {
        first: Profile(23, "F", "writer"),
        second: Profile(29, "M", "writer"),
        third: Profile(None, "F", ""),
        "nobody here": Profile(99, "F", "pilot"),
    }
    counts = {label: int(ratings.user_counts[ratings.users.row(label)]) for label in (first, second, third)}
    assert [(part.word, part.n_people, part.n_ratings) for part in who_rated(people, ratings)] == [
        ("aged 20 to 29", 2, counts[first] + counts[second]),
        ("gender F", 2, counts[first] + counts[third]),
        ("occupation writer", 2, counts[first] + counts[second]),
        ("gender M", 1, counts[second]),
    ]
    assert who_rated({}, ratings) == []


def test_how_known_films_are(synthetic_small: Dataset) -> None:
    ratings = synthetic_small.ratings
    counts = ratings.item_counts.tolist()
    some = list(ratings.items)[:5]
    assert usual_popularity(ratings, some) == median(counts[:5])
    assert usual_popularity(ratings, []) == 0
    assert share_of_most_rated(ratings, 0.1) == pytest.approx(sum(sorted(counts)[-10:]) / sum(counts))
    assert known_to_few(ratings, 12) == sum(count < 12 for count in counts)
