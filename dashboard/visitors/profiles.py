"""Whose ratings they are: names, several profiles in one browser, private links, agreeing, merging, leaving."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, literal, select, update

from core import InvalidArgument
from dashboard.visitors import log
from dashboard.visitors.database import Database
from dashboard.visitors.errors import StoreError
from dashboard.visitors.identity import digest_of, is_visitor_id, new_visitor_id, profile_in, with_profile
from dashboard.visitors.log import Given
from dashboard.visitors.owners import add_profile, forget, held_by, hold, holder_made, owner_locked, owner_made
from dashboard.visitors.schema import LONGEST_NAME, events, holders, holdings, profiles
from dashboard.visitors.shelf import Shelf

LINK_GONE = "This private link does not work: it was replaced by a newer one, or its profile was deleted."
MOST_PROFILES = 50  # of one browser: more is a program at play


@dataclass(frozen=True)
class Profile:
    """One profile that a browser or account reaches. Times are seconds since 1970; ``agreed_at`` None: they do not agree.

    ``n_ratings`` counts every time that stars were given, over all data sets.
    """

    id: int
    name: str | None
    created_at: int
    agreed_at: int | None
    link_made_at: int | None
    n_ratings: int


@dataclass(frozen=True)
class Profiles:
    """Who is behind a key. Methods raise as those of ``Store`` do."""

    database: Database

    def all(self, visitor: str) -> tuple[Profile, ...]:
        """Return all profiles that ``visitor`` reaches, the one used last first."""
        with self.database.reading() as connection:
            numbers = held_by(connection, visitor)
            rated = (events.c.profile_id == profiles.c.id) & (events.c.kind == "rate")
            n_ratings = select(func.count()).where(rated).scalar_subquery()
            rows = connection.execute(select(profiles, n_ratings.label("n")).where(profiles.c.id.in_(numbers)))
            found = {row.id: _profile(row) for row in rows}
        return tuple(found[number] for number in numbers if number in found)

    def current(self, visitor: str) -> Profile | None:
        """Return the profile that ``visitor`` means; None if there is none yet, or none any more."""
        meant = profile_in(visitor)
        return next((profile for profile in self.all(visitor) if meant in (None, profile.id)), None)

    def add(self, visitor: str, name: str) -> int:
        """Add a profile, which is then the one in use; return its number."""
        checked = _name(name)

        def work(connection: Connection) -> int:
            holder = holder_made(connection, visitor)
            mine = select(func.count()).select_from(holdings).where(holdings.c.holder_id == holder)
            if connection.scalars(mine).one() >= MOST_PROFILES:
                raise InvalidArgument(f"a browser may have {MOST_PROFILES} profiles; delete one first")
            return add_profile(connection, holder, checked)

        return self.database.change(work)

    def rename(self, visitor: str, name: str) -> None:
        """Give the profile another name."""
        checked = _name(name)
        self._set(visitor, name=checked)

    def agree(self, visitor: str, *, agrees: bool) -> None:
        """Note whether somebody's ratings may train the model that others use too."""
        self._set(visitor, agreed_at=log.now() if agrees else None)

    def switch(self, visitor: str, profile: int) -> None:
        """Let ``profile`` be the one in use; raises ``ProfileGone`` if ``visitor`` does not reach it."""

        def work(connection: Connection) -> None:
            owner_locked(connection, with_profile(visitor, profile))
            mine = holders.c.key_digest == digest_of(visitor)
            connection.execute(update(holders).where(mine).values(current_profile=profile))

        self.database.change(work)

    def new_link(self, visitor: str) -> str:
        """Make a private link and return its secret, which is kept as a digest only: it cannot be shown again.

        The one before stops working, and every other browser and account that reached the profile is out.
        """
        secret = new_visitor_id()

        def work(connection: Connection) -> str:
            owner = owner_made(connection, visitor)
            values = {"link_digest": digest_of(secret), "link_made_at": log.now()}
            connection.execute(update(profiles).where(profiles.c.id == owner).values(values))
            me = select(holders.c.id).where(holders.c.key_digest == digest_of(visitor)).scalar_subquery()
            connection.execute(delete(holdings).where(holdings.c.profile_id == owner, holdings.c.holder_id != me))
            return secret

        return self.database.change(work)

    def behind(self, secret: str) -> Profile:
        """Return the profile that a private link opens; raises ``StoreError`` if it opens none."""
        with self.database.reading() as connection:
            row = connection.execute(select(profiles, literal(0).label("n")).where(_of_link(secret))).first()
        if row is None:
            raise StoreError(LINK_GONE)
        return _profile(row)

    def open_link(self, visitor: str, secret: str) -> str:
        """Let ``visitor`` reach the profile behind a private link, besides their own; return their new token.

        The token changes, so that whoever planted the old one in this browser does not come along. The old one goes on
        reaching what it reached: should the answer be lost on its way, nothing else is.
        """
        if not is_visitor_id(visitor):
            raise InvalidArgument("visitor must be a browser's token, got something else")
        fresh = new_visitor_id()

        def work(connection: Connection) -> str:
            profile = connection.scalar(select(profiles.c.id).where(_of_link(secret)).with_for_update())
            if profile is None:
                raise StoreError(LINK_GONE)
            holder = holder_made(connection, fresh)
            for own in held_by(connection, visitor):
                connection.execute(insert(holdings).values(holder_id=holder, profile_id=own))
            hold(connection, holder, profile)
            return fresh

        return self.database.change(work)

    def merge(self, visitor: str, other: str) -> int:
        """Bring what the profile ``other`` has into the one of ``visitor``; return how many films that changed.

        Of two ratings of a film the later one stands. In each data set it is one step, which ``undo`` takes back; the
        other profile stays as it is. Both keys must reach what they mean.
        """

        def work(connection: Connection) -> int:
            source, target = owner_locked(connection, other), owner_made(connection, visitor)
            if source is None or source == target:
                raise InvalidArgument("merging needs two different profiles, each with a key that reaches it")
            name = connection.scalar(select(profiles.c.name).where(profiles.c.id == source)) or "another profile"
            datasets = connection.scalars(select(events.c.dataset).where(events.c.profile_id == source).distinct())
            return sum(_merge_one(connection, source, target, dataset, name) for dataset in datasets.all())

        return self.database.change(work)

    def delete(self, visitor: str) -> None:
        """Delete the profile and all that hangs on it, for every browser; there is no undo."""
        self.database.change(lambda connection: forget(connection, visitor))
        self.database.scrub()

    def _set(self, visitor: str, **values: object) -> None:
        def work(connection: Connection) -> None:
            owner = owner_made(connection, visitor)
            connection.execute(update(profiles).where(profiles.c.id == owner).values(values))

        self.database.change(work)


