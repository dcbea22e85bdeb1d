"""Step 3 of the walk: a slider re-orders the films, and the sum on screen is the sum."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.conftest import Open


def words(app: AppTest) -> str:
    return " ".join(html.proto.body for html in app.get("html"))


def ranked(app: AppTest) -> list[str]:
    (table,) = re.findall(r'<table class="rs-numbers">.*?</table>', words(app), flags=re.DOTALL)
    return re.findall(r'<th scope="row">([^<]+)', table)


def test_a_slider_reorders_the_films(open_view: Open) -> None:
    app = open_view("learn", step="tastes")
    assert not app.exception
    before = ranked(app)
    assert len(before) > 1
    for slider in app.slider:
        slider.set_value(-slider.value)
    app.run()
    after = ranked(app)
    assert sorted(after) == sorted(before)
    assert after == before[::-1]
    assert f"The sum for {after[0]}" in words(app)


def sums(app: AppTest) -> list[float]:
    rows = re.findall(r'<th scope="row">.*?</tr>', words(app), flags=re.DOTALL)
    return [float(re.findall(r"<td>([^<]+)</td>", row)[-1].replace("−", "-")) for row in rows]


def test_the_highest_sum_comes_first_and_is_the_one_worked_out(open_view: Open) -> None:
    app = open_view("learn", step="tastes")
    assert sums(app) == sorted(sums(app), reverse=True)
    assert sums(app)[0] > sums(app)[-1]
    (terms, total) = re.findall(r"((?:\(\S+ × \S+\)(?: \+ )?){3}) = ([+−]?[\d.]+)", words(app))[0]
    pairs = re.findall(r"\((\S+) × (\S+)\)", terms.replace("−", "-"))
    by_hand = sum(float(liking) * float(value) for liking, value in pairs)
    assert float(total.replace("−", "-")) == sums(app)[0] == pytest.approx(by_hand, abs=0.01)  # shown to two decimals


def test_whoever_cares_for_nothing_gets_zeros(open_view: Open) -> None:
    app = open_view("learn", step="tastes")
    for slider in app.slider:
        slider.set_value(0.0)
    app.run()
    assert not app.exception
    assert re.search(r"= [+−]?0\.00", words(app))
