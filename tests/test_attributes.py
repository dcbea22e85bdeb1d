"""What is known of films: which columns there are, what they hold, and what is left out."""

from __future__ import annotations

import math

import pytest
import torch

from core.catalogue import Catalogue, Film
from core.ratings import Ratings
from core.space.attributes import LEAST_FILMS, MOST_TAGS, AttributeTable, film_attributes

N = 40


def table_of(films: list[Film], *, rows: list[int] | None = None, n_items: int = N) -> AttributeTable:
    """Film i of n has 1 + i ratings, the first of 1 star, the others of 5."""
    rated = [(f"u{user}", item, 5.0 if user else 1.0) for item in range(n_items) for user in range(1 + item)]
    ratings = Ratings.from_columns(*zip(*rated, strict=True))
    return film_attributes(ratings, Catalogue(films), torch.tensor(rows if rows is not None else range(n_items)))


def column(table: AttributeTable, name: str) -> list[float]:
    return table.values[:, [attribute.name for attribute in table.attributes].index(name)].tolist()


def names(table: AttributeTable) -> list[str]:
    return [attribute.name for attribute in table.attributes]


def test_popularity_and_mean_rating_stand_first_and_come_from_the_ratings() -> None:
    table = table_of([Film(i, "", 1950 + i, ("Drama",) if i % 2 else ("Comedy",)) for i in range(N)])
    assert names(table) == ["popularity", "mean rating", "release year", "Comedy", "Drama"]
    assert column(table, "popularity") == pytest.approx([math.log(1 + i) for i in range(N)])
    assert column(table, "mean rating") == pytest.approx([(1 + 5 * i) / (1 + i) for i in range(N)])
    assert column(table, "release year") == [1950.0 + i for i in range(N)]
    assert column(table, "Drama") == [float(i % 2) for i in range(N)]
    assert [attribute.kind for attribute in table.attributes] == ["number"] * 3 + ["yes/no"] * 2


def test_only_the_rows_asked_for() -> None:
    table = table_of([Film(i, "", 1950 + i) for i in range(N)], rows=list(range(5, 30)))
    assert column(table, "release year") == [1950.0 + i for i in range(5, 30)]


def test_films_without_metadata_still_have_popularity_and_mean_rating() -> None:
    assert names(table_of([])) == ["popularity", "mean rating"]


def test_what_is_not_known_is_not_a_no() -> None:
    """Films 0 to 9 are not in the catalogue, 10 has neither year nor genre."""
    films = [Film(10, ""), *(Film(i, "", 1990 + i % 3, ("Drama",) if i % 2 else ("War",)) for i in range(11, N))]
    table = table_of(films)
    for name in ("release year", "Drama", "War"):
        assert [math.isnan(value) for value in column(table, name)] == [True] * 11 + [False] * (N - 11)


@pytest.mark.parametrize(
    ("n_with", "asked"), [(LEAST_FILMS - 1, False), (LEAST_FILMS, True), (N - 10, True), (N - 9, False)]
)
def test_a_genre_needs_films_that_have_it_and_films_that_lack_it(n_with: int, asked: bool) -> None:
    table = table_of([Film(i, "", None, ("Drama", "War") if i < n_with else ("Drama",)) for i in range(N)])
    assert ("War" in names(table)) == asked
    assert "Drama" not in names(table)  # all have it: it tells nothing


def test_films_whose_genres_are_not_known_do_not_lack_one() -> None:
    """18 films have War, 7 are known to lack it, of 15 nothing is known."""
    films = [Film(i, "", None, ("War",) if i < 18 else ("Drama",) if i < 25 else ()) for i in range(N)]
    assert "War" not in names(table_of(films))


@pytest.mark.parametrize(
    ("years", "asked"), [([1999] * N, False), ([1990, *[1999] * 18], False), ([1990, *[1999] * 19], True)]
)
def test_a_year_needs_enough_films_and_more_than_one_value(years: list[int], asked: bool) -> None:
    table = table_of([Film(i, "", year) for i, year in enumerate(years)])
    assert ("release year" in names(table)) == asked


def test_equal_numbers_of_ratings_and_equal_means_tell_nothing() -> None:
    pairs = [(user, item, 3.0 + item % 2) for item in range(N) for user in range(2)]
    ratings = Ratings.from_columns(*zip(*pairs, strict=True))
    assert names(film_attributes(ratings, Catalogue([]), torch.arange(N))) == ["mean rating"]
    nothing = film_attributes(ratings, Catalogue([]), torch.arange(N)[::2])
    assert (nothing.attributes, nothing.values.shape) == ((), (20, 0))


def test_tags_are_the_most_used_in_quotes_and_known_only_where_a_film_has_one() -> None:
    words = [tuple(f"tag{t:02}" for t in range(MOST_TAGS + 4) if (i * 7 + t) % 30 < 10 + t % 8) for i in range(30)]
    table = table_of([Film(i, "", tags=words[i] if i < 30 else ()) for i in range(N)])
    counts = {f"“tag{t:02}”": sum(f"tag{t:02}" in each for each in words) for t in range(MOST_TAGS + 4)}
    asked = names(table)[2:]
    assert asked == sorted(sorted(counts, key=lambda tag: (-counts[tag], tag))[:MOST_TAGS])
    for name in asked[:3]:
        assert column(table, name)[:30] == [float(name.strip("“”") in each) for each in words]
        assert all(math.isnan(value) for value in column(table, name)[30:])


def test_a_word_a_film_has_twice_counts_once() -> None:
    table = table_of([Film(i, "", genres=("War", "War") if i < 9 else ("Drama",)) for i in range(N)])
    assert "War" not in names(table)
