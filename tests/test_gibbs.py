"""The trainer: what it recovers, what it keeps, what it tells and what it refuses. Its sums stand in test_bayes.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.bayes.figures import Figures
from core.convergence import check_convergence
from core.datasets.dataset import Dataset
from core.datasets.synthetic import Synthetic
from core.errors import FitStopped, InvalidArgument
from core.fitting import global_mean
from core.folding import fold_in
from core.metrics import root_mean_square_error
from core.model import FactorModel
from core.progress import Progress
from core.ratings import Ratings, RatingScale
from core.trainers import gibbs
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly
from core.trainers.gibbs import Gibbs

SMALL = Gibbs(n_factors=3, n_burn_in=4, n_draws=4, n_between=2)


@dataclass(frozen=True, eq=False)
class Planted:
    """Ratings from known factors, off any scale, and the noise each film's ratings were given."""

    train: Ratings
    test: Ratings
    film_std: Tensor


def plant(*, seed: int = 0, n_users: int = 250, n_items: int = 120, n_ratings: int = 12_000) -> Planted:
    """Two factors and biases; the noise of half of the films is three times as wide as that of the others."""
    table = Synthetic(n_users, n_items, n_ratings, n_factors=2, noise_std=0.0).draw(seed=seed)
    assert table.truth is not None
    generator = torch.Generator().manual_seed(seed)
    film_std = torch.where(torch.arange(n_items) % 2 == 0, 0.3, 0.9)
    noise = torch.randn(n_ratings, generator=generator) * film_std[table.ratings.item_idx.long()]
    score = table.truth.score(table.ratings.user_idx.long(), table.ratings.item_idx.long())
    values = (score + noise).float()
    ratings = replace(table.ratings, values=values, scale=RatingScale(-5.0, 12.0, 0.5))
    return Planted(*ratings.split(test_fraction=0.2, seed=seed), film_std)


@pytest.fixture(scope="module")
def planted() -> Planted:
    return plant()


@pytest.fixture(scope="module")
def model(planted: Planted) -> FactorModel:
    return Gibbs(n_factors=2, n_burn_in=60, n_draws=30, n_between=2).fit(planted.train, seed=0)


def rmse_of(model: FactorModel, test: Ratings) -> float:
    return root_mean_square_error(test.values, model.predict(test.user_idx, test.item_idx))


def same(one: FactorModel, other: FactorModel) -> bool:
    return one.version == other.version and torch.equal(one.user_factors, other.user_factors)


# What it finds


def test_the_noise_that_was_planted_is_found(model: FactorModel, planted: Planted) -> None:
    """0.3 stars on every second film, 0.9 on the others; 10 %, as 80 ratings a film tell a deviation to 8 %."""
    prior = model.user_prior
    assert prior is not None
    found = prior.noise_variances(torch.arange(len(model.items))).sqrt()
    many = planted.train.item_counts >= 60
    for std in (0.3, 0.9):
        assert float(found[many & (planted.film_std == std)].mean()) == pytest.approx(std, rel=0.1)


def test_equal_noise_is_found_whether_films_may_differ_or_not() -> None:
    table = Synthetic(250, 120, 12_000, n_factors=2, noise_std=0.5).draw(seed=3).ratings
    for shape in (None, 5.0):
        trainer = Gibbs(n_factors=2, n_burn_in=60, n_draws=20, n_between=1, film_noise_shape=shape)
        prior = trainer.fit(table, seed=0).user_prior
        assert prior is not None
        variances = prior.noise_variances(table.item_idx.long())
        assert float(variances.mean().sqrt()) == pytest.approx(0.5, rel=0.05)  # limits of the scale take a little


def test_it_predicts_nearly_as_well_as_the_truth(model: FactorModel, planted: Planted) -> None:
    """The root mean square of the noise is what no model can beat; ALS and biases alone are beaten."""
    noise = planted.film_std[planted.test.item_idx.long()]
    floor = float(noise.square().mean().sqrt())
    found = rmse_of(model, planted.test)
    assert found < 1.06 * floor
    assert found < rmse_of(ALS(n_factors=2).fit(planted.train, seed=0), planted.test)
    assert found < 0.9 * rmse_of(BiasOnly().fit(planted.train, seed=0), planted.test)


def test_nine_ratings_in_ten_lie_in_their_interval(model: FactorModel, planted: Planted) -> None:
    """For people folded in, whose ratings the model has not seen; and by film, where noise differs threefold."""
    inside: list[tuple[Any, bool]] = []
    for user_id in list(model.users)[:100]:
        own, held = model.ratings_of(user_id), planted.test.of_user(user_id)
        inside += [
            (one.item_id, abs(held[one.item_id] - one.prediction) < 1.645 * one.rating_std)
            for one in fold_in(model, own).predict(held)
        ]
    for parity in (0, 1):
        share = np.mean([hit for item, hit in inside if model.items.row(item) % 2 == parity])
        assert share == pytest.approx(0.9, abs=0.03)


