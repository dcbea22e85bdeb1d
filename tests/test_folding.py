"""A person from a few ratings: against plain loops, a dense Bayesian regression, scipy's minimum, and training itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from core import folding
from core.datasets.dataset import Dataset
from core.datasets.synthetic import Synthetic
from core.errors import FoldInRefused, InvalidArgument, UnknownId
from core.folding import fold_in, leave_one_out_means, person_of
from core.links import Identity, Link, SigmoidRange
from core.model import FactorModel
from core.person import Person
from core.ratings import Id
from core.trainers.als import ALS
from core.trainers.baselines import Popularity
from tests import reference
from tests.models import random_model

RATED = {10: 5.0, 40: 1.5, 20: 3.0}
SIGMOID = SigmoidRange(0.0, 5.5)
# float64 throughout, well-conditioned systems of a few unknowns.
CLOSE = {"rtol": 1e-8, "atol": 1e-8}


def regression(
    model: FactorModel, draw: int, rated: Mapping[Id, float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features, offsets, stars, Λ and m of one draw's regression, written out from the model's fields."""
    rows = [model.items.row(item_id) for item_id in rated]
    features = np.array([[*model.item_factors[draw, row].tolist(), 1.0] for row in rows])
    offsets = np.array([float(model.global_mean[draw] + model.item_bias[draw, row]) for row in rows])
    prior = model.user_prior
    assert prior is not None
    weight = max(len(rated), 1) ** prior.count_power
    penalty = weight * prior.precision[draw].numpy() / float(prior.noise_precision[draw])
    features = features.reshape(len(rows), len(penalty))
    return features, offsets, np.array(list(rated.values())), penalty, prior.mean[draw].numpy()


def rated_by(model: FactorModel, seed: int, share: float = 0.6) -> dict[Id, float]:
    """Random stars on random films."""
    generator = np.random.default_rng(seed)
    return {item: float(generator.integers(1, 6)) for item in model.items if generator.random() < share}


# --- linear models ---------------------------------------------------------------------------------------------------


@given(
    seed=st.integers(0, 10_000),
    n_factors=st.integers(0, 5),
    regularization=st.floats(0.1, 5),
    bias_regularization=st.floats(0.1, 5),
    count_power=st.sampled_from([0.0, 0.5, 1.0]),
)
@settings(max_examples=20)
def test_fold_in_equals_the_row_that_als_solved(
    seed: int, n_factors: int, regularization: float, bias_regularization: float, count_power: float
) -> None:
    ratings = Synthetic(n_users=12, n_items=9, n_ratings=60).draw(seed=seed).ratings
    trainer = ALS(
        n_factors=n_factors,
        regularization=regularization,
        bias_regularization=bias_regularization,
        count_power=count_power,
        n_epochs=2,
        precision="float64",
    )
    model = trainer.fit(ratings, seed=seed)
    for row, user_id in enumerate(model.users):
        person = fold_in(model, model.ratings_of(user_id))
        expected = torch.cat([model.user_factors[:, row], model.user_bias[:, row, None]], dim=1)
        torch.testing.assert_close(person.mean, expected, **CLOSE)


def test_fold_in_equals_the_row_in_float32(synthetic_small: Dataset) -> None:
    """The default precision: 1e-5 is what seven digits leave after a solve."""
    ratings = synthetic_small.ratings
    model = ALS(n_factors=8, n_epochs=4).fit(ratings, seed=0)
    for row, user_id in enumerate(model.users):
        person = fold_in(model, model.ratings_of(user_id))
        expected = torch.cat([model.user_factors[:, row], model.user_bias[:, row, None]], dim=1)
        torch.testing.assert_close(person.mean, expected, rtol=0, atol=1e-5)


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.5]))
def test_each_draw_is_a_ridge_regression(seed: int, count_power: float) -> None:
    model = random_model(seed=seed, count_power=count_power)
    rated = rated_by(model, seed)
    person = fold_in(model, rated)
    for draw in range(model.n_draws):
        features, offsets, stars, penalty, mean = regression(model, draw, rated)
        expected = reference.ridge(features, stars - offsets, penalty, mean)
        np.testing.assert_allclose(person.mean[draw], expected, **CLOSE)


@given(st.permutations(list(RATED.items())))
def test_the_order_of_ratings_does_not_matter(order: list[tuple[Id, float]]) -> None:
    model = random_model(SIGMOID)
    torch.testing.assert_close(fold_in(model, dict(order)).mean, fold_in(model, RATED).mean, rtol=0, atol=1e-6)


