"""From a key to the profile that it reaches, and to no other."""

from __future__ import annotations

from sqlalchemy import Connection, Select, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from dashboard.visitors import log
from dashboard.visitors.errors import ProfileGone
from dashboard.visitors.identity import digest_of, profile_in
from dashboard.visitors.schema import holders, holdings, profiles


def held_by(key: str) -> Select[int]:
    """Select the numbers of all profiles that ``key`` reaches, the one used last first."""
    return (
        select(profiles.c.id)
        .join(holdings, holdings.c.profile_id == profiles.c.id)
        .join(holders, holders.c.id == holdings.c.holder_id)
        .where(holders.c.key_digest == digest_of(key))
        .order_by((profiles.c.id == holders.c.current_profile).is_(True).desc(), profiles.c.id)
    )


def owner_of(connection: Connection, key: str) -> int | None:
    """Return the profile that ``key`` reaches, for reading; None if there is none yet, or none any more."""
    return connection.scalar(_meant(key))


def owner_locked(connection: Connection, key: str) -> int | None:
    """Return it for a change: until the transaction ends nobody else changes this profile.

    Raises ``ProfileGone`` if ``key`` means a profile that it does not reach (any more).
    """
    owner = connection.scalar(_meant(key).with_for_update(of=profiles))
    if owner is None and profile_in(key) is not None:
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
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {"key_digest": digest_of(key), "created_at": log.now()}
    connection.execute(dialect.insert(holders).values(row).on_conflict_do_nothing())
    mine = select(holders.c.id).where(holders.c.key_digest == digest_of(key)).with_for_update()
    return connection.scalars(mine).one()


def add_profile(connection: Connection, holder: int, name: str | None = None) -> int:
    """Add a profile that only ``holder`` reaches, and let it be the one in use."""
    row = {"name": name, "created_at": log.now()}
    profile = connection.scalars(insert(profiles).values(row).returning(profiles.c.id)).one()
    hold(connection, holder, profile)
    return profile


def hold(connection: Connection, holder: int, profile: int) -> None:
    """Let ``holder`` reach ``profile``, and let it be the one in use."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {"holder_id": holder, "profile_id": profile}
    connection.execute(dialect.insert(holdings).values(row).on_conflict_do_nothing())
    connection.execute(update(holders).where(holders.c.id == holder).values(current_profile=profile))


def forget(connection: Connection, key: str) -> None:
    """Delete the profile that ``key`` means, with all that hangs on it, and the holders that reach nothing any more."""
    owner = owner_locked(connection, key)
    connection.execute(delete(profiles).where(profiles.c.id == owner))
    connection.execute(delete(holders).where(holders.c.id.not_in(select(holdings.c.holder_id))))


def _meant(key: str) -> Select[int]:
    profile = profile_in(key)
    query = held_by(key).limit(1)
    return query if profile is None else query.where(profiles.c.id == profile)
