"""Chromium as these tests start it."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the machine's Chromium where there is one, else Playwright's own; draw WebGL in software."""
    found = os.environ.get("REELSPACE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return {
        **browser_type_launch_args,
        **({"executable_path": found} if found else {}),
        "args": [
            "--no-sandbox",  # as root, in a container, Chromium has no sandbox of its own
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader",
        ],
    }
