"""The map under pointer and keys: it is drawn once and then only changed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.serving import open_page, settle, wait_until

pytestmark = pytest.mark.browser

MAP = "document.querySelector('.reelspace-map')"
DRAWS = f"Number({MAP}?.dataset.draws ?? 0)"
VIEW = f"(() => {{ const {{ x, y, z, zoom, yaw, pitch }} = {MAP}.map.view; return [x, y, z, zoom, yaw, pitch]; }})()"
IS_MOVING = f"Boolean({MAP}.map.isMoving || {MAP}.map.flight)"


def open_map(page: Page, address: str) -> None:
    open_page(page, address)
    wait_until(page, f"{DRAWS} > 0")
    rest(page)


def rest(page: Page) -> None:
    """Wait until nothing moves any more."""
    page.wait_for_timeout(100)
    wait_until(page, f"!{IS_MOVING}")
    settle(page)


def colour_by(page: Page, name: str) -> None:
    draws = page.evaluate(DRAWS)
    page.get_by_role("radio", name=name).click()
    wait_until(page, f"{DRAWS} > {draws}")
    settle(page)


def place_of(page: Page, film: int | str) -> dict[str, Any]:
    return page.evaluate(
        f"""film => {{
          const {{ map }} = {MAP}, box = map.parts.surface.getBoundingClientRect();
          const [x, y] = map.at(map.films.ids.indexOf(String(film)));
          return {{ x: box.left + x, y: box.top + y }};
        }}""",
        film,
    )


LONELIEST = f"""(() => {{
  const {{ map }} = {MAP}, places = map.films.ids.map((_, row) => map.at(row)), box = map.parts.surface.getBoundingClientRect();
  const inside = ([x, y]) => x > 60 && y > 90 && x < map.width - 60 && y < map.height - 60;
  const room = (n) => Math.min(...places.map(([x, y], m) => (m === n ? 1e9 : Math.hypot(x - places[n][0], y - places[n][1]))));
  const [, best] = places.map((at, n) => (inside(at) ? [room(n), n] : [0, n])).sort((a, b) => b[0] - a[0])[0];
  return {{ film: map.films.ids[best], x: box.left + places[best][0], y: box.top + places[best][1] }};
}})()"""


def click_loneliest(page: Page) -> str:
    at = page.evaluate(LONELIEST)
    page.mouse.move(at["x"] + 2, at["y"])
    page.mouse.move(at["x"], at["y"], steps=3)
    expect(page.locator(".rs-map-card")).to_be_visible()
    page.mouse.click(at["x"], at["y"])
    return str(at["film"])


def lasso(page: Page) -> None:
    """Circle the upper left quarter of the map."""
    page.get_by_role("button", name="Circle films").click()
    box = page.locator(".reelspace-map").bounding_box()
    assert box is not None
    left, top = box["x"] + 10, box["y"] + 60
    right, bottom = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom)):
        page.mouse.move(x, y, steps=8)
    page.mouse.up()
    settle(page)


def test_the_map_is_drawn_by_webgl_and_asks_for_each_column_once(page: Page, gallery: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/map-columns/" in request.url else None)
    open_map(page, f"{gallery}/map")
    expect(page.get_by_role("figure", name="Map of 600 films")).to_be_visible()
    assert page.evaluate(f"Boolean({MAP}.map.card)"), "no WebGL"
    first = len(asked)
    assert first == len(set(asked)) >= 5
    for colour in ("genre", "year", "predicted"):
        colour_by(page, colour)
    assert len(asked) == first, "a change of colour fetched something"


def test_films_are_painted_in_the_colours_of_their_kind(page: Page, gallery: str) -> None:
    open_map(page, f"{gallery}/map")
    lamp = page.evaluate(f"Array.from({MAP}.map.ramp)")
    colour_by(page, "genre")
    assert page.evaluate(f"Array.from({MAP}.map.ramp)") != lamp
    assert page.evaluate(f"new Set({MAP}.map.shapes).size") == 7


def test_names_do_not_touch_and_change_on_coming_closer(page: Page, gallery: str) -> None:
    open_map(page, f"{gallery}/map")
    read = f"{MAP}.map.boxes.map(({{ text, box }}) => [text, ...box])"
    shown = page.evaluate(read)
    assert len(shown) > 15
    touching = [
        (a[0], b[0])
        for index, a in enumerate(shown)
        for b in shown[index + 1 :]
        if min(a[3], b[3]) - max(a[1], b[1]) > 0 and min(a[4], b[4]) - max(a[2], b[2]) > 0
    ]
    assert touching == []
    page.get_by_role("button", name="Zoom in", exact=True).click()
    page.get_by_role("button", name="Zoom in", exact=True).click()
    page.wait_for_timeout(700)
    rest(page)
    assert {text for text, *_ in page.evaluate(read)} - {text for text, *_ in shown}, "no new names"


def test_view_and_selection_survive_colour_retraining_and_theme(page: Page, gallery: str) -> None:
    page.emulate_media(color_scheme="light")
    open_map(page, f"{gallery}/map")
    page.locator(".reelspace-map").hover()
    page.mouse.wheel(0, -300)
    rest(page)
    lasso(page)
    expect(page.get_by_text(re.compile(r"corners [1-9]"))).to_be_visible()
    view, faded = page.evaluate(VIEW), page.evaluate(f"Array.from({MAP}.map.alphas)")
    assert view[3] > 1.1
    assert len(set(faded)) > 1
    node = page.locator(".reelspace-map").element_handle()
    colour_by(page, "genre")
    assert page.evaluate(VIEW) == pytest.approx(view)
    assert page.evaluate(f"Array.from({MAP}.map.alphas)") == faded
    draws, ground = page.evaluate(DRAWS), page.evaluate(f"{MAP}.map.theme.ground")
    page.emulate_media(color_scheme="dark")
    wait_until(page, f"{MAP}.map.theme.ground !== '{ground}'")
    assert page.evaluate(VIEW) == pytest.approx(view)
    draws = page.evaluate(DRAWS)
    page.get_by_text("Retrained", exact=True).click()
    wait_until(page, f"{DRAWS} > {draws}")
    rest(page)
    assert page.evaluate(VIEW) == pytest.approx(view)
    assert page.evaluate(f"{MAP}.map.selection.length") > 2
    assert node is not None
    assert node.evaluate("node => node.isConnected"), "the map was mounted anew"


def test_a_lasso_holds_what_it_circles_and_escape_takes_it_back(page: Page, gallery: str) -> None:
    open_map(page, f"{gallery}/map")
    lasso(page)
    wrong = page.evaluate(
        f"""(() => {{
          const {{ map }} = {MAP}, inside = (row) => map.at(row)[0] < map.width / 2 && map.at(row)[1] < map.height / 2;
          return map.films.ids.filter((_, row) => inside(row) !== map.alphas[row] > 0.2).length;
        }})()"""
    )
    assert wrong <= 6, "films on the line itself may fall to either side"
    page.locator(".reelspace-map").focus()
    page.keyboard.press("Escape")
    expect(page.get_by_text("corners 0")).to_be_visible()
    assert page.evaluate(f"new Set({MAP}.map.alphas).size") == 1


def test_a_box_zooms_and_the_whole_map_comes_back(page: Page, gallery: str) -> None:
    open_map(page, f"{gallery}/map")
    whole = page.evaluate(VIEW)
    page.get_by_role("button", name="Zoom into a box").click()
    box = page.locator(".reelspace-map").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 500, box["y"] + 300, steps=5)
    page.mouse.up()
    page.wait_for_timeout(600)
    rest(page)
    assert page.evaluate(VIEW)[3] > 2
    wait_until(page, "location.search.includes('view=')")
    page.get_by_role("button", name="Show the whole map").click()
    page.wait_for_timeout(600)
    rest(page)
    assert page.evaluate(VIEW) == pytest.approx(whole)
    wait_until(page, "!location.search.includes('view=')")


def test_a_click_names_the_film_without_moving_and_a_film_chosen_elsewhere_is_flown_to(
    page: Page, gallery: str
) -> None:
    open_map(page, f"{gallery}/map")
    view = page.evaluate(VIEW)
    film = click_loneliest(page)
    expect(page.get_by_text(f"film {film}, ")).to_be_visible()
    rest(page)
    assert page.evaluate(VIEW) == pytest.approx(view)
    page.get_by_role("button", name="Choose film 77").click()
    wait_until(page, f"{MAP}.map.shownFilm === '77'")
    rest(page)
    at, box = place_of(page, 77), page.locator(".reelspace-map").bounding_box()
    assert box is not None
    assert abs(at["x"] - box["x"] - box["width"] / 2) < 3, "the film is not in the middle"


def test_the_card_is_text_of_at_most_seven_lines(page: Page, gallery: str) -> None:
    open_map(page, f"{gallery}/map")
    at = place_of(page, 3)  # rated by User 865
    page.mouse.move(at["x"] + 1, at["y"])
    page.mouse.move(at["x"], at["y"], steps=2)
    card = page.locator(".rs-map-card")
    expect(card.locator(".rs-title")).to_have_text(re.compile(r"^Film \d+ <i>& co"))
    assert 3 <= card.locator("p").count() <= 7


def test_keys_move_zoom_and_show_all(page: Page, gallery: str) -> None:
    open_map(page, f"{gallery}/map")
    whole = page.evaluate(VIEW)
    page.get_by_role("radio", name="year").focus()
    page.locator(".reelspace-map").focus()
    page.keyboard.press("ArrowRight")
    moved = page.evaluate(VIEW)
    assert moved[0] < whole[0] or moved[0] > whole[0]
    expect(page.locator(".rs-keys")).to_contain_text("Choose a film in Find a film.")
    page.keyboard.press("+")
    assert page.evaluate(VIEW)[3] == pytest.approx(1.25)
    page.keyboard.press("0")
    page.wait_for_timeout(600)
    rest(page)
    assert page.evaluate(VIEW) == pytest.approx(whole)


def test_in_three_dimensions_the_camera_survives_and_a_click_names_a_film(page: Page, gallery: str) -> None:
    open_map(page, f"{gallery}/map?deep=true")
    assert page.get_by_role("button", name="Circle films").is_disabled()
    box = page.locator(".reelspace-map").bounding_box()
    assert box is not None
    start = page.evaluate(VIEW)
    page.mouse.move(box["x"] + 40, box["y"] + box["height"] - 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 130, box["y"] + box["height"] - 40, steps=6)
    page.mouse.up()
    page.locator(".reelspace-map").focus()
    page.keyboard.press("ArrowLeft")
    rest(page)
    turned = page.evaluate(VIEW)
    assert turned[4:] != start[4:]
    colour_by(page, "genre")
    assert page.evaluate(VIEW) == pytest.approx(turned)
    film = click_loneliest(page)
    expect(page.get_by_text(f"film {film}, ")).to_be_visible()


def test_what_the_card_draws_is_where_the_pointer_finds_it(page: Page, gallery: str) -> None:
    """The graphics card places films by a matrix, the pointer by the same sum in JavaScript: they must agree."""
    for address in ("map", "map?deep=true"):
        open_map(page, f"{gallery}/{address}")
        page.mouse.move(5, 5)
        off = page.evaluate(
            f"""(() => {{
              const {{ map }} = {MAP}, row = 0, place = Array.from(map.places.slice(3 * row, 3 * row + 3));
              const clip = [0, 1, 2, 3].map((k) => map.matrix()[k] * place[0] + map.matrix()[4 + k] * place[1] + map.matrix()[8 + k] * place[2] + map.matrix()[12 + k]);
              const seen = [(clip[0] / clip[3] + 1) / 2 * map.width, (1 - clip[1] / clip[3]) / 2 * map.height];
              const [x, y] = map.at(row);
              return Math.hypot(seen[0] - x, seen[1] - y);
            }})()"""
        )
        assert off < 0.01


def test_pictures_can_be_kept(page: Page, gallery: str, tmp_path: Path) -> None:
    open_map(page, f"{gallery}/map")
    for kind in ("SVG", "PNG"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=f"Save this picture as {kind}").click()
        waiting.value.save_as(tmp_path / kind)
    drawing = (tmp_path / "SVG").read_text()
    assert drawing.count("<circle") > 600
    assert "&lt;i&gt;&amp; co" in drawing
    picture = Image.open(tmp_path / "PNG")
    assert len(picture.convert("RGB").resize((200, 100)).getcolors(20_000) or []) > 50


def test_data_that_the_server_has_dropped_are_told_of(page: Page, gallery: str) -> None:
    page.route("**/map-columns/f4-*", lambda route: route.abort())
    open_page(page, f"{gallery}/map")
    expect(page.get_by_text("Part of this map could not be fetched. Reload the page.")).to_be_visible()
