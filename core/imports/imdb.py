"""IMDb's ratings.csv: ``Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,…,Year,…``, ratings 1 to 10.

Lists and watchlists come with the same columns and an empty ``Your Rating``; they say nothing about what was watched.
Source: exports of imdb.com/list/ratings; older ones lack ``Original Title`` and write ``tvSeries`` for ``TV Series``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.datasets.problems import shown
from core.datasets.table import Table
from core.errors import DataError
from core.imports.history import OUT_OF_TEN, Entry, Kind
from core.imports.sheet import Row, rows_of

_NEEDED = ("const", "your rating", "title", "title type", "year")
_CONST = re.compile(r"tt\d{5,10}")
# Title types without blanks, in small letters; what is none of these counts as a film.
_SERIES = (
    "tvseries",
    "tvminiseries",
    "tvepisode",
    "tvshort",
    "podcastseries",
    "podcastepisode",
    "videogame",
    "musicvideo",
)


def is_imdb(header: Sequence[str]) -> bool:
    """Return whether a file with these columns comes from IMDb."""
    return "const" in header


def read_imdb(table: Table) -> Iterator[Entry]:
    """Give the rated titles; raise ``DataError`` at the first row that cannot be used."""
    for row in rows_of(table, needed=_NEEDED):
        if row.text("your rating"):
            yield _entry(row)


def _entry(row: Row) -> Entry:
    const = row.needed("const")
    if not _CONST.fullmatch(const):
        raise DataError.at(row.file, row.line, f"const {shown(const)} is no IMDb id, one like tt0111161 is allowed")
    rating = row.rating("your rating", OUT_OF_TEN)
    return Entry(
        title=row.needed("title"),
        file=row.file,
        line=row.line,
        year=row.year(),
        stars=None if rating is None else rating / 2,
        rated_at=row.seconds("date rated"),
        kind=_kind(row.text("title type")),
        imdb_id=const,
        other_title=row.text("original title"),
        key=const,
    )


def _kind(title_type: str) -> Kind:
    return "series" if re.sub(r"[^a-z]", "", title_type.casefold()) in _SERIES else "film"
