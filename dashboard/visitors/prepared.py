"""Statements that are put into words once: a rating must not wait longer for its SQL than for the disk."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Dialect
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
        return connection.exec_driver_sql(*self.written(connection.dialect, values))

    def written(self, dialect: Dialect, values: dict[str, Any]) -> tuple[str, dict[str, Any] | tuple[Any, ...]]:
        """Return its words and ``values`` as the driver wants them."""
        text, order, fixed = self._compiled.get(dialect.name) or self._compile(dialect)
        given = {**fixed, **values}
        return text, given if order is None else tuple(given[name] for name in order)

    def _compile(self, dialect: Dialect) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
        compiled = cast(SQLCompiler, self._statement.compile(dialect=dialect))
        order = None if compiled.positiontup is None else tuple(compiled.positiontup)
        found = (str(compiled), order, dict(compiled.params))
        self._compiled[dialect.name] = found
        return found
