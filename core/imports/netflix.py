"""Netflix: what a profile watched, not rated. The short ViewingHistory.csv and the long ViewingActivity.csv.

The short one has ``Title,Date``, the date as the account's country writes it (1/31/24, 31/01/2024, 31.01.24). The long
one has ``Profile Name,Start Time,Duration,Attributes,Title,Supplemental Video Type,…``, with trailers and recaps among
the viewings; newer ones write ``Start Time (UTC)``. An episode's title is "Show: Season 1: Episode". No years anywhere.
Source: netflix.com/viewingactivity and netflix.com/account/getmyinfo, files of 2021 to 2024.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from core.datasets.problems import shown
from core.datasets.table import Table
from core.errors import DataError
from core.imports.history import Entry, Kind
from core.imports.sheet import Row, header_of, rows_of

_DATE = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})\.?")
_PARTS = re.compile(r"\s?: ")
# One word for a season in each of the languages whose exports were seen, with a number or a name after it.
_SEASON = re.compile(
    r"(?:(?:season|series|part|volume|vol\.?|chapter|book|collection|saison|partie|staffel|teil|temporada|parte|stagione"
    r"|seizoen|säsong|sæson|sesong|kausi|sezon|évad|série|сезон|シーズン)\s?[\w.]*"
    r"|[\w.]+ (?:season|series|temporada|stagione|sezon)|(?:limited|mini|a limited) ?series|série limitée|miniserie|miniserien)",
    re.IGNORECASE,
)
_EPISODE = re.compile(r"(?:episode|épisode|folge|episodio|episódio|aflevering|avsnitt|odcinek) ?\d+", re.IGNORECASE)
_DURATION = re.compile(r"(\d{1,4}):(\d\d):(\d\d)")
# Who watched less of a film, over all sittings, has not seen it; an episode may be as short.
LEAST_SECONDS = 20 * 60
# As many titles with the same two beginnings are episodes, whatever the season is called.
_FAMILY = 3


def is_netflix(header: Sequence[str]) -> bool:
    """Return whether a file with these columns comes from Netflix."""
    return "title" in header and (set(header) == {"title", "date"} or _start(header) is not None)


def read_netflix(table: Table) -> tuple[list[Entry], int]:
    """Return the viewings and how many rows are none: trailers, and what was only begun.

    Raises ``DataError`` for a damaged row.
    """
    start = _start(header_of(table))
    rows = list(rows_of(table, needed=("title", start or "date")))
    viewings = _watched([row for row in rows if not row.text("supplemental video type")])
    families = _families(row.text("title") for row in viewings)
    order = "" if start else _order(viewings)
    return [_entry(row, start, order, families) for row in viewings], len(rows) - len(viewings)


def _watched(rows: list[Row]) -> list[Row]:
    """Leave out titles that a profile watched for less than ``LEAST_SECONDS`` in all; without durations, none."""
    seconds: Counter[tuple[str, str]] = Counter()
    for row in rows:
        seconds[row.text("profile name"), row.text("title")] += _duration(row)
    return [row for row in rows if seconds[row.text("profile name"), row.text("title")] >= LEAST_SECONDS]


def _duration(row: Row) -> int:
    """Return "1:40:00" in the column of durations as seconds; enough of them where nothing is said."""
    column = next((column for column in row.cells if column.startswith("duration")), "")
    found = _DURATION.fullmatch(row.text(column))
    return LEAST_SECONDS if found is None else 3600 * int(found[1]) + 60 * int(found[2]) + int(found[3])


def _start(header: Sequence[str]) -> str | None:
    return next((column for column in header if column.startswith("start time")), None)


def _entry(row: Row, start: str | None, order: str, families: Counter[tuple[str, ...]]) -> Entry:
    title = row.needed("title")
    seconds = row.seconds(start) if start else _seconds(row, order)
    return Entry(title=title, file=row.file, line=row.line, rated_at=seconds, kind=_kind(title, families),
                 profile=row.text("profile name"))  # fmt: skip


def _kind(title: str, families: Counter[tuple[str, ...]]) -> Kind:
    parts = _PARTS.split(title)
    is_episode = any(_SEASON.fullmatch(part) for part in parts[1:-1]) or (
        len(parts) > 1 and _EPISODE.fullmatch(parts[-1]) is not None
    )
    return "series" if is_episode or families[tuple(parts[:2])] >= _FAMILY else "film"


def _families(titles: Iterable[str]) -> Counter[tuple[str, ...]]:
    """Count the different titles of three parts and more by their first two."""
    split = (_PARTS.split(title) for title in set(titles))
    return Counter(tuple(parts[:2]) for parts in split if len(parts) > 2)


def _order(rows: Iterable[Row]) -> str:
    """Return in which order the dates of a file stand: "ymd", "dmy", "mdy", or "" where no date tells."""
    for row in rows:
        found = _DATE.fullmatch(row.text("date"))
        if found:
            first, second = int(found[1]), int(found[2])
            if len(found[1]) == 4:
                return "ymd"
            if first > 12 or second > 12:
                return "dmy" if first > 12 else "mdy"
    return ""


def _seconds(row: Row, order: str) -> int | None:
    """Return the day as seconds since 1970; None where day and month cannot be told apart: nothing is guessed."""
    text = row.text("date")
    found = _DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        numbers = dict(zip(order or "dmy", map(int, found.groups()), strict=True))
        year = numbers["y"] + (2000 if numbers["y"] < 100 else 0)
        moment = datetime(year, numbers["m"], numbers["d"], tzinfo=UTC)
    except ValueError:
        raise DataError.at(
            row.file, row.line, f"date {shown(text)} is not a date, one like 31/01/2024 is allowed"
        ) from None
    return int(moment.timestamp()) if order else None
