"""A private link from one browser to another: the same profile there, its secret nowhere else."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from dashboard.visitors import COOKIE_NAME
from tests.browser.serving import open_page, settle
from tests.browser.test_shell import SIZES, hindrances

pytestmark = pytest.mark.browser


def token_of(context: BrowserContext) -> str:
    return next(cookie["value"] for cookie in context.cookies() if cookie["name"] == COOKIE_NAME)


def link_of(page: Page, base_url: str, name: str) -> str:
    """Give this browser's profile a name and make its link."""
    open_page(page, f"{base_url}/you")
    page.get_by_label("Name", exact=True).fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.get_by_role("button", name="Make a private link").click()
    code = page.locator("code").filter(has_text="door#")
    expect(code).to_be_visible()
    return code.inner_text().strip()


def test_a_link_brings_the_profile_to_another_browser_and_its_secret_nowhere_else(
    page: Page, new_context: CreateContextCallback, base_url: str
) -> None:
    link = link_of(page, base_url, "Anna <b>of</b> Avonlea")
    address, secret = link.split("#")
    assert address == f"{base_url}/door"
    elsewhere = new_context(viewport=SIZES["phone"])
    other = elsewhere.new_page()
    sent: list[Request] = []
    other.on("request", lambda request: sent.append(request))
    other.goto(link)
    expect(other.get_by_role("status")).to_contain_text("“Anna <b>of</b> Avonlea”")
    assert other.url == address  # gone from the address bar, before anything was pressed
    assert hindrances(other) == []
    before = token_of(elsewhere)
    other.keyboard.press("Enter")  # the button has the focus
    expect(other.get_by_role("heading", level=1)).to_contain_text("Anna <b>of</b> Avonlea")
    assert token_of(elsewhere) != before
    assert not [request.url for request in sent if secret in request.url or secret in str(request.headers)]
    other.go_back()
    assert secret not in other.url


def test_looking_at_a_link_changes_nothing_and_an_old_one_says_so(
    page: Page, new_context: CreateContextCallback, base_url: str
) -> None:
    link = link_of(page, base_url, "Ben")
    elsewhere = new_context()
    other = elsewhere.new_page()
    other.goto(link)
    expect(other.get_by_role("button", name="Open it in this browser")).to_be_visible()
    before = token_of(elsewhere)
    other.get_by_role("link", name="Not now").click()
    open_page(other, f"{base_url}/you")
    expect(other.get_by_role("heading", level=1)).to_have_text("Nothing is kept of you yet")
    assert token_of(elsewhere) == before
    page.get_by_role("button", name="Make a new link; the old one stops working").click()
    settle(page)
    other.goto(f"{base_url}/data")
    other.goto(link)
    expect(other.get_by_role("status")).to_contain_text("This private link does not work")


def test_no_other_site_may_open_a_link(page: Page, new_context: CreateContextCallback, base_url: str) -> None:
    secret = link_of(page, base_url, "Cara").split("#")[1]
    request = new_context().request
    for headers in (
        {"origin": "https://elsewhere.example"},
        {"sec-fetch-site": "cross-site", "origin": base_url},
        {},
    ):
        answer = request.post(f"{base_url}/door/key", data={"link": secret, "open": True}, headers=headers)
        assert answer.status == 403
    form = request.post(f"{base_url}/door/key", form={"link": secret}, headers={"origin": base_url})
    assert form.status == 403
    for body in ("", "[]", '{"link": 1, "open": true}', "x" * 2_000):
        answer = request.post(
            f"{base_url}/door/key", data=body, headers={"origin": base_url, "content-type": "application/json"}
        )
        assert answer.status == 400
    assert not request.storage_state()["cookies"]
