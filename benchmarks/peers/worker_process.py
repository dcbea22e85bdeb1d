"""A recommender in a process of its own: orders out, answers back, and what the process costs the machine."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.peers.environments import PeerMissing
from benchmarks.peers.listed import Peer

WORKER = Path(__file__).parent / "workers" / "worker.py"
ROOT = Path(__file__).parents[2]
PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


class Worker:
    """A peer ready for orders; leave the ``with`` block and its process ends."""

    def __init__(self, peer: Peer, python: Path | str, folds: Path, *, log: Path) -> None:
        arguments = [str(python), str(WORKER), peer.module, peer.model, peer.package or "", str(folds)]
        self._log = log
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=_variables(peer)
            )
        try:
            self.version = self._answer().get("version")
        except PeerMissing:
            self._process.communicate()
            raise

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()  # closing its orders ends it

    def ask(self, **order: Any) -> dict[str, Any]:
        """Return the answer to an order, with ``others``: how many cores everybody else used meanwhile.

        Raises ``PeerMissing`` with the peer's own error, or where its process ended.
        """
        started, all_before, own_before = time.perf_counter(), busy_seconds(), self.cpu_seconds()
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # the answer is missing too, and says so
        answer = self._answer()
        seconds = time.perf_counter() - started
        foreign = busy_seconds() - all_before - (self.cpu_seconds() - own_before)
        return answer | {"others": round(max(0.0, foreign) / seconds, 2)}

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise PeerMissing(f"its process ended with {self._process.wait()}, see {self._log.name} in the cache")
        answer = json.loads(line)
        if "error" in answer:
            raise PeerMissing(str(answer["error"]).splitlines()[0])
        return dict(answer)

    def cpu_seconds(self) -> float:
        """Processor time of the process and its children so far; 0 where the system does not tell."""
        return sum(_cpu_seconds(pid) for pid in family(self._process.pid))

    def peak_mib(self) -> float | None:
        """The most memory each process of the family held, added up; None where the system does not tell."""
        peaks = [_peak_mib(pid) for pid in family(self._process.pid)]
        return sum(peaks) or None


def _variables(peer: Peer) -> dict[str, str]:
    """The environment of the process; only ours may see the code beside this file."""
    return {**os.environ, "PYTHONPATH": str(ROOT) if peer.is_ours else ""}


def family(pid: int) -> Iterator[int]:
    """Yield a process and all its descendants."""
    yield pid
    for children in (PROC / str(pid) / "task").glob("*/children"):
        for child in _read(children).split():
            yield from family(int(child))


def busy_seconds() -> float:
    """Processor time that everything on this machine has used; 0 where the system does not tell."""
    fields = _read(PROC / "stat").partition("\n")[0].split()[1:9]
    if not fields:
        return 0.0
    times = [int(field) for field in fields]
    return (sum(times) - times[3] - times[4]) / TICKS  # without idling, and waiting for a disk


def _cpu_seconds(pid: int) -> float:
    fields = _read(PROC / str(pid) / "stat").rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:13]) / TICKS


def _peak_mib(pid: int) -> float:
    lines = _read(PROC / str(pid) / "status").splitlines()
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # no such system, or the process has just ended
        return ""
