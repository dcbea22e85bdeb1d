"""Letterboxd's export: ratings.csv, diary.csv and watched.csv, one of them or all in the zip.

Columns: ratings ``Date,Name,Year,Letterboxd URI,Rating``; the diary adds ``Rewatch,Tags,Watched Date``; watched has
no ``Rating``. In the zip further folders hold lists, likes and what was deleted: those are not read. watchlist.csv has
the very columns of watched.csv: only its name tells it apart.
Source: exports made at letterboxd.com/settings/data in 2024.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.datasets.table import Table
from core.errors import DataError
from core.imports.history import STARS, Entry
from core.imports.sheet import Row, rows_of

URI = "letterboxd uri"
FILES = ("watched.csv", "diary.csv", "ratings.csv")
NOT_WATCHED = "watchlist"
_NEEDED = ("date", "name", "year", URI)


def is_letterboxd(header: Sequence[str]) -> bool:
    """Return whether a file with these columns comes from Letterboxd."""
    return URI in header


def read_letterboxd(table: Table) -> Iterator[Entry]:
    """Give the rows of one file; raise ``DataError`` at the first that cannot be used."""
    if NOT_WATCHED in table.name.casefold():
        problem = "a watchlist holds films to be watched, ratings.csv, diary.csv or watched.csv is needed"
        raise DataError.at(table.name, None, problem)
    yield from map(_entry, rows_of(table, needed=_NEEDED))


def _entry(row: Row) -> Entry:
    row.seconds("watched date")  # a wrong one shows a damaged file, though the day of the rating is what counts
    # In the diary the address is that of the diary's entry: it tells viewings apart, not films.
    is_viewing = "rewatch" in row.cells
    return Entry(
        title=row.needed("name"),
        file=row.file,
        line=row.line,
        year=row.year(),
        stars=row.rating("rating", STARS),
        rated_at=row.seconds("date"),
        key="" if is_viewing else row.text(URI),
    )
