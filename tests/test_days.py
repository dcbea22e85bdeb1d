"""What the day of a rating adds: by loops, what is left out where no date is known, and days that were planted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from core.bayes.draws import _around_mean_day
from core.bayes.figures import Figures
from core.catalogue import Catalogue
from core.datasets.dataset import Dataset
from core.datasets.synthetic import Synthetic
from core.days import SECONDS, DayEffects, day_numbers, places_of
from core.evaluation.held_out import evaluate
from core.fitting import global_mean
from core.folding import fold_in, person_of
from core.metrics import root_mean_square_error
from core.model import FactorModel
from core.persistence import SavedModel, load_model, save_model
from core.ratings import Ratings, RatingScale
from core.trainers.gibbs import Gibbs
from tests.models import DRAWS, WIDTH, random_model

NUMBERS = torch.tensor([-3, 0, 8, 9])
SHORT = Gibbs(n_factors=2, n_burn_in=20, n_draws=10, n_between=2, days=True)


def model_with_days() -> FactorModel:
    generator = torch.Generator().manual_seed(4)
    factors, bias = (
        torch.randn(DRAWS, 4, *shape, generator=generator, dtype=torch.float64) for shape in ((WIDTH,), ())
    )
    model = random_model()
    return replace(model, days=DayEffects(NUMBERS, factors, bias))


def dated(model: FactorModel) -> Ratings:
    """The model's own pairs, on days of which two are not known."""
    days = torch.tensor([-4, -3, 0, 1, 8, 9, 10])
    times = days[torch.arange(len(model.rated)) % 7] * SECONDS + 5
    return replace(model.rated, timestamps=times)


def test_a_day_is_a_day_of_utc_also_before_1970() -> None:
    assert day_numbers(torch.tensor([0, 86_399, 86_400, -1, -86_400, -86_401])).tolist() == [0, 0, 1, -1, -1, -2]
    times = torch.tensor([-3, 0, 8, 9, 1, 10, -4]) * SECONDS + 40
    assert places_of(NUMBERS, times).tolist() == [0, 1, 2, 3, 4, 4, 4]


