"""ALS: the gradient as two plain loops, an objective that never rises, planted factors, warm starts, figures."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from core import alternation, row_batches
from core.datasets.dataset import Dataset
from core.datasets.synthetic import Synthetic
from core.errors import InvalidArgument
from core.evaluation.held_out import evaluate
from core.evaluation.splits import make_split
from core.metrics import root_mean_square_error
from core.model import FactorModel
from core.ratings import IdMap, Ratings
from core.trainers.als import ALS, _begin
from core.trainers.baselines import BiasOnly
from core.trainers.sgd import SGD
from tests import reference

POWERS = [0.0, 0.5, 1.0]


@pytest.fixture(scope="module")
def small() -> Ratings:
    """30 × 20 with 200 ratings in random order; user 31 and film 21 have none."""
    ratings = Synthetic(n_users=30, n_items=20, n_ratings=200).draw(seed=1).ratings
    users, items = IdMap(range(1, 32), kind="user"), IdMap(range(1, 22), kind="film")
    return replace(ratings, users=users, items=items)


def tables(model: FactorModel) -> reference.Tables:
    return reference.Tables(
        model.user_factors[0].double().numpy(),
        model.item_factors[0].double().numpy(),
        model.user_bias[0].double().numpy(),
        model.item_bias[0].double().numpy(),
        float(model.global_mean[0]),
    )


def settings(count_power: float = 0.5, **others: object) -> ALS:
    chosen = {"n_factors": 3, "regularization": 0.7, "bias_regularization": 0.3, "precision": "float64", **others}
    return ALS(count_power=count_power, **chosen)  # type: ignore[arg-type]


def penalties(trainer: ALS) -> tuple[float, float, float]:
    return trainer.regularization, trainer.bias_regularization, trainer.count_power


# --- the solution ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count_power", POWERS)
def test_the_gradient_is_zero_on_the_side_solved_last(small: Ratings, count_power: float) -> None:
    trainer = settings(count_power, n_epochs=2)
    users, items = reference.als_gradient(small, tables(trainer.fit(small, seed=0)), *penalties(trainer))
    assert np.abs(users).max() < 1e-10
    assert np.abs(items).max() > 1e-3  # two sweeps are not convergence: the test can see a gradient


@pytest.mark.parametrize("count_power", POWERS)
def test_at_convergence_the_gradient_is_zero_on_both_sides(small: Ratings, count_power: float) -> None:
    trainer = settings(count_power, n_epochs=150, regularization=1.5, bias_regularization=1.0)
    users, items = reference.als_gradient(small, tables(trainer.fit(small, seed=0)), *penalties(trainer))
    assert max(np.abs(users).max(), np.abs(items).max()) < 1e-4


@pytest.mark.parametrize("count_power", POWERS)
def test_no_half_sweep_raises_the_objective(small: Ratings, count_power: float) -> None:
    trainer = settings(count_power)
    state = _begin(trainer, small, 0, None, "cpu")
    state.solve_users()
    card = trainer.fit(small, seed=0).card
    values = [reference.als_objective(small, tables(state.to_model(card, None)), *penalties(trainer))]
    for solve_side in [state.solve_items, state.solve_users] * 15:
        solve_side()
        values.append(reference.als_objective(small, tables(state.to_model(card, None)), *penalties(trainer)))
    assert all(after <= before * (1 + 1e-6) for before, after in pairwise(values))
    assert values[-1] < 0.95 * values[0]


@pytest.mark.parametrize("count_power", POWERS)
def test_every_rating_twice_with_the_penalty_doubled_is_the_same_fit(small: Ratings, count_power: float) -> None:
    """n^c λ doubles where λ is multiplied by 2^(1 − c): left alone where it is per rating."""
    trainer = settings(count_power, n_epochs=3)
    share = 2 ** (1 - count_power)
    doubled = replace(
        trainer, regularization=share * trainer.regularization, bias_regularization=share * trainer.bias_regularization
    )
    twice = replace(
        small,
        user_idx=small.user_idx.repeat(2),
        item_idx=small.item_idx.repeat(2),
        values=small.values.repeat(2),
        timestamps=None,
    )
    # The very first film biases are damped by a fixed number of ratings: both start from the same model instead.
    start = trainer.fit(small, seed=0)
    once, again = trainer.fit(small, seed=0, start=start), doubled.fit(twice, seed=0, start=start)
    for name in ("user_factors", "item_factors", "user_bias", "item_bias"):
        torch.testing.assert_close(getattr(again, name), getattr(once, name), rtol=1e-9, atol=1e-9)


def test_rows_without_ratings_stay_at_zero(small: Ratings) -> None:
    for count_power in POWERS:
        model = settings(count_power).fit(small, seed=0)
        for row in (model.user_factors[0, -1], model.user_bias[0, -1], model.item_factors[0, -1]):
            assert row.eq(0).all()
        assert float(model.predict(torch.tensor([30]), torch.tensor([20]))) == pytest.approx(float(model.global_mean))


def test_single_precision_is_as_good(synthetic_small: Dataset) -> None:
    """Seven digits through fifteen sweeps: predictions agree to a thousandth of a star."""
    train = synthetic_small.ratings
    single, double = (ALS(precision=precision).fit(train, seed=0) for precision in ("float32", "float64"))
    assert (single.user_factors.dtype, double.user_factors.dtype) == (torch.float32, torch.float64)
    predicted = [model.predict(train.user_idx, train.item_idx).double() for model in (single, double)]
    torch.testing.assert_close(*predicted, rtol=0, atol=1e-3)


def test_without_factors_only_biases_are_fitted(small: Ratings) -> None:
    trainer = settings(n_factors=0, n_epochs=200)
    model = trainer.fit(small, seed=0)
    assert model.user_factors.shape == (1, 31, 0)
    users, items = reference.als_gradient(small, tables(model), *penalties(trainer))
    assert max(np.abs(users).max(), np.abs(items).max()) < 1e-8


# --- what it finds ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def planted() -> Dataset:
    """500 × 200 with 60,000 ratings: enough that 3,500 unknowns cost 3 % of the noise floor if nothing shrinks them."""
    return Synthetic(n_users=500, n_items=200, n_ratings=60_000).draw(seed=2)


def test_planted_factors_are_recovered(planted: Dataset) -> None:
    """Held-out error within 5 % of the noise floor; the penalties are noise variance / prior variance of the truth."""
    assert planted.truth is not None
    train, test = planted.ratings.split(test_fraction=0.1, seed=0)
    noise = planted.truth.noise_std
    trainer = ALS(n_factors=4, regularization=noise**2 / 0.175, bias_regularization=noise**2 / 0.0756, count_power=0)
    model = trainer.fit(train, seed=0)
    error = root_mean_square_error(test.values, model.predict(test.user_idx, test.item_idx))
    assert noise * 0.98 < error < noise * 1.05
    # Left-out training ratings show the same noise, so new people's intervals are right.
    assert model.user_prior is not None
    assert model.user_prior.noise_variance**0.5 == pytest.approx(noise, rel=0.05)


def test_the_prior_is_what_the_penalty_stands_for(small: Ratings) -> None:
    trainer = settings(0.5)
    prior = trainer.fit(small, seed=0).user_prior
    assert prior is not None
    expected = torch.diag(torch.tensor([0.7, 0.7, 0.7, 0.3], dtype=torch.float64))
    torch.testing.assert_close(prior.penalty(16)[0], 4 * expected)
    assert prior.mean.eq(0).all()
    assert prior.noise_precision.shape == (1,)  # one draw


def test_torch_works_with_one_thread_meanwhile(small: Ratings) -> None:
    """Batches are shared out already; threads of threads wait for each other."""
    before, inside = torch.get_num_threads(), []

    def note() -> bool:
        inside.append(torch.get_num_threads())
        return False

    torch.set_num_threads(2)
    try:
        settings(n_epochs=1).fit(small, seed=0, should_stop=note)
        assert (inside, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(before)


def test_the_noise_is_that_of_ratings_left_out(small: Ratings) -> None:
    """e / (1 − h_u − h_i) with both leverages from dense inverses."""
    trainer = settings(0.5, n_epochs=3)
    model = trainer.fit(small, seed=0)
    found, λ, c = tables(model), np.diag([0.7, 0.7, 0.7, 0.3]), trainer.count_power
    users = np.c_[found.user_factors, np.ones(31)]
    items = np.c_[found.item_factors, np.ones(21)]
    entries, total = reference.entries(small), 0.0
    for user, item, rating in entries:
        mine = items[[i for u, i, _ in entries if u == user]]
        theirs = users[[u for u, i, _ in entries if i == item]]
        h_u = items[item] @ reference.ridge_covariance(mine, len(mine) ** c * λ) @ items[item]
        h_i = users[user] @ reference.ridge_covariance(theirs, len(theirs) ** c * λ) @ users[user]
        total += ((rating - found.score(user, item)) / max(1 - h_u - h_i, 0.05)) ** 2
    assert model.user_prior is not None
    assert model.user_prior.noise_variance == pytest.approx(total / len(entries), rel=1e-9)


def test_a_part_of_the_people_shows_the_noise(planted: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sixth of 60,000 ratings, from people with many and with few: within 3 % of what all of them show."""
    monkeypatch.setattr(row_batches, "BATCH_ENTRIES", 256)
    trainer, train = ALS(n_factors=4), planted.ratings
    exact = trainer.fit(train, seed=0).user_prior
    monkeypatch.setattr(alternation, "NOISE_SAMPLE", 10_000)
    state = _begin(trainer, train, 0, None, "cpu")
    assert 0.1 < float(state.by_user.every(6).held.float().mean()) < 0.25
    drawn = trainer.fit(train, seed=0).user_prior
    assert exact is not None
    assert drawn is not None
    assert drawn.noise_variance != exact.noise_variance
    assert drawn.noise_variance == pytest.approx(exact.noise_variance, rel=0.03)


