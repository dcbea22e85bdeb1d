"""The guided walk in a browser, by keys alone: every step in order, nothing in anybody's way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from dashboard.views.learn import STEPS
from dashboard.views.learn.frame import BACK_KEY, NEXT_KEY
from tests.browser.serving import open_page, settle
from tests.browser.test_shell import SIZES, hindrances

pytestmark = pytest.mark.browser

PROBES = re.compile(r"/_stcore/|favicon")  # Streamlit's own look for where it is mounted


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains of while the test runs."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not PROBES.search(f"{message.text} {message.location}"):
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def shows(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()
    settle(page)


@pytest.mark.timeout(240)
def test_the_walk_from_the_first_step_to_the_summary_by_keys(page: Page, base_url: str, complaints: list[str]) -> None:
    page.set_viewport_size(SIZES["desktop"])
    open_page(page, f"{base_url}/learn?step={STEPS[0].slug}")
    for number, step in enumerate(STEPS, start=1):
        shows(page, step.title)
        expect(page).to_have_url(re.compile(rf"[?&]step={step.slug}(&|$)"))
        expect(page.locator(".rs-step")).to_contain_text(f"Step {number} of {len(STEPS)}")
        for size in ("desktop", "phone"):
            page.set_viewport_size(SIZES[size])
            page.wait_for_timeout(200)  # pictures draw anew
            assert (step.slug, size, hindrances(page)) == (step.slug, size, [])
        page.set_viewport_size(SIZES["desktop"])
        page.keyboard.press(NEXT_KEY.lower())
    expect(page).to_have_url(re.compile(r"[?&]step=summary(&|$)"))
    expect(page.locator(".rs-steps a.done")).to_have_count(len(STEPS))
    page.reload()
    expect(page.locator(".rs-steps a.done")).to_have_count(len(STEPS))
    assert complaints == []


def test_keys_go_back_but_leave_typing_alone(page: Page, base_url: str) -> None:
    open_page(page, f"{base_url}/learn?step={STEPS[0].slug}")
    page.get_by_role("combobox").first.click()
    page.keyboard.type(NEXT_KEY.lower())
    page.wait_for_timeout(500)
    page.keyboard.press("Escape")
    shows(page, STEPS[0].title)
    page.locator("h1").click()
    page.keyboard.press(NEXT_KEY.lower())
    shows(page, STEPS[1].title)
    expect(page.locator(".rs-step")).to_be_focused()
    page.keyboard.press(BACK_KEY.lower())
    shows(page, STEPS[0].title)


def test_the_strip_leads_to_a_step_without_loading_the_app_anew(page: Page, base_url: str) -> None:
    open_page(page, f"{base_url}/learn?step={STEPS[0].slug}")
    page.evaluate("window.same = true")
    link = page.locator(".rs-steps a").nth(1)
    expect(link).to_have_attribute("aria-label", re.compile(rf"^Step 2: {re.escape(STEPS[1].title)}"))
    link.focus()
    page.keyboard.press("Enter")
    shows(page, STEPS[1].title)
    expect(page.locator(".rs-steps a").nth(1)).to_have_attribute("aria-current", "step")
    assert page.evaluate("window.same")
    page.get_by_role("radio", name="All of it").click()
    expect(page).to_have_url(re.compile("far="))
    page.locator("h1").click()
    page.keyboard.press(NEXT_KEY.lower())
    shows(page, STEPS[2].title)
    expect(page).not_to_have_url(re.compile("far="))
    page.go_back()  # one step of the browser is one of the walk
    shows(page, STEPS[1].title)


def test_the_summary_prints_on_one_page_in_either_theme(new_context: CreateContextCallback, base_url: str) -> None:
    for scheme in ("light", "dark"):
        page = new_context(color_scheme=scheme).new_page()
        open_page(page, f"{base_url}/learn?step=summary")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your walk, on one page")
        pages = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True, print_background=True))
        assert len(pages) == 1
        page.emulate_media(media="print")
        colours = (
            "node => [getComputedStyle(node).color, getComputedStyle(document.querySelector('.stApp')).backgroundColor]"
        )
        assert page.get_by_role("heading", level=1).evaluate(colours) == ["rgb(20, 24, 29)", "rgb(255, 255, 255)"]
        expect(page.get_by_test_id("stHeader")).to_be_hidden()


def test_a_word_says_what_it_means_to_pointer_and_keys(page: Page, base_url: str) -> None:
    open_page(page, f"{base_url}/rate")
    word = page.locator(".rs-lede .rs-term", has_text="vector")
    means = "node => getComputedStyle(node, '::after').content"
    assert word.evaluate(means) == "none"
    word.hover()
    assert "short list of numbers" in word.evaluate(means)
    page.mouse.move(0, 0)
    assert word.evaluate(means) == "none"
    word.focus()
    assert "short list of numbers" in word.evaluate(means)
    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
