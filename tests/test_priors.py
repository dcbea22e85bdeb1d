"""What a person's choice of films says before any star is read, and films that people agree on more or less."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.explanation.influence import influences
from core.folding import fold_in, leave_one_out_means, person_of
from core.model import FactorModel
from core.priors import ChoicePrior, UserPrior
from core.ratings import Id
from tests.models import DRAWS, ITEMS, WIDTH, random_model

RATED = {10: 5.0, 40: 1.5, 20: 3.0}
# float64 throughout, well-conditioned systems of a few unknowns.
CLOSE = {"rtol": 1e-9, "atol": 1e-9}


def random_choice_model(seed: int = 0) -> FactorModel:
    """A model of random numbers with a rated prior and noise by film."""
    model, generator = random_model(seed=seed), torch.Generator().manual_seed(seed + 100)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    root = normal(DRAWS, WIDTH + 1, WIDTH + 1)
    choice = ChoicePrior(normal(DRAWS, ITEMS, WIDTH + 1), normal(DRAWS, WIDTH + 1), root @ root.mT + torch.eye(3))
    assert model.user_prior is not None
    noise = 0.3 + torch.rand(DRAWS, ITEMS, generator=generator, dtype=torch.float64)
    return replace(model, user_prior=replace(model.user_prior, film_noise=noise, choice=choice))


def prior_of(model: FactorModel) -> tuple[UserPrior, ChoicePrior, Tensor]:
    prior = model.user_prior
    assert prior is not None and prior.choice is not None and prior.film_noise is not None
    return prior, prior.choice, prior.film_noise


def slow_person(
    model: FactorModel, draw: int, rated: Mapping[Id, float], chosen: set[Id]
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of one draw's vector, every sum written out."""
    prior, choice, noise = prior_of(model)
    rows = {item_id: model.items.row(item_id) for item_id in rated}
    mean, precision = prior.mean[draw].numpy(), prior.precision[draw].numpy()
    if chosen:
        mean, precision = choice.mean[draw].numpy().copy(), choice.precision[draw].numpy()
        for item_id in chosen:
            mean = mean + choice.weights[draw, rows[item_id]].numpy() / len(chosen) ** 0.5
    system, right = precision.copy(), precision @ mean
    for item_id, stars in rated.items():
        features = np.array([*model.item_factors[draw, rows[item_id]].tolist(), 1.0])
        offset = float(model.global_mean[draw] + model.item_bias[draw, rows[item_id]])
        weight = float(prior.noise_precision[draw] * noise[draw, rows[item_id]])
        system += weight * np.outer(features, features)
        right += weight * features * (stars - offset)
    return np.linalg.solve(system, right), np.linalg.inv(system)


@pytest.mark.parametrize("chosen", [None, {10, 40, 20}, {40, 20}, {20}, set()], ids=str)
@pytest.mark.parametrize("rated", [RATED, {}], ids=["some", "nothing"])
def test_a_person_is_a_regression_around_what_their_choice_says(rated: dict[Id, float], chosen: set[Id] | None) -> None:
    model = random_choice_model()
    prior, _, noise = prior_of(model)
    own = set(rated) if chosen is None else chosen & set(rated)
    person = fold_in(model, rated, chosen=chosen if chosen is None else own)
    predicted = person.predict_all()
    variances = torch.zeros(DRAWS, ITEMS)
    for draw in range(DRAWS):
        mean, covariance = slow_person(model, draw, rated, own)
        np.testing.assert_allclose(person.mean[draw].numpy(), mean, **CLOSE)
        for item in range(ITEMS):
            features = np.array([*model.item_factors[draw, item].tolist(), 1.0])
            variances[draw, item] = features @ covariance @ features
    between = person.scores().var(0, correction=0)
    scatter = (1 / (prior.noise_precision[:, None] * noise)).mean(0)
    for item, one in enumerate(predicted):
        assert one.std**2 == pytest.approx(float(variances[:, item].mean() + between[item]), rel=1e-6)
        assert one.rating_std**2 == pytest.approx(one.std**2 + float(scatter[item]), rel=1e-6)


def test_a_training_user_chose_what_they_rated() -> None:
    model = random_choice_model()
    person = person_of(model, "u2")
    folded = fold_in(model, model.ratings_of("u2"))
    assert person.chosen == folded.chosen == set(person.ratings)
    assert person.posterior is not None and folded.posterior is not None
    torch.testing.assert_close(person.posterior.mean, folded.posterior.mean, **CLOSE)


@pytest.mark.parametrize("chosen", [{10, 40, 20}, {40, 20}, {20}, set()], ids=str)
def test_leaving_one_out_forgets_its_choice_too(chosen: set[Id]) -> None:
    model = random_choice_model()
    person = fold_in(model, RATED, chosen=chosen)
    found = leave_one_out_means(person)
    for place, left_out in enumerate(RATED):
        rest = {item_id: stars for item_id, stars in RATED.items() if item_id != left_out}
        without = fold_in(model, rest, chosen=chosen - {left_out})
        torch.testing.assert_close(found[:, place], without.mean, **CLOSE)
        for item_id, all_influences in influences(person, [30, 50]).items():
            influence = next(one.influence for one in all_influences if one.item_id == left_out)
            row = model.items.row(item_id)
            assert influence == pytest.approx(float((person.scores() - without.scores()).mean(0)[row]), rel=1e-8)


