"""Traits in Gibbs' prior: that they help where they tell something, what is expected of a new person, who is refused;
and what having chosen a film says, which can outweigh its stars."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from core.catalogue import Catalogue, Film
from core.datasets.dataset import DataCard, Dataset
from core.datasets.people import Profile
from core.datasets.synthetic import Synthetic
from core.errors import InvalidArgument
from core.evaluation.held_out import evaluate
from core.explanation.influence import influences
from core.folding import fold_in, person_of
from core.model import FactorModel
from core.ratings import Ratings, RatingScale
from core.trainers import default_trainer
from core.trainers.gibbs import Gibbs
from core.traits import Traits

SHORT = Gibbs(n_factors=2, n_burn_in=15, n_draws=10, n_between=2)
WIDE = RatingScale(-20.0, 26.0, 1.0)


def table(users: Tensor, items: Tensor, values: Tensor, n_users: int, n_items: int) -> Ratings:
    empty = Synthetic(n_users, n_items, 10).draw(seed=0).ratings
    return replace(
        empty, user_idx=users.int(), item_idx=items.int(), values=values.float(), timestamps=None, scale=WIDE
    )


# Traits


@pytest.fixture(scope="module")
def telling() -> tuple[Ratings, Ratings, Traits]:
    """Half of the people are young and love what the others hate; each has rated about six films."""
    generator = torch.Generator().manual_seed(0)
    kind, young = torch.randn(60, generator=generator), torch.arange(240) % 2
    taste = (2.0 * young - 1) + 0.3 * torch.randn(240, generator=generator)
    users, items = (torch.rand(240, 60, generator=generator) < 0.1).nonzero(as_tuple=True)
    values = 3 + taste[users] * kind[items] + 0.5 * torch.randn(len(users), generator=generator)
    train, test = table(users, items, values, 240, 60).split(test_fraction=0.3, seed=0)
    words = {label: ("young" if row % 2 else "old",) for row, label in enumerate(train.users)}
    return train, test, Traits(words, kind="people")


@pytest.mark.parametrize("rated_prior", [True, False])
def test_traits_help_where_they_tell_something(telling: tuple[Ratings, Ratings, Traits], rated_prior: bool) -> None:
    train, test, traits = telling
    plain = replace(SHORT, rated_prior=rated_prior)
    with_it, without = (
        evaluate(replace(plain, people_traits=known).fit(train, seed=0), test).rmse for known in (traits, None)
    )
    assert with_it < 0.9 * without


def test_words_that_hold_of_nobody_change_nothing(telling: tuple[Ratings, Ratings, Traits]) -> None:
    train, _, _ = telling
    nobody = replace(SHORT, n_burn_in=2, people_traits=Traits({-1: ("young",)}, kind="people"))
    found, plain = nobody.fit(train, seed=0), replace(nobody, people_traits=None).fit(train, seed=0)
    assert torch.equal(found.user_factors, plain.user_factors)
    assert replace(nobody, rated_prior=False).fit(train, seed=0).user_prior is not None


def test_of_a_new_person_s_traits_everything_is_expected(telling: tuple[Ratings, Ratings, Traits]) -> None:
    """The young and the old differ, so of somebody who may be either less is known than of one of them."""
    train, _, traits = telling
    model = replace(SHORT, people_traits=traits).fit(train, seed=0)
    prior = model.user_prior
    assert prior is not None and prior.choice is not None
    apart = model.user_factors[:, 1::2].mean(1) - model.user_factors[:, ::2].mean(1)  # (draws, d)
    for draw in range(model.n_draws):
        covariance = torch.linalg.inv(prior.choice.precision[draw])[:-1, :-1]
        between = torch.outer(apart[draw], apart[draw]) / 4  # variance of two halves
        along = apart[draw] / apart[draw].norm()
        assert float(along @ covariance @ along) > 0.5 * float(along @ between @ along)
    assert all(0 < one.std < one.rating_std for one in fold_in(model, {1: 4.0, 2: 1.0}).predict_all())


def test_a_person_unknown_to_the_traits_can_be_trained_on(telling: tuple[Ratings, Ratings, Traits]) -> None:
    train, _, traits = telling
    grown = train.with_user("new" if isinstance(train.users.labels[0], str) else 10_000, {1: 4.0, 2: 2.0})
    model = replace(SHORT, n_burn_in=2, people_traits=traits).fit(grown, seed=0)
    assert torch.isfinite(model.user_factors[:, -1]).all()


# By name


def own(films: list[Film], people: dict[int | str, Profile]) -> Dataset:
    ratings = Ratings.from_columns([1, 1, 2], [1, 2, 1], [5.0, 1.0, 3.0])
    return Dataset("mine.csv", ratings, Catalogue(films), DataCard("Mine", "Mine"), people=people)


BARE = [Film(1, "One"), Film(2, "Two")]


def test_a_name_takes_what_the_data_set_knows() -> None:
    known = own([Film(1, "One", 1994, ("Drama",)), Film(2, "Two")], {1: Profile(30, "F", "writer")})
    trainer = default_trainer("gibbs-features", known)
    assert trainer == Gibbs(film_traits=known.film_traits, people_traits=known.people_traits)
    assert trainer.film_traits[1] == ("Drama", "made in the 1990s")
    probit, days = (default_trainer(name, known) for name in ("gibbs-probit", "gibbs-days"))
    assert (probit.likelihood, probit.days, days.likelihood, days.days) == ("probit", False, "probit", True)
    assert probit.people_traits == days.people_traits == known.people_traits


def test_features_that_are_not_there_are_refused() -> None:
    with pytest.raises(InvalidArgument) as error:
        default_trainer("gibbs-features", own(BARE, {}))
    assert str(error.value) == (
        "trainer gibbs-features needs films' genres or years, or people's ages or occupations, and mine.csv has none; "
        "gibbs works everywhere"
    )
    assert default_trainer("gibbs-features", own(BARE, {1: Profile(30)})) is not None


def test_days_that_are_not_there_are_refused() -> None:
    with pytest.raises(InvalidArgument) as error:
        default_trainer("gibbs-days", own(BARE, {})).fit(own(BARE, {}).ratings, seed=0)
    assert str(error.value) == "days must be False for ratings without times, got True"


# What having chosen a film says


@pytest.fixture(scope="module")
def choosy() -> tuple[FactorModel, Tensor]:
    """A model of two kinds of people, who choose films of their own kind and rate them with much noise; films' kinds."""
    generator = torch.Generator().manual_seed(1)
    taste, kind = torch.arange(300) % 2 * 2 - 1.0, torch.arange(100) % 2 * 2 - 1.0
    likely = torch.where(torch.outer(taste, kind) > 0, 0.3, 0.05)
    users, items = (torch.rand(300, 100, generator=generator) < likely).nonzero(as_tuple=True)
    values = 3 + 0.8 * torch.outer(taste, kind)[users, items] + 1.5 * torch.randn(len(users), generator=generator)
    long = replace(SHORT, n_burn_in=60)  # so long it takes to find the direction from a small start
    return long.fit(table(users, items, values, 300, 100), seed=0), kind


