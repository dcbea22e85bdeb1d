"""The second step of the walk: the table, its holes from three distances, and somebody of whom little is known."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import resources
from dashboard.charts.far_view import far_view_chart
from dashboard.components import grids
from dashboard.views.learn.crosstab import NETFLIX
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html


@pytest.fixture
def opened(open_view: Open) -> AppTest:
    return open_view("learn", step="crosstab")


def test_the_corner_shows_every_rating_and_counts_its_holes(opened: AppTest) -> None:
    assert not opened.exception
    text = html(opened)
    table = text[text.index("<table") : text.index("</table>")]
    ratings = resources.library().dataset(SMALL).ratings
    n_holes = table.count('class="hole"')
    assert table.count('class="fact') + n_holes == 120
    assert f"{n_holes} of these 120 cells are holes" in text
    busiest = ratings.users.labels[int(ratings.user_counts.argmax())]
    assert f"User {busiest}</th>" in table


def test_netflix_is_drawn_to_the_same_scale_with_its_source(opened: AppTest) -> None:
    text = html(opened)
    assert f"--w:{60 / NETFLIX[0] * 100:.3f}%;--h:{80 / NETFLIX[1] * 100:.2f}%" in text
    assert "98.8" in text
    assert "Bennett and Stan Lanning" in text


@pytest.mark.parametrize(
    ("view", "size"), [("away", "60 people down, 80 films"), ("whole", "60 people down, 80 films")]
)
def test_from_further_off_the_share_of_empty_cells_is_that_of_the_table(opened: AppTest, view: str, size: str) -> None:
    opened.button_group(key="far").set_value(view).run()
    assert not opened.exception
    text = html(opened)
    assert size in text
    assert "37.5\u202f% of the 4,800 cells are empty" in text  # 3,000 of 60 × 80 cells hold a rating


def test_what_is_hidden_of_somebody_can_be_shown(opened: AppTest) -> None:
    def given() -> int:
        text = html(opened)
        row = text[text.rindex("<table") : text.rindex("</table>")]
        return row.count('class="fact')

    assert given() == 3
    opened.slider(key="n_seen").set_value(5).run()
    assert given() == 5
    opened.toggle(key="show_hidden").set_value(True).run()
    assert given() > 5


def test_data_smaller_than_the_corner(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSPACE_DATASET", "synthetic:6x5x12")
    for far in ("close", "away", "whole"):
        app = open_view("learn", step="crosstab")
        app.button_group(key="far").set_value(far).run()
        assert not app.exception


def test_cells_are_darker_the_higher_and_say_what_they_are() -> None:
    text = grids.crosstab("A <table>", ["<b>Ann</b>"], ["A & B", "C"], [[5.0, None]], scale=(0.5, 5.0))
    assert "&lt;b&gt;Ann&lt;/b&gt;" in text
    assert "A &amp; B" in text
    assert 'class="fact deep" style="--v:90%">5<' in text
    assert "not rated" in text
    assert "--v:7%" in grids.crosstab("t", ["a"], ["b"], [[0.5]], scale=(0.5, 5.0))


def test_numerals_on_cells_can_be_read() -> None:
    """Between 42 and 62 per cent of ink neither ink nor ground stands out from a cell."""
    text = grids.kinds("t", [1.0], [grids.KindRow("kind", [count], 3.0) for count in range(101)])
    shades = [int(part.partition("%")[0]) for part in text.split("--v:")[1:]]
    assert len(shades) == 100
    assert not [shade for shade in shades if 42 < shade < 62]
    assert shades == sorted(shades)


def test_patches_stand_where_they_are() -> None:
    figure = far_view_chart([[0.5, 0.25], [0.0, 0.0]], n_people=10, n_films=20)
    heat = figure.data[0]
    assert (heat.x0, heat.dx, heat.y0, heat.dy) == (5, 10, 2.5, 5)
    assert list(figure.layout.yaxis.range) == [10, 0]
