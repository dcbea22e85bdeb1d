"""What can go wrong with the database of visitors, as a person should read it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

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


@contextmanager
def in_plain_words(consequence: str) -> Iterator[None]:
    """Turn a database error into a ``StoreError``: ``consequence``, then the cause."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StoreError(f"{consequence}: {_cause(error)}.") from error


def _cause(error: Exception) -> str:
    origin = getattr(error, "orig", error)
    code: str = getattr(origin, "sqlite_errorname", "")
    for name, cause in _CAUSES.items():
        if code.startswith(name):
            return cause
    return str(origin).splitlines()[0].rstrip(".")
