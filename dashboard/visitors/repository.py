"""Read and change what visitors rated. Each change is one transaction: when a call returns, it is on the disk."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select

from core import InvalidArgument
from dashboard.visitors import log
from dashboard.visitors.database import Database
from dashboard.visitors.engine import DATABASE_VARIABLE, database_url, is_sqlite, open_engine
from dashboard.visitors.errors import StoreError, in_plain_words
from dashboard.visitors.log import Given
from dashboard.visitors.migrations import bring_up_to_date
from dashboard.visitors.opinions import Opinions
from dashboard.visitors.owners import owner_locked, owner_made, owner_of
from dashboard.visitors.profiles import Profiles
from dashboard.visitors.quick_rating import quick_rating
from dashboard.visitors.schema import models_in_use
from dashboard.visitors.sharing import Sharing
from dashboard.visitors.shelf import MARKS, SOURCES, Change, FilmId, Mark, Rating, Shelf, Source
from dashboard.visitors.walk import Walk

MOST_SECONDS = 2**40  # far beyond any year that a film was watched in, far below what a column holds
LONGEST_LABEL = 200  # characters of what a batch is called


@dataclass(frozen=True)
class Store:
    """What visitors rated, by data set. ``visitor`` is always a key: a token from ``new_visitor_id`` or an account's
    (see ``identity``); without it nobody reaches anything. Any number of threads and processes may use one database
    at once.

    Every method raises ``InvalidArgument`` on a text that is no key, and ``StoreError`` when the database refuses:
    then nothing was changed.
    """

    engine: Engine

    @cached_property
    def database(self) -> Database:
        """How it is read and changed."""
        return Database(self.engine)

    @cached_property
    def profiles(self) -> Profiles:
        """Who is behind a key: names, links, agreeing, merging."""
        return Profiles(self.database)

    @cached_property
    def sharing(self) -> Sharing:
        """The ratings of those who agreed, and the models made of them."""
        return Sharing(self.database)

    @cached_property
    def walk(self) -> Walk:
        """Which steps of the guided walk somebody has finished."""
        return Walk(self.database)

    @cached_property
    def opinions(self) -> Opinions:
        """What reviewers say about comparisons of models."""
        return Opinions(self.database)

    def shelf(self, visitor: str, dataset: str, *, until: int | None = None) -> Shelf:
        """Return what somebody rated and what an undo would take back; empty for somebody unknown.

        With ``until`` (seconds since 1970) it is the shelf as it stood then, that second included.
        """
        with self.database.reading() as connection:
            owner = owner_of(connection, visitor)
            return Shelf() if owner is None else log.read(connection, owner, dataset, until=until)

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
        _check_source(source)
        rating = Rating(film, float(stars), source, log.now())

        def work(connection: Connection) -> bool:
            owner = owner_made(connection, visitor)
            if log.read(connection, owner, dataset, film=film).stars.get(film) == stars:
                return False  # a double click is no change, or the next undo would seem to do nothing
            log.add_rating(connection, owner, dataset, rating)
            return True

        quick = quick_rating(visitor, dataset, rating, dialect=self.engine.dialect.name)
        return self.database.change(work, quick=quick)

    def remove(self, visitor: str, dataset: str, film: FilmId) -> bool:
        """Take the stars from ``film``; return whether it had any."""
        _check_film(film)

        def work(connection: Connection) -> bool:
            owner = owner_locked(connection, visitor)
            if owner is None or film not in log.read(connection, owner, dataset, film=film).stars:
                return False
            log.add_removal(connection, owner, dataset, film)
            return True

        return self.database.change(work)

    def mark(self, visitor: str, dataset: str, film: FilmId, mark: Mark) -> bool:
        """Note that ``film`` was ``seen`` or is wanted (``want``), or take that back; return whether it changed anything."""
        _check_film(film)
        _check_mark(mark)

        def work(connection: Connection) -> bool:
            owner = owner_made(connection, visitor)
            shelf = log.read(connection, owner, dataset, film=film)
            pile = shelf.seen if mark in ("seen", "unseen") else shelf.watchlist
            if (film in pile) == (mark in ("seen", "want")):
                return False
            log.add_mark(connection, owner, dataset, film, mark)
            return True

        return self.database.change(work)

    def add_many(
        self, visitor: str, dataset: str, events: Iterable[Given], *, batch: str, source: Source = "imported"
    ) -> int:
        """Add many ratings and marks as one step that one ``undo`` takes back; return how many lines that is.

        ``batch`` is what the step is called ("Letterboxd, 214 films"). All of them are kept, or none; of no events
        nothing is written down. Raises ``InvalidArgument`` on the first that is not a rating or a mark.
        """
        lines = list(events)
        _check_source(source)
        if not batch.strip() or len(batch) > LONGEST_LABEL:
            raise InvalidArgument(
                f"batch must be a name of 1 to {LONGEST_LABEL} characters, got {len(batch)} characters"
            )
        for line in lines:
            _check_line(line)

        def work(connection: Connection) -> int:
            log.add_batch(connection, owner_made(connection, visitor), dataset, lines, label=batch, source=source)
            return len(lines)

        return self.database.change(work) if lines else 0

    def clear(self, visitor: str, dataset: str) -> bool:
        """Take the stars from all films, in one step that ``undo`` takes back; return whether there were any."""

        def work(connection: Connection) -> bool:
            owner = owner_locked(connection, visitor)
            if owner is None or not log.read(connection, owner, dataset).ratings:
                return False
            log.add_clearing(connection, owner, dataset)
            return True

        return self.database.change(work)

    def undo(self, visitor: str, dataset: str, *, step: int | None = None) -> Change | None:
        """Take back the latest change that still stands, or the one numbered ``step``; None if it does not stand."""

        def work(connection: Connection) -> Change | None:
            owner = owner_locked(connection, visitor)
            shelf = Shelf() if owner is None else log.read(connection, owner, dataset)
            change = shelf.last_change if step is None else _numbered(shelf.changes, step)
            if owner is not None and change is not None:
                log.add_undo(connection, owner, dataset, change.id)
            return change

        return self.database.change(work)

    def model(self, visitor: str, dataset: str) -> str | None:
        """Return the folder of the retrained model that somebody uses; None for the model everybody starts with."""
        with self.database.reading() as connection:
            owner = owner_of(connection, visitor)
            return connection.scalar(select(models_in_use.c.folder).where(*_choice(owner, dataset)))

    def set_model(self, visitor: str, dataset: str, folder: str | Path | None) -> None:
        """Note which retrained model somebody uses from now on; None goes back to the one everybody starts with."""

        def work(connection: Connection) -> None:
            owner = owner_made(connection, visitor)
            connection.execute(delete(models_in_use).where(*_choice(owner, dataset)))
            if folder is not None:
                row = {"profile_id": owner, "dataset": dataset, "folder": str(folder)}
                connection.execute(insert(models_in_use).values(row))

        self.database.change(work)

    def forget(self, visitor: str) -> None:
        """Delete all that is known of somebody, the log included; there is no undo."""
        self.profiles.delete(visitor)

    def close(self) -> None:
        """Give back the database's files."""
        self.engine.dispose()