def test_a_rating_s_day_adds_its_bias_and_its_products_with_both() -> None:
    model = model_with_days()
    ratings = dated(model)
    found = model.scores_of(ratings)
    assert model.days is not None and ratings.timestamps is not None
    for place, (user, item, time) in enumerate(
        zip(ratings.user_idx.tolist(), ratings.item_idx.tolist(), ratings.timestamps.tolist(), strict=True)
    ):
        for draw in range(DRAWS):
            p, q = model.user_factors[draw, user].tolist(), model.item_factors[draw, item].tolist()
            expected = float(model.global_mean[draw] + model.user_bias[draw, user] + model.item_bias[draw, item])
            expected += sum(one * other for one, other in zip(p, q, strict=True))
            if time // SECONDS in NUMBERS.tolist():
                day = NUMBERS.tolist().index(time // SECONDS)
                expected += float(model.days.bias[draw, day])
                h = model.days.factors[draw, day].tolist()
                expected += sum(each * (one + other) for each, one, other in zip(h, p, q, strict=True))
            assert float(found[draw, place]) == pytest.approx(expected, rel=1e-12)
    torch.testing.assert_close(model.predict_ratings(ratings), model.stars(found))


def test_without_a_date_nothing_is_added() -> None:
    model = model_with_days()
    undated = replace(model, days=None)
    assert torch.equal(model.predict_ratings(model.rated), undated.predict_ratings(dated(model)))
    pairs = model.rated.user_idx, model.rated.item_idx
    assert torch.equal(model.predict(*pairs), undated.predict(*pairs))
    assert fold_in(model, {10: 4.0}).predict_all() == fold_in(undated, {10: 4.0}).predict_all()
    assert person_of(model, "u0").predict_all() == person_of(undated, "u0").predict_all()


def test_days_are_saved_and_are_part_of_the_version(tmp_path: Path) -> None:
    model = model_with_days()
    assert model.days is not None
    others = [replace(model, days=None), replace(model, days=replace(model.days, numbers=NUMBERS + 1))]
    assert len({one.version for one in (model, *others)}) == 3
    found = load_model(save_model(SavedModel(model, Catalogue([])), tmp_path)).model
    assert found.version == model.version
    assert torch.equal(found.predict_ratings(dated(model)), model.predict_ratings(dated(model)))


def test_moving_the_mean_day_into_films_changes_no_score() -> None:
    generator = torch.Generator().manual_seed(0)
    people, films, days = (torch.randn(n, 4, generator=generator, dtype=torch.float64) for n in (5, 6, 3))
    idx = torch.tensor([0, 0, 1, 2, 0])

    def score(films: Tensor, days: Tensor, user: int, item: int, day: int) -> Tensor:
        p, q, h = people[user, :-1], films[item, :-1], days[day, :-1]
        return people[user, -1] + films[item, -1] + days[day, -1] + p @ q + p @ h + q @ h

    moved, around = _around_mean_day(films, days, idx)
    torch.testing.assert_close(around[idx, :-1].mean(0), torch.zeros(3, dtype=torch.float64))
    for user, item, day in [(0, 0, 0), (4, 5, 2), (2, 3, 1)]:
        torch.testing.assert_close(score(moved, around, user, item, day), score(films, days, user, item, day))


# The trainer


@pytest.fixture(scope="module")
def planted() -> tuple[Ratings, Ratings]:
    """Ratings of 20 days, on half of which everybody gives a star more; no limits, little noise."""
    table = Synthetic(120, 60, 4_000, n_factors=2, noise_std=0.3).draw(seed=2)
    generator = torch.Generator().manual_seed(2)
    days = torch.randint(0, 20, (4_000,), generator=generator)
    values = table.ratings.values + (days % 2).float()
    ratings = replace(
        table.ratings, values=values, timestamps=(18_000 + days) * SECONDS, scale=RatingScale(-5.0, 12.0, 0.5)
    )
    return ratings.split(test_fraction=0.2, seed=0)


@pytest.fixture(scope="module")
def fitted(planted: tuple[Ratings, Ratings]) -> FactorModel:
    return SHORT.fit(planted[0], seed=0)


def test_planted_days_are_found(fitted: FactorModel, planted: tuple[Ratings, Ratings]) -> None:
    """A star between the two kinds of days, whoever and whatever; test ratings are predicted on their own day."""
    train, test = planted
    assert fitted.days is not None
    assert fitted.days.numbers.tolist() == list(range(18_000, 18_020))
    bias = fitted.days.bias.mean(0)
    assert float(bias[1::2].mean() - bias[::2].mean()) == pytest.approx(1.0, abs=0.1)
    undated = root_mean_square_error(test.values, fitted.predict(test.user_idx, test.item_idx))
    assert evaluate(fitted, test).rmse < 0.8 * undated
    blind = replace(SHORT, days=False).fit(train, seed=0)
    assert undated < 1.03 * evaluate(blind, test).rmse  # on the average day, as good as who never heard of days


def test_days_add_nothing_on_average(fitted: FactorModel) -> None:
    rated = fitted.rated
    assert fitted.days is not None and rated.timestamps is not None
    places = places_of(fitted.days.numbers, rated.timestamps)
    torch.testing.assert_close(fitted.days.factors[:, places].mean(1), torch.zeros(10, 2), rtol=0, atol=1e-4)


def test_figures_know_days_and_take_an_unknown_one_for_the_average(planted: tuple[Ratings, Ratings]) -> None:
    train, hold_out = planted
    assert hold_out.timestamps is not None
    times = hold_out.timestamps.clone()
    times[::2] += 1_000 * SECONDS
    hold_out, mean = replace(hold_out, timestamps=times), global_mean(train)
    generator = torch.Generator().manual_seed(0)
    chain = SHORT._start_chain(train, mean, generator, None, "cpu")
    chain.sweep(generator)
    _, found = Figures(train, hold_out, mean, "cpu").add(chain, start_again=True)
    assert chain.days is not None and chain.day_idx is not None
    average = chain.days.rows[chain.day_idx].mean(0)
    predicted = []
    for user, item, time in zip(hold_out.user_idx.tolist(), hold_out.item_idx.tolist(), times.tolist(), strict=True):
        day = time // SECONDS - 18_000
        rows = [chain.users.rows[user], chain.films.rows[item], chain.days.rows[day] if day < 20 else average]
        terms = [float(row[-1]) for row in rows]
        terms += [float(rows[one][:-1] @ rows[other][:-1]) for one, other in ((0, 1), (0, 2), (1, 2))]
        predicted.append(min(max(mean + sum(terms), -5.0), 12.0))
    assert found == pytest.approx(float(np.sqrt(np.mean((hold_out.values.numpy() - predicted) ** 2))), rel=1e-5)


def test_a_warm_start_from_a_model_that_knows_days_is_one_on_the_average_day(
    fitted: FactorModel, planted: tuple[Ratings, Ratings]
) -> None:
    once = replace(SHORT, n_burn_in=3, n_draws=1, n_between=1)
    warm, cold = (evaluate(once.fit(planted[0], seed=1, start=start), planted[1]).rmse for start in (fitted, None))
    assert warm < cold


def test_days_help_on_real_ratings_too(ml100k: Dataset) -> None:
    """A short chain on a quarter of the ratings: days help there too. The whole: README, `gibbs-days`."""
    part = ml100k.ratings.take(torch.arange(0, 100_000, 4))
    train, test = part.split(seed=0)
    short = replace(SHORT, n_factors=3, n_burn_in=10)
    with_days, without = (evaluate(replace(short, days=days).fit(train, seed=0), test).rmse for days in (True, False))
    assert with_days < without
