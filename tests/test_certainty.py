"""How sure a film's place is: between 0 and 1, more with more ratings, against loops over draws."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.catalogue import Catalogue
from core.datasets.dataset import Dataset
from core.datasets.synthetic import Synthetic
from core.model import FactorModel
from core.space.certainty import ROUNDS, certainty_of
from core.space.film_map import FilmSpace
from core.space.star_metric import draw_spread, film_coordinates, people_directions
from core.trainers.als import ALS
from core.trainers.gibbs import Gibbs
from tests.models import USERS, random_model
from tests.test_space import shifted

N_FILMS = 9


def tastes(model: FactorModel) -> torch.Tensor:
    """(draws, users, films), each draw by itself."""
    out = []
    for users, items in zip(model.user_factors, model.item_factors, strict=True):
        out.append((users - users.mean(0)) @ (items - items.mean(0)).mT)
    return torch.stack(out)


def test_spread_is_the_variance_over_draws_of_each_user_s_taste() -> None:
    model = random_model(n_items=N_FILMS)
    table = tastes(model)
    for film in range(N_FILMS):
        variances = []
        for user in range(USERS):
            drawn = table[:, user, film].tolist()
            mean = sum(drawn) / len(drawn)
            variances.append(sum((one - mean) ** 2 for one in drawn) / (len(drawn) - 1))
        assert draw_spread(model)[film].item() == pytest.approx(sum(variances) / USERS, abs=1e-9)
    assert draw_spread(random_model(n_items=N_FILMS, draws=1)).tolist() == [0.0] * N_FILMS


def test_between_draws_it_is_one_less_the_spread_s_share() -> None:
    model = random_model(n_items=N_FILMS)
    spread = draw_spread(model)
    place = (film_coordinates(model).square().sum(1) + spread).mean()
    expected = (1 - spread / place).clamp(0, 1)
    assert 0 in expected and expected.max() > 0.1  # random numbers: some films are all doubt
    torch.testing.assert_close(certainty_of(model), expected)


@pytest.mark.parametrize("draws", [1, 3])
def test_neither_basis_nor_shifts_change_it(draws: int) -> None:
    model = random_model(n_items=N_FILMS, draws=draws)
    basis = torch.tensor([[2.0, 0.3], [-0.5, 1.0]], dtype=torch.float64)
    turned = replace(
        model, user_factors=model.user_factors @ basis, item_factors=model.item_factors @ torch.linalg.inv(basis).mT
    )
    torch.testing.assert_close(certainty_of(turned), certainty_of(model))
    if draws == 3:  # the shift of the other helper is one for all draws
        torch.testing.assert_close(certainty_of(shifted(model)), certainty_of(model))


def test_of_a_point_estimate_it_follows_the_counts_as_written() -> None:
    """The formula in loops, for one film and one axis at a time."""
    ratings = Synthetic(n_users=60, n_items=20, n_ratings=500).draw(seed=1).ratings
    model = ALS(n_factors=2, n_epochs=4, precision="float64").fit(ratings, seed=0)
    coordinates = film_coordinates(model)
    axes = torch.linalg.svd(coordinates).Vh
    squares = (coordinates @ axes.mT).square()
    directions = people_directions(model) @ axes.mT
    raters = [float(sum(directions[u, k] ** 2 for u in ratings.user_idx.tolist()) / len(ratings)) for k in range(2)]
    assert model.user_prior is not None
    noise = model.user_prior.noise_variance
    prior = [float(squares[:, k].mean()) for k in range(2)]
    counts = ratings.item_counts.tolist()

    def posterior(film: int, k: int) -> float:
        return 1 / (1 / prior[k] + counts[film] * raters[k] / noise)

    for _ in range(ROUNDS):
        prior = [float(squares[:, k].mean()) + sum(posterior(film, k) for film in range(20)) / 20 for k in range(2)]
    expected = [1 - (posterior(film, 0) + posterior(film, 1)) / sum(prior) for film in range(20)]
    assert certainty_of(model).tolist() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("trainer", [ALS(n_factors=4, regularization=0.1), Gibbs(n_factors=4)])
def test_more_ratings_make_surer(trainer: ALS | Gibbs, synthetic_small: Dataset) -> None:
    found = certainty_of(trainer.fit(synthetic_small.ratings, seed=0))
    counts = synthetic_small.ratings.item_counts
    ordered = found[counts.argsort()]
    assert found.min() >= 0 and found.max() <= 1
    assert ordered[:30].mean() + 0.04 < ordered[35:65].mean() < ordered[-30:].mean() - 0.04


def test_where_the_model_knows_no_taste_nothing_is_sure() -> None:
    model = random_model(n_items=N_FILMS, draws=1)
    flat = replace(model, item_factors=torch.ones_like(model.item_factors))
    assert certainty_of(flat).tolist() == [0.0] * N_FILMS


def test_without_a_prior_the_noise_is_that_of_the_training_ratings() -> None:
    model = replace(random_model(n_items=N_FILMS, draws=1), user_prior=None)
    residuals = model.rated.values - model.predict(model.rated.user_idx, model.rated.item_idx)
    prior = random_model(n_items=N_FILMS, draws=1).user_prior
    assert prior is not None
    noisy = replace(model, user_prior=replace(prior, noise_precision=1 / residuals.square().mean()[None]))
    torch.testing.assert_close(certainty_of(model), certainty_of(noisy))


def test_a_map_says_it_of_each_film_and_may_weigh_by_it(synthetic_small: Dataset) -> None:
    space = FilmSpace.of(ALS(n_factors=4, regularization=0.1).fit(synthetic_small.ratings, seed=0), Catalogue([]))
    plain, weighed = space.draw(min_ratings=5), space.draw(min_ratings=5, by_certainty=True)
    assert plain.frame["certainty"].tolist() == space.certainty[plain.rows].tolist()
    middle = weighed.projection.points[weighed.rows].mean(0)
    certain = space.certainty[weighed.rows][:, None] * weighed.projection.points[weighed.rows]
    assert middle.abs().max() > 1e-4 and certain.mean(0).abs().max() < 1e-9
