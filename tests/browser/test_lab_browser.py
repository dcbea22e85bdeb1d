"""A run in a browser: it outlives its tab, shows in another, and stops from there."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.serving import open_page, settle
from tests.browser.test_shell import hindrances

pytestmark = pytest.mark.browser
MANY = "5000"  # epochs: it is still training when the other tab opens


@pytest.mark.timeout(120)
def test_a_run_outlives_its_tab_and_stops_from_another(context: BrowserContext, base_url: str) -> None:
    first = context.new_page()
    open_page(first, f"{base_url}/lab")
    stop = first.get_by_role("button", name="Stop measuring")
    if stop.count():
        stop.click()
        expect(stop).to_have_count(0)
    first.get_by_role("button", name="Train a run").click()
    first.get_by_role("spinbutton", name="Epochs").fill(MANY)
    first.get_by_role("textbox", name="Name").first.fill("Long one")
    first.get_by_role("textbox", name="Name").first.press("Tab")
    settle(first)
    first.get_by_role("button", name="Train", exact=True).click()
    expect(first.get_by_role("button", name="Stop this run")).to_be_visible()
    first.close()
    other = context.new_page()
    open_page(other, f"{base_url}/lab")
    expect(other.get_by_text("Training Long one")).to_be_visible()
    assert hindrances(other) == []
    other.get_by_role("button", name="Stop this run").click()
    expect(other.get_by_text("stopped, nothing was kept")).to_be_visible()
    expect(other.get_by_role("button", name="Stop this run")).to_have_count(0)
