"""SGD: its range, its batches, what decays, planted factors, warm starts, and the prior it gives new people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.datasets.dataset import Dataset
from core.datasets.synthetic import Synthetic
from core.errors import InvalidArgument
from core.folding import fold_in
from core.links import SigmoidRange
from core.metrics import root_mean_square_error
from core.model import FactorModel
from core.people import SHRINKAGE, prior_from_people
from core.progress import Progress
from core.ratings import IdMap, Ratings, RatingScale
from core.trainers.als import ALS
from core.trainers.sgd import SGD, DotProductBias
from tests import reference


@pytest.fixture(scope="module")
def planted() -> Dataset:
    """200 × 100 with 12,000 ratings and their truth."""
    return Synthetic(n_users=200, n_items=100, n_ratings=12_000).draw(seed=3)


def error(model: FactorModel, ratings: Ratings) -> float:
    return root_mean_square_error(ratings.values, model.predict(ratings.user_idx, ratings.item_idx))


@pytest.mark.parametrize(
    ("scale", "link"),
    [
        (RatingScale(1, 5, 1), SigmoidRange(0, 5.5)),  # the book's
        (RatingScale(0.5, 5, 0.5), SigmoidRange(0, 5.25)),
        (RatingScale(0, 100, 10), SigmoidRange(-10, 105)),
    ],
)
def test_the_range_is_a_little_wider_than_the_scale(planted: Dataset, scale: RatingScale, link: SigmoidRange) -> None:
    ratings = replace(planted.ratings, values=planted.ratings.values.clamp(1, 5), scale=scale)
    assert SGD(n_epochs=1).fit(ratings, seed=0).link == link


def test_predictions_of_the_net_and_of_the_model_are_the_same(planted: Dataset) -> None:
    ratings = planted.ratings
    net = DotProductBias(ratings, 4, torch.Generator().manual_seed(0))
    for table in net.parameters():
        torch.nn.init.normal_(table, generator=torch.Generator().manual_seed(1))
    model = net.to_model(ratings, SGD().fit(ratings, seed=0).card)
    stars = net(ratings.user_idx, ratings.item_idx).detach()
    limited = stars.clamp(ratings.scale.low, ratings.scale.high)
    torch.testing.assert_close(model.predict(ratings.user_idx, ratings.item_idx), limited)
    user, item = int(ratings.user_idx[7]), int(ratings.item_idx[7])
    score = reference.Tables(
        model.user_factors[0].numpy(),
        model.item_factors[0].numpy(),
        model.user_bias[0].numpy(),
        model.item_bias[0].numpy(),
        float(model.global_mean[0]),
    ).score(user, item)
    assert float(stars[7]) == pytest.approx(5.25 / (1 + np.exp(-score)), rel=1e-5)


def test_before_training_everything_is_predicted_as_the_mean(planted: Dataset) -> None:
    net = DotProductBias(planted.ratings, 31, torch.Generator().manual_seed(0))
    predicted = net(planted.ratings.user_idx, planted.ratings.item_idx)
    # 31 products of numbers around 0.01 are 0.0006 in the score: a thousandth of a star.
    torch.testing.assert_close(predicted, planted.ratings.values.mean().expand_as(predicted), rtol=0, atol=0.01)


def test_an_epoch_meets_every_rating_once_in_a_new_order(planted: Dataset) -> None:
    ratings, generator = planted.ratings, torch.Generator().manual_seed(0)
    trainer = SGD(batch_size=256)
    orders = []
    for _ in range(2):
        batches = list(trainer._descent._batches(ratings, generator, "cpu"))
        assert [len(stars) for _, _, stars in batches] == [256] * 46 + [224]
        users, items, stars = (torch.cat(column) for column in zip(*batches, strict=True))
        seen = sorted(zip(users.tolist(), items.tolist(), stars.tolist(), strict=True))
        assert seen == sorted(reference.entries(ratings))
        orders.append(stars)
    assert not torch.equal(orders[0], ratings.values)
    assert not torch.equal(orders[0], orders[1])


def test_decay_draws_factors_to_zero_and_leaves_biases(planted: Dataset) -> None:
    free, decayed = (SGD(n_epochs=3, weight_decay=decay).fit(planted.ratings, seed=0) for decay in (0.0, 20.0))
    assert decayed.user_factors.abs().mean() < 0.2 * free.user_factors.abs().mean()
    assert decayed.item_factors.abs().mean() < 0.2 * free.item_factors.abs().mean()
    for name in ("user_bias", "item_bias"):
        assert getattr(decayed, name).abs().mean() > 0.7 * getattr(free, name).abs().mean()


def test_planted_factors_are_recovered(planted: Dataset) -> None:
    """Held-out error within 10 % of the noise floor: the sigmoid is not the line that the ratings were drawn from."""
    assert planted.truth is not None
    train, test = planted.ratings.split(test_fraction=0.1, seed=0)
    model = SGD(n_factors=4, n_epochs=10, batch_size=128, learning_rate=0.02, weight_decay=0.05).fit(train, seed=0)
    assert error(model, test) < 1.1 * planted.truth.noise_std


def test_the_loss_falls(planted: Dataset) -> None:
    seen: list[Progress] = []
    SGD(n_epochs=4).fit(planted.ratings, seed=0, on_progress=seen.append)
    losses = [report.loss for report in seen if report.loss is not None]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.6 * float(planted.ratings.values.var())


# --- the prior for new people ----------------------------------------------------------------------------------------


def test_the_prior_is_the_people(planted: Dataset) -> None:
    """Mean and covariance of those who rated anything, as NumPy counts them, a hundredth of the variance added."""
    users = IdMap([*planted.ratings.users, 999], kind="user")
    model = SGD(n_factors=3).fit(replace(planted.ratings, users=users), seed=0)
    people = torch.cat([model.user_factors[0], model.user_bias[0][:, None]], dim=1)[:-1].double().numpy()
    prior = model.user_prior
    assert prior is not None
    np.testing.assert_allclose(prior.mean[0], people.mean(0), rtol=1e-9)
    covariance = np.cov(people, rowvar=False, bias=True)
    shrunk = covariance + (SHRINKAGE * np.diag(covariance).mean() + 1e-6) * np.eye(4)
    np.testing.assert_allclose(np.linalg.inv(prior.precision[0].numpy()), shrunk, rtol=1e-6, atol=1e-9)


def test_the_noise_is_that_of_ratings_left_out() -> None:
    """e / (1 − h_u − h_i) with both leverages from dense inverses, each penalty noise · precision, twice over."""
    ratings = Synthetic(n_users=12, n_items=8, n_ratings=60).draw(seed=4).ratings
    model = SGD(n_factors=2, n_epochs=30, batch_size=16, weight_decay=0.05).fit(ratings, seed=0)
    sides = [
        torch.cat([factors[0], bias[0][:, None]], dim=1).double().numpy()
        for factors, bias in ((model.user_factors, model.user_bias), (model.item_factors, model.item_bias))
    ]
    spreads = [np.cov(side, rowvar=False, bias=True) for side in sides]
    precisions = [np.linalg.inv(c + (SHRINKAGE * np.diag(c).mean() + 1e-6) * np.eye(3)) for c in spreads]
    users, items = (np.c_[side[:, :-1], np.ones(len(side))] for side in sides)
    entries = reference.entries(ratings)
    scores = model.scores(ratings.user_idx, ratings.item_idx)[0].double()
    residuals = ratings.values.double().numpy() - model.link.stars(scores).numpy()
    slope = np.sqrt(np.mean(model.link.slope(scores).numpy() ** 2))
    noise = np.mean(residuals**2)
    for _ in range(2):
        left_out = []
        for (user, item, _), residual in zip(entries, residuals, strict=True):
            mine = slope * items[[i for u, i, _ in entries if u == user]]
            theirs = slope * users[[u for u, i, _ in entries if i == item]]
            h_u = slope**2 * items[item] @ reference.ridge_covariance(mine, noise * precisions[0]) @ items[item]
            h_i = slope**2 * users[user] @ reference.ridge_covariance(theirs, noise * precisions[1]) @ users[user]
            left_out.append(residual / max(1 - h_u - h_i, 0.05))
        noise = np.mean(np.square(left_out))
    assert model.user_prior is not None
    assert model.user_prior.noise_variance == pytest.approx(noise, rel=1e-6)


def test_new_people_lie_as_far_from_their_predictions_as_said(planted: Dataset) -> None:
    """Residual / rating_std of 60 people the model never saw, half their ratings folded in: root mean square near 1.

    About 1,800 residuals, standard error of the ratio 0.017 were they independent; a person's share an error. The
    training error alone as noise gives 1.2 here, one side's leverage 1.1.
    """
    ratings = planted.ratings
    new = ratings.user_idx < 60
    model = SGD(n_factors=8, weight_decay=0.05, batch_size=64).fit(ratings.take(~new), seed=0)
    ratios = []
    for user_id in list(ratings.users)[:60]:
        rated = list(ratings.of_user(user_id).items())
        person = fold_in(model, dict(rated[::2]))
        for (_, stars), said in zip(rated[1::2], person.predict([item for item, _ in rated[1::2]]), strict=True):
            ratios.append((stars - said.prediction) / said.rating_std)
    assert np.sqrt(np.mean(np.square(ratios))) == pytest.approx(1, abs=0.08)


def test_the_noise_of_a_perfect_fit_is_not_zero() -> None:
    """One person: no spread, no residual; the prior is narrow, not infinite."""
    ratings = Ratings.from_columns([1, 1], [1, 2], [3.0, 3.0])
    prior = prior_from_people(SGD(n_factors=2).fit(ratings, seed=0))
    assert torch.isfinite(prior.precision).all()
    assert prior.noise_variance >= 1e-6


# --- warm starts -----------------------------------------------------------------------------------------------------


def test_a_warm_start_is_nearer_and_keeps_ids_aligned(planted: Dataset) -> None:
    """One epoch more from a trained model, every row moved by a newcomer, against one epoch from nothing."""
    ratings = planted.ratings
    old = SGD(n_factors=4, n_epochs=10, weight_decay=0.05).fit(ratings, seed=0)
    grown = replace(
        ratings,
        user_idx=ratings.user_idx + 1,
        item_idx=ratings.item_idx + 1,
        users=IdMap([0, *ratings.users], kind="user"),
        items=IdMap([0, *ratings.items], kind="film"),
    )
    net = DotProductBias(grown, 4, torch.Generator().manual_seed(1), old)
    torch.testing.assert_close(net.user_factors.weight[1:], old.user_factors[0])
    torch.testing.assert_close(net.item_bias.weight[1:, 0], old.item_bias[0])
    assert net.user_bias.weight[0] == 0
    once = SGD(n_factors=4, n_epochs=1, learning_rate=0.002)
    warm, cold = once.fit(grown, seed=1, start=old), once.fit(grown, seed=1)
    assert error(warm, grown) < 1.02 * error(old, ratings) < 0.8 * error(cold, grown)


def test_another_mean_does_not_disturb_a_warm_start(planted: Dataset) -> None:
    """Ratings half a star higher: the start predicts what it did."""
    old = SGD(n_factors=4).fit(planted.ratings, seed=0)
    higher = replace(planted.ratings, values=(planted.ratings.values + 0.5).clamp(max=5))
    net = DotProductBias(higher, 4, torch.Generator().manual_seed(1), old)
    assert net.mean != pytest.approx(float(old.global_mean), abs=0.1)
    users, items = torch.arange(100), torch.arange(100)
    predicted = net(users, items).detach().clamp(0.5, 5)
    torch.testing.assert_close(predicted, old.predict(users, items), rtol=0, atol=1e-5)


def test_a_start_of_another_kind_is_refused(planted: Dataset) -> None:
    start = ALS(n_factors=4, n_epochs=1).fit(planted.ratings, seed=0)
    with pytest.raises(InvalidArgument) as refused:
        SGD(n_factors=4).fit(planted.ratings, seed=0, start=start)
    assert str(refused.value) == "start must have the link SigmoidRange(low=0.0, high=5.25), got Identity()"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"n_factors": -1}, "n_factors must be at least 0, got -1"),
        ({"n_epochs": 0}, "n_epochs must be at least 1, got 0"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"weight_decay": -0.1}, "weight_decay must be at least 0, got -0.1"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0, got 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be above 0, got nan"),
    ],
)
def test_settings_outside_what_is_allowed_are_refused(wrong: dict[str, float], sentence: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        SGD(**wrong)  # type: ignore[arg-type]
    assert str(refused.value) == sentence


def test_steps_too_long_end_in_a_sentence(planted: Dataset) -> None:
    with pytest.raises(
        InvalidArgument, match="must be finite, got values that are not; train with more regularization"
    ):
        SGD(learning_rate=1e30).fit(planted.ratings, seed=0)
