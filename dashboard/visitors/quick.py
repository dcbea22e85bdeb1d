"""Changes whose statements are known beforehand: a server gets all of them, and the commit, in one go.

Each statement that waits for the one before costs a round trip, and through SQLAlchemy's connection as much again in
Python; so these go to the driver itself (`python -m benchmarks.bench_writes`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Engine

from dashboard.visitors.engine import is_sqlite
from dashboard.visitors.prepared import Prepared

Rows: TypeAlias = list[tuple[Any, ...]]
Statement: TypeAlias = tuple[Prepared, dict[str, Any]]  # with the values that it is run with
AT_LENGTH = object()  # what ``told`` gives where the statements could not know enough: then nothing was changed


@dataclass(frozen=True)
class Quick:
    """A change as ``statements``, none of which needs to hear another's answer; ``told`` makes one of all their rows."""

    statements: tuple[Statement, ...]
    told: Callable[[Sequence[Rows]], Any]


def run(engine: Engine, changes: Sequence[Quick]) -> list[Any]:
    """Do all ``changes`` in one transaction; return what each told, on the disk by then.

    Raises what the driver raises; then nothing of any of them was kept, unless the server was lost in the middle of the commit.
    """
    written = [
        [prepared.written(engine.dialect, values) for prepared, values in change.statements] for change in changes
    ]
    send = _in_this_process if is_sqlite(engine) else _to_the_server
    connection = engine.raw_connection()
    try:
        found = iter(send(connection.driver_connection, [each for change in written for each in change]))
    except BaseException:
        connection.invalidate()  # it may be lost, or in the middle of a transaction
        raise
    finally:
        connection.close()
    return [change.told([next(found) for _ in change.statements]) for change in changes]


def _in_this_process(driver: Any, statements: Sequence[tuple[str, Any]]) -> list[Rows]:
    driver.execute("BEGIN IMMEDIATE")
    found = [driver.execute(*each).fetchall() for each in statements]
    driver.execute("COMMIT")
    return found


def _to_the_server(driver: Any, statements: Sequence[tuple[str, Any]]) -> list[Rows]:
    """PostgreSQL's pipeline mode (its manual, libpq, section 34.5): the answers are awaited once, at the end.

    What is sent between two waits is one transaction by itself, all or nothing, if none was begun in words: those would
    be two commands more.
    """
    driver.autocommit = True
    try:
        with driver.pipeline():
            cursors = [driver.execute(*each, prepare=True) for each in statements]
    finally:
        if not driver.closed:
            driver.autocommit = False
    return [cursor.fetchall() if cursor.description else [] for cursor in cursors]