@pytest.mark.parametrize("link", [Identity(), SIGMOID], ids=str)
def test_nobody_is_the_prior(link: Link) -> None:
    model = random_model(link)
    assert model.user_prior is not None
    person = fold_in(model, {})
    torch.testing.assert_close(person.mean, model.user_prior.mean, **CLOSE)
    scores = (model.item_vectors @ model.user_prior.mean[..., None]).squeeze(-1) + model.item_offset
    predictions = [one.prediction for one in person.predict_all()]
    assert predictions == pytest.approx(link.stars(scores).mean(0).clamp(1, 5).tolist())


@pytest.mark.parametrize("count_power", [0.0, 0.5, 1.0])
def test_leaving_one_out_is_folding_in_without_it(count_power: float) -> None:
    model = random_model(count_power=count_power)
    found = leave_one_out_means(fold_in(model, RATED))
    for place, item_id in enumerate(RATED):
        without = {other: stars for other, stars in RATED.items() if other != item_id}
        torch.testing.assert_close(found[:, place], fold_in(model, without).mean, rtol=1e-6, atol=1e-6)


# --- the sigmoid -----------------------------------------------------------------------------------------------------


def sigmoid_stars(score: float) -> float:
    return float(5.5 / (1 + np.exp(-score)))


def sigmoid_gradient(
    w: np.ndarray, features: np.ndarray, offsets: np.ndarray, stars: np.ndarray, penalty: np.ndarray, mean: np.ndarray
) -> np.ndarray:
    """Derivative of ``reference.fold_in_objective``, by the chain rule."""
    total = 2 * penalty @ (w - mean)
    for x, offset, rating in zip(features, offsets, stars, strict=True):
        share = 1 / (1 + np.exp(-(x @ w + offset)))
        total -= 2 * (rating - 5.5 * share) * 5.5 * share * (1 - share) * x
    return np.asarray(total)


@given(st.integers(0, 10_000), st.sampled_from([5, 60]), st.sampled_from([0.3, 1.0]))
@settings(max_examples=20)
def test_sigmoid_fold_in_is_the_minimum_that_scipy_finds(seed: int, n_items: int, spread: float) -> None:
    """Gradient under 1e-6; no other start of scipy's ends lower by more than scipy's own tolerance."""
    model = random_model(SIGMOID, draws=1, n_items=n_items, spread=spread, seed=seed)
    rated = rated_by(model, seed)
    found = fold_in(model, rated).mean[0].numpy()
    features, offsets, stars, penalty, mean = regression(model, 0, rated)
    assert np.abs(sigmoid_gradient(found, features, offsets, stars, penalty, mean)).max() < 1e-6
    problem = (features, offsets, stars, penalty, mean)
    best = minimize(
        lambda w: reference.fold_in_objective(w, sigmoid_stars, *problem),
        found + 0.1 * np.random.default_rng(seed).normal(size=found.shape),
        jac=lambda w: sigmoid_gradient(w, *problem),
        method="BFGS",
        options={"gtol": 1e-7},
    )
    assert reference.fold_in_objective(found, sigmoid_stars, *problem) <= best.fun + 1e-7
    np.testing.assert_allclose(found, best.x, atol=1e-4)


def test_each_draw_of_a_sigmoid_model_settles_by_itself() -> None:
    model = random_model(SIGMOID, draws=3, n_items=30, seed=1)
    rated = rated_by(model, 1)
    together = fold_in(model, rated).mean
    for draw in range(3):
        assert model.user_prior is not None
        one = slice(draw, draw + 1)
        alone = replace(
            model,
            **{
                name: getattr(model, name)[one]
                for name in ("user_factors", "item_factors", "user_bias", "item_bias", "global_mean")
            },
            user_prior=replace(
                model.user_prior,
                mean=model.user_prior.mean[one],
                precision=model.user_prior.precision[one],
                noise_precision=model.user_prior.noise_precision[one],
            ),
        )
        # Both gradients are below 1e-6 and the curvature is at least the prior's.
        torch.testing.assert_close(fold_in(alone, rated).mean[0], together[draw], rtol=0, atol=1e-5)


@pytest.mark.parametrize(("spread", "seed"), [(0.3, 0), (0.3, 1), (1.0, 6), (1.0, 10)])
def test_someone_who_rated_hundreds_of_films_settles(spread: float, seed: int) -> None:
    """Near the minimum the objective changes by less than its own rounding; steps must not stop there.

    Where steps only had to lower the objective, the last two did not settle.
    """
    model = random_model(SIGMOID, n_items=1_000, width=4, spread=spread, seed=seed)
    rated = rated_by(model, seed, share=0.95)
    person = fold_in(model, rated)
    for draw in range(model.n_draws):
        gradient = sigmoid_gradient(person.mean[draw].numpy(), *regression(model, draw, rated))
        assert np.abs(gradient).max() < 1e-6


