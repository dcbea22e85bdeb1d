"""Sums with films, in plain loops over random spaces."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue import Catalogue
from core.errors import InvalidArgument, UnknownId
from core.space.arithmetic import Likeness, alike, between, like_unlike
from core.space.film_map import FilmSpace
from core.space.two_spaces import neighbourhoods_kept
from tests.models import random_model

N_FILMS = 12
Places = dict[int, list[float]]


def space_of(seed: int = 0, *, rated: int = N_FILMS) -> FilmSpace:
    """``rated`` keeps the ratings of so many films only."""
    model = random_model(n_items=N_FILMS, seed=seed)
    return FilmSpace.of(replace(model, rated=model.rated.take(model.rated.item_idx < rated)), Catalogue([]))


def places(space: FilmSpace) -> Places:
    """Where films stand, seen from the mean film."""
    mean = [sum(column) / N_FILMS for column in space.coordinates.T.tolist()]
    rows = zip(space.model.items, space.coordinates.tolist(), strict=True)
    return {film: [x - m for x, m in zip(row, mean, strict=True)] for film, row in rows}  # type: ignore[misc]


def dot(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def cosine(a: list[float], b: list[float]) -> float:
    return dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))


def mean_of(found: Places, films: list[int]) -> list[float]:
    return [sum(values) / len(films) for values in zip(*(found[film] for film in films), strict=True)]


LIKENESS: dict[Likeness, Callable[[list[float], list[float]], float]] = {
    "distance": lambda a, b: -math.dist(a, b),
    "cosine": cosine,
    "dot": dot,
}


@given(st.integers(0, 500), st.sampled_from(sorted(LIKENESS)), st.integers(1, 15))
def test_alike_films_are_those_of_a_sort(seed: int, by: Likeness, n: int) -> None:
    space = space_of(seed)
    where = places(space)
    values = {film: LIKENESS[by](where[film], where[40]) for film in where if film != 40}
    expected = sorted(values, key=lambda film: -values[film])[:n]
    found = alike(space, 40, by=by, n=n)
    assert [one.item_id for one in found] == expected
    assert [one.likeness for one in found] == pytest.approx([abs(values[film]) if by == "distance" else values[film]
                                                             for film in expected], abs=1e-9)  # fmt: skip
    counts = dict(zip(space.model.items, space.model.rated.item_counts.tolist(), strict=True))
    assert [one.n_ratings for one in found] == [counts[film] for film in expected]


def test_alike_by_distance_is_nearest() -> None:
    space = space_of()
    assert [(one.item_id, one.likeness) for one in alike(space, 40, n=5)] == [
        (film, pytest.approx(distance)) for film, distance in space.nearest(40, n=5)
    ]


def test_the_line_is_walked_in_even_steps() -> None:
    for seed in range(20):
        space = space_of(seed)
        where = places(space)
        start, end = where[20], where[70]
        way = [b - a for a, b in zip(start, end, strict=True)]
        taken = {20, 70}
        for step in (1, 2, 3):
            at = [a + step / 4 * w for a, w in zip(start, way, strict=True)]
            taken.add(min(set(where) - taken, key=lambda film: math.dist(where[film], at)))
        found = between(space, 20, 70, n=3)
        assert {one.item_id for one in found} == taken - {20, 70}
        for one in found:
            away = [x - a for x, a in zip(where[one.item_id], start, strict=True)]  # type: ignore[index]
            share = dot(away, way) / dot(way, way)
            assert one.share == pytest.approx(share, abs=1e-9)
            assert one.off == pytest.approx(math.dist(away, [share * w for w in way]), abs=1e-9)
        assert [one.share for one in found] == sorted(one.share for one in found)


def test_a_film_half_way_is_found_half_way() -> None:
    space = space_of()
    space.coordinates[5] = (space.coordinates[0] + space.coordinates[1]) / 2
    (found,) = between(space, 10, 20, n=1)
    assert (found.item_id, found.share, found.off) == (60, pytest.approx(0.5), pytest.approx(0, abs=1e-9))
    assert len(between(space, 10, 20, n=99)) == N_FILMS - 2


@given(st.integers(0, 500))
def test_like_these_and_unlike_those(seed: int) -> None:
    space = space_of(seed)
    where = places(space)
    a, b = mean_of(where, [10, 20]), mean_of(where, [30])
    question = [x - y for x, y in zip(a, b, strict=True)]
    values = {film: cosine(where[film], question) for film in where if film not in (10, 20, 30)}
    found = like_unlike(space, [10, 20], [30], n=4)
    assert [one.item_id for one in found] == sorted(values, key=lambda film: -values[film])[:4]
    for one in found:
        place = where[one.item_id]  # type: ignore[index]
        assert one[1:4] == pytest.approx((values[one.item_id], cosine(place, a), cosine(place, b)), abs=1e-9)  # type: ignore[index]


def test_films_with_too_few_ratings_are_not_offered() -> None:
    space = space_of(rated=6)
    for found in (
        alike(space, 10, n=99, min_ratings=1),
        between(space, 10, 20, n=9, min_ratings=1),
        like_unlike(space, [10], [20], n=99, min_ratings=1),
    ):
        assert found and all(one.item_id in {10, 20, 30, 40, 50, 60} and one.n_ratings >= 3 for one in found)


def test_a_film_at_the_mean_is_like_none() -> None:
    space = space_of()
    space.coordinates[4] = space.coordinates[[0, 1, 2, 3, *range(5, N_FILMS)]].mean(0)
    assert {one.item_id: one.likeness for one in alike(space, 10, by="cosine", n=99)}[50] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("ask", "words"), [
    (lambda s: alike(s, 10, by="taste"), "by must be distance, cosine or dot, got 'taste'"),
    (lambda s: alike(s, 10, n=0), "n must be at least 1, got 0"),
    (lambda s: between(s, 10, 20, n=0), "n must be at least 1, got 0"),
    (lambda s: between(s, 10, 10), "start and end must stand in different places, got 10 and 10"),
    (lambda s: like_unlike(s, [], [10]), "like must name at least one film, got none"),
    (lambda s: like_unlike(s, [10], []), "unlike must name at least one film, got none"),
    (lambda s: like_unlike(s, [10], [10]), "like and unlike must stand in different places, got two with the same middle"),
])  # fmt: skip
def test_what_cannot_be_asked(ask: Callable[[FilmSpace], object], words: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        ask(space_of())
    assert str(error.value) == words


def test_unknown_films_are_refused() -> None:
    for ask in (lambda s: alike(s, 99), lambda s: between(s, 10, 99), lambda s: like_unlike(s, [10], [99])):
        with pytest.raises(UnknownId):
            ask(space_of())


# Two models


def test_a_neighbourhood_is_kept_by_name() -> None:
    first, second = space_of(0), space_of(1)
    found = neighbourhoods_kept(first, second, n=4, min_ratings=0)
    for film in first.model.items:
        near = [{item for item, _ in space.nearest(film, n=4)} for space in (first, second)]
        assert found[film] == len(near[0] & near[1]) / 4
    assert set(neighbourhoods_kept(first, first, n=4, min_ratings=0).values()) == {1.0}


def test_only_films_that_both_know_well_are_compared() -> None:
    first, second = space_of(0, rated=8), space_of(1)
    turned = replace(second, coordinates=5 * second.coordinates.flip(1) + 3)
    assert set(neighbourhoods_kept(first, second, n=4, min_ratings=3)) == set(range(10, 90, 10))
    assert neighbourhoods_kept(first, turned, n=4, min_ratings=3) == neighbourhoods_kept(
        first, second, n=4, min_ratings=3
    )
    for n, words in ((8, "n must be below 8, the films that both models know well enough, got 8"),
                     (0, "n must be at least 1, got 0")):  # fmt: skip
        with pytest.raises(InvalidArgument) as error:
            neighbourhoods_kept(first, second, n=n, min_ratings=3)
        assert str(error.value) == words
