"""Influences against folding the person in again without each rating, one at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.dataset import Dataset
from core.errors import FoldInRefused, UnknownId
from core.explanation.influence import influences
from core.folding import fold_in, person_of
from core.links import SigmoidRange
from core.model import FactorModel
from core.person import Person
from core.priors import ChoicePrior
from core.ratings import Id
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly, Popularity
from core.trainers.gibbs import Gibbs
from tests.models import DRAWS, WIDTH, random_model

FILMS = (10, 20, 30, 40, 50, 60)


def with_choice(model: FactorModel, seed: int) -> FactorModel:
    """The same model with a rated prior and films that people agree on more or less."""
    generator = torch.Generator().manual_seed(seed)
    prior = model.user_prior
    assert prior is not None
    choice = ChoicePrior(
        weights=torch.randn(DRAWS, len(FILMS), WIDTH + 1, generator=generator, dtype=torch.float64),
        mean=torch.randn(DRAWS, WIDTH + 1, generator=generator, dtype=torch.float64),
        precision=2 * prior.precision,
    )
    noise = 0.5 + torch.rand(DRAWS, len(FILMS), generator=generator, dtype=torch.float64)
    return replace(model, user_prior=replace(prior, choice=choice, film_noise=noise))


def unlimited(person: Person, item_id: Id) -> float:
    """The prediction before the limits of the scale: with the identity link the mean score."""
    return float(person.scores().mean(0)[person.model.items.row(item_id)])


@st.composite
def rated(draw: st.DrawFn) -> tuple[dict[Id, float], list[Id]]:
    """Stars of one to six films in any order, and which of them the person chose."""
    films = draw(st.lists(st.sampled_from(FILMS), min_size=1, unique=True))
    stars = {film: draw(st.floats(1, 5)) for film in films}
    return stars, [film for film in films if draw(st.booleans())]


@given(rated(), st.integers(0, 100), st.sampled_from([0.0, 0.5, 1.0]), st.booleans())
def test_influence_is_the_fold_in_with_it_minus_the_one_without(
    given_stars: tuple[dict[Id, float], list[Id]], seed: int, count_power: float, has_choice: bool
) -> None:
    """To 1e-8: float64, well-conditioned systems of three unknowns."""
    stars, chosen = given_stars
    model = random_model(n_items=len(FILMS), seed=seed, count_power=count_power)
    model = with_choice(model, seed) if has_choice else model
    person = fold_in(model, stars, chosen=chosen)
    found = influences(person, FILMS)
    assert list(found) == list(FILMS)
    for left_out in stars:
        rest = {film: rating for film, rating in stars.items() if film != left_out}
        without = fold_in(model, rest, chosen=[film for film in chosen if film != left_out])
        for film in FILMS:
            (one,) = [influence for influence in found[film] if influence.item_id == left_out]
            assert one.rating == stars[left_out]
            assert one.influence == pytest.approx(unlimited(person, film) - unlimited(without, film), abs=1e-8)


@given(rated(), st.integers(0, 100))
def test_the_strongest_comes_first(given_stars: tuple[dict[Id, float], list[Id]], seed: int) -> None:
    stars, _ = given_stars
    person = fold_in(random_model(n_items=len(FILMS), seed=seed), stars)
    for of_film in influences(person, [10, 60]).values():
        sizes = [abs(influence.influence) for influence in of_film]
        assert sizes == sorted(sizes, reverse=True)
        assert {influence.item_id for influence in of_film} == set(stars)


def test_a_training_user_of_als_is_explained_by_their_own_ratings(synthetic_small: Dataset) -> None:
    """Users are solved last, so leaving out starts from the trained vector itself."""
    model = ALS(n_factors=4, n_epochs=3, precision="float64").fit(synthetic_small.ratings, seed=0)
    person = person_of(model, 17)
    left_out, film = next(iter(person.ratings)), 3
    rest = fold_in(model, {item: stars for item, stars in person.ratings.items() if item != left_out})
    (found,) = [one for one in influences(person, [film])[film] if one.item_id == left_out]
    assert found.influence == pytest.approx(unlimited(person, film) - unlimited(rest, film), abs=1e-8)


@pytest.mark.parametrize("trainer", [ALS(n_factors=8), Gibbs(n_factors=8, n_burn_in=4, n_draws=4, n_between=1)])
def test_each_influence_of_a_trained_model_is_a_separate_fold_in(
    synthetic_small: Dataset, trainer: ALS | Gibbs
) -> None:
    """As they are, in float32, to 1e-4; the rated prior and each film's noise included."""
    model = trainer.fit(synthetic_small.ratings, seed=0)
    person = person_of(model, 17)
    films = [one.item_id for one in person.top_n(3)]
    found = influences(person, films)
    for left_out in person.ratings:
        rest = {item: stars for item, stars in person.ratings.items() if item != left_out}
        without = fold_in(model, rest)
        for film in films:
            (one,) = [influence for influence in found[film] if influence.item_id == left_out]
            assert one.influence == pytest.approx(unlimited(person, film) - unlimited(without, film), abs=1e-4)


def test_a_model_of_biases_says_how_generous_a_rating_shows_somebody_to_be(synthetic_small: Dataset) -> None:
    """Every film feels a rating alike: only the person's bias moves."""
    model = BiasOnly().fit(synthetic_small.ratings, seed=0)
    found = influences(fold_in(model, {1: 5.0, 2: 1.0}), [3, 4])
    assert [one.influence for one in found[3]] == pytest.approx([one.influence for one in found[4]], abs=1e-6)
    by_film = {one.item_id: one.influence for one in found[3]}
    assert by_film[1] > 0 > by_film[2]


def test_who_rated_nothing_is_influenced_by_nothing() -> None:
    assert influences(fold_in(random_model(), {}), [10, 20]) == {10: [], 20: []}
    assert influences(fold_in(random_model(), {10: 3.0}), []) == {}


def test_an_unknown_film_is_refused() -> None:
    for stars in ({}, {10: 3.0}):
        with pytest.raises(UnknownId) as error:
            influences(fold_in(random_model(), stars), [10, 99])
        assert str(error.value) == "film 99 is not in this data; there are 5 films"


def test_a_sigmoid_is_refused() -> None:
    """Leaving out would need Gauss–Newton for each rating."""
    with pytest.raises(FoldInRefused) as error:
        influences(fold_in(random_model(SigmoidRange(0.0, 5.5)), {10: 3.0}), [10])
    assert str(error.value) == "influences need a model whose prediction is linear in the ratings; Test is not"


def test_popularity_is_refused(synthetic_small: Dataset) -> None:
    person = person_of(Popularity().fit(synthetic_small.ratings, seed=0), 1)
    with pytest.raises(FoldInRefused) as error:
        influences(person, [1])
    assert str(error.value).startswith("Popularity models cannot take a new person; ")
