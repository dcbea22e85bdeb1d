"""What the models of a line and a plane say of films, against the space they stand on and plain loops."""

from __future__ import annotations

import math

import pytest

from core.catalogue import Catalogue
from core.datasets.dataset import Dataset
from core.errors import InvalidArgument
from core.ids import Id
from core.lessons import films_called, learn_films, nearest_films, plane_by_hand
from core.space.film_map import FilmSpace
from tests.models import random_model


@pytest.fixture(scope="module")
def space(synthetic_small: Dataset) -> FilmSpace:
    return learn_films(synthetic_small.ratings, synthetic_small.films, 3)


def apart(space: FilmSpace, one: Id, other: Id) -> float:
    """√ of the sum of squared differences."""
    return math.dist(*(space.coordinates[space.model.items.row(film)].tolist() for film in (one, other)))


@pytest.mark.parametrize("n_factors", [1, 2])
def test_with_so_many_factors_films_differ_in_so_many_dimensions(synthetic_small: Dataset, n_factors: int) -> None:
    found = learn_films(synthetic_small.ratings, synthetic_small.films, n_factors)
    assert found.coordinates.shape == (100, n_factors)
    assert found.coordinates.var(0).min() > 0


def test_the_nearest_are_those_of_the_map(space: FilmSpace) -> None:
    allowed = [film for film, ok in zip(space.model.items, space.enough(20).tolist(), strict=True) if ok]
    film = allowed[3]
    found = nearest_films(space, film, 6, among=allowed)
    expected = space.nearest(film, n=6, min_ratings=20)
    assert [other for other, _ in found] == [other for other, _ in expected]
    assert [away for _, away in found] == pytest.approx([away for _, away in expected])
    assert [away for _, away in found] == pytest.approx([apart(space, film, other) for other, _ in found])


def test_a_film_that_is_not_among_them_has_neighbours_too(space: FilmSpace) -> None:
    labels = space.model.items.labels
    assert {film for film, _ in nearest_films(space, labels[0], 9, among=labels[1:4])} == set(labels[1:4])


def test_films_are_found_by_their_titles(synthetic_small: Dataset) -> None:
    films, ratings = synthetic_small.films, synthetic_small.ratings
    third, first = films[3], films[1]
    assert films_called([third.title, "No such film", first.title], films, ratings) == (1, 3)
    assert films_called([], films, ratings) == ()


def test_the_films_at_an_end_stand_there() -> None:
    space = FilmSpace.of(random_model(n_items=10, width=4), Catalogue([]))
    across, up = ((10, 20, 30), (40, 50)), ((60,), (70, 80))
    drawn = plane_by_hand(space, across, up, min_ratings=0)

    def middle(films: tuple[Id, ...], axis: int) -> float:
        return float(drawn.projection.points[space.model.items.rows(films), axis].mean())

    for axis, (low, high) in enumerate((across, up)):
        assert middle(low, axis) < middle(high, axis)
    best = space.draw(n_components=2, min_ratings=0).projection.explained
    assert sum(drawn.projection.explained) <= sum(best) + 1e-6, "no two axes hold more than the principal ones"


def test_an_end_without_films_is_refused(space: FilmSpace) -> None:
    labels = space.model.items.labels
    with pytest.raises(InvalidArgument, match="must name at least one film"):
        plane_by_hand(space, ((), labels[:2]), (labels[2:4], labels[4:6]))
