"""The address is the truth, the session remembers, and what cannot be falls back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from core import IdMap
from dashboard import state
from dashboard.visitors import COOKIE_NAME, is_visitor_id, new_visitor_id


@pytest.fixture(autouse=True)
def browser(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A browser of dictionaries: what the address and the session hold, and the cookies."""
    fake = SimpleNamespace(query_params={}, session_state={}, context=SimpleNamespace(cookies={}), user={})
    monkeypatch.setattr(state, "st", fake)
    return fake


def pick(name: str = state.MODEL, default: str = "als") -> str:
    return state.choice(name, allowed=("als", "sgd", "mine"), default=default)


def test_the_address_wins_over_what_was_chosen_before(browser: SimpleNamespace) -> None:
    state.set_choice(state.MODEL, "mine")
    browser.query_params["model"] = "sgd"
    assert pick() == "sgd"
    assert browser.query_params == {"model": "sgd"}


def test_a_default_stands_neither_in_the_address_nor_in_the_session(browser: SimpleNamespace) -> None:
    browser.query_params["model"] = "als"
    assert pick() == "als"
    assert browser.query_params == browser.session_state == {}
    assert pick(default="mine") == "mine", "a new default holds for whoever has not chosen"


def test_a_choice_goes_along_to_another_page(browser: SimpleNamespace) -> None:
    browser.query_params["model"] = "sgd"
    state.enter("", with_film=False)
    pick()
    state.leave("")
    browser.query_params.clear()
    state.enter("map", with_film=True)
    assert pick() == "sgd"
    assert browser.query_params == {"model": "sgd"}


def test_going_back_on_the_same_page_takes_a_choice_away(browser: SimpleNamespace) -> None:
    state.leave("")
    state.set_choice(state.MODEL, "sgd")
    browser.query_params.clear()
    state.enter("", with_film=False)
    assert pick() == "als"


@pytest.mark.parametrize("nonsense", ["", "ALS", "../etc"])
def test_what_is_not_allowed_falls_back_and_leaves_the_address(browser: SimpleNamespace, nonsense: str) -> None:
    browser.query_params["model"] = nonsense
    assert pick() == "als"
    assert browser.query_params == {}


def test_a_choice_that_is_no_longer_allowed_falls_back() -> None:
    state.set_choice(state.MODEL, "mine")
    assert state.choice(state.MODEL, allowed=("als",), default="als") == "als"


def test_only_pages_with_a_film_keep_one(browser: SimpleNamespace) -> None:
    browser.query_params["film"] = "50"
    state.enter("map", with_film=True)
    assert state.film_in(IdMap([50, 51], kind="film")) == 50
    state.enter("", with_film=False)
    assert browser.query_params == {}


@pytest.mark.parametrize("text", ["52", "x", "-1", "", "9" * 5_000])
def test_a_film_that_is_not_there_leaves_the_address(browser: SimpleNamespace, text: str) -> None:
    browser.query_params["film"] = text
    assert state.film_in(IdMap([50, 51], kind="film")) is None
    assert browser.query_params == {}


def test_links_take_along_what_was_chosen_and_nothing_else(browser: SimpleNamespace) -> None:
    browser.query_params |= {"person": "7", "film": "50", "colour": "genre"}
    assert state.carried() == {"person": "7"}


def test_a_visitor_is_who_the_cookie_says_else_somebody_of_this_session(browser: SimpleNamespace) -> None:
    first = state.visitor()
    assert is_visitor_id(first)
    assert state.visitor() == first
    assert not state.keeps_ratings()
    browser.context.cookies[COOKIE_NAME] = new_visitor_id()
    assert state.visitor() == browser.context.cookies[COOKIE_NAME]
    assert state.keeps_ratings()
    browser.context.cookies[COOKIE_NAME] = "forged"
    assert state.visitor() == first


def lists(*steps: Any) -> list[tuple[int, ...]]:
    """The list to compare with, after each step: a list with its data and version, or "rate"."""
    found: list[tuple[int, ...]] = []
    for step in steps:
        if step == "rate":
            state.shift_list()
        else:
            now, data, version = step
            found.append(state.list_before(now, data=data, version=version))  # type: ignore[arg-type]
    return found


def test_moves_are_told_since_the_last_rating_and_stay_until_the_next() -> None:
    a, b = ((1, 2), "data", "v"), ((2, 1), "data", "v")
    assert lists(a, a, "rate", b, b, "rate", a) == [(1, 2), (1, 2), (1, 2), (1, 2), (2, 1)]


def test_moves_are_told_since_another_model_came() -> None:
    assert lists(((1, 2), "data", "v1"), ((2, 1), "data", "v2"), ((2, 1), "data", "v2")) == [(1, 2)] * 3


def test_lists_of_other_data_are_not_compared() -> None:
    assert lists(((1, 2), "one", "v"), "rate", ((7, 8), "other", "w")) == [(1, 2), (7, 8)]


def test_bad_news_is_told_once() -> None:
    assert state.complaint() is None
    state.complain("Nothing was saved.")
    assert [state.complaint(), state.complaint()] == ["Nothing was saved.", None]


def test_a_film_offered_is_known_as_such() -> None:
    assert not state.was_offered(50)
    state.note_offer(50)
    assert state.was_offered(50)
    assert not state.was_offered(5)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0.1_-2_3.5", (0.1, -2.0, 3.5)), ("0_0_0_2_0.7_0.4", (0.0, 0.0, 0.0, 2.0, 0.7, 0.4)), ("0_0_0", None), ("0_0_nan", None),
        ("0_inf_1", None), ("1_2", None), ("a_b_c", None), ("", None),
    ],
)  # fmt: skip
def test_a_view_in_the_address_is_numbers_that_make_sense(
    browser: SimpleNamespace, text: str, numbers: tuple[float, ...] | None
) -> None:
    browser.query_params["view"] = text
    assert state.view_in() == numbers
