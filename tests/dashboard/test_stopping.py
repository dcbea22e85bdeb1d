"""A server that is told to stop ends its work and keeps what it confirmed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.dashboard.conftest import SMALL

ROOT = Path(__file__).resolve().parents[2]


def test_a_server_that_is_told_to_stop_says_so_and_leaves_in_peace(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {
        "REELSPACE_DATASET": SMALL, "REELSPACE_CACHE": str(tmp_path / "cache"),
        "REELSPACE_DATABASE": str(tmp_path / "visitors.sqlite"),
    }  # fmt: skip
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", str(port)]
    log = tmp_path / "log"
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env={**os.environ, **own})
    deadline = time.monotonic() + 60
    while _health(port) is None:
        assert server.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=20) in (0, -signal.SIGTERM), log.read_text()
    events = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert [event["event"] for event in events if event["event"] in ("started", "stopped")] == ["started", "stopped"]
    assert all(event["level"] == "info" for event in events), events
    assert {event["state"] for event in events if event["event"] == "job ended"} <= {"done", "stopped"}


def _health(port: int) -> object:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return json.load(answer)
    except OSError:
        return None
