"""Lists by wish: against the plain list, and slow loops over films."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue import Catalogue, Film
from core.datasets.dataset import Dataset
from core.errors import InvalidArgument, UnknownId
from core.folding import fold_in, person_of
from core.links import Identity, Link, SigmoidRange
from core.ranking import LESS, ListWishes, recommend, values_of
from core.ratings import Id
from core.space.star_metric import film_coordinates
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly, Popularity
from core.trainers.neural import EmbeddingNN
from tests.models import random_model

N_FILMS = 12
FILMS = Catalogue(
    Film(10 * k, f"Film {k}", None if k == 4 else 1990 + k, ("Drama",) if k % 3 else ("War", "Crime"))
    for k in range(1, N_FILMS + 2)  # one that nobody rated
)
LINKS: list[Link] = [Identity(), SigmoidRange(0.0, 5.5)]


def ids(found: list) -> list[Id]:
    return [one.item_id for one in found]


@given(st.integers(0, 1_000), st.sampled_from(LINKS), st.integers(1, 15))
def test_without_wishes_it_is_the_plain_list(seed: int, link: Link, n: int) -> None:
    person = fold_in(random_model(link, n_items=N_FILMS, seed=seed), {10: 3.0, 50: 5.0})
    assert recommend(person, FILMS, n=n) == person.top_n(n)


def test_filters_leave_out_what_is_not_wished() -> None:
    person = fold_in(random_model(n_items=N_FILMS), {10: 3.0})

    def left(**wishes: object) -> set[Id]:
        return set(ids(recommend(person, FILMS, ListWishes(**wishes), n=99)))  # type: ignore[arg-type]

    assert left(genres=("War",)) == {30, 60, 90, 120}
    assert left(genres=("War", "Drama")) == set(person.model.items) - {10}
    assert left(years=(1992, 1995)) == {20, 30, 50}
    assert left(among=frozenset({10, 20, 70})) == {20, 70}
    assert left(among=frozenset({10, 20, 70}), hide_seen=False) == {10, 20, 70}
    assert left(hide_seen=False) == set(person.model.items)
    assert left(less_like=(20, 30)) == set(person.model.items) - {10, 20, 30}
    assert left(min_ratings=4) == {film for film in person.model.items if film != 10 and counts(film) >= 4}
    assert left(genres=("Musical",)) == set()


def counts(film: Id) -> int:
    model = random_model(n_items=N_FILMS)
    return Counter(model.rated.item_idx.tolist())[model.items.row(film)]


@given(st.integers(0, 500), st.floats(-1, 1), st.sampled_from(LINKS))
def test_the_dial_adds_doubt_or_takes_it_off(seed: int, adventure: float, link: Link) -> None:
    person = fold_in(random_model(link, n_items=N_FILMS, seed=seed), {10: 3.0, 50: 5.0})
    found = recommend(person, FILMS, ListWishes(adventure=adventure), n=99)
    unlimited = link.stars(person.scores()).mean(0).tolist()
    worth = [unlimited[person.model.items.row(one.item_id)] + adventure * one.std for one in found]
    if adventure:
        assert worth == sorted(worth, reverse=True)
    assert sorted(map(int, ids(found))) == [film for film in person.model.items if film not in person.ratings]


def test_adventurous_lists_are_less_sure_than_familiar_ones(synthetic_small: Dataset) -> None:
    person = person_of(ALS(n_factors=6, regularization=0.3).fit(synthetic_small.ratings, seed=0), 12)
    doubts = [
        sum(one.std for one in recommend(person, synthetic_small.films, ListWishes(adventure=dial)))
        for dial in (-1.0, 0.0, 1.0)
    ]
    assert doubts == sorted(doubts) and doubts[0] < doubts[2]


def slow_mmr(values: list[float], places: list[list[float]], diversity: float, n: int) -> list[int]:
    """Carbonell and Goldstein's loop, dissimilarity being the distance to the nearest film taken."""
    chosen = [max(range(len(values)), key=values.__getitem__)]
    while len(chosen) < min(n, len(values)):
        best, most = -1, -math.inf
        for film in range(len(values)):
            if film in chosen:
                continue
            near = min(math.dist(places[film], places[taken]) for taken in chosen)
            worth = (1 - diversity) * values[film] + diversity * near
            if worth > most:
                best, most = film, worth
        chosen.append(best)
    return chosen


@given(st.integers(0, 500), st.floats(0.01, 1), st.integers(1, 14))
def test_a_varied_list_is_maximal_marginal_relevance(seed: int, diversity: float, n: int) -> None:
    model = random_model(n_items=N_FILMS, seed=seed)
    person = fold_in(model, {10: 3.0})
    rows = list(range(1, N_FILMS))
    places = film_coordinates(model)
    wanted = slow_mmr(person.scores().mean(0)[rows].tolist(), places[rows].tolist(), diversity, n)
    found = recommend(person, FILMS, ListWishes(diversity=diversity), n=n)
    assert ids(found) == [model.items.labels[rows[place]] for place in wanted]
    assert found == recommend(person, FILMS, ListWishes(diversity=diversity), n=n, coordinates=places)


def test_more_variety_spreads_the_list(synthetic_small: Dataset) -> None:
    model = ALS(n_factors=6, regularization=0.3).fit(synthetic_small.ratings, seed=0)
    places = film_coordinates(model)

    def spread(diversity: float) -> float:
        rows = model.items.rows(
            ids(recommend(person_of(model, 9), synthetic_small.films, ListWishes(diversity=diversity)))
        )
        return float(torch.pdist(places[rows]).min())

    assert spread(0.0) < spread(0.5) <= spread(1.0)


