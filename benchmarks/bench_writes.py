"""How long a visitor waits until a rating is on the disk, fifty at once: ``python -m benchmarks.bench_writes``.

Beside it stand two bare commits of one row, by the driver alone and as durable, in the same run: lone ones, each begun
as soon as the last is done, when processor and disk are wide awake; and as many as the ratings, by as many clients with
a connection each, at the same pace. The first says what a disk takes at least, the second what the ratings themselves
add: a machine that naps between two commits wakes for either.
"""

from __future__ import annotations

import argparse
import gc
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import psycopg

from benchmarks.report import milliseconds, show, spread, timed
from dashboard.visitors import Store, new_visitor_id, open_store
from tests.postgres import NONE_FOUND, find_programs, serve

VISITORS, WRITES = 50, 10
BARE = 300
BUSY_SECONDS = 10  # as long as the store's connections wait for each other
PAUSE = 1.0  # seconds between two ratings of one visitor, on average: faster than anybody rates films
MOST = 5  # times a bare commit: what was promised

Write: TypeAlias = Callable[[int], object]  # what writes one film's row and waits for the disk


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
def bare_commit(place: str) -> Iterator[Write]:
    """Give one row written and waited for, by the bare driver: what the disk and the database take at least."""
    with bare_connection(place) as execute:
        yield lambda _film: execute("INSERT INTO bare VALUES ('1', 4)")


@contextmanager
def bare_connection(place: str) -> Iterator[Callable[[str], object]]:
    """Give a connection of the bare driver's, which waits for the disk as the store's do, with a table beside them."""
    if place.startswith("postgresql"):
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS bare (film text, stars float)")
            yield connection.execute
        return
    file = sqlite3.connect(f"{place}.bare", isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("PRAGMA synchronous=FULL")
    file.execute("CREATE TABLE IF NOT EXISTS bare (film, stars)")
    yield file.execute
    file.close()


def rating_by(store: Store) -> Write:
    """Return how somebody new rates."""
    visitor = new_visitor_id()
    return lambda film: store.rate(visitor, "d", film, 4, source="search")


def crowd(writers: Sequence[Write], *, n_writes: int, pause: float) -> tuple[list[float], float]:
    """Let all write at once, a thread each; return the milliseconds of each write, and the seconds that all took."""
    times: list[list[float]] = [[] for _ in writers]
    start = threading.Barrier(len(writers))

    def visit(number: int) -> None:
        draw, write = random.Random(number), writers[number]
        start.wait()
        for film in range(n_writes):
            if pause:
                time.sleep(draw.expovariate(1 / pause))
            times[number] += milliseconds([partial(write, film)])

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(len(writers))]

    def all_of_them() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    _, seconds = timed(all_of_them)
    return [each for visitor in times for each in visitor], seconds


def measure(name: str, place: str, *, n_visitors: int, n_writes: int, pause: float) -> list[dict[str, Any]]:
    """Return a row for each pace: ratings between lone bare commits, and as many bare commits by as many clients."""
    store = open_store(place)
    rows = []
    with ExitStack() as stack:
        clients = [stack.enter_context(bare_commit(place)) for _ in range(n_visitors)]
        lone = [partial(clients[0], 1)] * BARE
        crowd([rating_by(store) for _ in range(2)], n_writes=3, pause=0)  # statements are compiled once
        for pace, wait in ((f"a rating every {pause:g} s each", pause), ("without a pause", 0.0)):
            bare = milliseconds(lone)
            writes, seconds = crowd([rating_by(store) for _ in clients], n_writes=n_writes, pause=wait)
            bare += milliseconds(lone)
            crowded, _ = crowd(clients, n_writes=n_writes, pause=wait)
            rows.append(
                {"database": name, "pace": pace, "bare": spread(bare), "bare crowd": spread(crowded)}
                | {"writes": spread(writes), "seconds": seconds}
            )
    store.close()
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=VISITORS)
    parser.add_argument("--writes", type=int, default=WRITES, help="of each visitor")
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between two of them, on average")
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    chosen = parser.parse_args(arguments)
    gc.collect()
    gc.freeze()  # as the app does at its start: else the collector walks all of torch
    with databases(chosen.databases) as places:
        rows = [
            row
            for name in chosen.databases
            for row in measure(
                name, places[name], n_visitors=chosen.visitors, n_writes=chosen.writes, pause=chosen.pause
            )
        ]
    table = [
        {
            "database": row["database"],
            "pace": row["pace"],
            "lone bare commit p95, ms": row["bare"]["p95"],
            "bare commits of as many clients p95, ms": row["bare crowd"]["p95"],
            "write p50, ms": row["writes"]["p50"],
            "write p95, ms": row["writes"]["p95"],
            "write / lone": row["writes"]["p95"] / row["bare"]["p95"],
            "write / as many": row["writes"]["p95"] / row["bare crowd"]["p95"],
            "writes a second": row["writes"]["n"] / row["seconds"],
        }
        for row in rows
    ]
    figures = {"benchmark": "writes", "visitors": chosen.visitors, "allowed": MOST, "rows": rows}
    show(f"{chosen.visitors} visitors rating at once, {chosen.writes} films each", table, figures)


if __name__ == "__main__":
    main()
