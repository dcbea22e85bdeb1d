"""Taste per genre: features and bias as printed, people's rows against the slow ridge, and what genres cannot say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.catalogue import Catalogue, Film
from core.datasets.dataset import DataCard, Dataset
from core.errors import InvalidArgument
from core.evaluation.held_out import evaluate
from core.evaluation.splits import make_split
from core.folding import fold_in
from core.model import FactorModel
from core.ratings import Ratings
from core.trainers import default_trainer
from core.trainers.baselines import BiasOnly
from core.trainers.category import Category
from tests import reference

FILMS = [
    Film(1, "", None, ("War", "Drama")),
    Film(2, "", None, ("Drama",)),
    Film(3, "", None, ()),
    Film(4, "", None, ("Comedy", "Drama", "War")),
    Film(5, "", None, ("Comedy",)),
    Film(99, "", None, ("Western",)),  # nobody rated it
]
# Film 6 stands in no catalogue.
PAIRS = {(1, 1): 5, (1, 2): 4, (1, 5): 1, (2, 1): 2, (2, 4): 3, (2, 6): 5, (3, 3): 4, (3, 5): 5, (3, 6): 1, (3, 2): 2}
TRAINER = replace(Category.of(FILMS), regularization=1.5, bias_regularization=0.7, damping=2.0)


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    return Ratings.from_columns(*zip(*PAIRS, strict=True), list(PAIRS.values()))


@pytest.fixture(scope="module")
def model(ratings: Ratings) -> FactorModel:
    return TRAINER.fit(ratings, seed=0)


def test_a_film_is_its_genres_divided_by_their_number(model: FactorModel) -> None:
    assert model.card.config["genres"] == ["Comedy", "Drama", "War"]  # of films that were rated
    expected = [[0, 1 / 2, 1 / 2], [0, 1, 0], [0, 0, 0], [1 / 3, 1 / 3, 1 / 3], [1, 0, 0], [0, 0, 0]]
    torch.testing.assert_close(model.item_factors[0], torch.tensor(expected))


def test_a_films_bias_is_a_damped_mean(model: FactorModel) -> None:
    mean = sum(PAIRS.values()) / len(PAIRS)
    for row, film in enumerate(model.items):
        given = [stars - mean for (_, item), stars in PAIRS.items() if item == film]
        assert float(model.item_bias[0, row]) == pytest.approx(sum(given) / (len(given) + 2.0), abs=1e-6)


def test_a_persons_row_is_a_ridge_regression(model: FactorModel) -> None:
    for row, user in enumerate(model.users):
        rated = [(model.items.row(item), stars) for (rater, item), stars in PAIRS.items() if rater == user]
        features = np.array([[*model.item_factors[0, item].tolist(), 1.0] for item, _ in rated])
        targets = np.array([stars - float(model.global_mean[0] + model.item_bias[0, item]) for item, stars in rated])
        expected = reference.ridge(features, targets, np.diag([1.5, 1.5, 1.5, 0.7]), np.zeros(4))
        found = [*model.user_factors[0, row].tolist(), float(model.user_bias[0, row])]
        np.testing.assert_allclose(found, expected, atol=1e-5)  # float32


def test_noise_is_what_left_out_ratings_show(model: FactorModel) -> None:
    """e / (1 − h_u − h_i), the leverages h from the slow covariance and from the damped mean, at least 0.05 left."""
    errors = []
    for (user, item), stars in PAIRS.items():
        rows = [model.items.row(film) for rater, film in PAIRS if rater == user]
        features = np.array([[*model.item_factors[0, row].tolist(), 1.0] for row in rows])
        x = np.append(model.item_factors[0, model.items.row(item)].numpy(), 1.0)
        h_user = x @ reference.ridge_covariance(features, np.diag([1.5, 1.5, 1.5, 0.7])) @ x
        h_item = 1 / (sum(film == item for _, film in PAIRS) + 2.0)
        score = float(model.scores(torch.tensor([model.users.row(user)]), torch.tensor([model.items.row(item)])))
        errors.append((stars - score) / max(1 - h_user - h_item, 0.05))
    assert model.user_prior is not None
    assert model.user_prior.noise_variance == pytest.approx(np.mean(np.square(errors)), rel=1e-4)


def test_somebody_new_is_asked_about_genres(model: FactorModel) -> None:
    """Who loves a comedy is predicted more for comedies than for dramas, films alike otherwise."""
    before = {one.item_id: one.prediction for one in fold_in(model, {}).predict_all()}
    after = {one.item_id: one.prediction for one in fold_in(model, {5: 5.0}).predict_all()}
    gain = {film: after[film] - before[film] for film in before}
    assert gain[5] > gain[4] > gain[2]  # a comedy, a third of one, none
    assert gain[2] == pytest.approx(gain[3], abs=1e-5)  # only by how generous they are


def test_planted_tastes_are_found() -> None:
    """Everybody has a taste per genre and the ratings say nothing else: held-out stars are met closely."""
    generator = torch.Generator().manual_seed(0)
    names = ["a", "b", "c"]
    films = [Film(n, "", None, tuple(names[g] for g in range(3) if (n + 1) >> g & 1)) for n in range(60)]
    features = torch.tensor([[1 / len(f.genres) if name in f.genres else 0.0 for name in names] for f in films])
    features = torch.nan_to_num(features)
    taste = torch.randn(50, 3, generator=generator)
    users, items = torch.arange(50).repeat_interleave(60), torch.arange(60).repeat(50)
    stars = 3 + (taste[users] * features[items]).sum(1)
    table = Ratings.from_columns(users.tolist(), items.tolist(), stars.tolist())
    train, test = table.split(test_fraction=0.3, seed=0)
    weak = replace(Category.of(films), regularization=1e-3, bias_regularization=1e-3)
    fitted = weak.fit(train, seed=0)
    found = fitted.predict(test.user_idx, test.item_idx)
    # The rest are the films' damped means, which no person's row undoes wholly.
    assert reference.rmse(test.values.tolist(), found.tolist()) < 0.1 * float(stars.std())


def test_settings_are_short_and_say_what_differs() -> None:
    assert repr(Category.of(FILMS)) == repr(Category.of(reversed(FILMS)))
    assert repr(Category.of(FILMS)) != repr(Category.of(FILMS[1:]))
    assert len(repr(Category.of(FILMS))) < 200
    assert Category.of(FILMS) == Category.of(FILMS)
    assert hash(Category.of(FILMS)) == hash(Category.of(reversed(FILMS)))
    assert Category.of(FILMS) != Category.of(FILMS[1:])


def test_order_and_repetition_of_genres_say_nothing() -> None:
    twice = [replace(film, genres=film.genres[::-1] + film.genres) for film in FILMS]
    assert Category.of(twice) == Category.of(FILMS)
    assert repr(Category.of(twice)) == repr(Category.of(FILMS))


def test_the_card_stays_small(model: FactorModel) -> None:
    config = model.card.config
    assert config == {
        "genres": ["Comedy", "Drama", "War"],
        "films": repr(Category.of(FILMS).genres),
        "regularization": 1.5,
        "bias_regularization": 0.7,
        "damping": 2.0,
    }


def test_the_command_line_gives_it_the_films(ratings: Ratings) -> None:
    dataset = Dataset("own", ratings, Catalogue(FILMS), DataCard("Own", "Free"))
    assert default_trainer("category", dataset) == Category.of(FILMS)
    assert default_trainer("bias", dataset) == BiasOnly()


@pytest.mark.parametrize("films", [[], [Film(1, "", None, ()), Film(99, "", None, ("Western",))]])
def test_films_without_genres_are_refused(ratings: Ratings, films: list[Film]) -> None:
    with pytest.raises(InvalidArgument) as error:
        Category.of(films).fit(ratings, seed=0)
    assert (
        str(error.value) == f"genres must name a genre of at least one film of train, got {Category.of(films).genres!r}"
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"damping": -1.0}, "damping must be at least 0, got -1"),
        ({"regularization": 0.0}, "regularization and bias_regularization must be above 0, got 0 and 5"),
        (
            {"bias_regularization": float("nan")},
            "regularization and bias_regularization must be above 0, got 5 and nan",
        ),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float], sentence: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        replace(Category.of(FILMS), **settings)  # type: ignore[arg-type]
    assert str(error.value) == sentence


def test_on_real_ratings_genres_say_something(ml100k: Dataset) -> None:
    """u1: between the biases and the factors."""
    part = make_split(ml100k.ratings, "u1")
    genres = evaluate(Category.of(ml100k.films).fit(part.train, seed=0), part.test).rmse
    assert 0.93 < genres < evaluate(BiasOnly().fit(part.train, seed=0), part.test).rmse - 0.01
