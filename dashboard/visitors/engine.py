"""The database: SQLite in a file, or a PostgreSQL server; either way nothing that was confirmed is lost."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from core import InvalidArgument

DATABASE_VARIABLE = "REELSPACE_DATABASE"
URL_VARIABLE = "DATABASE_URL"  # what hosts of PostgreSQL set by custom
BUSY_TIMEOUT_SECONDS = 10  # a change takes milliseconds: who waits longer than this waits for something broken
CONNECT_SECONDS = 5  # for a server to answer at all
READS_ONLY = "reelspace_reads_only"  # the execution option of a connection that will not write
MOST_CONNECTIONS = 10  # of one process to a server, whose usual limit is 100 in all


def database_url(place: str | Path | None) -> URL:
    """Return the URL of ``place``: a path, a ``sqlite:///`` or ``postgresql://`` URL, or None for what the environment says.

    That is ``$REELSPACE_DATABASE``, else ``$DATABASE_URL``, else a file in the user's own data folder: ratings are no
    cache, nobody can make them again. Raises ``InvalidArgument`` on another kind of database.
    """
    name = DATABASE_VARIABLE if place or os.environ.get(DATABASE_VARIABLE) else URL_VARIABLE
    place = place or os.environ.get(DATABASE_VARIABLE) or os.environ.get(URL_VARIABLE) or _usual_place()
    try:
        url = make_url(str(place)) if "://" in str(place) else URL.create("sqlite", database=str(place))
    except (ArgumentError, ValueError):
        url = URL.create("unknown")
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg") and url.database:
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite" or not url.database:
        shown = url.render_as_string(hide_password=True)
        raise InvalidArgument(
            f"{name} must be a path, a sqlite:/// URL with a path or a postgresql:// URL with a database, got {shown}"
        )
    return url.set(database=str(Path(url.database).expanduser().absolute()))


def _usual_place() -> Path:
    return platformdirs.user_data_path("reelspace", appauthor=False) / "visitors.sqlite"


def is_sqlite(engine: Engine) -> bool:
    """Say whether ``engine`` is a file rather than a server."""
    return engine.dialect.name == "sqlite"


def open_engine(url: URL) -> Engine:
    """Open the database so that a change that was confirmed is on the disk, and no change overwrites another."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine
    limits = f"-c lock_timeout={BUSY_TIMEOUT_SECONDS}s -c synchronous_commit=on -c timezone=UTC"
    return create_engine(
        url,
        pool_size=MOST_CONNECTIONS,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_SECONDS,
        pool_pre_ping=True,  # a server that was started again is found again
        connect_args={"connect_timeout": CONNECT_SECONDS, "options": limits, "application_name": "reelspace"},
    )


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own transactions begin with a read, and two writers then lose one
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")  # a commit waits for the disk; in WAL mode the default does not
    connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten, not only let go of
    _use_write_ahead_log(connection)


def _use_write_ahead_log(connection: Any) -> None:
    """Let reads go on beside a write. SQLite does not wait by itself when two processes switch a new file at once."""
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin(connection: Connection) -> None:
    """Take the write lock first, so that what a change reads is still true when it writes."""
    reads_only = connection.get_execution_options().get(READS_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
