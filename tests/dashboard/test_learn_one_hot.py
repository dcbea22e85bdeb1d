"""The fifth step of the walk: a row found by multiplying, the slip that torch refuses, and what both ways take."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from core.lessons import LookUpTimes
from dashboard import learn_resources, resources
from dashboard.components.number_tables import NumberRow, numbers
from dashboard.words import signed
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html


@pytest.fixture
def opened(open_view: Open) -> AppTest:
    return open_view("learn", step="one-hot")


def lit(app: AppTest) -> str:
    found = re.findall(r'<tr class="lit">(.*?)</tr>', html(app))
    assert len(found) == 1
    return str(found[0])


def in_use() -> list[list[float]]:
    """The first numbers of everybody, of the model that the page shows."""
    ready = resources.library().ready(SMALL, resources.default_kind(SMALL))
    assert ready is not None
    table: list[list[float]] = ready.model.user_factors[0, :, :5].tolist()
    return table


@pytest.mark.parametrize("row", [3, 0, 59])
def test_the_row_of_the_one_lights_up_and_is_what_the_sum_gives(opened: AppTest, row: int) -> None:
    app = opened.number_input(key="pick_row").set_value(row).run()
    assert not app.exception
    expected = "".join(f"<td>{signed(value)}</td>" for value in in_use()[row])
    assert f'<td class="times">1</td>{expected}' in lit(app)
    text = html(app)
    assert text.count('<td class="times">0</td>') == 6
    assert f'added up</th><td class="times"></td>{expected}' in text
    assert f"user_factors[{row}], looked up, is the same" in text
    assert re.search(r"largest difference over \d+ numbers is 0\.", text)


def test_the_slip_says_what_torch_says(opened: AppTest) -> None:
    assert any("bitwise_and_cpu" in code.value for code in opened.code)


def test_what_is_said_of_the_times_follows_them(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    for times, said, told in (
        (LookUpTimes(12e-6, 1e-6), "Multiplying took 12 times as long.", ("12\u202fms", "1.0\u202fms")),
        (LookUpTimes(1e-6, 1e-6), "no difference worth telling", ("1.0\u202fms",)),
    ):
        monkeypatch.setattr(learn_resources, "times_to_look_up", lambda *_, times=times: times)
        text = html(open_view("learn", step="one-hot"))
        assert said in text
        for part in told:
            assert f"<dd>{part}" in text


@pytest.mark.parametrize("asked", ["60", "-1", "nonsense", "²", "9" * 400])
def test_a_row_that_is_not_there_is_passed_over(open_view: Open, asked: str) -> None:
    app = open_view("learn", step="one-hot", row=asked)
    assert not app.exception
    assert app.number_input(key="pick_row").value == 3


def test_the_address_holds_the_row(open_view: Open) -> None:
    app = open_view("learn", step="one-hot", row="7")
    assert "7 · User " in lit(app)
    app = app.number_input(key="pick_row").set_value(9).run()
    assert "9" in app.query_params["row"]


def test_a_table_of_three_people(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSPACE_DATASET", "synthetic:3x8x12")
    app = open_view("learn", step="one-hot")
    assert not app.exception
    assert app.number_input(key="pick_row").max == 2


def test_names_in_a_table_are_text_and_a_lit_row_is_said_to_be() -> None:
    text = numbers("<b>", [NumberRow("<i>", [0.5, -0.25], is_lit=True), NumberRow("b", [0.0, 0.001])], lit="moves")
    assert "&lt;b&gt;" in text
    assert "&lt;i&gt;" in text
    assert '<span class="rs-hidden"> moves</span>' in text
    assert "<td>+0.50</td><td>\u22120.25</td>" in text
    assert "<td>0.00</td><td>0.00</td>" in text