def test_figures_on_u1(ml100k: Dataset) -> None:
    """What the project promises: ALS at most 0.922, SGD at most 0.925, BiasOnly worse than both."""
    split = make_split(ml100k.ratings, "u1")
    rmse = {
        type(trainer).__name__: evaluate(trainer.fit(split.train, seed=0), split.test).rmse
        for trainer in (ALS(), SGD(), BiasOnly())
    }
    assert rmse["ALS"] <= 0.922
    assert rmse["SGD"] <= 0.925
    assert rmse["BiasOnly"] > max(rmse["ALS"], rmse["SGD"]) + 0.02


# --- warm starts -----------------------------------------------------------------------------------------------------


def with_newcomers(ratings: Ratings) -> Ratings:
    """The same ratings behind a new first user and a new first film, so that every row moves by one."""
    return replace(
        ratings,
        user_idx=torch.cat([ratings.user_idx + 1, torch.tensor([0, 0], dtype=torch.int32)]),
        item_idx=torch.cat([ratings.item_idx + 1, torch.tensor([0, 5], dtype=torch.int32)]),
        values=torch.cat([ratings.values, torch.tensor([4.0, 2.0])]),
        timestamps=None,
        users=IdMap([0, *ratings.users], kind="user"),
        items=IdMap([0, *ratings.items], kind="film"),
    )


