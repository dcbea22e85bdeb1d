"""Statements that are put into words once: a rating must not wait longer for its SQL than for the disk."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Connection, CursorResult
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler


class Prepared:
    """A statement with named ``bindparam``s, compiled at first use for each kind of database.

    Building and looking up the same statement anew is nine tenths of its cost (`python -m benchmarks.bench_writes`).
    Values go to the driver as they are, so only columns whose Python values drivers know may be bound.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None, dict[str, Any]]] = {}

    def __call__(self, connection: Connection, **values: Any) -> CursorResult[Any]:
        """Run it with these values."""
        known = self._compiled.get(connection.dialect.name)
        text, order, fixed = self._compile(connection) if known is None else known
        given = {**fixed, **values}
        return connection.exec_driver_sql(text, given if order is None else tuple(given[name] for name in order))

    def _compile(self, connection: Connection) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
        compiled = cast(SQLCompiler, self._statement.compile(dialect=connection.dialect))
        order = None if compiled.positiontup is None else tuple(compiled.positiontup)
        found = (str(compiled), order, dict(compiled.params))
        self._compiled[connection.dialect.name] = found
        return found
