"""The visitor's cookie in a real browser: there in the very first session, the same after a reload, hidden from scripts."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.visitors import COOKIE_NAME, is_visitor_id
from tests.browser.serving import serve

pytestmark = pytest.mark.browser

APP = """
from pathlib import Path
import streamlit as st
from starlette.middleware import Middleware
from dashboard.visitors import VisitorCookie
app = st.App(Path(__file__).with_name("main.py"), middleware=[Middleware(VisitorCookie)])
"""
SCRIPT = """
import streamlit as st
from dashboard.visitors import visitor_in
st.session_state.setdefault("first", visitor_in(st.context.cookies))
st.text(f"visitor: {st.session_state.first}")
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The smallest app that has the cookie, served by Streamlit itself."""
    folder = tmp_path_factory.mktemp("app")
    (folder / "app.py").write_text(APP)
    (folder / "main.py").write_text(SCRIPT)
    with serve(str(folder / "app.py"), folder) as address:
        yield address


def _visitor_shown(page: Page) -> str:
    shown = page.get_by_text(re.compile("^visitor: "))
    expect(shown).to_be_visible(timeout=20_000)
    return shown.inner_text().removeprefix("visitor: ")


def test_the_first_session_knows_its_visitor_and_keeps_it_across_reloads(page: Page, address: str) -> None:
    page.goto(address)
    first = _visitor_shown(page)
    assert is_visitor_id(first)
    page.reload()
    assert _visitor_shown(page) == first
    page.goto(f"{address}/?person=7")
    assert _visitor_shown(page) == first


def test_no_script_and_no_address_shows_the_token(page: Page, address: str) -> None:
    page.goto(address)
    token = _visitor_shown(page)
    assert COOKIE_NAME not in page.evaluate("document.cookie")
    assert token not in page.url
    (cookie,) = [cookie for cookie in page.context.cookies() if cookie["name"] == COOKIE_NAME]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["expires"] > time.time() + 300 * 24 * 3600


def test_another_browser_is_another_visitor(browser: Browser, address: str) -> None:
    visitors = set()
    for _ in range(2):
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        visitors.add(_visitor_shown(page))
        context.close()
    assert len(visitors) == 2


def test_a_cookie_that_was_lost_comes_back_though_the_page_is_cached(page: Page, address: str) -> None:
    page.goto(address)
    first = _visitor_shown(page)
    page.context.clear_cookies()
    page.reload()
    assert is_visitor_id(second := _visitor_shown(page))
    assert second != first
