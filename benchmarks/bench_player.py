"""How long a step of the training player takes to be painted: ``python -m benchmarks.bench_player [--steps 60]``."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import show, spread
from tests.browser.serving import chromium, open_page, serve

# A step begins with the press and has been painted when the second frame after it begins.
MEASURE = """(steps) => new Promise((resolve) => {
  const button = [...document.querySelectorAll(".rs-player-bar button")].find((one) => one.textContent === "Batch on");
  const times = [];
  const step = () => {
    const start = performance.now();
    button.click();
    requestAnimationFrame(() => requestAnimationFrame(() => {
      times.push((performance.now() - start) / 1000);
      if (times.length < steps) step(); else resolve(times);
    }));
  };
  step();
})"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_player", description=__doc__)
    parser.add_argument("--steps", type=int, default=60)
    chosen = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve("dashboard/app.py", Path(folder)) as address,
        chromium() as browser,
    ):
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        open_page(page, f"{address}/learn?step=training")
        page.locator(".rs-player").wait_for()
        times = page.evaluate(MEASURE, chosen.steps)
    row = {"a step of the training player": "press to painted", **spread(times)}
    show("The training player in Chromium, seconds", [row], {"benchmark": "player", "seconds": times})


if __name__ == "__main__":
    main()
