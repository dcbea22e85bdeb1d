"""The map of films in a browser, beside the same data in plain ``st.plotly_chart``: ``python -m benchmarks.bench_map``.

Both are served by one server and measured in turns, in one Chromium that draws WebGL in software: what counts is the
ratio. A change of colour is timed from the pointer going down to the second frame after the new colours are there.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.report import show, spread
from tests.browser.serving import chromium, serve, settle, wait_until

MAP, PLOT = "document.querySelector('.reelspace-map')?.map", "document.querySelector('.js-plotly-plot')"
DRAWN = {
    "ours": f"Number({MAP}?.root.dataset.draws ?? 0) > 0",
    "plotly": f"{PLOT}?.calcdata?.[0]?.length > 0",
}
# Each gives a number that is another one as soon as the next picture stands.
PICTURE = {"ours": f"Number({MAP}.root.dataset.draws)", "plotly": f"{PLOT}?._fullLayout?.meta ?? -1"}
VIEW = {
    "ours": f"[{MAP}.view.x, {MAP}.view.y, {MAP}.view.zoom]",
    "plotly": f"[...{PLOT}._fullLayout.xaxis.range, ...{PLOT}._fullLayout.yaxis.range]",
}
SURFACE = {"ours": ".reelspace-map canvas >> nth=1", "plotly": ".js-plotly-plot .nsewdrag"}
REST_MS = 500
CLOCK = """() => {
  const clock = (window.clock = { down: 0, done: 0 });
  document.addEventListener('pointerdown', () => { clock.down = performance.now(); clock.done = 0; }, true);
}"""
WAIT = """([read, before]) => {
  const look = () => (new Function('return ' + read)() === before
    ? requestAnimationFrame(look)
    : requestAnimationFrame(() => requestAnimationFrame(() => { window.clock.done = performance.now(); })));
  requestAnimationFrame(look);
}"""
COUNT = "() => { window.ticks = 0; const tick = () => { window.ticks += 1; requestAnimationFrame(tick); }; requestAnimationFrame(tick); }"
PASSED = "window.clock.done && window.clock.done - window.clock.down"


def opened(browser: Browser, address: str, kind: str, n_films: int) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{address}/?kind={kind}&films={n_films}")
    wait_until(page, DRAWN[kind], seconds=120)
    settle(page)
    page.evaluate(CLOCK)
    return page


def watched(page: Page, read: str, act: Any) -> float:
    """Return the milliseconds from the pointer going down in ``act`` until what ``read`` gives has changed."""
    page.evaluate(WAIT, [read, page.evaluate(read)])
    act()
    wait_until(page, PASSED, seconds=60)
    passed = float(page.evaluate(PASSED))
    settle(page)
    return passed


def recolour(page: Page, kind: str) -> float:
    """The next colour, in turn."""
    turn = page.evaluate("window.turn = (window.turn ?? -1) + 1")
    name = ("genre", "year", "predicted")[turn % 3]
    return watched(page, PICTURE[kind], lambda: page.get_by_role("radio", name=name).click())


def open_card(page: Page, number: int) -> float:
    """A film somewhere on the map is clicked; its card is another one then."""
    x, y = page.evaluate(
        f"""number => {{
          const map = {MAP}, box = map.parts.surface.getBoundingClientRect();
          const inside = ([x, y]) => x > 100 && y > 100 && x < map.width - 100 && y < map.height - 100;
          let row = (number * 7919 + 13) % map.n;
          while (!inside(map.at(row))) row = (row + 1) % map.n;
          const [x, y] = map.at(row);
          return [box.left + x, box.top + y];
        }}""",
        number,
    )
    page.mouse.move(x, y)
    page.wait_for_timeout(120)
    return watched(page, "document.querySelector('.rs-large')?.textContent", lambda: page.mouse.click(x, y))


def empty_rerun(page: Page) -> float:
    return watched(
        page,
        "document.querySelector('[data-testid=stText]').textContent",
        page.get_by_role("button", name="Click").click,
    )


def middle_of(page: Page, kind: str) -> tuple[float, float]:
    """Put the pointer into the middle of the map."""
    box = page.locator(SURFACE[kind]).bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    return middle


def frames_per_second(page: Page, kind: str, seconds: float) -> float:
    """Return how often the browser could draw while the map is dragged about."""
    x, y = middle_of(page, kind)
    page.mouse.down()
    page.evaluate(COUNT)
    start, before, step = time.perf_counter(), page.evaluate("window.ticks"), 0
    while time.perf_counter() - start < seconds:
        step += 1
        page.mouse.move(x + 120 * ((step % 40) / 20 - 1), y + 60 * ((step % 30) / 15 - 1))
    passed = time.perf_counter() - start
    frames = page.evaluate("window.ticks") - before
    page.mouse.up()
    settle(page)
    return float(frames / passed)


def keeps_view(page: Page, kind: str) -> bool:
    """Whether what is in view after zooming in is the same after two changes of colour."""
    middle_of(page, kind)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(900)
    before = page.evaluate(VIEW[kind])
    recolour(page, kind)
    recolour(page, kind)
    page.wait_for_timeout(300)
    return all(abs(a - b) < 1e-6 for a, b in zip(before, page.evaluate(VIEW[kind]), strict=True))


def keeps_selection(page: Page) -> bool:
    """Ours: a lasso, then another colour."""
    page.get_by_role("button", name="Circle films").click()
    box = page.locator(".reelspace-map").bounding_box()
    assert box is not None
    corners = [(0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7)]
    for number, (across, down) in enumerate(corners):
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=6)
        if not number:
            page.mouse.down()
    page.mouse.up()
    settle(page)
    before = page.evaluate(f"Array.from({MAP}.alphas)")
    recolour(page, "ours")
    return len(set(before)) > 1 and page.evaluate(f"Array.from({MAP}.alphas)") == before


def measure(address: str, empty: str, n_films: int, *, rounds: int, seconds: float) -> dict[str, Any]:
    """Return what one size of map gives, ours and Plotly in turns."""
    with chromium() as browser:
        pages = {kind: opened(browser, address, kind, n_films) for kind in ("ours", "plotly")}
        other = browser.new_context().new_page()
        other.goto(empty)
        settle(other)
        other.evaluate(CLOCK)
        times: dict[str, list[float]] = {"ours": [], "plotly": [], "card": [], "empty": []}
        for kind, page in pages.items():
            recolour(page, kind)
            recolour(page, kind)  # the first of each kind fills caches
        empty_rerun(other)
        open_card(pages["ours"], 0)
        for _ in range(rounds):
            for kind, page in pages.items():
                page.bring_to_front()
                page.wait_for_timeout(REST_MS)  # what the other page still draws must not be counted here
                times[kind].append(recolour(page, kind))
        for number in range(1, rounds + 1):
            pages["ours"].bring_to_front()
            page.wait_for_timeout(REST_MS)
            times["card"].append(open_card(pages["ours"], number))
            other.bring_to_front()
            page.wait_for_timeout(REST_MS)
            times["empty"].append(empty_rerun(other))
        frames, kept = {}, {}
        for kind, page in pages.items():
            page.bring_to_front()
            frames[kind] = frames_per_second(page, kind, seconds)
            kept[kind] = keeps_view(page, kind)
        pages["ours"].bring_to_front()
        selection = keeps_selection(pages["ours"])
    return {
        "n_films": n_films,
        **{f"{name}_ms": spread(found) for name, found in times.items()},
        "recolour_ratio": median(times["plotly"]) / median(times["ours"]),
        "card_beyond_empty_ms": median(times["card"]) - median(times["empty"]),
        "frames_per_second": frames,
        "keeps_view": kept,
        "keeps_selection": selection,
    }


def row(found: dict[str, Any]) -> dict[str, Any]:
    """Return one line of the table."""
    return {
        "films": f"{found['n_films']:,}",
        "recolour, ms": found["ours_ms"]["p50"],
        "st.plotly_chart, ms": found["plotly_ms"]["p50"],
        "times faster": found["recolour_ratio"],
        "click to card, ms": found["card_ms"]["p50"],
        "empty rerun, ms": found["empty_ms"]["p50"],
        "panning, frames/s": found["frames_per_second"]["ours"],
        "Plotly's, frames/s": found["frames_per_second"]["plotly"],
        "keeps zoom": "yes" if found["keeps_view"]["ours"] else "no",
        "Plotly keeps zoom": "yes" if found["keeps_view"]["plotly"] else "no",
        "keeps selection": "yes" if found["keeps_selection"] else "no",
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, nargs="+", default=[10_000, 60_000], help="sizes of the map")
    parser.add_argument("--rounds", type=int, default=9, help="changes of colour and clicks of each kind")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each map is dragged")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        own, other = Path(folder, "map"), Path(folder, "empty")
        own.mkdir()
        other.mkdir()
        with serve("benchmarks/map_app.py", own) as address, serve("benchmarks/empty_app.py", other) as empty:
            found = [measure(address, empty, n, rounds=chosen.rounds, seconds=chosen.seconds) for n in chosen.films]
    show(
        "The map of films in Chromium, WebGL in software",
        [row(each) for each in found],
        {"benchmark": "map", "maps": found},
    )


if __name__ == "__main__":
    main()
