"""The log of changes as rows: read into a shelf, added to, never altered."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, or_, select

from dashboard.visitors.prepared import Prepared
from dashboard.visitors.schema import events
from dashboard.visitors.shelf import (
    Cleared,
    Event,
    FilmId,
    Mark,
    Marked,
    Rated,
    Rating,
    Removed,
    Shelf,
    Source,
    Undone,
    shelf_of,
)


@dataclass(frozen=True)
class Given:
    """A line to add: ``film`` got ``stars``, or with ``stars`` None a ``mark``. ``at`` is when the person says it was.

    ``source`` says how it came to be rated, where that is not what the whole batch says.
    """

    film: FilmId
    stars: float | None = None
    mark: Mark | None = None
    at: int | None = None
    source: Source | None = None


_LINES = (
    select(events)
    .where(events.c.profile_id == bindparam("owner"), events.c.dataset == bindparam("dataset"))
    .order_by(events.c.id)
)
_WHOLE = Prepared(_LINES)
_OF_FILM = Prepared(_LINES.where(or_(events.c.film == bindparam("film"), events.c.film.is_(None))))
_UNTIL = Prepared(_LINES.where(events.c.at <= bindparam("until")))
_LINE = ("profile_id", "dataset", "kind", "at", "film", "film_is_number", "stars", "source", "undoes")
_NEW_LINE = Prepared(insert(events).values({name: bindparam(name) for name in _LINE}).inline())


def read(
    connection: Connection, owner: int, dataset: str, *, film: FilmId | None = None, until: int | None = None
) -> Shelf:
    """Return the shelf of the profile ``owner``: whole, of one ``film`` only, or as it stood at the second ``until``."""
    given = {"owner": owner, "dataset": dataset}
    if film is not None:
        rows = _OF_FILM(connection, film=str(film), **given)
    elif until is not None:
        rows = _UNTIL(connection, until=until, **given)
    else:
        rows = _WHOLE(connection, **given)
    return shelf_of([_event(row) for row in rows])


def add_rating(connection: Connection, owner: int, dataset: str, rating: Rating) -> None:
    """Add that a film got stars."""
    columns = {"stars": rating.stars, "source": rating.source, "at": rating.rated_at, **film_columns(rating.film)}
    _add(connection, owner, dataset, "rate", **columns)


def add_removal(connection: Connection, owner: int, dataset: str, film: FilmId) -> None:
    """Add that a film lost its stars."""
    _add(connection, owner, dataset, "remove", **film_columns(film))


def add_mark(connection: Connection, owner: int, dataset: str, film: FilmId, mark: Mark) -> None:
    """Add that a film was watched, or is to be, or neither any more."""
    _add(connection, owner, dataset, mark, **film_columns(film))


def add_clearing(connection: Connection, owner: int, dataset: str) -> None:
    """Add that all films lost their stars."""
    _add(connection, owner, dataset, "clear")


def add_undo(connection: Connection, owner: int, dataset: str, step: int) -> None:
    """Add that the step ``step`` was taken back."""
    _add(connection, owner, dataset, "undo", undoes=step)


def add_batch(
    connection: Connection, owner: int, dataset: str, lines: Sequence[Given], *, label: str, source: str
) -> int:
    """Add many lines as one step called ``label``; return the step's number."""
    now_at = now()
    rows = [
        {
            "profile_id": owner,
            "dataset": dataset,
            "kind": line.mark or "rate",
            "at": now_at,
            "stars": line.stars,
            "source": None if line.stars is None else line.source or source,
            "rated_at": line.at,
            **film_columns(line.film),
        }
        for line in lines
    ]
    first = connection.scalars(insert(events).values(label=label, **rows[0]).returning(events.c.id)).one()
    if rows[1:]:
        connection.execute(insert(events), [{**row, "batch": first} for row in rows[1:]])
    return first


def now() -> int:
    """The time as the log keeps it: whole seconds since 1970."""
    return int(time.time())


def _add(connection: Connection, owner: int, dataset: str, kind: str, **columns: Any) -> None:
    row = dict.fromkeys(_LINE) | {"profile_id": owner, "dataset": dataset, "kind": kind, "at": now()}
    _NEW_LINE(connection, **{**row, **columns})


def film_columns(film: FilmId) -> dict[str, Any]:
    """A film id as text that keeps whether it was a number: 50 and "50" are two films."""
    return {"film": str(film), "film_is_number": isinstance(film, int)}


def _event(row: Row[Any]) -> Event:
    film = int(row.film) if row.film_is_number else row.film
    about: dict[str, Any] = {"at": row.at, "batch": row.batch, "label": row.label}
    match row.kind:
        case "rate":
            return Rated(row.id, Rating(film, row.stars, row.source, row.rated_at or row.at), **about)
        case "remove":
            return Removed(row.id, film, **about)
        case "clear":
            return Cleared(row.id, **about)
        case "undo":
            return Undone(row.id, row.undoes, **about)
        case _:
            return Marked(row.id, film, row.kind, **about)
