"""A rating in statements that a database needs no answer between: by far the most frequent change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Float, Select, String, and_, bindparam, exists, func, insert, literal, or_, select

from dashboard.visitors.identity import digest_of, profile_in
from dashboard.visitors.log import film_columns
from dashboard.visitors.owners import LAST_USED, LAST_USED_LOCKED, NAMED, NAMED_LOCKED
from dashboard.visitors.prepared import Prepared
from dashboard.visitors.quick import AT_LENGTH, Quick, Rows
from dashboard.visitors.schema import events, holders, holdings, profiles
from dashboard.visitors.shelf import Rating

_AT = bindparam("at", type_=BigInteger)
_DIGEST = bindparam("digest", type_=String)


def _newcomer() -> Prepared:
    """Add a profile and who holds it, unless that holder is known; where two come at once, the second is refused."""
    unknown = ~exists(select(holders.c.id).where(holders.c.key_digest == _DIGEST))
    profile = insert(profiles).from_select(["created_at"], select(_AT).where(unknown)).returning(profiles.c.id).cte("p")
    row = select(_DIGEST, _AT, profile.c.id)
    columns = ["key_digest", "created_at", "current_profile"]
    holder = insert(holders).from_select(columns, row).returning(holders.c.id).cte("h")
    return Prepared(insert(holdings).from_select(["holder_id", "profile_id"], select(holder.c.id, profile.c.id)))


def _unless_it_stands(owner: Select[Any]) -> Prepared:
    """Add the rating unless the film has these stars already: the latest line about the film that nobody took back."""
    undone = events.alias("undone")
    profile = owner.subquery("owner")
    this_film = and_(
        or_(events.c.kind == "rate", events.c.kind == "remove"),
        events.c.film == bindparam("film"),
        events.c.film_is_number == bindparam("film_is_number"),
    )
    latest = (
        select(events.c.stars)
        .where(
            events.c.profile_id == profile.c.id,
            events.c.dataset == bindparam("dataset"),
            or_(this_film, events.c.kind == "clear"),
            ~exists(select(undone.c.id).where(undone.c.undoes == func.coalesce(events.c.batch, events.c.id))),
        )
        .order_by(events.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    columns = ("dataset", "at", "film", "film_is_number", "stars", "source")
    given = [bindparam(name, type_=events.c[name].type) for name in columns]
    stars = bindparam("stars", type_=Float)
    row = select(profile.c.id, literal("rate"), *given).where(func.coalesce(latest != stars, True))
    new_line = insert(events).from_select(["profile_id", "kind", *columns], row)
    return Prepared(new_line.returning(events.c.id))


_NEWCOMER = _newcomer()
_RATE_LAST_USED, _RATE_NAMED = _unless_it_stands(LAST_USED), _unless_it_stands(NAMED)


def quick_rating(key: str, dataset: str, rating: Rating, *, dialect: str) -> Quick:
    """Return what gives a film its stars and tells whether that changed anything.

    The first statement locks the profile, so that the second sees what stands; in PostgreSQL one before adds a newcomer,
    in SQLite, where a statement changes one table, newcomers are added at length.
    """
    profile, who = profile_in(key), {"digest": digest_of(key)}
    about = {"dataset": dataset, "at": rating.rated_at, "stars": rating.stars, "source": rating.source}
    line = who | about | film_columns(rating.film)
    if profile is not None:
        one = {"profile": profile}
        return Quick(((NAMED_LOCKED, who | one), (_RATE_NAMED, line | one)), _told)
    newcomer = [(_NEWCOMER, who | {"at": rating.rated_at})] if dialect == "postgresql" else []
    return Quick((*newcomer, (LAST_USED_LOCKED, who), (_RATE_LAST_USED, line)), _told)


def _told(answers: Sequence[Rows]) -> Any:
    *_, owner, added = answers
    return bool(added) if owner else AT_LENGTH
