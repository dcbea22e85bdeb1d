"""Trakt's export in JSON: ratings (1 to 10) and what was watched; one file, or all in the zip.

A file is a list. Each record has ``movie`` or ``show`` (``title``, ``year``, ``ids``), and says what it is by its keys:
``rating`` and ``rated_at``; ``last_watched_at`` or ``watched_at``. Lists and collections (``listed_at``,
``collected_at``) are no viewings. Source: trakt.docs.apiary.io, "Users", and the files of the account's data export.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from core.datasets.cells import as_seconds, decode
from core.datasets.problems import shown
from core.datasets.table import Table
from core.errors import DataError
from core.imports.history import OUT_OF_TEN, Entry
from core.imports.sheet import FIRST_YEAR, LAST_YEAR, MOST_CHARACTERS, MOST_ROWS, on_scale

UNIT = "Entry"
_SHOWS = ("show", "season", "episode")
_TIMES = ("rated_at", "last_watched_at", "watched_at")


def read_trakt(table: Table) -> Iterator[Entry]:
    """Give what was rated or watched; raise ``DataError`` at the first record that cannot be used."""
    records = _records(table)
    if len(records) > MOST_ROWS:
        raise DataError.at(table.name, None, f"the list has {len(records):,} entries, {MOST_ROWS:,} are allowed")
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            raise _error(table, number, f"it is {_kind_of(record)}, an object is needed")
        if any(record.get(key) is not None for key in ("rating", *_TIMES)):
            yield _entry(table, number, record)


def _records(table: Table) -> list[Any]:
    text = decode(table.data, table.name)
    if not text.strip():
        raise DataError.at(table.name, None, "the file is empty, the export of a service is needed")
    try:
        records = json.loads(text)
    except json.JSONDecodeError as error:
        problem = f"the file is no JSON ({error.msg} in column {error.colno}), a Trakt export is needed"
        raise DataError.at(table.name, error.lineno, problem) from None
    except (RecursionError, ValueError):  # lists in lists without end; a number of thousands of digits
        raise DataError.at(table.name, None, "the JSON is nested too deeply or has a number too long") from None
    if not isinstance(records, list):
        raise DataError.at(table.name, None, f"it holds {_kind_of(records)}, a list of films is needed")
    return records


def _entry(table: Table, number: int, record: Mapping[str, Any]) -> Entry:
    is_series = any(isinstance(record.get(kind), dict) for kind in _SHOWS)
    film = record.get("show" if is_series else "movie")
    film = film if isinstance(film, dict) else {}
    title, year, ids = film.get("title"), film.get("year"), film.get("ids")
    if not isinstance(title, str) or not title.strip() or len(title) > MOST_CHARACTERS:
        raise _error(table, number, f"the title {shown(str(title))} is missing or not a title, text is allowed")
    if year is not None and not (type(year) is int and FIRST_YEAR <= year <= LAST_YEAR):
        raise _error(
            table, number, f"year {shown(str(year))} is not a year, one from {FIRST_YEAR} to {LAST_YEAR} is allowed"
        )
    ids = ids if isinstance(ids, dict) else {}
    imdb, tmdb, trakt = (ids.get(name) for name in ("imdb", "tmdb", "trakt"))
    return Entry(
        title=title.strip(),
        file=table.name,
        line=number,
        year=year,
        stars=_stars(table, number, record),
        rated_at=_seconds(table, number, record),
        kind="series" if is_series else "film",
        imdb_id=imdb if isinstance(imdb, str) and imdb else None,
        tmdb_id=tmdb if type(tmdb) is int else None,
        key=str(trakt) if type(trakt) is int else "",
    )


def _stars(table: Table, number: int, record: Mapping[str, Any]) -> float | None:
    rating = record.get("rating")
    if rating is None:
        return None
    return on_scale(rating, OUT_OF_TEN, file=table.name, line=number, unit=UNIT) / 2


def _seconds(table: Table, number: int, record: Mapping[str, Any]) -> int | None:
    moment = next((record[key] for key in _TIMES if record.get(key) is not None), None)
    seconds = as_seconds(moment) if isinstance(moment, str) and "-" in moment else None
    if moment is not None and seconds is None:
        raise _error(
            table, number, f"time {shown(str(moment))} is not a time, one like 2024-01-31T20:15:00Z is allowed"
        )
    return seconds


def _error(table: Table, number: int, problem: str) -> DataError:
    return DataError.at(table.name, number, problem, unit=UNIT)


def _kind_of(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number")
