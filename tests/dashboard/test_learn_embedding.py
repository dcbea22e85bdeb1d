"""The sixth step of the walk: which rows would move, and that our embedding is torch's."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import resources
from dashboard.words import star_text
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html


@pytest.fixture
def opened(open_view: Open) -> AppTest:
    return open_view("learn", step="embedding")


def lit(app: AppTest) -> tuple[list[str], list[str]]:
    """The names of the rows in colour, of the table and of its gradient."""
    found = re.findall(r"<table.*?</table>", html(app))
    names = [re.findall(r'<tr class="lit"><th scope="row">(.*?)<span', table) for table in found]
    assert len(names) == 2
    return names[0], names[1]


@pytest.mark.parametrize("chosen", [[], ["3"], ["7", "0"], [str(place) for place in range(8)]])
def test_the_rows_looked_up_are_the_rows_that_would_move(opened: AppTest, chosen: list[str]) -> None:
    app = opened.button_group(key="batch").set_value(chosen).run()
    assert not app.exception
    looked_up, moved = lit(app)
    assert looked_up == moved
    assert [name.partition(" ")[0] for name in moved] == sorted(chosen)
    text = html(app)
    gradient = text[text.rindex("<table") : text.rindex("</table>")]
    assert gradient.count("<td>0.00</td>") >= 4 * (8 - len(chosen))
    said = {0: "Nobody is looked up", 1: "1 row, and it would move", 2: "2 rows, and they would move", 8: "Nobody is left out"}  # fmt: skip
    assert said[len(chosen)] in text


def test_the_people_are_real_and_rated_the_film(opened: AppTest) -> None:
    ratings = resources.library().dataset(SMALL).ratings
    film = ratings.items.labels[int(ratings.item_counts.argmax())]
    options = opened.button_group(key="batch").options
    for option in options:
        user, _, stars = option.removeprefix("User ").partition(" · ")
        given = ratings.of_user(ratings.users.parse(user))[film]
        assert stars == f"{star_text(given)} ★"
    assert len(options) == 8


def test_ours_is_torchs(opened: AppTest) -> None:
    assert re.search(r"60 × \d+ numbers.*the largest difference is 0\.", html(opened))


def test_fewer_people_than_the_table_shows(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSPACE_DATASET", "synthetic:3x8x12")
    app = open_view("learn", step="embedding")
    assert not app.exception
