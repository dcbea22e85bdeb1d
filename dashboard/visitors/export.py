"""Everything that is kept of somebody, to take along."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from dashboard.exports import csv_text
from dashboard.visitors import log
from dashboard.visitors.database import Database
from dashboard.visitors.owners import owner_of
from dashboard.visitors.schema import events, finished_steps, models_in_use, opinions, profiles
from dashboard.visitors.shelf import FilmId, Shelf

FORMAT = "reelspace visitor 1"
HEADER = ("dataset", "item_id", "title", "year", "rating", "state", "when")
SECRETS = ("id", "profile_id", "link_digest")

# From a data set and a film to its title and year, empty where nobody knows them.
Titles = Callable[[str, FilmId], tuple[str, int | None]]


def as_json(database: Database, visitor: str) -> str:
    """Return all that is kept of a profile as one JSON text: who, the shelves now, and every line of the log.

    Secrets are left out, and numbers that say where a row lies among other people's. Times are seconds since 1970.
    """
    with database.reading() as connection:
        owner = owner_of(connection, visitor)
        profile = connection.execute(select(profiles).where(profiles.c.id == owner)).mappings().first()
        lines = connection.execute(select(events).where(events.c.profile_id == owner).order_by(events.c.id))
        models = connection.execute(select(models_in_use).where(models_in_use.c.profile_id == owner))
        steps = connection.execute(select(finished_steps).where(finished_steps.c.profile_id == owner))
        said = connection.execute(select(opinions).where(opinions.c.profile_id == owner).order_by(opinions.c.id))
        whole = {
            "format": FORMAT,
            "profile": None if profile is None else _open(profile),
            "log": [_open(row, with_number=True) for row in lines.mappings()],  # undoing names it
            "models": [_open(row) for row in models.mappings()],
            "finished_steps": [_open(row) for row in steps.mappings()],
            "opinions": [_open(row) for row in said.mappings()],
        }
    shelves = {name: _shelf(shelf) for name, shelf in _shelves(database, visitor).items()}
    return json.dumps({**whole, "shelves": shelves}, ensure_ascii=False, indent=1)


def as_csv(database: Database, visitor: str, titles: Titles) -> str:
    """Return what is on the shelves now as a CSV table, a row for each film; no cell can run as a formula."""
    rows: list[tuple[object, ...]] = []
    for dataset, shelf in _shelves(database, visitor).items():
        for rating in shelf.ratings:
            about = (dataset, rating.film, *titles(dataset, rating.film))
            rows.append((*about, rating.stars, "rated", _moment(rating.rated_at)))
        for state, films in (("seen", shelf.seen), ("wanted", shelf.watchlist)):
            rows += [(dataset, film, *titles(dataset, film), None, state, None) for film in films]
    return csv_text(HEADER, rows)


def _shelves(database: Database, visitor: str) -> dict[str, Shelf]:
    with database.reading() as connection:
        owner = owner_of(connection, visitor)
        if owner is None:
            return {}
        names = connection.scalars(select(events.c.dataset).where(events.c.profile_id == owner).distinct())
        return {name: log.read(connection, owner, name) for name in sorted(names)}


def _shelf(shelf: Shelf) -> dict[str, Any]:
    rated = [asdict(rating) for rating in shelf.ratings]
    return {"ratings": rated, "seen": list(shelf.seen), "watchlist": list(shelf.watchlist)}


def _open(row: Mapping[Any, Any], *, with_number: bool = False) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in SECRETS or (with_number and name == "id")}


def _moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return str(seconds)
