"""Ratings of those who agreed, for the model that others use too, and which of its versions is in use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from dashboard.visitors import log
from dashboard.visitors.database import Database
from dashboard.visitors.schema import events, profiles, shared_models
from dashboard.visitors.shelf import Shelf


@dataclass(frozen=True)
class SharedModel:
    """A version that others may use: the folder of its artefact, and how much of visitors went in."""

    id: int
    folder: str
    basis: str
    n_people: int
    n_ratings: int


@dataclass(frozen=True)
class Round:
    """One training with visitors' ratings: ``shelves`` of all who agreed, as they were when it began."""

    id: int
    dataset: str
    people: tuple[int, ...]
    shelves: tuple[Shelf, ...]


@dataclass(frozen=True)
class Sharing:
    """Who agreed, and what came of it. Methods raise as those of ``Store`` do."""

    database: Database

    def datasets(self) -> tuple[str, ...]:
        """Return the data sets that those who agreed have anything in, and those that a version was made for."""
        with self.database.reading() as connection:
            theirs = (
                select(events.c.dataset)
                .join(profiles, profiles.c.id == events.c.profile_id)
                .where(profiles.c.agreed_at.is_not(None))
            )
            return tuple(sorted(connection.scalars(theirs.union(select(shared_models.c.dataset)))))

    def basis(self, dataset: str) -> str | None:
        """Return a digest of whose ratings may be used, and up to which line of each log; None if nobody's may.

        It is another one as soon as anybody rates, agrees, withdraws or goes.
        """
        with self.database.reading() as connection:
            return _basis(connection, dataset)

    def current(self, dataset: str) -> SharedModel | None:
        """Return the version in use: of those that are finished, the one that was begun last."""
        with self.database.reading() as connection:
            row = connection.execute(
                select(shared_models)
                .where(shared_models.c.dataset == dataset, shared_models.c.folder.is_not(None))
                .order_by(shared_models.c.id.desc())
            ).first()
        return None if row is None else SharedModel(row.id, row.folder, row.basis, row.n_people, row.n_ratings)

    def begin(self, dataset: str) -> Round | None:
        """Note that a training begins, and return what it may use; None if nobody's ratings may be used."""

        def work(connection: Connection) -> Round | None:
            basis = _basis(connection, dataset)
            people = _agreeing(connection)
            shelves = [log.read(connection, person, dataset) for person in people]
            rated = [(person, shelf) for person, shelf in zip(people, shelves, strict=True) if shelf.ratings]
            if basis is None or not rated:
                return None
            n_ratings = sum(len(shelf.ratings) for _, shelf in rated)
            row = {
                "dataset": dataset,
                "basis": basis,
                "begun_at": log.now(),
                "n_people": len(rated),
                "n_ratings": n_ratings,
            }
            number = connection.scalars(insert(shared_models).values(row).returning(shared_models.c.id)).one()
            return Round(number, dataset, tuple(person for person, _ in rated), tuple(shelf for _, shelf in rated))

        return self.database.change(work)

    def publish(self, finished: Round, folder: str) -> bool:
        """Let the version in ``folder`` be the one in use; return False, and keep it out, if that may not be.

        Somebody whose ratings went in may have withdrawn or gone meanwhile, or a training that was begun later may have
        ended earlier.
        """

        def work(connection: Connection) -> bool:
            later = (shared_models.c.dataset == finished.dataset, shared_models.c.id > finished.id)
            newer = connection.scalar(select(shared_models.c.id).where(*later, shared_models.c.folder.is_not(None)))
            if newer is not None or not set(finished.people) <= set(_agreeing(connection)):
                return False
            mine = shared_models.c.id == finished.id
            connection.execute(update(shared_models).where(mine).values(folder=folder))
            return True

        return self.database.change(work)

    def drop_before(self, dataset: str, number: int | None) -> list[str]:
        """Forget the versions before ``number`` (all, if None); return their folders, which may be deleted."""

        def work(connection: Connection) -> list[str]:
            old = [shared_models.c.dataset == dataset]
            if number is not None:
                old.append(shared_models.c.id < number)
            folders = connection.scalars(select(shared_models.c.folder).where(*old)).all()
            connection.execute(delete(shared_models).where(*old))
            return [folder for folder in folders if folder is not None]

        return self.database.change(work)


def _agreeing(connection: Connection) -> list[int]:
    query = select(profiles.c.id).where(profiles.c.agreed_at.is_not(None)).order_by(profiles.c.id)
    return list(connection.scalars(query))


def _basis(connection: Connection, dataset: str) -> str | None:
    query = (
        select(profiles.c.id, func.max(events.c.id))
        .join(events, events.c.profile_id == profiles.c.id)
        .where(profiles.c.agreed_at.is_not(None), events.c.dataset == dataset)
        .group_by(profiles.c.id)
        .order_by(profiles.c.id)
    )
    rows = [tuple(row) for row in connection.execute(query)]
    return hashlib.sha256(repr(rows).encode()).hexdigest() if rows else None
