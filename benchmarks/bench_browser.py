"""What a person waits for in a browser: ``python -m benchmarks.bench_browser``.

An empty Streamlit page is measured beside the app in the same run, turn by turn: what both need is the framework's.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.report import show, spread
from core import cache_folder, fetch_dataset
from tests.browser.serving import chromium, serve, settle, wait_until

FIRST_FILM, LIST, STARS = ".rs-programme li", ".rs-programme", ".st-key-now_rating label"
# Notes when a pointer went down and when the text of an element last changed, both by the page's own clock.
WATCH = """([selector]) => {
  const clock = (window.clock = { down: 0, changed: 0 });
  document.addEventListener('pointerdown', () => { clock.down = performance.now(); clock.changed = 0; }, true);
  new MutationObserver(() => { clock.changed = performance.now(); })
    .observe(document.querySelector(selector), { childList: true, subtree: true, characterData: true });
}"""
READ = "() => window.clock.changed && window.clock.changed - window.clock.down"


def cold(browser: Browser, address: str, wanted: str) -> float:
    """Return the milliseconds from opening ``address`` in a browser that knows nothing to seeing ``wanted``."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    start = time.perf_counter()
    page.goto(address)
    page.locator(wanted).first.wait_for(state="visible", timeout=60_000)
    passed = 1_000 * (time.perf_counter() - start)
    context.close()
    return passed


def click(page: Page, target: str, number: int) -> float:
    """Return the milliseconds from a pointer going down on ``target`` to the last change of what is watched."""
    page.locator(target).nth(number).click()
    wait_until(page, READ)
    settle(page)
    return float(page.evaluate(READ))


def measure(app: str, empty: str, *, pages: int, clicks: int) -> dict[str, list[float]]:
    """Return the milliseconds of each page and click, the app and the empty page in turn."""
    with chromium() as browser:
        times: dict[str, list[float]] = {name: [] for name in ("app page", "empty page", "app click", "empty click")}
        cold(browser, app, FIRST_FILM)  # the server's first session imports and caches
        for _ in range(pages):
            times["app page"].append(cold(browser, app, FIRST_FILM))
            times["empty page"].append(cold(browser, empty, "button"))
        rating, pressing = (
            _watched(browser, f"{app}/rate?film=50", LIST),
            _watched(browser, empty, "[data-testid=stText]"),
        )
        click(rating, STARS, 8)
        for number in range(clicks):  # five stars and one star by turns: the list differs each time
            times["app click"].append(click(rating, STARS, 8 if number % 2 else 0))
            times["empty click"].append(click(pressing, "button:has-text('Click')", 0))
    return times


def _watched(browser: Browser, address: str, selector: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(address)
    page.locator(selector).first.wait_for(state="visible", timeout=60_000)
    settle(page)
    page.evaluate(WATCH, [selector])
    return page


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10, help="cold pages of each kind")
    parser.add_argument("--clicks", type=int, default=30, help="clicks of each kind")
    chosen = parser.parse_args(arguments)
    fetch_dataset("ml-100k")
    data = {"REELSPACE_DATA": os.environ.get("REELSPACE_DATA") or str(cache_folder() / "data")}
    with tempfile.TemporaryDirectory() as folder:
        own, other = Path(folder, "app"), Path(folder, "empty")
        own.mkdir()
        other.mkdir()
        with serve("dashboard/app.py", own, data) as app, serve("benchmarks/empty_app.py", other) as empty:
            times = measure(app, empty, pages=chosen.pages, clicks=chosen.clicks)
    figures = {name: spread(each) for name, each in times.items()}
    show("In Chromium, milliseconds", [
        {"what": "cold page to first predictions", **_pair(figures, "page")},
        {"what": "click on a star to the re-ordered list", **_pair(figures, "click")},
    ], {"benchmark": "browser", **figures})  # fmt: skip


def _pair(figures: dict[str, dict[str, float]], kind: str) -> dict[str, float]:
    app, empty = figures[f"app {kind}"], figures[f"empty {kind}"]
    return {"median": app["p50"], "p95": app["p95"], "empty page, median": empty["p50"], "n": app["n"]}


if __name__ == "__main__":
    main()
