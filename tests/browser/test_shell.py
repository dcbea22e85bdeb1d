"""What holds on every page: headers, own host only, fonts, contrast and names, no sideways scrolling."""

from __future__ import annotations

import urllib.request
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, ViewportSize, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from tests.browser.serving import open_page

pytestmark = pytest.mark.browser

PAGES = ("", "rate", "map", "film?film=175", "together", "learn", "you", "data", "history")
SIZES: dict[str, ViewportSize] = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.mark.parametrize("path", ["", "rate", "assets/fonts/inter-latin-wght-normal.woff2", "_stcore/health"])
def test_every_answer_carries_the_security_headers(base_url: str, path: str) -> None:
    with urllib.request.urlopen(f"{base_url}/{path}") as answer:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'self' blob: 'sha256-" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"


def test_no_page_asks_another_host_or_breaks_the_policy(page: Page, base_url: str) -> None:
    own = (base_url, base_url.replace("http", "ws", 1), "blob:", "data:")
    foreign: list[str] = []
    broken: list[str] = []

    def note_request(request: Request) -> None:
        if not request.url.startswith(own):
            foreign.append(request.url)

    def note_message(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            broken.append(message.text)

    page.on("request", note_request)
    page.on("console", note_message)
    for path in PAGES:
        open_page(page, f"{base_url}/{path}")
        page.wait_for_timeout(500)
    assert foreign == []
    assert broken == []


@pytest.mark.parametrize("path", PAGES)
def test_our_two_fonts_come_from_our_own_files(page: Page, base_url: str, path: str) -> None:
    open_page(page, f"{base_url}/{path}")
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)")
    assert {"Archivo", "Inter"} <= set(loaded)
    family = "node => getComputedStyle(node).fontFamily"
    assert page.get_by_role("heading", level=1).evaluate(family).startswith("Archivo")


def test_the_tab_and_the_bar_show_our_own_marks(page: Page, base_url: str) -> None:
    open_page(page, base_url)
    expect(page.get_by_test_id("stHeaderLogo")).to_be_visible()
    icon = page.locator("link[rel~=icon]").first.get_attribute("href") or ""
    assert icon.startswith(("data:image/svg+xml", base_url))


def test_the_navigation_leads_to_every_page(page: Page, base_url: str) -> None:
    open_page(page, base_url)
    for name, path in (("Rate", "rate"), ("Map", "map"), ("You", "you"), ("Data", "data"), ("For you", "")):
        page.get_by_role("link", name=name, exact=True).first.click()
        expect(page).to_have_url(f"{base_url}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize(("scheme", "size"), [("light", "desktop"), ("dark", "phone")])
@pytest.mark.parametrize("path", PAGES)
def test_no_hindrance_for_eyes_and_readers(
    new_context: CreateContextCallback, base_url: str, path: str, size: str, scheme: Literal["light", "dark"]
) -> None:
    page = new_context(viewport=SIZES[size], color_scheme=scheme).new_page()
    open_page(page, f"{base_url}/{path}")
    page.wait_for_timeout(800)  # a map draws after the run
    assert hindrances(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_hindrance_in_any_component(
    new_context: CreateContextCallback, gallery: str, scheme: Literal["light", "dark"]
) -> None:
    page = new_context(viewport=SIZES["phone"], color_scheme=scheme).new_page()
    for part in ("", "lists", "stars", "map"):
        open_page(page, f"{gallery}/{part}")
        page.wait_for_timeout(800)
        assert (part, hindrances(page)) == (part, [])


def hindrances(page: Page) -> list[str]:
    """What axe finds serious, and a page wider than its window."""
    findings = Axe().run(page).response["violations"]
    serious = [f"{f['id']}: {f['nodes'][0]['html'][:200]}" for f in findings if f["impact"] in ("serious", "critical")]
    sideways = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    return [*serious, f"{sideways} px too wide"] if sideways > 0 else serious
