"""The browser's benchmark runs, at its smallest; how long things take is not tested."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from core import Dataset
from tests.browser.serving import ROOT

pytestmark = pytest.mark.browser


def test_pages_and_clicks_are_measured_beside_an_empty_page(ml100k: Dataset) -> None:
    """In a process of its own: one thread drives one Playwright."""
    command = [sys.executable, "-m", "benchmarks.bench_browser", "--pages", "1", "--clicks", "1"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    figures = json.loads(run.stdout.splitlines()[-1])
    for name in ("app page", "empty page", "app click", "empty click"):
        assert figures[name]["n"] == 1 and figures[name]["p50"] > 0
    assert "| cold page to first predictions |" in run.stdout


def test_the_map_is_measured_beside_a_plain_chart() -> None:
    command = [sys.executable, "-m", "benchmarks.bench_map", "--films", "300", "--rounds", "1", "--seconds", "0.3"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    (found,) = json.loads(run.stdout.splitlines()[-1])["maps"]
    assert found["keeps_view"]["ours"] and found["keeps_selection"]
    assert min(found[name]["p50"] for name in ("ours_ms", "plotly_ms", "card_ms", "empty_ms")) > 0
    assert min(found["frames_per_second"].values()) > 0
    assert "| films | recolour, ms |" in run.stdout
