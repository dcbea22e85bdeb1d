"""People's distances against the taste of every film for everybody, written out."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.dataset import Dataset
from core.errors import InvalidArgument, UnknownId
from core.folding import fold_in, person_of
from core.likeness import BothRated, PeopleSpace
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly
from tests.models import USERS, random_model

N_FILMS = 9


@given(st.integers(0, 1_000))
def test_distances_are_root_mean_square_differences_of_taste(seed: int) -> None:
    model = random_model(n_items=N_FILMS, seed=seed)
    space, me = PeopleSpace.of(model), fold_in(model, {10: 5.0, 30: 1.0})
    vectors = torch.cat([model.user_factors, me.mean[:, None, :-1]], dim=1)  # me behind the users
    apart = vectors - model.user_factors.mean(1, keepdim=True)
    films = model.item_factors - model.item_factors.mean(1, keepdim=True)
    taste = (apart @ films.mT).mean(0)  # (users and me, films)
    places = torch.cat([space.coordinates, space.place(me)[None]])
    for one in range(USERS + 1):
        for other in range(one):
            slow = math.sqrt(float((taste[one] - taste[other]).square().mean()))
            assert float((places[one] - places[other]).norm()) == pytest.approx(slow, abs=1e-9)


def test_a_user_stands_where_their_row_is_and_is_nearest_to_themselves(synthetic_small: Dataset) -> None:
    model = ALS(n_factors=4, regularization=0.3).fit(synthetic_small.ratings, seed=0)
    space = PeopleSpace.of(model)
    person = person_of(model, 12)
    row = model.users.row(12)
    torch.testing.assert_close(space.place(person), space.coordinates[row], rtol=0, atol=1e-6)
    first = space.nearest(person, n=1, min_ratings=0)[0]
    assert (first.user_id, first.n_shared) == (12, len(person.ratings))
    assert first.distance == pytest.approx(0, abs=1e-6)
    others = space.nearest(person, n=500, min_ratings=15, without=12)
    enough = int((model.rated.user_counts >= 15).sum()) - int(model.rated.user_counts[row] >= 15)
    assert len(others) == enough and 12 not in {one.user_id for one in others}
    distances = [one.distance for one in others]
    assert distances == sorted(distances)
    # The nearest are nearer in what they would give, not only in coordinates.
    own = person.scores().mean(0) - person.scores().mean()

    def gap(user: int | str) -> float:
        theirs = person_of(model, user).scores().mean(0)
        return float((own - theirs + theirs.mean()).square().mean())

    assert gap(others[0].user_id) < gap(others[-1].user_id)


def test_films_that_both_rated_are_told_with_both_ratings(synthetic_small: Dataset) -> None:
    model = ALS(n_factors=4, regularization=0.3).fit(synthetic_small.ratings, seed=0)
    mine = {film: 5.0 if number % 2 else 1.0 for number, film in enumerate(list(model.items)[:60])}
    (found,) = PeopleSpace.of(model).nearest(fold_in(model, mine), n=1)
    theirs = model.ratings_of(found.user_id)
    both = {film for film in mine if film in theirs}
    assert found.n_shared == len(both)
    wide = sorted((abs(mine[film] - theirs[film]) for film in both), reverse=True)[:5]
    assert [abs(film.yours - film.theirs) for film in found.differ] == [gap for gap in wide if gap >= model.scale.step]
    for film in (*found.agree, *found.differ):
        assert film == BothRated(film.item_id, mine[film.item_id], theirs[film.item_id])
    assert all(min(film.yours, film.theirs) >= model.scale.relevant_from for film in found.agree)


def test_who_has_rated_nothing_has_people_near_but_nothing_in_common() -> None:
    model = random_model(n_items=N_FILMS)
    found = PeopleSpace.of(model).nearest(fold_in(model, {}), n=99, min_ratings=0)
    assert len(found) == USERS
    assert all((one.n_shared, one.agree, one.differ) == (0, (), ()) for one in found)


def test_what_cannot_be_asked_is_refused(synthetic_small: Dataset) -> None:
    with pytest.raises(InvalidArgument) as error:
        PeopleSpace.of(BiasOnly().fit(synthetic_small.ratings, seed=0))
    assert str(error.value) == "a BiasOnly model has no factors, so people have no place in its space"
    model = random_model()
    space, me = PeopleSpace.of(model), fold_in(model, {10: 3.0})
    with pytest.raises(InvalidArgument) as error:
        space.nearest(me, n=0)
    assert str(error.value) == "n must be at least 1, got 0"
    with pytest.raises(UnknownId):
        space.nearest(me, without="nobody")


def test_a_person_is_as_few_numbers_as_tell_people_apart_most(synthetic_small: Dataset) -> None:
    model = ALS(n_factors=4, regularization=0.3).fit(synthetic_small.ratings, seed=0)
    space = PeopleSpace.of(model)
    people = torch.tensor([space.numbers(person_of(model, user)) for user in list(model.users)[:40]]).double()
    assert people.shape == (40, 4)  # no more than there are factors
    places = space.coordinates[:40]
    # All of the numbers keep every distance; the first ones hold the most of them.
    torch.testing.assert_close(torch.pdist(people), torch.pdist(places), rtol=0, atol=1e-5)
    whole = torch.tensor([space.numbers(person_of(model, user)) for user in model.users])
    spread = whole.square().sum(0)
    assert spread.tolist() == sorted(spread.tolist(), reverse=True)
    assert space.numbers(person_of(model, 12), n=2) == pytest.approx(space.numbers(person_of(model, 12))[:2])
    directions = space._directions
    assert bool((directions.gather(0, directions.abs().argmax(0, keepdim=True)) > 0).all())  # or signs would be chance
    assert space.numbers(fold_in(model, {}), n=2) != space.numbers(person_of(model, 12), n=2)