def test_a_fold_in_that_does_not_settle_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "MOST_STEPS", 1)
    with pytest.raises(FoldInRefused) as error:
        fold_in(random_model(SIGMOID), RATED)
    assert str(error.value) == "fold-in did not settle in 1 steps for 3 ratings"


# --- uncertainty -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count_power", [0.0, 0.5])
@pytest.mark.parametrize("link", [Identity(), SIGMOID], ids=str)
def test_std_equals_a_dense_bayesian_regression(link: Link, count_power: float) -> None:
    """Posterior covariance (τ XᵀX + n^c P)⁻¹ per draw, X at the link's slope; then the law of total variance."""
    model = random_model(link, count_power=count_power)
    prior = model.user_prior
    assert prior is not None
    person = fold_in(model, RATED)
    variances, means = np.zeros((3, 5)), np.zeros((3, 5))
    for draw in range(3):
        features, offsets, _, _, _ = regression(model, draw, RATED)
        w, noise_precision = person.mean[draw].numpy(), float(prior.noise_precision[draw])
        slopes = link.slope(torch.from_numpy(features @ w + offsets)).numpy()
        precision = 3**count_power * prior.precision[draw].numpy()
        for x, s in zip(features, slopes, strict=True):
            precision = precision + noise_precision * s**2 * np.outer(x, x)
        covariance = np.linalg.inv(precision)
        everything, all_offsets, _, _, _ = regression(model, draw, dict.fromkeys(model.items, 3.0))
        scores = torch.from_numpy(everything @ w + all_offsets)
        means[draw] = link.stars(scores).numpy()
        variances[draw] = [
            s**2 * x @ covariance @ x for s, x in zip(link.slope(scores).tolist(), everything, strict=True)
        ]
    expected = np.sqrt(variances.mean(0) + means.var(0))
    noise = float((1 / prior.noise_precision).mean())
    # The sigmoid's slopes are those one step before the last: 1e-6 of gradient away.
    tolerance = 1e-8 if link.is_linear else 1e-4
    for one, std in zip(person.predict_all(), expected, strict=True):
        assert one.std == pytest.approx(std, rel=tolerance)
        assert one.rating_std == pytest.approx(np.sqrt(std**2 + noise), rel=tolerance)


def test_more_ratings_leave_less_doubt() -> None:
    model = random_model(draws=1)
    few, many = fold_in(model, {10: 3.0}), fold_in(model, RATED)
    assert all(b.std < a.std for a, b in zip(few.predict_all(), many.predict_all(), strict=True))


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def person() -> Person:
    return fold_in(random_model(n_items=12), RATED)


def test_predictions_are_the_models_for_this_vector(person: Person) -> None:
    model = person.model
    scores = (model.item_vectors @ person.mean[..., None]).squeeze(-1) + model.item_offset
    torch.testing.assert_close(person.scores(), scores)
    everything = person.predict_all()
    assert [one.item_id for one in everything] == list(model.items)
    assert [one.prediction for one in everything] == pytest.approx(scores.mean(0).clamp(1, 5).tolist())
    asked = [40, 10, 70, 10]
    by_id = {one.item_id: one for one in everything}
    found = person.predict(asked)
    assert [one.item_id for one in found] == asked
    for one in found:
        assert one[1:] == pytest.approx(by_id[one.item_id][1:])


@given(
    seed=st.integers(0, 1_000),
    n=st.integers(1, 15),
    among=st.none() | st.sets(st.sampled_from(range(10, 130, 10))),
    min_ratings=st.integers(0, 5),
)
def test_top_n_is_the_best_of_what_is_left(seed: int, n: int, among: set[int] | None, min_ratings: int) -> None:
    """Never a rated film, only films asked for and rated often enough, in order of the score before limits."""
    model = random_model(n_items=12, seed=seed)
    rated = rated_by(model, seed, share=0.3)
    scores = dict(zip(model.items, fold_in(model, rated).scores().mean(0).tolist(), strict=True))
    counts = dict(zip(model.items, model.rated.item_counts.tolist(), strict=True))
    left = [
        item
        for item in model.items
        if item not in rated and counts[item] >= min_ratings and (among is None or item in among)
    ]
    found = fold_in(model, rated).top_n(n, min_ratings=min_ratings, among=among)
    assert [one.item_id for one in found] == sorted(left, key=lambda item: -scores[item])[:n]


