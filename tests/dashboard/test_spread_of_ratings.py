"""How ratings are spread: the pictures show the counts, the sentence what they mean."""

from __future__ import annotations

import pytest
import torch

from core import load_dataset
from dashboard.charts.spread_of_ratings import MOST_POINTS, films_chart, films_of_half, stars_chart
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html


def test_each_level_has_a_bar_of_its_count() -> None:
    bars = stars_chart([0.5, 1.0, 1.5], [2, 0, 7]).data[0]
    assert list(bars.x) == ["½", "1", "1½"]
    assert list(bars.y) == [2, 0, 7]


def test_films_stand_most_rated_first_and_both_ends_are_kept() -> None:
    line = films_chart([3, 9, 0, 4]).data[0]
    assert list(line.x) == [1, 2, 3, 4]
    assert list(line.y) == [9, 4, 3, 0]
    many = films_chart(list(range(10_001))).data[0]
    assert len(many.x) <= MOST_POINTS + 2
    assert (many.y[0], many.y[-1], many.x[-1]) == (10_000, 0, 10_001)


@pytest.mark.parametrize(("counts", "half"), [([5, 1, 1, 1], 1), ([1, 1, 1, 1], 2), ([4, 3, 3], 2), ([7], 1), ([], 0)])
def test_half_of_all_ratings_went_to_so_many(counts: list[int], half: int) -> None:
    assert films_of_half(counts) == half


def test_levels_are_counted_one_by_one() -> None:
    ratings = load_dataset(SMALL).ratings
    wanted = [int((ratings.levels == level).sum()) for level in range(len(ratings.scale.levels))]
    assert torch.equal(ratings.level_counts, torch.tensor(wanted))


def test_the_page_says_who_gets_the_ratings(open_view: Open) -> None:
    app = open_view("data")
    assert not app.exception
    counts = load_dataset(SMALL).ratings.item_counts.tolist()
    assert f"Half of all ratings went to {films_of_half(counts)} films" in html(app)
