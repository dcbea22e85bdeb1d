"""What can go wrong with the database of visitors, as a person should read it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core import ReelspaceError


class StoreError(ReelspaceError, OSError):
    """The database of visitors could not be read or written; nothing of the attempted change was kept."""


class ProfileGone(StoreError):
    """A page is open for a profile that was deleted, or that this browser no longer reaches."""


# SQLite's result codes (sqlite.org/rescode.html) as causes; extended codes such as SQLITE_IOERR_WRITE begin alike.
_CAUSES = {
    "SQLITE_BUSY": "the database is busy with another change; please try again",
    "SQLITE_LOCKED": "the database is busy with another change; please try again",
    "SQLITE_FULL": "the disk is full; free some space and try again",
    "SQLITE_READONLY": "the database may only be read; make its file and its folder writable",
    "SQLITE_CANTOPEN": "the database cannot be opened; its folder must exist and be writable",
    "SQLITE_PERM": "the database may not be opened; make its file and its folder writable",
    "SQLITE_IOERR": "the disk refused to read or write; it may be full or damaged",
    "SQLITE_NOTADB": "its file is not a database; move it away or name another",
    "SQLITE_CORRUPT": "its file is damaged; restore a copy or move it away",
}

# PostgreSQL's error codes (its manual, appendix A); those of class 08, and none at all, are a server out of reach.
_SERVER_CAUSES = {
    "08": "the database server cannot be reached; it must be running, and its address right",
    "57P": "the database server is starting or shutting down; please try again",
    "28": "the database server does not accept this name and password",
    "3D": "the database server has no database of this name",
    "42501": "this name may not do that in the database; grant it the rights to its schema",
    "25006": "the database may only be read; another server may be the one to write to",
    "55P03": "the database is busy with another change; please try again",
    "40": "the database is busy with another change; please try again",
    "53100": "the disk is full; free some space and try again",
    "53": "the database server has no room for one more connection; please try again",
    "58": "the database server's disk refused to read or write; it may be full or damaged",
}


@contextmanager
def in_plain_words(consequence: str) -> Iterator[None]:
    """Turn a database error into a ``StoreError``: ``consequence``, then the cause."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, psycopg.Error) as error:
        raise StoreError(f"{consequence}: {_cause(error)}.") from error


def _cause(error: Exception) -> str:
    origin = getattr(error, "orig", error)
    if isinstance(error, PoolTimeout):
        return _SERVER_CAUSES["53"]  # all connections of this process are in use
    if isinstance(origin, psycopg.Error):
        return _server_cause(origin)
    code: str = getattr(origin, "sqlite_errorname", "")
    for name, cause in _CAUSES.items():
        if code.startswith(name):
            return cause
    return str(origin).splitlines()[0].rstrip(".")


def _server_cause(origin: psycopg.Error) -> str:
    code, told = origin.sqlstate, str(origin)
    if code is None and isinstance(origin, psycopg.OperationalError):
        # A connection that was refused has no code in psycopg; what the server said stands in its words.
        code = "28" if "authentication failed" in told else "3D" if "does not exist" in told else "08"
    for beginning, cause in _SERVER_CAUSES.items():
        if code is not None and code.startswith(beginning):
            return cause
    return told.splitlines()[0].rstrip(".")
