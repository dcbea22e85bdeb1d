"""The player of step 4: forward, back, to the end, by buttons and by keys, and the numbers are the training's own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from core import load_dataset
from core.lessons import ByHand, Recording, crosstab, rating_table, record
from tests.browser.serving import open_page

pytestmark = pytest.mark.browser
PASS = 13  # batches: 104 known cells, eight at a time


@pytest.fixture(scope="module")
def recording() -> Recording:
    """The training that the page shows, done here."""
    return record(ByHand(), crosstab(rating_table(load_dataset("ml-100k").ratings), n_people=12, n_films=10))


def place(player: Locator) -> tuple[int, float]:
    return int(player.get_attribute("data-place") or -1), float(player.get_attribute("data-error") or "nan")


def cells(player: Locator) -> list[str]:
    return player.locator("tbody td b").all_inner_texts()


def test_every_moment_is_reached_and_left_again(page: Page, base_url: str, recording: Recording) -> None:
    open_page(page, f"{base_url}/learn?step=training")
    player = page.locator(".rs-player")
    expect(player).to_be_visible()
    start = cells(player)
    assert place(player) == (0, pytest.approx(recording.errors[0]))

    on, back = (player.get_by_role("button", name=name, exact=True) for name in ("Batch on", "Batch back"))
    on.click()
    first = cells(player)
    assert first != start
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert place(player) == (5, pytest.approx(recording.errors[5]))
    expect(player.locator("td.now")).to_have_count(8)
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    assert cells(player) == first
    back.click()
    assert cells(player) == start

    player.get_by_role("button", name="Pass on").click()
    assert place(player)[0] == PASS
    on.click()
    for expected in (PASS, 0):
        player.get_by_role("button", name="Pass back").click()
        assert place(player)[0] == expected
    page.keyboard.press("End")
    last = len(recording.errors) - 1
    assert place(player) == (last, pytest.approx(recording.errors[-1]))
    moment = recording.moments[-1]
    predicted = (moment.user_factors @ moment.item_factors.T).flatten().tolist()
    shown = [float(text.replace("−", "-")) for text in cells(player)]
    assert shown == pytest.approx(predicted, abs=0.06)  # one decimal is shown
    expect(player.get_by_text("Pass 15, batch 13 of 13")).to_be_visible()
    page.keyboard.press("Home")
    assert cells(player) == start


def test_play_goes_on_by_itself_and_pauses(page: Page, base_url: str) -> None:
    open_page(page, f"{base_url}/learn?step=training")
    player = page.locator(".rs-player")
    player.get_by_role("button", name="Play").click()
    expect(player).to_have_attribute("data-place", "3")
    player.get_by_role("button", name="Pause").click()
    stopped = place(player)
    page.wait_for_timeout(400)
    assert place(player) == stopped
