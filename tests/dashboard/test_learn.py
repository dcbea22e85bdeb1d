"""The frame of the guided walk: its address, its keys' buttons, what is done."""

from __future__ import annotations

from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import limit_threads
from dashboard import resources
from dashboard.views import learn
from dashboard.views.learn.frame import Step
from dashboard.views.learn.listing import source_of
from dashboard.visitors import Store, StoreError
from tests.dashboard.conftest import Open


def step(slug: str, **more: Any) -> Step:
    def draw() -> None:
        st.write(f"the picture of {slug}")

    return Step(slug, f"Title of {slug}", ("An idea.",), draw, "Try it.", **more)


THREE = (
    step("one", listing=(limit_threads,), in_the_app=(("Map", "map", "Look."),)),
    step("two", wide=True),
    step("three"),
)


def at(app: AppTest) -> str:
    """The step in the address; AppTest gives a parameter that was set twice as a list."""
    given = app.query_params["step"]
    return given if isinstance(given, str) else given[-1]


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn, "STEPS", THREE)


def test_without_any_step_the_page_still_opens(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn, "STEPS", ())
    app = open_view("learn")
    assert not app.exception
    assert len(app.title) == 1


@pytest.mark.parametrize("asked", [{}, {"step": "nonsense"}, {"step": "9" * 5_000}])
def test_the_walk_begins_with_its_first_step(open_view: Open, three: None, asked: dict[str, str]) -> None:
    app = open_view("learn", **asked)
    assert app.title[0].value == "Title of one"
    assert at(app) == "one"


def test_next_and_back_go_through_all_steps_and_next_finishes_one(open_view: Open, three: None) -> None:
    app = open_view("learn")
    for slug in ("two", "three"):
        app.button(key="walk_next").click().run()
        assert app.title[0].value == f"Title of {slug}"
        assert at(app) == slug
    app.button(key="walk_back").click().run()
    assert app.title[0].value == "Title of two"
    app.button(key="walk_next").click().run()
    app.button(key="walk_next").click().run()
    assert at(app) == "summary"


def test_what_is_done_survives_a_new_session_and_the_walk_goes_on_there(
    open_view: Open, three: None, store: Store, visitor: str
) -> None:
    open_view("learn").button(key="walk_next").click().run()
    assert store.walk.done(visitor) == ("one",)
    assert open_view("learn").title[0].value == "Title of two"
    assert open_view("learn", step="one").title[0].value == "Title of one"


def test_a_database_that_refuses_keeps_nobody_from_walking(
    open_view: Open, three: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Store:
        raise StoreError("Nothing was saved: the disk is full.")

    app = open_view("learn")
    monkeypatch.setattr(resources, "store", broken)
    app.button(key="walk_next").click().run()
    assert not app.exception
    assert app.title[0].value == "Title of two"
    assert "disk is full" in app.error[0].value


def test_the_first_step_has_no_way_back(open_view: Open, three: None) -> None:
    assert "walk_back" not in [button.key for button in open_view("learn").button]


def test_a_listing_is_the_source_of_the_function(open_view: Open, three: None) -> None:
    app = open_view("learn", step="one")
    assert [code.value for code in app.code] == [source_of(limit_threads)]
    assert "def limit_threads" in app.code[0].value