def open_store(place: str | Path | None = None) -> Store:
    """Open the database at ``place``: a path, a URL, or None for the usual one (see ``database_url``).

    Its folder and tables are made, or altered, where needed. Raises ``StoreError`` if it cannot be opened, is no
    database, or was altered by a newer program.
    """
    url = database_url(place)
    engine = open_engine(url)
    shown = url.database if is_sqlite(engine) else url.render_as_string(hide_password=True)
    problem = f"The database of visitors {shown} could not be opened ({DATABASE_VARIABLE} may name another)"
    try:
        with in_plain_words(problem):
            if is_sqlite(engine):
                Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            bring_up_to_date(engine)
    except StoreError:
        engine.dispose()
        raise
    except OSError as error:
        raise StoreError(f"{problem}: {error.strerror}.") from error
    return Store(engine)


def _numbered(changes: Sequence[Change], step: int) -> Change | None:
    return next((change for change in changes if change.id == step), None)


def _choice(owner: int | None, dataset: str) -> tuple[ColumnElement[bool], ...]:
    return models_in_use.c.profile_id == owner, models_in_use.c.dataset == dataset


def _check_line(line: Given) -> None:
    _check_film(line.film)
    if line.stars is not None:
        _check_stars(line.stars)
    if (line.stars is None) == (line.mark is None):
        raise InvalidArgument(f"film {line.film!r} must come with stars or with one of {', '.join(MARKS)}")
    if line.mark is not None:
        _check_mark(line.mark)
    if line.at is not None:
        _check_time(line.at)


def _check_film(film: object) -> None:
    if not isinstance(film, int | str) or isinstance(film, bool):
        raise InvalidArgument(f"film must be an int or a str, got {film!r}")


def _check_stars(stars: object) -> None:
    if isinstance(stars, bool) or not isinstance(stars, int | float) or not math.isfinite(stars):
        raise InvalidArgument(f"stars must be a finite number, got {stars!r}")


def _check_source(source: object) -> None:
    if source not in SOURCES:
        raise InvalidArgument(f"source must be one of {', '.join(SOURCES)}, got {source!r}")


def _check_mark(mark: object) -> None:
    if mark not in MARKS:
        raise InvalidArgument(f"mark must be one of {', '.join(MARKS)}, got {mark!r}")


def _check_time(at: object) -> None:
    if not isinstance(at, int) or isinstance(at, bool) or abs(at) > MOST_SECONDS:
        raise InvalidArgument(f"at must be whole seconds since 1970, got {at!r}")
