"""The report as a file: opened without a network it draws, says nothing in the console, and passes axe."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from core import ALS, BiasOnly, Dataset, SavedModel, make_split, review
from dashboard.report import Decision, html_page, make_report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def file(synthetic_small: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    split = make_split(synthetic_small.ratings, "random", seed=0)
    models = BiasOnly().fit(split.train, seed=0), ALS(n_factors=2, n_epochs=2).fit(split.train, seed=0)
    pair = [SavedModel(model, synthetic_small.films, held_out=split.test) for model in models]
    path = tmp_path_factory.mktemp("report") / "report.html"
    report = make_report(review(*pair, k=5), pair[0], decision=Decision("hold", "Too early.", "Ada", "today"))
    path.write_text(html_page(report), encoding="utf-8")
    return path


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("dark", 390)])
def test_it_opens_without_a_network(browser: Browser, file: Path, evidence: Path, scheme: str, width: int) -> None:
    context = browser.new_context(offline=True, color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    n_charts = page.locator(".chart").count()
    assert n_charts == 3
    expect(page.locator(".chart .main-svg").first).to_be_visible()
    assert page.locator(".chart:has(.main-svg)").count() == n_charts
    page.screenshot(path=evidence / f"report-{scheme}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not Axe().run(page).response["violations"]
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert said == []
    context.close()


def test_it_prints(browser: Browser, file: Path) -> None:
    context = browser.new_context(offline=True, color_scheme="dark")
    page = context.new_page()
    page.goto(file.as_uri())
    page.emulate_media(media="print")
    ground, ink = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert (ground, ink) == ("rgb(255, 255, 255)", "rgb(20, 24, 29)")
    assert len(page.pdf()) > 20_000
    context.close()