def _profile(row: Row[tuple[object, ...]]) -> Profile:
    return Profile(row.id, row.name, row.created_at, row.agreed_at, row.link_made_at, row.n)


def _of_link(secret: str) -> ColumnElement[bool]:
    if not is_visitor_id(secret):
        raise StoreError(LINK_GONE)
    return profiles.c.link_digest == digest_of(secret)


def _name(name: str) -> str:
    """The name as it is kept: one line of visible characters."""
    text = " ".join(name.split())
    hidden = any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") for letter in text)
    if not 1 <= len(text) <= LONGEST_NAME or hidden:
        raise InvalidArgument(f"name must have 1 to {LONGEST_NAME} visible characters, got {text!r}"[:200])
    return text


def _merge_one(connection: Connection, source: int, target: int, dataset: str, name: str) -> int:
    lines = _missing(log.read(connection, source, dataset), log.read(connection, target, dataset))
    if lines:
        log.add_batch(connection, target, dataset, lines, label=f"From {name}", source="imported")
    return len(lines)


def _missing(theirs: Shelf, mine: Shelf) -> list[Given]:
    """What ``theirs`` has that ``mine`` lacks, or has an older rating for."""
    since = {rating.film: rating.rated_at for rating in mine.ratings}
    lines = [
        Given(rating.film, rating.stars, at=rating.rated_at, source=rating.source)
        for rating in theirs.ratings
        if rating.film not in since or since[rating.film] < rating.rated_at
    ]
    known = {*since, *mine.seen, *(line.film for line in lines)}
    lines += [Given(film, mark="seen") for film in theirs.seen if film not in known]
    known |= {*mine.watchlist, *theirs.seen}
    return lines + [Given(film, mark="want") for film in theirs.watchlist if film not in known]
