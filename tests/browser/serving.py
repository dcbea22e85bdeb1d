"""Real servers for tests in a browser, and waiting for them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = [
    "--no-sandbox",  # as root, in a container, Chromium has no sandbox of its own
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-angle=swiftshader",  # WebGL without a GPU
    "--enable-unsafe-swiftshader",
]
FIRST_MODEL_MILLISECONDS = 90_000  # a second on an idle machine


def find_chromium() -> str | None:
    """Return the machine's Chromium; None where Playwright brings its own."""
    return os.environ.get("REELSPACE_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a Chromium for programs that are no tests: benchmarks, pictures, the soak."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def serve(
    entry: str,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    *,
    port: int | None = None,
    foreseen: str = "",
) -> Iterator[str]:
    """Serve ``entry`` (a path below the root) on ``port``, else a free one; give the address; fail on a traceback in the log.

    ``foreseen`` is the name of an error that a test provokes in a package below us, which logs it whole. What the server
    keeps, it keeps in ``folder``: no test may touch a person's own ratings or models.
    """
    port = port or free_port()
    address, log = f"http://127.0.0.1:{port}", folder / "server.log"
    own = {"REELSPACE_CACHE": str(folder / "cache"), "REELSPACE_DATABASE": str(folder / "visitors.sqlite")}
    command = [sys.executable, "-m", "streamlit", "run", entry, "--server.port", str(port)]
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=output, env={**os.environ, **own, **(environment or {})}
        )
    try:
        _wait_until_healthy(address, server, log)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)
    said = log.read_text().replace('"level": "error"', "Traceback")
    assert said.count("Traceback") == (said.count(f"\n{foreseen}") if foreseen else 0), said


def _wait_until_healthy(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _is_healthy(address):
        assert server.poll() is None and time.monotonic() < deadline, f"the server did not start:\n{log.read_text()}"
        time.sleep(0.1)


def _is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
            return answer.read() == b"ok"  # unknown addresses answer too: the body tells
    except OSError:
        return False


def open_page(page: Page, address: str) -> None:
    """Open ``address`` and wait until its first run is over, and the model it needs is made."""
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    making = page.get_by_role("heading", level=1, name="A model is learning")
    expect(making).to_have_count(0, timeout=FIRST_MODEL_MILLISECONDS)
    settle(page)


def wait_until(page: Page, expression: str, arg: Any = None, *, seconds: float = 30) -> None:
    """Wait until a JavaScript expression (or a function of ``arg``) holds.

    Playwright's own waiting needs eval in the page, which the app's policy forbids.
    """
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression, arg):
        assert time.monotonic() < deadline, f"after {seconds} seconds still not: {expression}"
        page.wait_for_timeout(30)


def settle(page: Page) -> None:
    """Wait until the run that the last action started is over."""
    page.wait_for_timeout(100)  # a click must reach the server first
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
