"""Which column of somebody's table is which: people name them in many ways."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.errors import DataError

# Names without case, spaces and marks, the surest first: where a table has "movie" and "movieId", the id is meant.
RATING_COLUMNS = {
    "user": ("userid", "user", "person", "personid", "viewer"),
    "film": ("itemid", "movieid", "filmid", "item", "movie", "film"),
    "rating": ("rating", "stars", "score"),
    "time": ("timestamp", "time", "ratedat", "date"),
}
FILM_COLUMNS = {
    "film": (*RATING_COLUMNS["film"], "id"),
    "title": ("title", "name", "movietitle", "filmtitle"),
    "year": ("year", "releaseyear"),
    "genres": ("genres", "genre"),
}


def places_of(
    header: Sequence[str], aliases: Mapping[str, tuple[str, ...]], needed: Sequence[str], name: str | Path
) -> dict[str, int]:
    """Return the place of each kind of column that the header has; raise ``DataError`` if a needed one is missing."""
    plain = [re.sub(r"[^a-z]", "", column.lower()) for column in header]
    found = {kind: [plain.index(alias) for alias in names if alias in plain] for kind, names in aliases.items()}
    for kind in needed:
        if not found[kind]:
            has = ", ".join(repr(column) for column in header)
            raise DataError.at(
                name, 1, f"no column holds the {kind} among {has}, one of {', '.join(aliases[kind])} is needed"
            )
    return {kind: places[0] for kind, places in found.items() if places}
