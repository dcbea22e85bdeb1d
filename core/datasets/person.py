"""One person's ratings in a small file: ``item_id,rating``."""

from __future__ import annotations

from pathlib import Path

from core.datasets.cells import as_number, decode
from core.datasets.delimited import lines_of
from core.errors import DataError, UnknownId
from core.ids import Id, IdMap
from core.scale import RatingScale

HEADER = ["item_id", "rating"]
MOST_BYTES = 5_000_000


def read_person(path: Path, *, items: IdMap, scale: RatingScale) -> dict[Id, float]:
    """Return what the CSV file ``path`` holds, film id to stars; raise ``DataError`` for the first line that is wrong."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise DataError.at(path, None, f"the file cannot be read, {error.strerror or error}") from None
    if size > MOST_BYTES:
        raise DataError.at(path, None, f"the file has {size} bytes, at most {MOST_BYTES} are allowed")
    lines = list(lines_of(decode(data, path), ",", quoted=True, name=path))
    if not lines or [cell.strip() for cell in lines[0][1]] != HEADER:
        found = ",".join(lines[0][1]) if lines else ""
        raise DataError.at(path, 1, f"the header is {found!r}, {','.join(HEADER)!r} is needed")
    ratings: dict[Id, float] = {}
    for number, cells in lines[1:]:
        item, stars = _parse(path, number, cells, items, scale)
        if item in ratings:
            raise DataError.at(path, number, f"film {item!r} is rated a second time, one rating a film is allowed")
        ratings[item] = stars
    if not ratings:
        raise DataError.at(path, None, "the file is empty, at least one rating is needed")
    return ratings


def _parse(path: Path, number: int, cells: list[str], items: IdMap, scale: RatingScale) -> tuple[Id, float]:
    if len(cells) != len(HEADER):
        raise DataError.at(path, number, f"the line has {len(cells)} columns, {len(HEADER)} are needed")
    stars = as_number(cells[1])
    if stars is None or not scale.low <= stars <= scale.high:
        allowed = f"a number from {scale.low:g} to {scale.high:g} is allowed"
        raise DataError.at(path, number, f"rating {cells[1]!r} is off the scale, {allowed}")
    try:
        return items.parse(cells[0].strip()), stars
    except UnknownId as error:
        raise DataError.at(path, number, str(error)) from None
