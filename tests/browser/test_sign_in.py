"""Signing in with an identity provider on this machine: whose ratings one then meets, and whose one does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from joserfc.jwk import RSAKey
from playwright.sync_api import Page, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from dashboard.visitors import COOKIE_NAME, account_key, open_store
from tests.browser.identity_provider import CLIENT, KEY_BITS, SECRET, Provider, provide
from tests.browser.serving import free_port, open_page, serve, settle

pytestmark = pytest.mark.browser
SMALL = "synthetic:60x80x3000"

FORGED = (
    "joserfc.errors.BadSignatureError"  # Streamlit logs it with its traceback when a signature is not the provider's
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("accounts")


@pytest.fixture(scope="module")
def provider_and_app(folder: Path) -> Iterator[tuple[Provider, str]]:
    """A provider, and the product told of it as a deployment is: by a section in the secrets."""
    port = free_port()
    redirect = f"http://127.0.0.1:{port}/oauth2callback"
    with provide(redirect) as provider:
        section = {
            "redirect_uri": redirect, "cookie_secret": "long enough to sign the cookies of these tests",
            "client_id": CLIENT, "client_secret": SECRET,
            "server_metadata_url": f"{provider.issuer}/.well-known/openid-configuration",
        }  # fmt: skip
        secrets = folder / "secrets.toml"
        secrets.write_text("[auth]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in section.items()))
        environment = {"REELSPACE_DATASET": SMALL, "STREAMLIT_SECRETS_FILES": str(secrets)}
        with serve("dashboard/app.py", folder, environment, port=port, foreseen=FORGED) as address:
            yield provider, address


@pytest.fixture
def provider(provider_and_app: tuple[Provider, str]) -> Provider:
    return provider_and_app[0]


@pytest.fixture
def app(provider_and_app: tuple[Provider, str]) -> str:
    return provider_and_app[1]


def stars_of(folder: Path, key: str) -> dict[int | str, float]:
    store = open_store(folder / "visitors.sqlite")
    found = store.ratings(key, SMALL)
    store.close()
    return found


def rate(folder: Path, key: str, film: int, stars: float) -> None:
    store = open_store(folder / "visitors.sqlite")
    store.rate(key, SMALL, film, stars, source="search")
    store.close()


def sign_in(page: Page, app: str, provider: Provider, subject: str) -> None:
    provider.subject = subject
    open_page(page, f"{app}/you")
    page.get_by_role("button", name="Sign in").press("Enter")
    expect(page).to_have_url(f"{app}/")
    open_page(page, f"{app}/you")


def test_an_account_reaches_its_own_ratings_in_any_browser_and_nobody_elses(
    page: Page, new_context: CreateContextCallback, app: str, provider: Provider, folder: Path
) -> None:
    anna, ben = (account_key(provider.issuer, subject) for subject in ("anna", "ben"))
    rate(folder, anna, 3, 4.5)
    open_page(page, f"{app}/you")
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == COOKIE_NAME)
    rate(folder, token, 5, 2.0)  # before signing in
    sign_in(page, app, provider, "anna")
    expect(page.get_by_text("You are signed in as anna@example.org")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 rating,")
    assert stars_of(folder, anna) == {3: 4.5}
    page.get_by_role("button", name="Bring in this browser's 1 rating").click()
    settle(page)
    assert stars_of(folder, anna) == {3: 4.5, 5: 2.0}

    other = new_context().new_page()
    sign_in(other, app, provider, "ben")
    expect(other.get_by_text("You are signed in as ben@example.org")).to_be_visible()
    expect(other.get_by_role("heading", level=1)).to_contain_text("Nothing is kept of you yet")
    assert stars_of(folder, ben) == {}
    other.get_by_role("button", name="Sign out").click()
    expect(other).to_have_url(f"{app}/")
    sign_in(other, app, provider, "anna")
    expect(other.get_by_role("heading", level=1)).to_contain_text("2 ratings,")


def test_a_word_that_the_provider_did_not_sign_lets_nobody_in(page: Page, app: str, provider: Provider) -> None:
    provider.published = RSAKey.generate_key(KEY_BITS, {"kid": "1"})
    open_page(page, f"{app}/you")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{app}/")
    open_page(page, f"{app}/you")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    provider.published = None