@pytest.mark.parametrize("chosen", [{10, 40, 20}, {40, 20}, {20}], ids=str)
def test_what_the_choice_makes_is_told_apart_from_what_the_stars_make(chosen: set[Id]) -> None:
    """Choice: the rest solved under the prior that knows all that was chosen, less the rest under one that does not."""
    model = random_choice_model()
    prior = model.user_prior
    assert prior is not None
    person = fold_in(model, RATED, chosen=chosen)
    told = {one.item_id: one for one in influences(person, [30])[30]}
    given = prior.given(torch.tensor(model.items.rows(item for item in RATED if item in chosen)))
    for left_out in RATED:
        rest = {item_id: stars for item_id, stars in RATED.items() if item_id != left_out}
        known = fold_in(replace(model, user_prior=replace(given, choice=None)), rest, chosen=())
        without = fold_in(model, rest, chosen=chosen - {left_out})
        row = model.items.row(30)
        expected = float((known.scores() - without.scores()).mean(0)[row])
        assert told[left_out].by_choice == pytest.approx(expected, rel=1e-8, abs=1e-12)
        assert (abs(told[left_out].by_choice) < 1e-12) == (left_out not in chosen)


def test_a_low_rating_can_raise_similar_films() -> None:
    """Who chose a film of a kind likes that kind: the choice may say more than a middling rating takes back."""
    model = random_model(draws=1, width=1)
    likes_it = torch.zeros(1, ITEMS, 2, dtype=torch.float64)
    likes_it[0, :2, 0] = 2.0  # films 10 and 20 are of one kind, and people who choose them have a taste for it
    factors = torch.tensor([1.0, 1.0, 0.0, 0.0, 0.0], dtype=torch.float64)[None, :, None]
    choice = ChoicePrior(likes_it, torch.zeros(1, 2, dtype=torch.float64), torch.eye(2, dtype=torch.float64)[None])
    prior = UserPrior(choice.mean, choice.precision, torch.ones(1, dtype=torch.float64), choice=choice)
    model = replace(
        model,
        item_factors=factors,
        item_bias=torch.zeros(1, ITEMS, dtype=torch.float64),
        global_mean=torch.full((1,), 3.0, dtype=torch.float64),
        user_prior=prior,
    )
    low = {10: 2.5, 40: 3.0}
    searched = influences(fold_in(model, low), [20])[20]
    shown = influences(fold_in(model, low, chosen={40}), [20])[20]
    raised, lowered = (next(one for one in found if one.item_id == 10) for found in (searched, shown))
    assert raised.influence > 0.2 and lowered.influence < -0.1
    assert raised.in_spite_of_stars and raised.by_choice > raised.influence
    assert not lowered.in_spite_of_stars and lowered.by_choice == 0


def test_only_rated_films_can_have_been_chosen() -> None:
    with pytest.raises(InvalidArgument) as error:
        fold_in(random_choice_model(), RATED, chosen={10, 30, 50})
    assert str(error.value) == "chosen must name rated films only, got 30"


def test_without_a_rated_prior_the_choice_says_nothing() -> None:
    model = random_model()
    assert torch.equal(fold_in(model, RATED).mean, fold_in(model, RATED, chosen=()).mean)


def test_means_follow_the_films_chosen() -> None:
    _, choice, _ = prior_of(random_choice_model())
    chosen = torch.tensor([3, 0, 4])
    for draw in range(DRAWS):
        total = sum(choice.weights[draw, row] for row in chosen.tolist())
        expected = choice.mean[draw] + total / 3**0.5
        torch.testing.assert_close(choice.mean_given(chosen)[draw], expected, **CLOSE)
        for place, row in enumerate(chosen.tolist()):
            expected = choice.mean[draw] + (total - choice.weights[draw, row]) / 2**0.5
            torch.testing.assert_close(choice.means_without_each(chosen)[draw, place], expected, **CLOSE)


def test_a_prior_is_its_tensors() -> None:
    for prior in (prior_of(random_choice_model())[0], random_model().user_prior):
        assert prior is not None
        rebuilt = UserPrior.from_tensors(dict(prior.tensors()), count_power=0.5)
        assert rebuilt.count_power == 0.5
        again = dict(rebuilt.tensors())
        assert {name: id(tensor) for name, tensor in again.items()} == {n: id(t) for n, t in prior.tensors()}
        assert (rebuilt.choice is None) == (prior.choice is None)


def test_noise_variances_by_film_and_draw() -> None:
    prior, _, noise = prior_of(random_choice_model())
    rows = torch.tensor([4, 1])
    expected = [[1 / float(prior.noise_precision[d] * noise[d, row]) for row in (4, 1)] for d in range(DRAWS)]
    np.testing.assert_allclose(prior.noise_variances_by_draw(rows), expected)
    np.testing.assert_allclose(prior.noise_variances(rows), np.mean(expected, axis=0))
    plain = replace(prior, film_noise=None)
    np.testing.assert_allclose(plain.noise_variances(rows), [plain.noise_variance] * 2)