def test_a_warm_start_is_nearer_and_keeps_ids_aligned(small: Ratings) -> None:
    trainer, once = settings(n_epochs=60), settings(n_epochs=1)
    grown = with_newcomers(small)
    old = trainer.fit(small, seed=0)

    def objective(model: FactorModel) -> float:
        return reference.als_objective(grown, tables(model), *penalties(trainer))

    best = objective(trainer.fit(grown, seed=0, start=old))
    warm, cold = objective(once.fit(grown, seed=0, start=old)), objective(once.fit(grown, seed=0))
    assert warm - best < 0.2 * (cold - best)
    moved = replace(old, rated=replace(small, items=IdMap([*list(small.items)[1:], 1], kind="film")))
    assert objective(once.fit(grown, seed=0, start=moved)) - best > 5 * (warm - best)  # rows are not what counts


def test_another_mean_does_not_disturb_a_warm_start(small: Ratings) -> None:
    """All ratings half a star higher: the films' biases take the difference, so that the start predicts the same."""
    old = settings(n_epochs=50).fit(small, seed=0)
    higher = replace(small, values=small.values + 0.5)
    state = _begin(settings(), higher, 0, old, "cpu")
    torch.testing.assert_close(state.items[:, -1] + state.mean, old.item_bias[0] + old.global_mean)


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (ALS(n_factors=2), "start must have n_factors=3 and 1 draw, got 2 and 1"),
        (SGD(n_factors=3), "start must have the link Identity(), got SigmoidRange(low=0.0, high=5.25)"),
    ],
    ids=["n_factors", "link"],
)
def test_a_start_of_another_kind_is_refused(small: Ratings, start: ALS | SGD, sentence: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        settings().fit(small, seed=0, start=start.fit(small, seed=0))
    assert str(error.value) == sentence


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"n_factors": -1}, "n_factors must be at least 0, got -1"),
        ({"n_epochs": 0}, "n_epochs must be at least 1, got 0"),
        ({"count_power": -0.5}, "count_power must be at least 0, got -0.5"),
        ({"regularization": 0.0}, "regularization and bias_regularization must be above 0, got 0 and 0.5"),
        (
            {"bias_regularization": float("nan")},
            "regularization and bias_regularization must be above 0, got 1 and nan",
        ),
        ({"precision": "float16"}, "precision must be float32 or float64, got 'float16'"),
    ],
)
def test_settings_outside_what_is_allowed_are_refused(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        ALS(**{"regularization": 1.0, "bias_regularization": 0.5, **wrong})  # type: ignore[arg-type]
    assert str(error.value) == sentence
