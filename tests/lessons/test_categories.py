"""Kinds of film against plain counting."""

from __future__ import annotations

import math

import pytest

from core.catalogue import Film
from core.datasets.dataset import Dataset
from core.lessons import (
    best_by_kind,
    favourite_kinds,
    file_under_kinds,
    filed_alike,
    guess_by_kind,
    kinds_of,
    mean_by_kind,
    misses,
)

KINDS = {1: ("comic",), 2: ("comic", "about love"), 3: ("scary",), 4: (), 5: ("comic",)}
STARS = {1: 5.0, 2: 2.0, 3: 1.0}


@pytest.mark.parametrize(
    ("genres", "year", "popularity", "kinds"),
    [
        (("Comedy", "Romance"), 1995, 0.8, ("comic", "about love")),
        (("Animation",), 1937, 0.95, ("for children", "blockbuster", "classic")),
        (("Drama",), 1996, 0.59, ("serious", "arthouse")),
        (("Drama",), 1996, 0.6, ("serious",)),
        (("Horror",), 1980, 0.1, ("scary",)),
        ((), None, 0.9, ("blockbuster",)),
        (("Unknown",), 1970, 0.899, ()),
    ],
)
def test_a_film_is_filed_under_the_kinds_people_name(
    genres: tuple[str, ...], year: int | None, popularity: float, kinds: tuple[str, ...]
) -> None:
    assert kinds_of(Film(1, "A film", year, genres), popularity) == kinds


def test_how_known_a_film_is_is_the_share_of_films_with_fewer_ratings(synthetic_small: Dataset) -> None:
    ratings, films = synthetic_small.ratings, synthetic_small.films
    counts = ratings.item_counts.tolist()
    found = file_under_kinds(films, ratings)
    assert list(found) == [film.id for film in films]
    for film in films:
        own = counts[ratings.items.row(film.id)]
        assert found[film.id] == kinds_of(film, sum(count < own for count in counts) / len(counts))


def test_a_kind_gets_the_mean_of_its_films() -> None:
    assert mean_by_kind(STARS, KINDS) == {"comic": 3.5, "about love": 2.0, "scary": 1.0}
    assert mean_by_kind({}, KINDS) == {}


def test_a_guess_is_the_mean_over_the_kinds_that_are_known() -> None:
    means = {"comic": 3.5, "about love": 2.0}
    assert guess_by_kind(2, means, KINDS) == pytest.approx(math.fsum(means.values()) / 2)
    assert guess_by_kind(5, means, KINDS) == 3.5
    assert guess_by_kind(3, means, KINDS) is None
    assert guess_by_kind(4, means, KINDS) is None
    assert guess_by_kind(99, means, KINDS) is None


def test_how_often_each_kind_got_each_level_the_favourite_first() -> None:
    stars, levels = {1: 5.0, 2: 2.0, 3: 1.0, 5: 4.0}, (1.0, 2.0, 3.0, 4.0, 5.0)
    found = favourite_kinds(stars, KINDS, levels, min_films=1)
    assert [(each.kind, each.counts, each.mean) for each in found] == [
        ("comic", (0, 1, 0, 1, 1), pytest.approx(11 / 3)),
        ("about love", (0, 1, 0, 0, 0), 2.0),
        ("scary", (1, 0, 0, 0, 0), 1.0),
    ]
    assert (found[0].n_films, found[0].span(levels)) == (3, (2.0, 5.0))
    assert [each.kind for each in favourite_kinds(stars, KINDS, levels)] == ["comic"]


def test_misses_are_of_hidden_ratings_the_worst_first() -> None:
    found = misses({5: 3.0, 2: 5.0, 3: 2.0, 4: 1.0}, {"comic": 3.5, "about love": 2.0}, KINDS)
    assert [(each.film, each.guess, each.given, each.distance) for each in found] == [
        (2, 2.75, 5, 2.25),
        (5, 3.5, 3, 0.5),
    ]


def test_films_of_the_same_kinds_in_whatever_order_are_one() -> None:
    kinds = {1: ("a", "b"), 2: ("b", "a"), 3: ("a",), 4: (), 5: (), 6: ()}
    assert filed_alike([1, 2, 3, 4, 5, 6, 7], kinds) == [1, 2]
    assert filed_alike([4, 5], kinds) == []


def test_the_best_come_first_and_films_of_one_kind_cannot_be_told_apart() -> None:
    means = mean_by_kind(STARS, KINDS)
    assert best_by_kind([3, 4, 5, 2, 1], means, KINDS) == [(5, 3.5), (1, 3.5), (2, 2.75), (3, 1.0)]
