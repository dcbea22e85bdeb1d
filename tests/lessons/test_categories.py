"""Kinds of film against plain counting."""

from __future__ import annotations

import math

import pytest

from core.catalogue import Film
from core.lessons import best_by_kind, guess_by_kind, kinds_of, mean_by_kind

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


def test_the_best_come_first_and_films_of_one_kind_cannot_be_told_apart() -> None:
    means = mean_by_kind(STARS, KINDS)
    assert best_by_kind([3, 4, 5, 2, 1], means, KINDS) == [(5, 3.5), (1, 3.5), (2, 2.75), (3, 1.0)]
