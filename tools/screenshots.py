"""Photograph every page, light and dark, large and small; with ``--readme``, the README's pictures too.

The pictures show what a visitor rated, made up here, never somebody of a data set: its licence does not allow that.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect

from core import cache_folder, load_dataset
from dashboard.views.learn import STEPS
from dashboard.visitors import COOKIE_NAME, new_visitor_id, open_store
from tests.browser.serving import ROOT, chromium, open_page, serve, settle, wait_until

DATASET = "ml-100k"
# Film ids of ml-100k: Fargo, Twelve Monkeys, Star Wars, Twister; Brazil is rated by a click, so that the list moves.
RATINGS = {100: 4.5, 7: 5.0, 50: 4.0, 118: 1.5}
CLICKED, STARS = 175, "5 stars"
PAGES = {
    "rate": f"rate?film={CLICKED}",
    "for-you": "?person=you",
    "map": f"map?person=you&film={CLICKED}",
    "film": f"film?person=you&film={CLICKED}",
    "together": "together",
    **{f"learn-{step.slug}": f"learn?step={step.slug}" for step in STEPS},
    "learn-summary": "learn?step=summary",
    "lab": "lab",
    "review": "review",
    "present": "present",
    "you": "you",
    "history": "history",
    "data": "data",
}
README_PAGES = ("for-you", "rate", "map")
SIZES: dict[str, ViewportSize] = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MOST_BYTES = 250_000
MAP_IS_DRAWN = (
    "() => !document.querySelector('.st-key-film_map') || document.querySelector('.reelspace-map')?.dataset.draws > 0"
)


def main() -> None:
    """Take the pictures that the command line asks for."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, default=ROOT / "screenshots", help="the folder for all pictures")
    arguments.add_argument("--readme", action="store_true", help="renew assets/readme/ too")
    asked = arguments.parse_args()
    with visited_app() as (address, token), chromium() as browser:
        for size in SIZES:
            for scheme in SCHEMES:
                take_all(browser, address, token, asked.out, size=size, scheme=scheme)
    if asked.readme:
        for page in README_PAGES:
            compress(asked.out / f"{page}-desktop-light.png", ROOT / "assets" / "readme" / f"{page}.png")


@contextmanager
def visited_app() -> Iterator[tuple[str, str]]:
    """Serve the app to a visitor who has rated films already; yield its address and the visitor's token."""
    load_dataset(DATASET)  # fetched: the server finds it where this process did
    data = os.environ.get("REELSPACE_DATA") or str(cache_folder() / "data")
    with tempfile.TemporaryDirectory() as folder:
        token, store = new_visitor_id(), open_store(Path(folder) / "visitors.sqlite")
        for film, stars in RATINGS.items():
            store.rate(token, DATASET, film, stars, source="search")
        store.close()
        environment = {"REELSPACE_DATA": data, "REELSPACE_DATASET": DATASET}
        with serve("dashboard/app.py", Path(folder), environment) as address:
            yield address, token


def take_all(
    browser: Browser, address: str, token: str, folder: Path, *, size: str, scheme: Literal["light", "dark"]
) -> None:
    """Take every page in one size and theme: the first screen, and on phones the whole page too."""
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce")
    context.add_cookies([{"name": COOKIE_NAME, "value": token, "url": address}])
    page = context.new_page()
    for name, path in PAGES.items():
        open_page(page, f"{address}/{path}")
        if name == "rate":
            rate(page)
        settle_picture(page)
        save(page.screenshot(), folder / f"{name}-{size}-{scheme}.png")
        if size == "phone":
            save(whole_page(page), folder / f"{name}-{size}-{scheme}-whole.png")
    context.close()


def rate(page: Page) -> None:
    """Rate the last film anew, and wait until the toast that says so has gone."""
    expect(page.get_by_role("radio", name=STARS, exact=True)).to_be_visible()
    remove = page.get_by_role("button", name="Remove", exact=True)
    if remove.is_visible():
        remove.click()
        expect(page.locator(".rs-pick-row output")).to_have_text("Not rated")
    settle(page)
    page.get_by_role("radio", name=STARS, exact=True).click()
    expect(page.locator(".rs-move.up").first).to_be_visible()
    expect(page.get_by_test_id("stToast")).to_have_count(0)


def settle_picture(page: Page) -> None:
    """Wait for fonts and for the map, which draws after the run."""
    page.evaluate("document.fonts.ready")
    wait_until(page, MAP_IS_DRAWN)
    page.wait_for_timeout(600)


def whole_page(page: Page) -> bytes:
    """Take all that one could scroll to: Streamlit scrolls a part of the page, so the window is made as high as that."""
    small = page.viewport_size or SIZES["phone"]
    height = page.get_by_test_id("stMain").evaluate("node => node.scrollHeight") + 60
    page.set_viewport_size({"width": small["width"], "height": min(int(height), 6_000)})
    page.wait_for_timeout(600)
    picture = page.screenshot()
    page.set_viewport_size(small)
    return picture


def save(picture: bytes, path: Path) -> None:
    """Write a picture, its folder made if missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    print(path)


def compress(source: Path, target: Path) -> None:
    """Write ``source`` with as many of 256 colours as fit the README's size."""
    picture = Image.open(source).convert("RGB")
    for n_colours in (256, 128, 64):
        content = io.BytesIO()
        picture.quantize(n_colours, dither=Image.Dither.NONE).save(content, "PNG", optimize=True)
        if len(content.getvalue()) <= MOST_BYTES:
            break
    save(content.getvalue(), target)


if __name__ == "__main__":
    main()
