"""How long a visitor waits until a rating is on the disk, fifty at once: ``python -m benchmarks.bench_writes``."""

from __future__ import annotations

import argparse
import gc
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.report import milliseconds, show, spread, timed
from dashboard.visitors import Store, new_visitor_id, open_store
from tests.postgres import NONE_FOUND, find_programs, serve

VISITORS, WRITES = 50, 10
BARE = 300
# Seconds between two ratings of one visitor, on average: faster than anybody rates films, and no pause at all.
PAUSES = {"one rating a second each": 1.0, "without a pause": 0.0}
MOST = 5  # times a bare commit: what was promised


@contextmanager
def databases(names: Sequence[str]) -> Iterator[dict[str, str]]:
    """Give an empty database of each kind, on the same disk."""
    with tempfile.TemporaryDirectory() as folder:
        found = {"sqlite": str(Path(folder) / "visitors.sqlite")}
        programs = find_programs() if "postgresql" in names else None
        if "postgresql" in names and programs is None:
            raise SystemExit(NONE_FOUND)
        if programs is None:
            yield found
            return
        with serve(programs) as server:
            yield {**found, "postgresql": server.new_database()}


@contextmanager
def bare_commit(place: str) -> Iterator[Callable[[], object]]:
    """Give one row written and waited for, by the bare driver: what the disk and the database take at least."""
    if place.startswith("postgresql"):
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS bare (film text, stars float)")
            yield lambda: connection.execute("INSERT INTO bare VALUES ('1', 4)")
        return
    file = sqlite3.connect(f"{place}.bare", isolation_level=None)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("PRAGMA synchronous=FULL")
    file.execute("CREATE TABLE IF NOT EXISTS bare (film, stars)")
    yield lambda: file.execute("INSERT INTO bare VALUES ('1', 4)")
    file.close()


def crowd(store: Store, *, n_visitors: int, n_writes: int, pause: float) -> tuple[list[float], float]:
    """Let visitors rate at once; return the milliseconds of each write, and the seconds that all took."""
    times: list[list[float]] = [[] for _ in range(n_visitors)]
    start = threading.Barrier(n_visitors)

    def visit(number: int) -> None:
        draw, visitor = random.Random(number), new_visitor_id()
        start.wait()
        for film in range(n_writes):
            if pause:
                time.sleep(draw.expovariate(1 / pause))
            times[number] += milliseconds([lambda film=film: store.rate(visitor, "d", film, 4, source="search")])  # type: ignore[misc]

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(n_visitors)]

    def all_of_them() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    _, seconds = timed(all_of_them)
    return [each for visitor in times for each in visitor], seconds


def measure(name: str, place: str, *, n_visitors: int, n_writes: int) -> list[dict[str, Any]]:
    """Return a row for each pace, with bare commits before and after it on the same disk."""
    store = open_store(place)
    rows = []
    with bare_commit(place) as commit:
        crowd(store, n_visitors=2, n_writes=3, pause=0)  # statements are compiled once
        for pace, pause in PAUSES.items():
            bare = milliseconds([commit] * BARE)
            writes, seconds = crowd(store, n_visitors=n_visitors, n_writes=n_writes, pause=pause)
            bare = spread(bare + milliseconds([commit] * BARE))
            rows.append({"database": name, "pace": pace, "bare": bare, "writes": spread(writes), "seconds": seconds})
    store.close()
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=VISITORS)
    parser.add_argument("--writes", type=int, default=WRITES, help="of each visitor")
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    chosen = parser.parse_args(arguments)
    gc.collect()
    gc.freeze()  # as the app does at its start: else the collector walks all of torch
    with databases(chosen.databases) as places:
        rows = [
            row
            for name in chosen.databases
            for row in measure(name, places[name], n_visitors=chosen.visitors, n_writes=chosen.writes)
        ]
    table = [
        {
            "database": row["database"],
            "pace": row["pace"],
            "bare commit p95, ms": row["bare"]["p95"],
            "write p50, ms": row["writes"]["p50"],
            "write p95, ms": row["writes"]["p95"],
            "p95 / bare p95": row["writes"]["p95"] / row["bare"]["p95"],
            "writes a second": row["writes"]["n"] / row["seconds"],
        }
        for row in rows
    ]
    figures = {"benchmark": "writes", "visitors": chosen.visitors, "allowed": MOST, "rows": rows}
    show(f"{chosen.visitors} visitors rating at once, {chosen.writes} films each", table, figures)


if __name__ == "__main__":
    main()
