"""Chromium as these tests start it, and the servers they look at."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from core import Dataset, cache_folder
from dashboard.jobs import JobContext
from dashboard.library import Library
from dashboard.resources import default_kind
from tests.browser.serving import CHROMIUM_FLAGS, ROOT, find_chromium, serve

STEP_MILLISECONDS = 15_000  # for what the page should do at once, on a machine busy with other things

UNHEARD = (lambda _progress: None, threading.Event())  # nobody listens to this job, nobody stops it

expect.set_options(timeout=STEP_MILLISECONDS)


def pytest_configure(config: pytest.Config) -> None:
    """Keep a picture and a trace of each test that fails, unless the command line says otherwise."""
    wanted = {"screenshot": ("off", "only-on-failure"), "tracing": ("off", "retain-on-failure")}
    for option, (usual, ours) in wanted.items():
        if config.getoption(option, usual) == usual:
            setattr(config.option, option, ours)
    if config.getoption("output", "test-results") == "test-results":
        config.option.output = str(ROOT / "test-artefacts")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the machine's Chromium where there is one, else Playwright's own; draw WebGL in software."""
    found = find_chromium()
    return {
        **browser_type_launch_args,
        **({"executable_path": found} if found else {}),
        "args": CHROMIUM_FLAGS,
    }


@pytest.fixture(scope="session")
def base_url(ml100k: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The product on ml-100k, with models and ratings in a folder of its own."""
    assert len(ml100k.ratings)  # fetched: the server finds it where this process did
    data = os.environ.get("REELSPACE_DATA") or str(cache_folder() / "data")
    folder = tmp_path_factory.mktemp("product")
    # Trained before the server starts: what a test waits for is the page, not a fit that others slow down.
    Library(folder / "cache" / "models").prepare("ml-100k", default_kind("ml-100k"), JobContext(*UNHEARD))
    with serve("dashboard/app.py", folder, {"REELSPACE_DATA": data}) as address:
        yield address


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Every component with made-up data, under the product's own headers."""
    with serve("tests/browser/gallery/app.py", tmp_path_factory.mktemp("gallery")) as address:
        yield address


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> Path:
    """A folder for pictures that a test takes by itself."""
    folder = ROOT / "test-artefacts" / request.node.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
