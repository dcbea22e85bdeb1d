"""From a key to the profile that it reaches, and to no other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from dashboard.visitors import log
from dashboard.visitors.errors import ProfileGone
from dashboard.visitors.identity import digest_of, profile_in
from dashboard.visitors.prepared import Prepared
from dashboard.visitors.schema import holders, holdings, profiles

HELD = (
    select(profiles.c.id)
    .join(holdings, holdings.c.profile_id == profiles.c.id)
    .join(holders, holders.c.id == holdings.c.holder_id)
    .where(holders.c.key_digest == bindparam("digest"))
    .order_by((profiles.c.id == holders.c.current_profile).is_(True).desc(), profiles.c.id)
)
NAMED = HELD.where(profiles.c.id == bindparam("profile"))
LAST_USED = HELD.limit(1)
_LAST_USED, _NAMED, _ALL = Prepared(LAST_USED), Prepared(NAMED), Prepared(HELD)
LAST_USED_LOCKED = Prepared(LAST_USED.with_for_update(of=profiles))
NAMED_LOCKED = Prepared(NAMED.with_for_update(of=profiles))
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def _added_once(table: Table, *columns: str) -> dict[str, Prepared]:
    """Add a row unless it is there, in the words of each kind of database."""
    values: dict[str, Any] = {name: bindparam(name) for name in columns}
    return {name: Prepared(into(table).values(values).on_conflict_do_nothing()) for name, into in _INSERT.items()}


_NEW_HOLDER = _added_once(holders, "key_digest", "created_at")
_NEW_HOLDING = _added_once(holdings, "holder_id", "profile_id")
_HOLDER = Prepared(select(holders.c.id).where(holders.c.key_digest == bindparam("digest")).with_for_update())
_NEW_PROFILE = Prepared(
    insert(profiles).values(name=bindparam("name"), created_at=bindparam("created_at")).returning(profiles.c.id)
)
_USE = Prepared(
    update(holders).where(holders.c.id == bindparam("holder")).values(current_profile=bindparam("current_profile"))
)


def held_by(connection: Connection, key: str) -> list[int]:
    """Return the numbers of all profiles that ``key`` reaches, the one used last first."""
    return list(_ALL(connection, digest=digest_of(key)).scalars())


def owner_of(connection: Connection, key: str) -> int | None:
    """Return the profile that ``key`` reaches, for reading; None if there is none yet, or none any more."""
    profile = profile_in(key)
    if profile is None:
        return _LAST_USED(connection, digest=digest_of(key)).scalar()
    return _NAMED(connection, digest=digest_of(key), profile=profile).scalar()


def owner_locked(connection: Connection, key: str) -> int | None:
    """Return it for a change: until the transaction ends nobody else changes this profile.

    Raises ``ProfileGone`` if ``key`` means a profile that it does not reach (any more).
    """
    profile = profile_in(key)
    if profile is None:
        return LAST_USED_LOCKED(connection, digest=digest_of(key)).scalar()
    owner: int | None = NAMED_LOCKED(connection, digest=digest_of(key), profile=profile).scalar()
    if owner is None:
        raise ProfileGone("Nothing was saved: this profile is no longer in this browser; reload the page.")
    return owner


def owner_made(connection: Connection, key: str) -> int:
    """Return it for a change, adding it at somebody's first change: to look around leaves no trace."""
    owner = owner_locked(connection, key)
    if owner is not None:
        return owner
    holder = holder_made(connection, key)
    again = owner_locked(connection, key)  # two pages may have been here at once
    return add_profile(connection, holder) if again is None else again


def holder_made(connection: Connection, key: str) -> int:
    """Return the holder's row, added if need be and locked until the transaction ends."""
    digest = digest_of(key)
    _NEW_HOLDER[connection.dialect.name](connection, key_digest=digest, created_at=log.now())
    holder: int = _HOLDER(connection, digest=digest).scalar_one()
    return holder


def add_profile(connection: Connection, holder: int, name: str | None = None) -> int:
    """Add a profile that only ``holder`` reaches, and let it be the one in use."""
    profile: int = _NEW_PROFILE(connection, name=name, created_at=log.now()).scalar_one()
    hold(connection, holder, profile)
    return profile


def hold(connection: Connection, holder: int, profile: int) -> None:
    """Let ``holder`` reach ``profile``, and let it be the one in use."""
    _NEW_HOLDING[connection.dialect.name](connection, holder_id=holder, profile_id=profile)
    _USE(connection, holder=holder, current_profile=profile)


def forget(connection: Connection, key: str) -> None:
    """Delete the profile that ``key`` means, with all that hangs on it, and the holders that reach nothing any more."""
    owner = owner_locked(connection, key)
    connection.execute(delete(profiles).where(profiles.c.id == owner))
    connection.execute(delete(holders).where(holders.c.id.not_in(select(holdings.c.holder_id))))
