"""A show in a browser, by keys alone: every scene in order at a beamer's size, and the rehearsal says ready."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from dashboard.components.links import PAGES
from dashboard.scenes import shows
from tests.browser.serving import open_page, settle
from tests.browser.test_shell import hindrances

pytestmark = pytest.mark.browser
BEAMER: ViewportSize = {"width": 1920, "height": 1080}


@pytest.mark.timeout(240)
def test_all_scenes_by_keys_at_the_size_of_a_beamer(page: Page, base_url: str) -> None:
    page.set_viewport_size(BEAMER)
    for show in shows(PAGES):
        first = show.scenes[0]
        open_page(page, f"{base_url}/{first.page}?scene={show.name}.1")
        for place, scene in enumerate(show.scenes, start=1):
            expect(page.locator(".rs-presenter-place")).to_have_text(f"{place} of {len(show.scenes)} · {scene.title}")
            expect(page.locator(".rs-presenter-sentence")).to_have_text(scene.sentence)
            expect(page).to_have_url(re.compile(rf"/{scene.page}\?.*scene={show.name}\.{place}"))
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            settle(page)
            expect(page.get_by_test_id("stException")).to_have_count(0)
            if show is shows(PAGES)[0]:
                assert (scene.title, hindrances(page)) == (scene.title, [])
            page.keyboard.press("PageDown")
        page.keyboard.press("Home")
        expect(page.locator(".rs-presenter-place")).to_contain_text(f"1 of {len(show.scenes)}")


def test_blank_screen_code_and_end(page: Page, base_url: str) -> None:
    open_page(page, f"{base_url}/data?scene=five-minutes.2")
    expect(page.locator(".rs-presenter-clock")).to_contain_text("of 5:00")
    page.keyboard.press("b")
    expect(page.locator(".rs-presenter-blank")).to_be_visible()
    page.keyboard.press("x")
    expect(page.locator(".rs-presenter-blank")).to_be_hidden()
    page.keyboard.press("q")
    expect(page.get_by_role("img", name="Code to scan for", exact=False)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Show it to others")).to_be_visible()
    expect(page.locator(".rs-presenter")).to_have_count(0)


@pytest.mark.timeout(120)
def test_the_rehearsal_opens_every_scene_and_says_ready(page: Page, base_url: str) -> None:
    open_page(page, f"{base_url}/present")
    page.get_by_role("button", name="Rehearse").first.click()
    expect(page.get_by_text(re.compile(r"Ready: 5 scenes opened"))).to_be_visible(timeout=100_000)
