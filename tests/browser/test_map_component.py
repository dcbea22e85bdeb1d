"""The map under pointer and keys: it is drawn once and then only changed."""

from __future__ import annotations

import re
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.components.plotly_map import BUNDLE_PATH
from tests.browser.serving import open_page, settle

pytestmark = pytest.mark.browser

PLOT = "document.querySelector('.reelspace-map')"
RANGES = f"[...{PLOT}._fullLayout.xaxis.range, ...{PLOT}._fullLayout.yaxis.range].map(Number)"
EYE = f"Object.values({PLOT}._fullLayout.scene._scene.getCamera().eye)"
DRAWS = f"Number({PLOT}?.dataset.draws ?? 0)"


def open_map(page: Page, address: str) -> None:
    open_page(page, address)
    page.wait_for_function(f"{DRAWS} > 0")
    page.wait_for_timeout(400)


def colour_by(page: Page, name: str) -> None:
    draws = page.evaluate(DRAWS)
    page.get_by_role("radio", name=name).click()
    page.wait_for_function(f"{DRAWS} > {draws}")
    settle(page)


def place_of(page: Page, film: int) -> dict[str, Any]:
    return page.evaluate(
        f"""film => {{
          const plot = {PLOT}, {{ xaxis, yaxis }} = plot._fullLayout, trace = plot._fullData[0];
          const box = plot.getBoundingClientRect();
          return {{ x: box.left + xaxis._offset + xaxis.l2p(trace.x[film]), y: box.top + yaxis._offset + yaxis.l2p(trace.y[film]) }};
        }}""",
        film,
    )


def test_plotly_comes_from_the_installed_package_and_may_be_kept_for_ever(gallery: str) -> None:
    with urllib.request.urlopen(f"{gallery}{BUNDLE_PATH}") as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]


def test_the_map_is_drawn_and_offers_no_upload(page: Page, gallery: str) -> None:
    open_map(page, f"{gallery}/map")
    expect(page.get_by_text("WebGL is not supported")).to_have_count(0)  # also shown when the policy forbids eval
    expect(page.get_by_role("figure", name="Map of 600 films")).to_be_visible()
    page.locator(".reelspace-map").hover()
    titles = page.locator(".reelspace-map [data-title]").evaluate_all("nodes => nodes.map(n => n.dataset.title)")
    assert titles
    assert not [title for title in titles if re.search("share|cloud|upload", title, re.IGNORECASE)]


def test_labels_do_not_touch_and_are_text(page: Page, gallery: str) -> None:
    open_map(page, f"{gallery}/map")
    boxes = page.locator(".reelspace-map .annotation").evaluate_all(
        "notes => notes.map(n => n.getBoundingClientRect()).map(b => [b.left, b.top, b.right, b.bottom])"
    )
    assert len(boxes) > 15
    overlaps = [
        (a, b)
        for index, a in enumerate(boxes)
        for b in boxes[index + 1 :]
        if min(a[2], b[2]) - max(a[0], b[0]) > 2 and min(a[3], b[3]) - max(a[1], b[1]) > 2
    ]
    assert overlaps == []
    expect(page.locator(".reelspace-map .annotation-text").filter(has_text="<i>& co").first).to_be_visible()


def test_zoom_survives_a_change_of_colour(page: Page, gallery: str) -> None:
    open_map(page, f"{gallery}/map")
    page.locator(".reelspace-map .nsewdrag").hover()
    page.mouse.wheel(0, -600)
    page.wait_for_timeout(600)
    zoomed = page.evaluate(RANGES)
    node = page.locator(".reelspace-map").element_handle()
    colour_by(page, "genre")
    assert page.evaluate(RANGES) == pytest.approx(zoomed)
    assert node is not None
    assert node.evaluate("node => node.isConnected"), "the chart was mounted anew"
    assert page.evaluate(f"{PLOT}._fullData[0].marker.color.length") == 600


def test_a_click_on_a_point_names_the_film_and_draws_its_neighbours(page: Page, gallery: str) -> None:
    open_map(page, f"{gallery}/map")
    at = place_of(page, 268)  # stands alone, so nothing covers it
    page.mouse.move(at["x"] + 2, at["y"])
    page.mouse.move(at["x"], at["y"], steps=3)
    page.wait_for_timeout(300)
    page.mouse.click(at["x"], at["y"])
    expect(page.get_by_text("film 268", exact=True)).to_be_visible()
    page.wait_for_function(f"{PLOT}._fullData.some(trace => trace.mode === 'lines')")


def test_keys_move_zoom_and_show_all_and_survive_a_change_of_colour(page: Page, gallery: str) -> None:
    open_map(page, f"{gallery}/map")
    whole = page.evaluate(RANGES)
    page.get_by_role("radio", name="year").focus()
    page.locator(".reelspace-map").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"{RANGES}[0] > {whole[0]}")
    expect(page.locator(".rs-keys")).to_contain_text("Choose a film in Find a film.")
    page.keyboard.press("+")
    page.wait_for_timeout(300)
    moved = page.evaluate(RANGES)
    assert moved[1] - moved[0] == pytest.approx((whole[1] - whole[0]) / 1.25)
    colour_by(page, "genre")
    assert page.evaluate(RANGES) == pytest.approx(moved)
    page.locator(".reelspace-map").focus()
    page.keyboard.press("0")
    page.wait_for_function(f"Math.abs({RANGES}[0] - {whole[0]}) < 1e-6")


def test_in_three_dimensions_the_camera_survives_and_a_click_names_a_film(page: Page, gallery: str) -> None:
    open_map(page, f"{gallery}/map?deep=true")
    page.wait_for_timeout(1200)
    scene = page.locator(".reelspace-map #scene").bounding_box()
    assert scene is not None
    centre = (scene["x"] + scene["width"] / 2, scene["y"] + scene["height"] / 2)
    page.mouse.move(*centre)
    page.mouse.down()
    page.mouse.move(centre[0] + 90, centre[1] + 20, steps=6)
    page.mouse.up()
    page.locator(".reelspace-map").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(800)
    eye = page.evaluate(EYE)
    colour_by(page, "genre")
    assert page.evaluate(EYE) == pytest.approx(eye, abs=1e-3)
    chosen = page.get_by_text(re.compile(r"^film \d+$"))
    for step in range(60):  # picking needs the pointer on a point: look around the centre
        page.mouse.move(centre[0] + (step % 10) * 9 - 45, centre[1] + (step // 10) * 9 - 27)
        page.wait_for_timeout(120)
        page.mouse.down()
        page.mouse.up()
        page.wait_for_timeout(250)
        if chosen.count():
            break
    expect(chosen).to_be_visible()
