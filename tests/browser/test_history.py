"""Bringing a history, in a real browser: by keyboard, at both sizes, and with a file far too large."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from tests.browser.serving import open_page, settle
from tests.browser.test_shell import SIZES, hindrances

pytestmark = pytest.mark.browser

EXPORTS = Path(__file__).resolve().parents[1] / "data" / "imports"


def upload(page: Page, file: Path) -> None:
    page.locator("input[type=file]").set_input_files(str(file))
    expect(page.get_by_role("tab").first).to_be_visible()
    settle(page)


def test_a_history_is_brought_by_keyboard_and_taken_back(page: Page, base_url: str) -> None:
    open_page(page, f"{base_url}/rate")
    page.get_by_role("button", name="Bring your ratings from elsewhere").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{base_url}/history")
    upload(page, EXPORTS / "letterboxd-ratings.csv")

    page.get_by_role("tab", name="To choose").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Found")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("combobox", name="Léon: The Professional").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settle(page)

    button = page.get_by_role("button", name="Save these")
    label = button.inner_text()
    n = int(label.split()[2])
    assert n >= 130
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stToast").last).to_contain_text(f"Kept: Letterboxd, {n} ratings")
    expect(page.get_by_role("button", name="Save these")).to_have_count(0)

    page.get_by_role("button", name="Back to rating").click()
    expect(page.get_by_role("heading", name=f"Your {n} ratings", exact=True)).to_be_visible()
    expect(page.locator(".rs-ticket", has_text="The Professional")).to_be_visible()
    page.get_by_role("button", name="Bring your ratings from elsewhere").click()
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_role("button", name="Undo this import")).to_have_count(0)
    page.get_by_role("button", name="Back to rating").click()
    expect(page.get_by_role("heading", name="Your ratings", exact=True)).to_be_visible()


@pytest.mark.parametrize(("scheme", "size"), [("light", "desktop"), ("dark", "phone")])
def test_no_hindrance_in_the_report(
    new_context: CreateContextCallback, base_url: str, size: str, scheme: Literal["light", "dark"]
) -> None:
    page = new_context(viewport=SIZES[size], color_scheme=scheme).new_page()
    open_page(page, f"{base_url}/history")
    upload(page, EXPORTS / "letterboxd-ratings.csv")
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_timeout(300)
        assert (tab.inner_text(), hindrances(page)) == (tab.inner_text(), [])


def test_a_file_far_too_large_is_refused_before_it_is_sent(page: Page, base_url: str, tmp_path: Path) -> None:
    large = tmp_path / "ratings.csv"
    with large.open("wb") as file:
        file.truncate(500 * 2**20)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    open_page(page, f"{base_url}/history")
    page.locator("input[type=file]").set_input_files(str(large))
    expect(page.get_by_text("File must be 5.0MB or smaller")).to_be_visible()
    assert sent == []
    expect(page.get_by_role("tab")).to_have_count(0)
