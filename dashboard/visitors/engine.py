"""The database: SQLite in a file, or a PostgreSQL server; either way nothing that was confirmed is lost."""

from __future__ import annotations

import select
import sqlite3
import time
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from core import InvalidArgument
from dashboard.settings import settings, variable_of

DATABASE_VARIABLE, URL_VARIABLE = variable_of("database"), variable_of("database_url")
BUSY_TIMEOUT_SECONDS = 10  # a change takes milliseconds: who waits longer than this waits for something broken
CONNECT_SECONDS = 5  # for a server to answer at all
READS_ONLY = "reelspace_reads_only"  # the execution option of a connection that will not write
MOST_CONNECTIONS = 10  # of one process to a server, whose usual limit is 100 in all


def database_url(place: str | Path | None) -> URL:
    """Return the URL of ``place``: a path, a ``sqlite:///`` or ``postgresql://`` URL, or None for what the environment says.

    That is ``$REELSPACE_DATABASE``, else ``$DATABASE_URL``, else a file in the user's own data folder: ratings are no
    cache, nobody can make them again. Raises ``InvalidArgument`` on another kind of database.
    """
    said = settings()
    name = DATABASE_VARIABLE if place or said.database else URL_VARIABLE
    named = said.database or said.database_url
    place = place or (named.get_secret_value() if named else _usual_place())
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
    engine = create_engine(
        url,
        pool_size=MOST_CONNECTIONS,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_SECONDS,
        connect_args={"connect_timeout": CONNECT_SECONDS, "options": limits, "application_name": "reelspace"},
    )
    event.listen(engine, "checkout", _still_there)
    return engine


def _still_there(connection: Any, _record: Any, _proxy: Any) -> None:
    """Let a server that was started again be found again.

    One that went away has hung up, which the socket knows: to ask the server would cost each change a round trip. Between
    two changes it has nothing to say, so whatever can be read is its goodbye.
    """
    if connection.closed:
        raise DisconnectionError
    socket = select.poll()
    socket.register(connection.pgconn.socket, select.POLLIN)
    if socket.poll(0):
        raise DisconnectionError


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