@given(st.integers(0, 500))
def test_films_near_what_is_not_wished_lose_up_to_a_star(seed: int) -> None:
    model = random_model(n_items=N_FILMS, seed=seed)
    person, places = fold_in(model, {10: 3.0}), film_coordinates(model)
    worth = {}
    for row in range(1, N_FILMS):
        lost = 0.0
        for unwanted in (3, 6):
            distances = sorted(math.dist(places[unwanted].tolist(), place) for place in places.tolist())
            reach = distances[(N_FILMS - 1) // 2]
            lost = max(lost, LESS * (1 - math.dist(places[row].tolist(), places[unwanted].tolist()) / reach))
        worth[model.items.labels[row]] = float(person.scores().mean(0)[row]) - lost
    wanted = sorted((film for film in worth if film not in (40, 70)), key=lambda film: -worth[film])
    assert ids(recommend(person, FILMS, ListWishes(less_like=(40, 70)), n=99)) == wanted


@pytest.mark.parametrize(("draws", "precision"), [(3, 1.0), (1, 9.0)])
def test_a_surprise_is_one_list_that_could_be_right(draws: int, precision: float) -> None:
    """Its values scatter around the prediction as the posterior says: over 4,000 seeds, mean and variance."""
    model = random_model(n_items=N_FILMS, draws=draws)
    prior = model.user_prior
    assert prior is not None
    model = replace(model, user_prior=replace(prior, noise_precision=precision * prior.noise_precision))
    person = fold_in(model, {10: 3.0, 50: 5.0})
    drawn = torch.stack([values_of(person, ListWishes(surprise=seed)) for seed in range(4_000)])
    rows = torch.arange(N_FILMS)
    mean, std, _ = person.outlook(rows)
    assert ((drawn.mean(0) - mean).abs() < 4 * std / 4_000**0.5).all()
    assert drawn.std(0).tolist() == pytest.approx(std.tolist(), rel=0.08)


def test_the_same_seed_is_the_same_surprise() -> None:
    person = fold_in(random_model(n_items=N_FILMS), {10: 3.0})
    lists = [ids(recommend(person, FILMS, ListWishes(surprise=seed))) for seed in (1, 1, 2, 3)]
    assert lists[0] == lists[1]
    assert len({tuple(one) for one in lists}) > 1
    found = recommend(person, FILMS, ListWishes(surprise=1))
    assert found == person.predict(ids(found))  # what is shown of each film is its own prediction


@pytest.mark.parametrize("wish", ["adventure", "diversity"])
@pytest.mark.parametrize("value", [1.5, -1.01, math.nan])
def test_a_dial_has_ends(wish: str, value: float) -> None:
    with pytest.raises(InvalidArgument) as error:
        ListWishes(**{wish: value})  # type: ignore[arg-type]
    low = -1 if wish == "adventure" else 0
    assert str(error.value) == f"{wish} must be between {low} and 1, got {value:g}"


def test_what_a_model_cannot_do_is_said(synthetic_small: Dataset) -> None:
    ratings, films = synthetic_small.ratings, synthetic_small.films
    popular = person_of(Popularity().fit(ratings, seed=0), 1)
    network = person_of(EmbeddingNN(n_factors=2, n_hidden=2, n_epochs=1).fit(ratings, seed=0), 1)
    for person, wishes, sentence in (
        (popular, ListWishes(adventure=0.5), "adventure must be 0 for Popularity models, which do not know how unsure they are, got 0.5"),
        (network, ListWishes(surprise=3), "surprise must be None for EmbeddingNN models, which do not know what they leave open, got 3"),
        (network, ListWishes(diversity=0.5), "EmbeddingNN models have no space, so diversity must be 0 and less_like empty"),
        (popular, ListWishes(less_like=(1,)), "a Popularity model has no factors, so films have no place in its space"),
    ):  # fmt: skip
        with pytest.raises(InvalidArgument) as error:
            recommend(person, films, wishes)
        assert str(error.value) == sentence
    assert ids(recommend(popular, films)) == ids(popular.top_n(10))
    assert ids(recommend(network, films)) == ids(network.top_n(10))
    me = fold_in(BiasOnly().fit(ratings, seed=0), {1: 4.0})
    assert len(recommend(me, films, ListWishes(surprise=1, adventure=1.0))) == 10


def test_an_unknown_film_and_no_films_are_refused() -> None:
    person = fold_in(random_model(n_items=N_FILMS), {10: 3.0})
    for wishes in (ListWishes(less_like=(11,)), ListWishes(among=frozenset({11}))):
        with pytest.raises(UnknownId):
            recommend(person, FILMS, wishes)
    with pytest.raises(InvalidArgument) as error:
        recommend(person, FILMS, n=0)
    assert str(error.value) == "n must be at least 1, got 0"


def test_films_at_one_place_cannot_be_told_apart() -> None:
    """Nothing is lost by being near where everything is."""
    model = random_model(n_items=N_FILMS, spread=1.0)
    model = replace(model, item_factors=torch.zeros_like(model.item_factors))
    person = fold_in(model, {10: 3.0})
    plain = [film for film in ids(person.top_n(99)) if film != 20]
    assert ids(recommend(person, FILMS, ListWishes(less_like=(20,)), n=99)) == plain
