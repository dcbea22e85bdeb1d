"""Read and change what visitors rated. Each change is one transaction: when a call returns, it is on the disk."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select

from core import InvalidArgument
from dashboard.visitors import log
from dashboard.visitors.errors import StoreError, in_plain_words
from dashboard.visitors.identity import digest_of
from dashboard.visitors.migrations import bring_up_to_date
from dashboard.visitors.schema import (
    DATABASE_VARIABLE,
    READS_ONLY,
    database_url,
    models_in_use,
    open_engine,
    visitors,
)
from dashboard.visitors.shelf import SOURCES, Change, FilmId, Rating, Shelf, Source


@dataclass(frozen=True)
class Store:
    """What visitors rated, by data set. ``visitor`` is always a token from ``new_visitor_id``; without it nobody
    reaches anything. Any number of threads and processes may use one database at once.

    Every method raises ``InvalidArgument`` on a text that is no token, and ``StoreError`` when the database
    refuses: then nothing was changed.
    """

    engine: Engine

    def shelf(self, visitor: str, dataset: str) -> Shelf:
        """Return what somebody rated and what an undo would take back; empty for somebody unknown."""
        with self._reading() as connection:
            owner = _row_of(connection, visitor)
            return Shelf() if owner is None else log.read(connection, owner, dataset)

    def ratings(self, visitor: str, dataset: str) -> dict[FilmId, float]:
        """Return stars by film id, the latest rated last."""
        return self.shelf(visitor, dataset).stars

    def rate(self, visitor: str, dataset: str, film: FilmId, stars: float, *, source: Source) -> bool:
        """Give ``film`` its ``stars``; return whether that changed anything.

        ``source`` says how the film came to be rated, and stays as it was first while the film is rated. Whether
        ``stars`` are on the data set's scale is for the caller to check; here they must be a finite number.
        """
        _check_film(film)
        _check_stars(stars)
        if source not in SOURCES:
            raise InvalidArgument(f"source must be one of {', '.join(SOURCES)}, got {source!r}")
        with self._changing() as connection:
            owner = _row_made(connection, visitor)
            if log.read(connection, owner, dataset).stars.get(film) == stars:
                return False  # a double click is no change, or the next undo would seem to do nothing
            log.add_rating(connection, owner, dataset, Rating(film, float(stars), source, log.now()))
            return True

    def remove(self, visitor: str, dataset: str, film: FilmId) -> bool:
        """Take the stars from ``film``; return whether it had any."""
        _check_film(film)
        with self._changing() as connection:
            owner = _row_of(connection, visitor)
            if owner is None or film not in log.read(connection, owner, dataset).stars:
                return False
            log.add_removal(connection, owner, dataset, film)
            return True

    def clear(self, visitor: str, dataset: str) -> bool:
        """Take the stars from all films, in one step that ``undo`` takes back; return whether there were any."""
        with self._changing() as connection:
            owner = _row_of(connection, visitor)
            if owner is None or not log.read(connection, owner, dataset).ratings:
                return False
            log.add_clearing(connection, owner, dataset)
            return True

    def undo(self, visitor: str, dataset: str) -> Change | None:
        """Take back the latest change that still stands, and return it; None if none is left."""
        with self._changing() as connection:
            owner = _row_of(connection, visitor)
            last = None if owner is None else log.read(connection, owner, dataset).last_change
            if owner is not None and last is not None:
                log.add_undo(connection, owner, dataset, last.id)
            return last

    def model(self, visitor: str, dataset: str) -> str | None:
        """Return the folder of the retrained model that somebody uses; None for the model everybody starts with."""
        with self._reading() as connection:
            owner = _row_of(connection, visitor)
            return connection.scalar(select(models_in_use.c.folder).where(*_choice(owner, dataset)))

    def set_model(self, visitor: str, dataset: str, folder: str | Path | None) -> None:
        """Note which retrained model somebody uses from now on; None goes back to the one everybody starts with."""
        with self._changing() as connection:
            owner = _row_made(connection, visitor)
            connection.execute(delete(models_in_use).where(*_choice(owner, dataset)))
            if folder is not None:
                row = {"visitor_id": owner, "dataset": dataset, "folder": str(folder)}
                connection.execute(insert(models_in_use).values(row))

    def forget(self, visitor: str) -> None:
        """Delete all that is known of somebody, the log included; there is no undo."""
        with self._changing() as connection:
            connection.execute(delete(visitors).where(visitors.c.token_digest == digest_of(visitor)))

    def close(self) -> None:
        """Give back the database's files."""
        self.engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with in_plain_words("Your ratings could not be read"), self.engine.connect() as connection:
            yield connection.execution_options(**{READS_ONLY: True})

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        with in_plain_words("Nothing was saved"), self.engine.begin() as connection:
            yield connection


def open_store(place: str | Path | None = None) -> Store:
    """Open the database at ``place``: a path, a ``sqlite:///`` URL, or None for the usual one.

    Its folder and tables are made, or altered, where needed. Raises ``StoreError`` if it cannot be opened, is no
    database, or was altered by a newer program.
    """
    url = database_url(place)
    problem = f"The database of visitors {url.database} could not be opened ({DATABASE_VARIABLE} may name another)"
    engine = open_engine(url)
    try:
        with in_plain_words(problem):
            Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            bring_up_to_date(engine)
    except StoreError:
        engine.dispose()
        raise
    except OSError as error:
        raise StoreError(f"{problem}: {error.strerror}.") from error
    return Store(engine)


def _row_of(connection: Connection, visitor: str) -> int | None:
    return connection.scalar(select(visitors.c.id).where(visitors.c.token_digest == digest_of(visitor)))


def _row_made(connection: Connection, visitor: str) -> int:
    """Return the visitor's row, adding it at their first change: to look around leaves no trace."""
    known = _row_of(connection, visitor)
    if known is not None:
        return known
    row = {"token_digest": digest_of(visitor), "created_at": log.now()}
    return connection.scalars(insert(visitors).values(row).returning(visitors.c.id)).one()


def _choice(owner: int | None, dataset: str) -> tuple[ColumnElement[bool], ...]:
    return models_in_use.c.visitor_id == owner, models_in_use.c.dataset == dataset


def _check_film(film: object) -> None:
    if not isinstance(film, int | str) or isinstance(film, bool):
        raise InvalidArgument(f"film must be an int or a str, got {film!r}")


def _check_stars(stars: object) -> None:
    if isinstance(stars, bool) or not isinstance(stars, int | float) or not math.isfinite(stars):
        raise InvalidArgument(f"stars must be a finite number, got {stars!r}")
