"""The crosstab against loops over cells."""

from __future__ import annotations

import math
from itertools import product

import pytest

from core.datasets.dataset import Dataset
from core.lessons import crosstab, far_view, only, rating_table, share_empty
from core.ratings import Ratings

SMALL = Ratings.from_columns(
    ["a", "a", "a", "b", "b", "c"], [1, 2, 3, 1, 2, 1], [5.0, 4.0, 3.0, 2.0, 1.0, 4.0], known_items=[4]
)


def test_the_corner_holds_the_busiest_people_and_the_most_rated_films() -> None:
    table = crosstab(rating_table(SMALL), n_people=2, n_films=3)
    assert list(table.index) == ["a", "b"]
    assert list(table.columns) == [1, 2, 3]
    assert table.loc["a"].tolist() == [5, 4, 3]
    assert table.loc["b"].tolist()[:2] == [2, 1]
    assert math.isnan(table.loc["b", 3])


def test_every_cell_of_the_corner_is_the_rating_or_a_hole(synthetic_small: Dataset) -> None:
    ratings = synthetic_small.ratings
    table = crosstab(rating_table(ratings), n_people=20, n_films=15)
    for person, film in product(table.index, table.columns):
        given = ratings.of_user(person).get(film)
        assert math.isnan(table.loc[person, film]) if given is None else table.loc[person, film] == given
    least = min(ratings.user_counts[ratings.users.row(person)] for person in table.index)
    assert sum(count > least for count in ratings.user_counts.tolist()) < 20


def test_how_much_is_empty() -> None:
    assert share_empty(2, 5, 4) == pytest.approx(0.6)
    assert share_empty(943, 1_682, 100_000) == pytest.approx(0.93695, abs=5e-6)


def test_what_is_left_of_a_person() -> None:
    assert only({7: 4.0, 3: 1.0, 9: 5.0, 1: 2.0}, 3) == {7: 4.0, 3: 1.0, 9: 5.0}
    assert only({7: 4.0}, 3) == {7: 4.0}


@pytest.mark.parametrize(
    ("n_rows", "n_columns", "n_people", "n_films"),
    [(3, 4, 200, 100), (7, 9, 50, 31), (5, 5, 5, 5), (9_999, 9_999, 12, 10), (4, 3, 9_999, 9_999)],
)
def test_a_patch_is_the_share_of_its_cells(
    synthetic_small: Dataset, n_rows: int, n_columns: int, n_people: int, n_films: int
) -> None:
    ratings = synthetic_small.ratings
    found = far_view(ratings, n_rows=n_rows, n_columns=n_columns, n_people=n_people, n_films=n_films)
    n_people, n_films = min(n_people, ratings.n_users), min(n_films, ratings.n_items)
    n_rows, n_columns = min(n_rows, n_people), min(n_columns, n_films)
    people, films = busiest(ratings.user_counts.tolist(), n_people), busiest(ratings.item_counts.tolist(), n_films)
    rated = {*zip(ratings.user_idx.tolist(), ratings.item_idx.tolist(), strict=True)}
    patches: dict[tuple[int, int], list[bool]] = {}
    for (row, person), (column, film) in product(enumerate(people), enumerate(films)):
        patch = (row * n_rows // n_people, column * n_columns // n_films)
        patches.setdefault(patch, []).append((person, film) in rated)
    assert (len(found), len(found[0])) == (n_rows, n_columns)
    for (row, column), cells in patches.items():
        assert found[row][column] == pytest.approx(sum(cells) / len(cells), abs=1e-6)


def busiest(counts: list[int], n: int) -> list[int]:
    return sorted(range(len(counts)), key=lambda row: (-counts[row], row))[:n]
