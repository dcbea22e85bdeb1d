"""What if: lists against folding in anew, the smallest change against trying every rating at every level."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.dataset import Dataset
from core.errors import FoldInRefused, InvalidArgument, UnknownId
from core.explanation.what_if import Move, list_moves, smallest_change, what_if
from core.folding import fold_in, leverage_of_ratings, person_of
from core.links import SigmoidRange
from core.model import FactorModel
from core.person import Person
from core.ratings import Id, RatingScale
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly
from core.trainers.gibbs import Gibbs
from tests.models import DRAWS, random_model
from tests.test_influence import with_choice

N_FILMS = 9
FILMS = [10 * film for film in range(1, N_FILMS + 1)]
some_stars = st.dictionaries(st.sampled_from(FILMS), st.integers(1, 5).map(float), min_size=1, max_size=5)


def model_of(seed: int, *, uneven: bool = False, count_power: float = 0.5) -> FactorModel:
    model = random_model(n_items=N_FILMS, seed=seed, count_power=count_power)
    prior = model.user_prior
    assert prior is not None
    noise = 0.3 + torch.rand(DRAWS, N_FILMS, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return replace(model, user_prior=replace(prior, film_noise=noise if uneven else None))


def vector(person: Person) -> list[float]:
    return person.mean.flatten().tolist()


@given(some_stars, st.dictionaries(st.sampled_from(FILMS), st.one_of(st.none(), st.floats(1, 5)), max_size=4))
def test_what_if_is_a_fold_in_of_the_changed_ratings(stars: dict[Id, float], changes: dict[Id, float | None]) -> None:
    model = with_choice(random_model(n_items=6), 1)
    stars = {film: rating for film, rating in stars.items() if film in model.items}
    changes = {film: rating for film, rating in changes.items() if film in model.items}
    chosen = set(list(stars)[::2])
    person = fold_in(model, stars, chosen=chosen)
    wanted = {film: rating for film, rating in {**stars, **changes}.items() if rating is not None}
    found = what_if(person, changes)
    assert found.ratings == wanted
    assert found.chosen == chosen & wanted.keys()
    assert vector(found) == pytest.approx(vector(fold_in(model, wanted, chosen=chosen & wanted.keys())))
    assert person.ratings == stars


def test_nothing_changed_is_the_same_person(synthetic_small: Dataset) -> None:
    for trainer in (ALS(n_factors=3), Gibbs(n_factors=3, n_burn_in=2, n_draws=2, n_between=1)):
        person = person_of(trainer.fit(synthetic_small.ratings, seed=0), 5)
        assert vector(what_if(person, {})) == pytest.approx(vector(person), abs=1e-5)


def test_a_mistake_is_refused() -> None:
    person = fold_in(random_model(), {10: 3.0})
    with pytest.raises(UnknownId):
        what_if(person, {99: None})
    with pytest.raises(InvalidArgument) as error:
        what_if(person, {10: 9.0})
    assert str(error.value).startswith("the rating of film 10,")


@given(some_stars, st.integers(0, 1_000), st.booleans())
def test_one_more_star_moves_every_score_by_its_leverage(stars: dict[Id, float], seed: int, uneven: bool) -> None:
    model = model_of(seed, uneven=uneven)
    person = fold_in(model, stars)
    found = leverage_of_ratings(person)
    assert found.shape == (N_FILMS, len(stars))
    for place, film in enumerate(stars):
        other = fold_in(model, {**stars, film: 6 - stars[film]})
        change = (other.scores() - person.scores()).mean(0)
        assert (found[:, place] * (6 - 2 * stars[film])).tolist() == pytest.approx(change.tolist(), abs=1e-9)


def test_who_rated_nothing_has_no_leverage() -> None:
    assert leverage_of_ratings(fold_in(random_model(), {})).shape == (5, 0)


def rank_of(person: Person, item_id: Id, min_ratings: int) -> int:
    """From 1, by counting who stands before it."""
    ranking = person.ranking(min_ratings=min_ratings)
    return 1 + int((ranking > ranking[person.model.items.row(item_id)]).sum())


@given(some_stars, st.integers(0, 2_000), st.integers(1, 4), st.booleans(), st.sampled_from([1.0, 0.5]))
def test_the_smallest_change_is_what_trying_everything_finds(
    stars: dict[Id, float], seed: int, n: int, uneven: bool, step: float
) -> None:
    model = model_of(seed, uneven=uneven)
    model = replace(model, rated=replace(model.rated, scale=RatingScale(1.0, 5.0, step)))
    person = fold_in(model, stars)
    film = next(film for film in FILMS if film not in stars)
    listed = rank_of(person, film, 0) <= n
    tried = {}
    for other, now in stars.items():
        for level in model.scale.levels:
            rank = rank_of(what_if(person, {other: level}), film, 0)
            if (rank <= n) != listed:
                tried[other, level] = (abs(level - now), rank)
    found = smallest_change(person, film, n=n)
    if found is None:
        assert not tried
        return
    assert tried[found.item_id, found.needed] == (min(size for size, _ in tried.values()), found.rank)
    assert found.rating == stars[found.item_id]
    # It tips at ``exact``: a hair before it has not changed sides, a hair after it has.
    for hair, changed in ((-1e-6, False), (1e-6, True)):
        way = 1 if found.needed > found.rating else -1
        stars_there = found.exact + way * hair
        if not 1 <= stars_there <= 5:
            continue
        rank = rank_of(what_if(person, {found.item_id: stars_there}), film, 0)
        assert (rank <= n) != listed if changed else (rank <= n) == listed
    assert abs(found.exact - found.rating) <= abs(found.needed - found.rating) + 1e-12


def test_only_films_that_the_list_may_hold_are_rivals(synthetic_small: Dataset) -> None:
    """With real shapes: the support and the choice of films hold for ranks too."""
    model = ALS(n_factors=6, regularization=0.3, precision="float64").fit(synthetic_small.ratings, seed=0)
    person, tips = person_of(model, 12), 0
    allowed = [film for film in list(model.items)[::2] if film not in person.ratings]
    for film in (one.item_id for one in person.top_n(20, min_ratings=20, among=allowed)):
        found = smallest_change(person, film, n=5, min_ratings=20, among=allowed)
        if found is not None:
            changed = what_if(person, {found.item_id: found.needed})
            before, after = (
                [one.item_id for one in each.top_n(5, min_ratings=20, among=allowed)] for each in (person, changed)
            )
            assert (film in before) != (film in after)
            tips += 1
    assert tips


def test_no_single_change_may_be_enough(synthetic_small: Dataset) -> None:
    """With biases alone no rating moves one film past another."""
    model = BiasOnly().fit(synthetic_small.ratings, seed=0)
    person = fold_in(model, {1: 5.0, 2: 1.0})
    last = person.top_n(1_000)[-1].item_id
    assert smallest_change(person, last) is None
    assert smallest_change(fold_in(model, {}), last) is None


@pytest.mark.parametrize(
    ("film", "options", "sentence"),
    [
        (10, {}, "item_id must name a film that the list may hold, got 10"),
        (20, {"min_ratings": 99}, "item_id must name a film that the list may hold, got 20"),
        (20, {"among": [30]}, "item_id must name a film that the list may hold, got 20"),
        (20, {"n": 0}, "n must be at least 1, got 0"),
        (99, {}, "film 99 is not in this data; there are 5 films"),
    ],
)
def test_what_cannot_be_asked_is_refused(film: Id, options: dict[str, int], sentence: str) -> None:
    with pytest.raises((InvalidArgument, UnknownId)) as error:
        smallest_change(fold_in(random_model(), {10: 3.0}), film, **options)  # type: ignore[arg-type]
    assert str(error.value) == sentence


def test_a_sigmoid_is_refused() -> None:
    with pytest.raises(FoldInRefused) as error:
        smallest_change(fold_in(random_model(SigmoidRange(0.0, 5.5)), {10: 3.0}), 20)
    assert str(error.value).startswith("a smallest change needs a model whose prediction is linear in the ratings")


@given(some_stars, st.sampled_from(FILMS), st.floats(1, 5), st.integers(1, 5))
def test_moves_are_the_ranks_in_both_lists(stars: dict[Id, float], film: Id, rating: float, n: int) -> None:
    model = model_of(7)
    before = fold_in(model, stars)
    after = what_if(before, {film: rating})
    old, new = ([one.item_id for one in each.top_n(99)] for each in (before, after))
    found = list_moves(before, after, n=n)
    assert [move.item_id for move in found][: min(n, len(new))] == new[:n]
    assert {move.item_id for move in found} == {*old[:n], *new[:n]}
    for move in found:
        assert move.before == (old.index(move.item_id) + 1 if move.item_id in old else None)
        assert move.after == (new.index(move.item_id) + 1 if move.item_id in new else None)


def test_a_film_that_is_now_rated_leaves_the_list() -> None:
    before = fold_in(model_of(0), {10: 3.0})
    first = before.top_n(1)[0].item_id
    found = list_moves(before, what_if(before, {first: 5.0}), n=3)
    assert Move(first, 1, None) in found
    assert list_moves(before, before, n=2, among=[10, 20, 30]) == [
        Move(one.item_id, rank, rank) for rank, one in enumerate(before.top_n(2, among=[20, 30]), start=1)
    ]
    with pytest.raises(InvalidArgument) as error:
        list_moves(before, before, n=0)
    assert str(error.value) == "n must be at least 1, got 0"
