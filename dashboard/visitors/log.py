"""The log of changes as rows: read into a shelf, added to, never altered."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from dashboard.visitors.schema import changes
from dashboard.visitors.shelf import Cleared, Event, FilmId, Rated, Rating, Removed, Shelf, Undone, shelf_of


def read(connection: Connection, owner: int, dataset: str) -> Shelf:
    """Return the shelf of the visitor in row ``owner``."""
    theirs = (changes.c.visitor_id == owner, changes.c.dataset == dataset)
    rows = connection.execute(select(changes).where(*theirs).order_by(changes.c.id))
    return shelf_of([_event(row) for row in rows])


def add_rating(connection: Connection, owner: int, dataset: str, rating: Rating) -> None:
    """Add that a film got stars."""
    columns = {"stars": rating.stars, "source": rating.source, "at": rating.rated_at, **_film_columns(rating.film)}
    _add(connection, owner, dataset, "rate", **columns)


def add_removal(connection: Connection, owner: int, dataset: str, film: FilmId) -> None:
    """Add that a film lost its stars."""
    _add(connection, owner, dataset, "remove", **_film_columns(film))


def add_clearing(connection: Connection, owner: int, dataset: str) -> None:
    """Add that all films lost their stars."""
    _add(connection, owner, dataset, "clear")


def add_undo(connection: Connection, owner: int, dataset: str, change_id: int) -> None:
    """Add that the change ``change_id`` was taken back."""
    _add(connection, owner, dataset, "undo", undoes=change_id)


def now() -> int:
    """The time as the log keeps it: whole seconds since 1970."""
    return int(time.time())


def _add(connection: Connection, owner: int, dataset: str, kind: str, **columns: Any) -> None:
    row = {"visitor_id": owner, "dataset": dataset, "kind": kind, "at": now(), **columns}
    connection.execute(insert(changes).values(row))


def _film_columns(film: FilmId) -> dict[str, Any]:
    """A film id as text that keeps whether it was a number: 50 and "50" are two films."""
    return {"film": str(film), "film_is_number": isinstance(film, int)}


def _event(row: Row[Any]) -> Event:
    film = int(row.film) if row.film_is_number else row.film
    match row.kind:
        case "rate":
            return Rated(row.id, Rating(film, row.stars, row.source, row.at))
        case "remove":
            return Removed(row.id, film)
        case "clear":
            return Cleared(row.id)
        case _:
            return Undone(row.id, row.undoes)