def test_a_low_rating_raises_films_that_are_like_the_one_chosen(choosy: tuple[FactorModel, Tensor]) -> None:
    """That somebody chose a film of a kind says more than the few stars they gave it: other films of the kind rise.

    Some disappointing films raise others all the same, nearly always films of their own kind (of all pairs two in five
    are of one kind); had they been put before people instead of chosen, the same stars would not.
    """
    model, kind = choosy
    alike, n_told = 0, 0
    for user_id in model.users.labels[:20]:
        person = person_of(model, user_id)
        others = [item for item in model.items if item not in person.ratings]
        told = [
            (item_id, one)
            for item_id, found in influences(person, others).items()
            for one in found
            if one.in_spite_of_stars and one.influence > 0.03
        ]
        n_told += len(told)
        alike += sum(kind[model.items.row(one.item_id)] == kind[model.items.row(item)] for item, one in told)
        for item_id, one in told[:1]:
            assert one.surprise <= -0.5 and one.by_choice > one.influence
            put_before = fold_in(model, person.ratings, chosen=person.ratings.keys() - {one.item_id})
            (same,) = [each for each in influences(put_before, [item_id])[item_id] if each.item_id == one.item_id]
            assert same.influence < 0.2 * one.influence and abs(same.by_choice) < 1e-5
    assert n_told >= 100
    assert alike / n_told > 0.8
