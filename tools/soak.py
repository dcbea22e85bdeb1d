"""Leave the app under use and watch its memory: ``python -m tools.soak [--visits N]``.

Each visit is a new browser context: it opens For you and the map, rates a film twice, and goes. After a warm-up the
server's memory may grow by at most ``MOST_GROWTH_MIB``; more is a leak, and the exit status is 1. Linux only.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect

from core import cache_folder, fetch_dataset
from tests.browser.serving import chromium, open_page, serve, settle

WARM_UP = 5
MOST_GROWTH_MIB = 200.0


def resident_mib(port: str) -> float:
    """Return the memory of the server that listens on ``port``, in MiB."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and f"--server.port\0{port}\0".encode() in _read(folder / "cmdline"):
            status = _read(folder / "status").decode()
            return int(status.partition("VmRSS:")[2].split()[0]) / 1024
    raise ProcessLookupError(f"no server listens on port {port}")


def visit(browser: Browser, address: str, number: int) -> None:
    """Come, look, rate, go."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    open_page(page, f"{address}/?person={number + 1}")
    open_page(page, f"{address}/map?film=50")
    open_page(page, f"{address}/rate?film=50")
    for stars in ("5 stars", "2 stars"):
        page.get_by_role("radio", name=stars, exact=True).click()
        expect(page.locator(".rs-pick-row output")).to_have_text(stars)
        settle(page)
    context.close()


def main() -> int:
    """Visit again and again; return 0 if the memory stays."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=60)
    visits = parser.parse_args().visits
    fetch_dataset("ml-100k")
    data = {"REELSPACE_DATA": os.environ.get("REELSPACE_DATA") or str(cache_folder() / "data")}
    with tempfile.TemporaryDirectory() as folder, serve("dashboard/app.py", Path(folder), data) as address:
        port = address.rpartition(":")[2]
        sizes = []
        with chromium() as browser:
            for number in range(WARM_UP + visits):
                visit(browser, address, number)
                sizes.append(resident_mib(port))
    growth = sizes[-1] - sizes[WARM_UP - 1]
    print(
        f"{visits} visits: {sizes[WARM_UP - 1]:.0f} MiB after warm-up, {sizes[-1]:.0f} MiB at the end, {growth:+.0f} MiB"
    )
    return int(growth > MOST_GROWTH_MIB)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # a process that ended meanwhile
        return b""


if __name__ == "__main__":
    sys.exit(main())
