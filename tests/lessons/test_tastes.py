"""Numbers by hand: where films lie on three scales, and the sum of products in a loop."""

from __future__ import annotations

import pytest

from core.catalogue import Film
from core.lessons import different_films, dot_product, film_values, products


@pytest.mark.parametrize(
    ("year", "genres", "values"),
    [
        (1930, ("Sci-Fi",), (1, -1, 1)),
        (2000, ("Action", "Drama"), (-1, 1, -1)),
        (1965, ("Action", "Sci-Fi"), (1, 1, 0)),
        (1902, (), (-1, -1, 1)),
        (2024, (), (-1, -1, -1)),
        (None, ("Drama",), (-1, -1, 0)),
        (1982, ("Sci-Fi",), (1, -1, -17 / 35)),
    ],
)
def test_a_films_values(year: int | None, genres: tuple[str, ...], values: tuple[float, ...]) -> None:
    assert film_values(Film(1, "A film", year, genres)) == pytest.approx(values)


def test_the_dot_product_is_the_sum_of_products() -> None:
    taste, values = (1.0, -0.5, 0.25), (-1.0, 1.0, 0.5)
    assert products(taste, values) == [-1.0, -0.5, 0.125]
    total = 0.0
    for place in range(3):
        total += taste[place] * values[place]
    assert dot_product(taste, values) == total
    with pytest.raises(ValueError, match="shorter"):
        dot_product(taste, (1.0, 2.0))


def test_of_each_kind_the_best_known_film_is_taken() -> None:
    films = [
        Film(1, "Old drama", 1940, ("Drama",)),
        Film(2, "Older drama", 1935, ("Drama",)),
        Film(3, "New drama", 1995, ("Drama",)),
        Film(4, "New action", 1995, ("Action",)),
        Film(5, "", 1995, ("Action", "Sci-Fi")),
        Film(6, "Unseen", 1995, ("Action", "Sci-Fi")),
    ]
    found = different_films(films, {1: 5, 2: 9, 3: 7, 4: 20, 5: 50})
    assert [film.id for film in found] == [4, 2, 3]
    assert different_films([], {}) == []
