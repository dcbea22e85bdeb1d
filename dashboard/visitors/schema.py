"""The tables of visitors, and a SQLite that loses nothing.

Tokens are kept as digests only. ``change`` is a log: lines are added, never altered.
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import (
    URL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError

from core import InvalidArgument

DATABASE_VARIABLE = "REELSPACE_DATABASE"
BUSY_TIMEOUT_SECONDS = 10  # a change takes milliseconds: who waits longer than this waits for something broken
READS_ONLY = "reelspace_reads_only"  # the execution option of a connection that will not write

metadata = MetaData()

visitors = Table(
    "visitor",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
)

changes = Table(
    "change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("visitor_id", ForeignKey("visitor.id", ondelete="CASCADE"), nullable=False),
    Column("dataset", String, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("film", String),
    Column("film_is_number", Boolean),
    Column("stars", Float),
    Column("source", String(8)),
    Column("undoes", ForeignKey("change.id", ondelete="CASCADE"), unique=True),
    CheckConstraint("kind IN ('rate', 'remove', 'clear', 'undo')", name="known_kind"),
    CheckConstraint("(kind IN ('rate', 'remove')) = (film IS NOT NULL)", name="film_where_due"),
    CheckConstraint("(kind = 'rate') = (stars IS NOT NULL)", name="stars_where_due"),
    CheckConstraint("(kind = 'undo') = (undoes IS NOT NULL)", name="undoes_where_due"),
    Index("change_of_visitor", "visitor_id", "dataset", "id"),
    sqlite_autoincrement=True,  # an id is never used twice, so an undo can never name another change
)

models_in_use = Table(
    "model_in_use",
    metadata,
    Column("visitor_id", ForeignKey("visitor.id", ondelete="CASCADE"), primary_key=True),
    Column("dataset", String, primary_key=True),
    Column("folder", String, nullable=False),
)


def database_url(place: str | Path | None) -> URL:
    """Return the URL of ``place``: a path, a ``sqlite:///`` URL, or None for what ``$REELSPACE_DATABASE`` says.

    Where that says nothing, the file lies in the user's own data folder: ratings are no cache, nobody can make
    them again. Raises ``InvalidArgument`` on another kind of database.
    """
    place = place or os.environ.get(DATABASE_VARIABLE) or _usual_place()
    try:
        url = make_url(str(place)) if "://" in str(place) else URL.create("sqlite", database=str(place))
    except ArgumentError:
        url = URL.create("unknown")
    if url.get_backend_name() != "sqlite" or not url.database:
        shown = url.render_as_string(hide_password=True)
        raise InvalidArgument(f"{DATABASE_VARIABLE} must be a path or a sqlite:/// URL with a path, got {shown}")
    return url.set(database=str(Path(url.database).expanduser().absolute()))


def _usual_place() -> Path:
    return platformdirs.user_data_path("reelspace", appauthor=False) / "visitors.sqlite"


def open_engine(url: URL) -> Engine:
    """Open SQLite so that a change that was confirmed is on the disk, and no change overwrites another."""
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own transactions begin with a read, and two writers then lose one
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")  # a commit waits for the disk; in WAL mode the default does not
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