def test_who_rated_what_helps_where_it_tells_something() -> None:
    """People choose films to their taste here, so that which films they rated gives their taste away."""
    generator = torch.Generator().manual_seed(1)
    taste, kind = torch.randn(300, generator=generator), torch.randn(150, generator=generator)
    chosen = torch.rand(300, 150, generator=generator) < torch.sigmoid(2.5 * torch.outer(taste, kind) - 2.5)
    users, items = chosen.nonzero(as_tuple=True)
    values = 3 + torch.outer(taste, kind)[users, items] + 1.2 * torch.randn(len(users), generator=generator)
    scale = RatingScale(-20.0, 26.0, 1.0)
    ratings = replace(
        Synthetic(300, 150, 10).draw(seed=0).ratings,
        user_idx=users.int(), item_idx=items.int(), values=values, timestamps=None, scale=scale,
    )  # fmt: skip
    train, test = ratings.split(test_fraction=0.5, seed=0)
    short = Gibbs(n_factors=2, n_burn_in=30, n_draws=20, n_between=2)
    with_it, without = (rmse_of(replace(short, rated_prior=rated).fit(train, seed=0), test) for rated in (True, False))
    assert with_it < without - 0.005


def test_chains_started_apart_agree() -> None:
    """Of 40 predictions at most two above 1.1 (the draws are few); the factors themselves need not agree."""
    train = plant(n_users=80, n_items=40, n_ratings=1_600).train
    trainer = Gibbs(n_factors=2, n_burn_in=100, n_draws=50, n_between=4)
    models = [trainer.fit(train, seed=seed) for seed in range(3)]
    found = check_convergence(models, train.user_idx[:40], train.item_idx[:40])
    assert sum(one.r_hat > 1.1 for one in found) <= 2
    assert np.median([one.n_effective for one in found]) > 30


# What it keeps


@pytest.mark.parametrize("rated_prior", [True, False])
def test_people_in_the_model_are_their_fold_in(synthetic_small: Dataset, rated_prior: bool) -> None:
    """Kept rows are means given the draw's films, prior and noise: what fold-in computes, in every draw."""
    train = synthetic_small.ratings.take(synthetic_small.ratings.user_idx != 5)  # user row 5 has no ratings left
    model = replace(SMALL, rated_prior=rated_prior).fit(train, seed=0)
    for row in (0, 5, 17):
        mean = fold_in(model, model.ratings_of(model.users.labels[row])).mean
        torch.testing.assert_close(mean[:, :-1], model.user_factors[:, row], rtol=0, atol=1e-4)  # float32
        torch.testing.assert_close(mean[:, -1], model.user_bias[:, row], rtol=0, atol=1e-4)


def test_every_kept_draw_has_its_own_prior(synthetic_small: Dataset) -> None:
    model = SMALL.fit(synthetic_small.ratings, seed=0)
    prior = model.user_prior
    assert prior is not None and prior.choice is not None and prior.film_noise is not None
    assert (model.n_draws, model.n_factors) == (4, 3)
    shapes = {name: tuple(tensor.shape) for name, tensor in prior.tensors()}
    assert shapes == {
        "mean": (4, 4), "precision": (4, 4, 4), "noise_precision": (4,), "film_noise": (4, 100),
        "choice.weights": (4, 100, 4), "choice.mean": (4, 4), "choice.precision": (4, 4, 4),
    }  # fmt: skip
    for tensor in (model.item_factors, *dict(prior.tensors()).values()):
        assert all(not torch.equal(tensor[0], tensor[draw]) for draw in range(1, 4))


def test_of_people_of_whom_nothing_is_known_everything_is_expected(synthetic_small: Dataset) -> None:
    """Their prior is that of all people: the same mean, and the covariance with what choices explain added."""
    model = SMALL.fit(synthetic_small.ratings, seed=0)
    prior, rated = model.user_prior, synthetic_small.ratings
    assert prior is not None and prior.choice is not None
    for draw in range(4):
        means = []
        for user in range(rated.n_users):
            own = rated.item_idx[rated.user_idx == user].long()
            means.append(prior.choice.mean_given(own)[draw].double() if len(own) else None)
        known = torch.stack([mean for mean in means if mean is not None])
        torch.testing.assert_close(known.mean(0), prior.mean[draw].double(), rtol=0, atol=1e-5)
        away = known - known.mean(0)
        covariance = torch.linalg.inv(prior.choice.precision[draw].double()) + away.mT @ away / rated.n_users
        torch.testing.assert_close(torch.linalg.inv(prior.precision[draw].double()), covariance, rtol=1e-3, atol=1e-4)


def test_draws_are_kept_at_their_distance(synthetic_small: Dataset) -> None:
    """The last of a longer fit with every sweep kept is the last of a thinned one: the chain does not know of it."""
    dense = Gibbs(n_factors=3, n_burn_in=4, n_draws=8, n_between=1).fit(synthetic_small.ratings, seed=0)
    thinned = SMALL.fit(synthetic_small.ratings, seed=0)
    assert torch.equal(dense.item_factors[1::2], thinned.item_factors)


