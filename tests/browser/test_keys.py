"""Together and You by keys alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import open_page, settle
from tests.browser.test_flows import reach

pytestmark = pytest.mark.browser


def test_a_film_for_three_is_chosen_by_keys_alone(page: Page, base_url: str) -> None:
    open_page(page, f"{base_url}/together")
    heads = page.get_by_role("table").first.get_by_role("columnheader")
    n_columns = heads.count()
    reach(page, page.get_by_role("combobox", name=re.compile("People")))
    page.keyboard.type("User 865")
    expect(page.get_by_role("option", name="User 865")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("865"))
    page.keyboard.press("Escape")  # the list of people stays open for the next one, and hides all else from readers
    expect(heads).to_have_count(n_columns + 1)
    reach(page, page.get_by_role("radio", name="Average"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.get_by_text("so that nobody suffers", exact=False).last).to_be_visible()
    expect(page).to_have_url(re.compile("strategy=Nobody"))
    settle(page)
    reach(page, page.get_by_role("button", name="Filter"))
    page.keyboard.press("Enter")
    support = page.get_by_role("slider", name="Ratings at least")
    reach(page, support)
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("support="))


def test_profiles_are_named_added_changed_and_deleted_by_keys_alone(page: Page, base_url: str) -> None:
    open_page(page, f"{base_url}/you")
    title = page.get_by_role("heading", level=1)
    reach(page, page.get_by_label("Name", exact=True))
    page.keyboard.type("Anna")
    page.keyboard.press("Enter")
    expect(title).to_contain_text("Anna")
    settle(page)
    reach(page, page.get_by_role("button", name="Add a profile"))
    page.keyboard.press("Enter")
    reach(page, page.get_by_label("Name of the new profile"))
    page.keyboard.type("Ben")
    page.keyboard.press("Enter")
    expect(title).to_contain_text("Ben")
    settle(page)
    reach(page, page.get_by_role("combobox", name=re.compile("In use")))
    page.keyboard.press("ArrowDown")
    page.keyboard.type("Anna")
    expect(page.get_by_role("option", name=re.compile("Anna"))).to_be_visible()
    page.keyboard.press("Enter")
    expect(title).to_contain_text("Anna")
    settle(page)
    reach(page, page.get_by_role("button", name="Delete this profile"), most=90)
    page.keyboard.press("Enter")
    sure = page.get_by_role("checkbox", name="I want it deleted for good")
    reach(page, sure)
    page.keyboard.press("Space")
    delete = page.get_by_role("button", name="Delete Anna")
    expect(delete).to_be_enabled()
    reach(page, delete)
    page.keyboard.press("Enter")
    expect(title).to_contain_text("Ben")
