"""The whole database of visitors in one file, from one kind of database to another.

The file is gzipped JSON lines: a header with the columns of every table, then ``[table, values…]`` for each row, then
how many rows each table has, so that a file that was cut is known as such. It holds what the database holds: ratings,
and digests of keys, no keys.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby, islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, func, insert, select, text

from core import InvalidArgument
from dashboard.visitors.database import UNREAD, Database
from dashboard.visitors.engine import READS_ONLY, is_sqlite
from dashboard.visitors.errors import StoreError, in_plain_words
from dashboard.visitors.schema import metadata, profiles

FORMAT = "reelspace visitors 1"
OWNER_ONLY = 0o600
ROWS_AT_ONCE = 1000
LONGEST_LINE = 100_000  # characters; a row holds a few names of at most some hundred


def save(database: Database, path: Path) -> dict[str, int]:
    """Write everything to ``path``, as it stood at one moment, while others go on; return the rows of each table.

    The file appears when it is whole and on the disk, readable by its owner alone. Raises ``StoreError`` if the
    database cannot be read, ``OSError`` if the file cannot be written.
    """
    rows = {table.name: 0 for table in metadata.sorted_tables}
    with _appearing(path) as file, _one_moment(database) as connection:
        _write(file, {"format": FORMAT, "columns": {name: metadata.tables[name].columns.keys() for name in rows}})
        for table in metadata.sorted_tables:
            for row in _rows(connection, table):
                _write(file, [table.name, *row])
                rows[table.name] += 1
        _write(file, {"rows": rows})
    return rows


def restore(database: Database, path: Path) -> dict[str, int]:
    """Read a saved file into an empty database, all of it or nothing; return the rows of each table.

    Rows keep their numbers, so undoing goes on as before. Raises ``InvalidArgument`` if ``path`` is no such file, is
    damaged, or was saved by a newer program, and ``StoreError`` if somebody is in the database already.
    """

    def work(connection: Connection) -> dict[str, int]:
        if connection.scalar(select(func.count()).select_from(profiles)):
            raise StoreError("Nothing was restored: the database holds people's ratings already; name an empty one.")
        rows = _insert_all(connection, path)
        if not is_sqlite(database.engine):
            _go_on_counting(connection)
        return rows

    return database.change(work)


@contextmanager
def _appearing(path: Path) -> Iterator[IO[str]]:
    """Give a file to write that takes ``path``'s place when all went well."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as whole:
            with gzip.open(whole, "wt", encoding="utf-8") as file:
                yield file
            os.fsync(whole.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _one_moment(database: Database) -> Iterator[Connection]:
    """Give a connection that sees all tables as they stood when it began."""
    with in_plain_words(UNREAD), database.engine.connect() as connection:
        if is_sqlite(database.engine):  # with its log of changes, every read of a transaction sees one moment
            yield connection.execution_options(**{READS_ONLY: True})
        else:
            yield connection.execution_options(isolation_level="REPEATABLE READ")


def _rows(connection: Connection, table: Table) -> Iterator[Iterable[Any]]:
    """Yield a table's rows by number, so that a row comes after those that it names."""
    in_order = select(table).order_by(*table.primary_key.columns)
    yield from connection.execute(in_order, execution_options={"yield_per": ROWS_AT_ONCE})


def _write(file: IO[str], line: object) -> None:
    file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _insert_all(connection: Connection, path: Path) -> dict[str, int]:
    rows: Counter[str] = Counter()
    lines = _lines(path)
    columns = _columns(path, next(lines, None))
    for name, group in groupby(lines, key=lambda line: line[0] if isinstance(line, list) and line else None):
        if name is None:
            _check_end(path, next(group), rows)
            return {table: rows[table] for table in columns}
        while some := [_row(path, line, columns) for line in islice(group, ROWS_AT_ONCE)]:
            connection.execute(insert(metadata.tables[name]), some)
            rows[name] += len(some)
    raise _broken(path, "it ends too early")


def _lines(path: Path) -> Iterator[Any]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            while line := file.readline(LONGEST_LINE):
                yield json.loads(line)
    except FileNotFoundError:
        raise InvalidArgument(f"there is no file {path}") from None
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise _broken(path, str(error) or "it ends too early") from error


def _columns(path: Path, header: object) -> dict[str, list[str]]:
    if not isinstance(header, Mapping) or header.get("format") != FORMAT:
        raise _broken(path, f"it does not begin with {FORMAT!r}")
    columns = header.get("columns")
    if not isinstance(columns, dict):
        raise _broken(path, "its first line names no columns")
    for name, of_file in columns.items():
        table = metadata.tables.get(name)
        unknown = name if table is None else next((column for column in of_file if column not in table.columns), None)
        if unknown is not None:
            raise _broken(path, f"it was saved by a newer program, which keeps {unknown!r}: update Reelspace")
    return columns


def _row(path: Path, line: list[Any], columns: Mapping[str, list[str]]) -> dict[str, Any]:
    name, *values = line
    if len(values) != len(columns.get(name, ())):
        raise _broken(path, f"a row of {name!r} has {len(values)} values")
    return dict(zip(columns[name], values, strict=True))


def _check_end(path: Path, end: object, rows: Counter[str]) -> None:
    if not isinstance(end, Mapping) or {name: n for name, n in end.get("rows", {}).items() if n} != rows:
        raise _broken(path, "its last line does not count its rows")


def _broken(path: Path, why: str) -> InvalidArgument:
    return InvalidArgument(
        f"{path} is no saved database of visitors, or a damaged one, and nothing was restored: {why}"
    )


def _go_on_counting(connection: Connection) -> None:
    """Let a server's next row come after those that brought their own numbers."""
    for table in metadata.sorted_tables:
        if "id" in table.columns:
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}")  # noqa: S608 - names of our own tables
            )
