"""Step 12 of the walk in a browser: tokens stand on the films' map, and what is known of films alone is not said of them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import open_page, settle, wait_until

pytestmark = pytest.mark.browser

DRAWN = "() => document.querySelector('.st-key-token_map .reelspace-map')?.map?.n > 0"
PLACE = "() => { const { map } = document.querySelector('.st-key-token_map .reelspace-map'); return map.at(map.films.ids.indexOf('self')); }"


def test_a_token_is_pointed_at_and_chosen_by_a_click(page: Page, base_url: str) -> None:
    open_page(page, f"{base_url}/learn?step=code")
    box = page.locator(".st-key-token_map")
    wait_until(page, DRAWN)
    expect(box.get_by_role("button", name="Zoom into a box")).to_be_visible()
    for name in ("Circle films", "Select films in a box"):
        expect(box.locator(f'[aria-label="{name}"]')).to_be_hidden()
    canvas = box.locator(".reelspace-map")
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    x, y, *_ = page.evaluate(PLACE)
    canvas.hover(position={"x": x, "y": y})
    card = box.locator(".rs-map-card")
    expect(card).to_be_visible()
    assert card.inner_text().split() == ["self", "name"]
    canvas.click(position={"x": x, "y": y})
    settle(page)
    expect(page).to_have_url(re.compile(r"[?&]token=self(&|$)"))
    expect(page.locator(".rs-facts").first).to_contain_text("cls")