def test_somebody_who_rated_nothing_may_have_every_film() -> None:
    person = fold_in(random_model(), {})
    assert {one.item_id for one in person.top_n(99)} == set(person.model.items)


def test_films_beyond_the_scale_do_not_tie() -> None:
    model = random_model(spread=4.0, draws=1, n_items=12)
    top = fold_in(model, RATED).top_n(3)
    assert [one.prediction for one in top] == [5.0, 5.0, 5.0]
    scores = fold_in(model, RATED).scores()[0]
    best = [float(scores[model.items.row(one.item_id)]) for one in top]
    assert best == sorted(best, reverse=True)
    assert len(set(best)) == 3


def test_answers_repeat_and_leave_the_model_alone(person: Person) -> None:
    version = person.model.version
    before = {name: tensor.clone() for name, tensor in vars(person.model).items() if torch.is_tensor(tensor)}
    assert person.top_n(3) == person.top_n(3) == person.top_n(12)[:3]
    assert person.predict_all() == person.predict_all()
    assert all(torch.equal(getattr(person.model, name), tensor) for name, tensor in before.items())
    assert person.model.version == version


def test_a_person_keeps_their_ratings() -> None:
    mine = dict(RATED)
    person = fold_in(random_model(), mine)
    mine[30] = 1.0
    assert person.ratings == RATED
    assert person.rated_rows.tolist() == [0, 3, 1]


@pytest.mark.parametrize("link", [Identity(), SIGMOID], ids=str)
def test_a_training_user_is_as_the_model_holds_them(link: Link) -> None:
    model = random_model(link)
    person, row = person_of(model, "u1"), torch.tensor([1])
    assert person.ratings == model.ratings_of("u1") == {20: 4.0, 40: 5.0}
    predictions = model.predict(row.expand(5), torch.arange(5)).tolist()
    assert [one.prediction for one in person.predict_all()] == pytest.approx(predictions)
    assert {one.item_id for one in person.top_n(9)} == {10, 30, 50}


def test_a_training_users_doubt_is_that_at_their_vector() -> None:
    """For ALS the vector is the fold-in, so both know the same."""
    ratings = Synthetic(n_users=12, n_items=9, n_ratings=60).draw(seed=0).ratings
    model = ALS(n_factors=2, precision="float64").fit(ratings, seed=0)
    trained, folded = person_of(model, 3).predict_all(), fold_in(model, model.ratings_of(3)).predict_all()
    np.testing.assert_allclose([one[1:] for one in trained], [one[1:] for one in folded], rtol=1e-6)


def test_without_a_posterior_doubt_is_not_a_number() -> None:
    model = replace(random_model(), user_prior=None)
    best = person_of(model, "u1").top_n(1)[0]
    assert 1 <= best.prediction <= 5
    assert np.isnan([best.std, best.rating_std]).all()


# --- refusals --------------------------------------------------------------------------------------------------------


def test_a_model_without_a_prior_refuses_new_people(synthetic_small: Dataset) -> None:
    model = Popularity().fit(synthetic_small.ratings, seed=0)
    sentence = "Popularity models cannot take a new person; ALS, Gibbs, SGD, Category and BiasOnly models can"
    for refused in (lambda: fold_in(model, {1: 3.0}), lambda: leave_one_out_means(person_of(model, 1))):
        with pytest.raises(FoldInRefused) as error:
            refused()
        assert str(error.value) == sentence


@pytest.mark.parametrize("stars", [0.5, 5.5, float("nan"), float("inf")])
def test_a_rating_off_the_scale_is_refused(stars: float) -> None:
    with pytest.raises(InvalidArgument) as error:
        fold_in(random_model(), {10: 3.0, 20: stars})
    assert str(error.value) == f"the rating of film 20, {stars:g} is off the scale, 1 to 5 is allowed"


def test_unknown_films_and_people_are_refused(person: Person) -> None:
    film = "film 11 is not in this data; there are 12 films"
    for refused in (
        lambda: fold_in(person.model, {11: 3.0}),
        lambda: person.predict([11]),
        lambda: person.top_n(among=[11]),
    ):
        with pytest.raises(UnknownId) as error:
            refused()
        assert str(error.value) == film
    with pytest.raises(UnknownId) as error:
        person_of(person.model, "nobody")
    assert str(error.value) == "user 'nobody' is not in this data; there are 7 users"


def test_no_films_are_refused(person: Person) -> None:
    with pytest.raises(InvalidArgument) as error:
        person.top_n(0)
    assert str(error.value) == "n must be at least 1, got 0"
