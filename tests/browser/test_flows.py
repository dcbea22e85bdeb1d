"""The ways through the product on MovieLens 100K, as a person walks them in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Download, Locator, Page, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from tests.browser.serving import open_page, settle, wait_until
from tests.browser.test_map_component import DRAWS, MAP, VIEW, click_loneliest, colour_by, rest
from tests.browser.test_shell import SIZES, hindrances

pytestmark = pytest.mark.browser

STAR_WARS, BRAZIL = 50, 175
DRAWN = f"{DRAWS} > 0"


def titles(page: Page) -> list[str]:
    return page.locator(".rs-programme .rs-title").all_inner_texts()


def pick(page: Page, label: str, text: str) -> None:
    """Choose from a list as people do: type a part of it, press Enter."""
    box = page.get_by_role("combobox", name=re.compile(label))
    box.click()
    box.fill(text)
    expect(page.get_by_role("option").first).to_contain_text(text.strip())
    page.keyboard.press("Enter")
    settle(page)


def star(page: Page, name: str) -> Locator:
    return page.get_by_role("radio", name=name, exact=True)


def rate(page: Page, base_url: str, film: int, stars: str) -> None:
    open_page(page, f"{base_url}/rate?film={film}")
    star(page, stars).click()
    expect(page.locator(".rs-pick-row output")).to_have_text(stars)
    expect(page.get_by_test_id("stToast").last).to_contain_text("Kept")


def ratings_heading(page: Page, n: int) -> Locator:
    return page.get_by_role("heading", name=f"Your {n} rating{'' if n == 1 else 's'}", exact=True)


# For you


def test_the_first_visit_shows_a_named_person_and_a_filter_that_a_link_reproduces(
    page: Page, base_url: str, new_context: CreateContextCallback
) -> None:
    open_page(page, base_url)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"What User \d+ would like, and why"))
    expect(page.locator(".rs-programme li")).to_have_count(10)
    expect(page.locator(".rs-programme .rs-chip").first).to_be_visible()
    expect(page).to_have_url(f"{base_url}/")

    pick(page, "Person", "User 865 ")
    expect(page.get_by_role("heading", level=1)).to_have_text("What User 865 would like, and why")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("button", name="Horror", exact=True).click()
    expect(page.locator(".rs-programme .rs-meta").first).to_contain_text("Horror")
    settle(page)
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="Least known").click()
    expect(page).to_have_url(re.compile("order=Least"))
    settle(page)
    shown, address = titles(page), page.url
    assert "person=865" in address
    assert "genres=Horror" in address

    elsewhere = new_context().new_page()
    open_page(elsewhere, address)
    expect(elsewhere.locator(".rs-programme li")).to_have_count(len(shown))
    assert titles(elsewhere) == shown
    with elsewhere.expect_download() as download:
        elsewhere.get_by_role("button", name="Download as CSV").click()
    assert_table(download.value, shown)


def assert_table(download: Download, shown: list[str]) -> None:
    assert download.suggested_filename == "films-for-user-865.csv"
    lines = download.path().read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("rank,film_id,title,year,genres,predicted_stars")
    first = re.sub(r" \d{4}$", "", shown[0])
    assert first in lines[1].replace('""', '"')


def test_back_returns_to_the_person_before(page: Page, base_url: str) -> None:
    open_page(page, f"{base_url}/?person=865")
    pick(page, "Person", "User 7 ")
    expect(page).to_have_url(f"{base_url}/?person=7")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("What User 865 would like, and why")
    expect(page).to_have_url(f"{base_url}/?person=865")


def test_a_film_in_the_list_is_explained_and_opens_on_the_map(page: Page, base_url: str) -> None:
    open_page(page, f"{base_url}/?person=865")
    row = page.locator(".rs-row").first
    title = row.locator(".rs-title").inner_text()
    row.click()
    expect(page).to_have_url(re.compile(r"/film\?.*film=\d+"))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Why \d\.\d stars for "))
    expect(page.get_by_role("heading", name="The sum, term by term")).to_be_visible()
    page.get_by_role("button", name="On the map").click()
    expect(page).to_have_url(re.compile(r"/map\?.*film=\d+"))
    expect(page.locator(".st-key-rail .rs-large")).to_have_text(title)
    page.get_by_role("button", name="Rate this film").click()
    expect(page.locator(".st-key-now_rating .rs-large")).to_have_text(title)


# Rate


def test_a_click_on_a_star_reorders_the_list_and_undo_takes_it_back(page: Page, base_url: str) -> None:
    open_page(page, f"{base_url}/rate")
    expect(page.get_by_role("heading", name="What everybody likes, to begin with")).to_be_visible()
    start = titles(page)
    pick(page, "Find a film", "Brazil (1985)")
    expect(page.locator(".st-key-now_rating .rs-large")).to_have_text("Brazil 1985")
    star(page, "4½ stars").click()
    expect(page.get_by_role("heading", name="Your list now")).to_be_visible()
    expect(page.locator(".rs-move.up").first).to_be_visible()
    expect(ratings_heading(page, 1)).to_be_visible()
    expect(page.locator(".rs-ticket")).to_contain_text("4½")
    assert titles(page) != start

    page.reload()
    expect(ratings_heading(page, 1)).to_be_visible()
    expect(star(page, "4½ stars")).to_be_checked()

    tab = page.context.new_page()
    rate(tab, base_url, STAR_WARS, "2 stars")
    expect(ratings_heading(tab, 2)).to_be_visible()
    star(page, "5 stars").click()
    expect(ratings_heading(page, 2)).to_be_visible()

    for _ in range(3):
        settle(page)
        page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="What everybody likes, to begin with")).to_be_visible()
    assert titles(page) == start
    expect(star(page, "5 stars")).not_to_be_checked()


def test_a_film_is_found_and_rated_by_keys_alone(page: Page, base_url: str) -> None:
    open_page(page, f"{base_url}/rate")
    find = page.get_by_role("combobox", name=re.compile("Find a film"))
    for _ in range(25):  # the skip link, the navigation, the menu, then the page
        if find.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(find).to_be_focused()
    page.keyboard.type("Brazil (1985)")
    expect(page.get_by_role("option", name="Brazil (1985)")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-now_rating .rs-large")).to_have_text("Brazil 1985")
    for _ in range(15):
        if page.evaluate("document.activeElement.closest('.rs-pick') !== null"):
            break
        page.keyboard.press("Tab")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".rs-ticket")).to_contain_text("Brazil")
    expect(page.locator(".rs-pick-row output")).to_have_text(re.compile("star"))
    expect(page.locator(".rs-pick input:focus")).to_have_count(1)


@pytest.fixture
def rated(page: Page, base_url: str) -> Page:
    """A visitor who has rated Brazil and stands on Rate."""
    rate(page, base_url, BRAZIL, "5 stars")
    settle(page)
    return page


def test_the_whole_model_is_retrained_and_one_can_go_back(rated: Page, base_url: str) -> None:
    open_page(rated, f"{base_url}/rate?model=als&film={BRAZIL}")  # least squares train in a second
    rated.get_by_role("button", name="Retrain the whole model").click()
    expect(rated.get_by_text("100,001 ratings, yours among them")).to_be_visible(timeout=60_000)
    expect(rated.get_by_text("Retrained with your ratings in it")).to_be_visible()
    star(rated, "1 star").click()  # rating goes on, and the new model answers
    expect(rated.locator(".rs-ticket")).to_contain_text("1")
    open_page(rated, f"{base_url}/?person=you")
    expect(rated.get_by_text("100,001 ratings, yours among them")).to_be_visible()
    open_page(rated, f"{base_url}/rate")
    rated.get_by_role("button", name="Back to the shared model").click()
    expect(rated.get_by_text("all 100,000 ratings")).to_be_visible()


def test_training_shows_its_loss_and_can_be_stopped(rated: Page, base_url: str) -> None:
    open_page(rated, f"{base_url}/rate?model=gibbs&film={BRAZIL}")  # it takes seconds: time to press the button
    rated.get_by_role("button", name="Retrain the whole model").click()
    expect(rated.get_by_role("progressbar")).to_be_visible()
    expect(rated.get_by_role("img", name=re.compile("Training loss: from"))).to_be_visible(timeout=60_000)
    rated.get_by_role("button", name="Stop training").click()
    expect(rated.get_by_text("was stopped. The model in use has not changed.")).to_be_visible()
    expect(rated.get_by_text("all 100,000 ratings")).to_be_visible()


# Map


def open_map(page: Page, address: str) -> None:
    open_page(page, address)
    wait_until(page, DRAWN)
    rest(page)


def test_a_click_on_a_point_opens_its_film_and_the_view_stays(page: Page, base_url: str) -> None:
    open_map(page, f"{base_url}/map?person=865")
    expect(page.get_by_text("No film chosen")).to_be_visible()
    page.locator(".reelspace-map").hover()
    page.mouse.wheel(0, -200)
    rest(page)
    zoomed = page.evaluate(VIEW)
    film = click_loneliest(page)
    expect(page).to_have_url(re.compile(f"film={film}"))
    expect(page.locator(".rs-near-row")).to_have_count(6)
    colour_by(page, "Genre")
    assert page.evaluate(VIEW) == pytest.approx(zoomed)
    expect(page).to_have_url(re.compile(f"film={film}"))
    expect(page).to_have_url(re.compile("view="))  # a reload shows the same part of the map


def test_a_film_is_found_and_its_neighbours_lead_on(page: Page, base_url: str) -> None:
    open_map(page, f"{base_url}/map")
    pick(page, "Find a film", "Star Wars")
    expect(page.locator(".st-key-rail .rs-large")).to_have_text("Star Wars 1977")
    expect(page.locator(".rs-near-row").first).to_contain_text("The Empire Strikes Back")
    page.locator(".rs-near-row").first.click()
    expect(page.locator(".st-key-rail .rs-large")).to_contain_text("The Empire Strikes Back")
    expect(page.get_by_role("combobox", name=re.compile("Find a film"))).to_have_value(re.compile("Empire"))


def reach(page: Page, wanted: Locator, *, most: int = 60) -> None:
    """Press Tab until ``wanted`` has the focus."""
    for _ in range(most):
        if wanted.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(wanted).to_be_focused()


def test_search_axis_cards_and_the_film_are_reached_by_keys_alone(page: Page, base_url: str) -> None:
    open_map(page, f"{base_url}/map?person=865")
    reach(page, page.get_by_role("combobox", name=re.compile("Find a film")))
    page.keyboard.type("Brazil (1985)")
    expect(page.get_by_role("option", name="Brazil (1985)")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-rail .rs-large")).to_have_text("Brazil 1985")
    reach(page, page.get_by_role("tab", name="Film", exact=True))
    page.keyboard.press("ArrowRight")
    lay = page.get_by_role("button", name="Lay across").nth(2)
    expect(lay).to_be_visible(timeout=60_000)
    reach(page, lay)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("across=3"))
    reach(page, page.get_by_role("tab", name="Axes", exact=True))
    page.keyboard.press("ArrowLeft")
    why = page.get_by_role("button", name="Why this prediction")
    reach(page, why)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("for Brazil"))


def test_you_stand_on_the_map_flat_and_deep(rated: Page, base_url: str) -> None:
    open_map(rated, f"{base_url}/map?person=you&film={BRAZIL}")
    assert "you" in rated.evaluate(f"{MAP}.map.boxes.map(box => box.text)")
    expect(rated.locator(".rs-legend")).to_contain_text("where you stand")
    expect(rated.get_by_text("You gave it")).to_be_visible()
    draws = rated.evaluate(DRAWS)
    rated.get_by_role("button", name="View").click()
    rated.get_by_role("radio", name="Depth", exact=True).click()
    wait_until(rated, f"{DRAWS} > {draws} && {MAP}.map.isDeep")
    expect(rated).to_have_url(re.compile("picture=Depth"))
    assert rated.evaluate(f"{MAP}.map.data.people.length") == 1, "you are not there"


# Every page, with what a visitor did on it


def test_no_hindrance_on_pages_in_use(new_context: CreateContextCallback, base_url: str) -> None:
    page = new_context(viewport=SIZES["phone"], color_scheme="light").new_page()
    rate(page, base_url, BRAZIL, "4½ stars")
    expect(page.get_by_test_id("stToast")).to_have_count(0)  # Streamlit's toasts have no name
    found = {"rate": hindrances(page)}
    for path in ("?person=you", f"film?person=you&film={BRAZIL}", "together", f"map?person=you&film={BRAZIL}",
                 "lab", "review", "present"):  # fmt: skip
        open_page(page, f"{base_url}/{path}")
        wait_until(page, f"!document.querySelector('.st-key-film_map') || {DRAWN}")
        found[path] = hindrances(page)
    assert found == {path: [] for path in found}