def test_neither_threads_nor_listeners_change_the_draws(
    synthetic_small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits = []
    for n_threads in (1, 3):
        monkeypatch.setattr(gibbs, "n_threads_for", lambda _, n=n_threads: n)
        fits.append(SMALL.fit(synthetic_small.ratings, seed=0, on_progress=lambda _: None))
    assert same(*fits)


# What it tells


def test_reports_are_about_the_mean_over_draws(synthetic_small: Dataset) -> None:
    """During burn-in about the last draw alone; then about the mean, which is much better."""
    train, hold_out = synthetic_small.ratings.split(seed=0)
    trainer = Gibbs(n_factors=3, n_burn_in=20, n_draws=20, n_between=2)
    reports: list[Progress] = []
    model = trainer.fit(train, seed=0, hold_out=hold_out, on_progress=reports.append)
    assert [report.step for report in reports] == list(range(1, 61))
    assert reports[-1].rmse is not None and reports[20].rmse is not None
    assert reports[-1].rmse == pytest.approx(rmse_of(model, hold_out), rel=0.02)
    assert reports[-1].rmse < reports[20].rmse - 0.02


def test_figures_are_those_of_the_mean_prediction(synthetic_small: Dataset) -> None:
    train, hold_out = synthetic_small.ratings.split(seed=0)
    mean, generator = global_mean(train), torch.Generator().manual_seed(0)
    chain = SMALL._start_chain(train, mean, generator, None, "cpu")
    figures, kept = Figures(train, hold_out, mean, "cpu"), []
    for sweep in range(4):
        chain.sweep(generator)
        people, films = chain.users.rows[hold_out.user_idx.long()], chain.films.rows[hold_out.item_idx.long()]
        kept.append(mean + people[:, -1] + films[:, -1] + (people[:, :-1] * films[:, :-1]).sum(1))
        _, found = figures.add(chain, start_again=sweep == 1)
        limited = torch.stack(kept[min(sweep, 1) :]).mean(0).clamp(0.5, 5.0)
        assert found == pytest.approx(root_mean_square_error(hold_out.values, limited), rel=1e-6)


def test_asked_to_stop_nothing_is_kept(synthetic_small: Dataset) -> None:
    calls = iter([False, False, True])
    with pytest.raises(FitStopped, match="stopped after step 3 of 12; nothing was kept"):
        SMALL.fit(synthetic_small.ratings, seed=0, should_stop=lambda: next(calls))


# Where it starts


def test_a_warm_start_goes_on_from_the_last_draw(planted: Planted, model: FactorModel) -> None:
    """One sweep after a long fit is as good as its draws are; one sweep from nothing is not."""
    once = Gibbs(n_factors=2, n_burn_in=0, n_draws=1, n_between=1)
    warm, cold = (rmse_of(once.fit(planted.train, seed=1, start=start), planted.test) for start in (model, None))
    alone = replace(
        model, **{name: getattr(model, name)[-1:] for name in ("user_factors", "item_factors", "user_bias", "item_bias", "global_mean")},
        user_prior=None,
    )  # fmt: skip
    assert warm == pytest.approx(rmse_of(alone, planted.test), rel=0.02)
    assert cold > 1.1 * warm


def test_a_warm_start_finds_people_and_films_by_id(planted: Planted, model: FactorModel) -> None:
    grown = planted.train.with_user("new", dict.fromkeys(list(model.items)[:5], 3.0))
    once = Gibbs(n_factors=2, n_burn_in=0, n_draws=1, n_between=1)
    found = once.fit(grown, seed=1, start=model)
    assert rmse_of(found, replace(planted.test, users=grown.users)) < 1.02 * rmse_of(
        once.fit(planted.train, seed=1, start=model), planted.test
    )


def test_a_start_from_another_kind_of_model(planted: Planted) -> None:
    als = ALS(n_factors=2).fit(planted.train, seed=0)
    once = Gibbs(n_factors=2, n_burn_in=0, n_draws=1, n_between=1)
    assert rmse_of(once.fit(planted.train, seed=0, start=als), planted.test) < rmse_of(
        once.fit(planted.train, seed=0), planted.test
    )
    with pytest.raises(InvalidArgument) as error:
        SMALL.fit(planted.train, seed=0, start=als)
    assert str(error.value) == "start must have n_factors=3 and the link Identity, got 2 and Identity"


# What it refuses


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"n_factors": -1}, "n_factors must be at least 0, got -1"),
        ({"n_burn_in": -1}, "n_burn_in must be at least 0, got -1"),
        ({"n_draws": 0}, "n_draws must be at least 1, got 0"),
        ({"n_between": 0}, "n_between must be at least 1, got 0"),
        ({"film_noise_shape": 0.0}, "film_noise_shape must be above 0 or None, got 0"),
        ({"film_noise_shape": float("nan")}, "film_noise_shape must be above 0 or None, got nan"),
    ],
)
def test_settings_outside_what_is_allowed_are_refused(settings: Mapping[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        Gibbs(**settings)
    assert str(error.value) == sentence
