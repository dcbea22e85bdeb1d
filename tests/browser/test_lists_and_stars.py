"""The list of films and the stars, under a real pointer and real keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from tests.browser.serving import open_page, settle, wait_until

pytestmark = pytest.mark.browser


def titles(page: Page) -> list[str]:
    return [text.split("\n")[0] for text in page.locator(".rs-programme .rs-title").all_inner_texts()]


def reorder(page: Page) -> None:
    draws = int(page.locator(".rs-programme").get_attribute("data-draws") or 0)
    page.get_by_role("radio", name="1", exact=True).check(force=True)
    wait_until(page, "n => Number(document.querySelector('.rs-programme').dataset.draws) > n", draws)


def test_a_new_order_moves_the_same_rows(page: Page, gallery: str) -> None:
    open_page(page, f"{gallery}/lists")
    before = titles(page)
    first = page.locator(".rs-programme li").first.element_handle()
    reorder(page)
    assert titles(page) == before[::-1]
    assert first is not None
    assert first.evaluate("row => row.isConnected && row === row.parentElement.lastElementChild")
    assert first.evaluate("row => row.getAnimations().length") == 1, "the row should glide to its new place"
    assert page.locator(".rs-rank").all_inner_texts() == ["1", "2", "3", "4", "5", "6"]


def test_no_movement_for_people_who_asked_for_none(new_context: CreateContextCallback, gallery: str) -> None:
    page = new_context(reduced_motion="reduce").new_page()
    open_page(page, f"{gallery}/lists")
    reorder(page)
    assert page.evaluate("[...document.querySelectorAll('.rs-programme li')].every(r => !r.getAnimations().length)")


def test_the_focus_stays_on_its_film_when_the_order_changes(page: Page, gallery: str) -> None:
    open_page(page, f"{gallery}/lists")
    page.locator(".rs-row").nth(1).focus()
    href = page.evaluate("document.activeElement.href")
    page.evaluate("document.querySelectorAll('[role=radiogroup] input')[1].click()")
    wait_until(page, "Number(document.querySelector('.rs-programme').dataset.draws) > 1")
    assert page.evaluate("document.activeElement.href") == href


def test_titles_are_text_and_never_markup(page: Page, gallery: str) -> None:
    open_page(page, f"{gallery}/lists")
    assert titles(page)[1].startswith("<b>Bold</b> & Brave")
    assert titles(page)[4].startswith("*Stars* [a](b)")
    expect(page.locator(".rs-programme .rs-title b")).to_have_count(0)


def test_a_row_is_a_link_that_keeps_what_the_page_was_asked_for(page: Page, gallery: str) -> None:
    open_page(page, f"{gallery}/lists")
    row = page.locator(".rs-row").nth(3)
    assert row.get_attribute("href") == "map?person=865&film=3"
    with page.context.expect_page() as opened:
        row.click(modifiers=["ControlOrMeta"])
    opened.value.wait_for_url(f"{gallery}/map?person=865&film=3")
    expect(page.get_by_text("chosen None")).to_be_visible()
    row.click()
    expect(page.get_by_text("chosen 3")).to_be_visible()
    assert page.url.endswith("/lists")


def test_a_row_can_be_chosen_by_keys_and_says_all_it_shows(page: Page, gallery: str) -> None:
    open_page(page, f"{gallery}/lists")
    row = page.locator(".rs-row").nth(1)
    expect(row).to_have_accessible_name(
        re.compile(
            "predicted 4.8 stars.*most likely 4; nine times in ten 3 to 5.*Brave 1991.*they gave 2½.*Twister.*up 2"
        )
    )
    row.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("chosen 1")).to_be_visible()


def test_a_near_film_can_be_chosen(page: Page, gallery: str) -> None:
    open_page(page, f"{gallery}/lists")
    page.get_by_role("link", name="Kids <3").click()
    expect(page.get_by_text("near 8")).to_be_visible()


def test_a_strip_has_a_frame_for_each_level_of_the_scale(page: Page, gallery: str) -> None:
    open_page(page, f"{gallery}/lists")
    expect(page.locator(".rs-programme .rs-strip").first.locator("i")).to_have_count(5)
    page.get_by_text("Whole stars").click()
    expect(page.locator(".rs-programme .rs-strip").first.locator("i")).to_have_count(10)
    expect(page.locator(".rs-programme .rs-strip").first.locator("i.in")).to_have_count(6)
    expect(page.locator(".rs-set").first).to_have_text("2½ to 5")


def star(page: Page, name: str) -> Locator:
    return page.get_by_role("radio", name=name, exact=True)


def test_half_stars_by_mouse_with_undo_and_remove(page: Page, gallery: str) -> None:
    open_page(page, f"{gallery}/stars")
    expect(page.get_by_role("group", name="Your rating of Alien")).to_be_visible()
    assert page.locator(".rs-pick input").count() == 10
    star(page, "3½ stars").click()
    expect(page.get_by_text("kept 3.5 after 1")).to_be_visible()
    star(page, "½ star").click()
    expect(page.get_by_text("kept 0.5 after 2")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("kept 3.5 after 1")).to_be_visible()
    expect(page.locator(".rs-pick-row output")).to_have_text("3½ stars")
    expect(star(page, "3½ stars")).to_be_checked()
    expect(page.locator(".rs-pick label.on")).to_have_count(7)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("kept None after 2")).to_be_visible()
    expect(page.locator(".rs-pick-row output")).to_have_text("Not rated")


def test_half_stars_by_keys_are_told_where_they_rest(page: Page, gallery: str) -> None:
    open_page(page, f"{gallery}/stars")
    star(page, "½ star").focus()
    page.keyboard.press("Space")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".rs-pick-row output")).to_have_text("3 stars")
    expect(page.get_by_text("kept 3.0 after 1")).to_be_visible()
    assert star(page, "3 stars").evaluate("input => input === document.activeElement")


def test_half_stars_by_touch(new_context: CreateContextCallback, gallery: str) -> None:
    page = new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).new_page()
    open_page(page, f"{gallery}/stars")
    box = page.locator(".rs-pick label").nth(8).bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) >= (24, 48), "half a star is as large as a finger needs"
    page.touchscreen.tap(box["x"] + 12, box["y"] + 24)
    expect(page.get_by_text("kept 4.5 after 1")).to_be_visible()


def test_quick_clicks_end_on_the_last_one(page: Page, gallery: str) -> None:
    open_page(page, f"{gallery}/stars")
    for name in ("2 stars", "5 stars", "1 star", "4½ stars"):
        star(page, name).click()
    settle(page)
    expect(page.get_by_text(re.compile("kept 4.5"))).to_be_visible()
    expect(page.locator(".rs-pick-row output")).to_have_text("4½ stars")


def test_a_scale_from_one_offers_no_half_star_alone(page: Page, gallery: str) -> None:
    open_page(page, f"{gallery}/stars")
    page.get_by_text("From one").click()
    expect(page.locator(".rs-pick input")).to_have_count(9)
    star(page, "1 star").click(position={"x": 5, "y": 24})
    expect(page.get_by_text("kept 1.0 after 1")).to_be_visible()
