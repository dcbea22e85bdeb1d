"""What a cell of somebody's table may be: ids, ratings, times, text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.errors import DataError
from core.ids import Id

# "007" and "1e3" stay text: an id must come out as it went in. 18 digits fit into 64 bits.
_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,17})")
# Python alone would also read "1_000", other scripts' digits and numbers among exotic spaces.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# Seconds. What is larger can only be milliseconds: as seconds it would be the year 5138.
LAST_SECOND = 100_000_000_000


def is_whole(text: str) -> bool:
    """Return whether ``text`` is a whole number written plainly."""
    return _WHOLE.fullmatch(text) is not None and text != "-0"


def as_ids(labels: Iterable[str]) -> list[Id]:
    """Return the ids that texts spell: whole numbers if all of them are, else the texts."""
    texts = list(labels)
    return [int(text) for text in texts] if all(map(is_whole, texts)) else list(texts)


def as_number(cell: Any) -> float | None:
    """Return the finite number in a cell, or None."""
    if isinstance(cell, str) and not _NUMBER.fullmatch(cell.strip(" \t")):
        return None
    try:
        number = float(cell)
    except (TypeError, ValueError, OverflowError):  # a whole number may have more digits than a float holds
        return None
    return number if math.isfinite(number) else None


def as_seconds(cell: Any) -> int | None:
    """Return seconds since 1970 in UTC from a number of (milli)seconds, a date or an ISO 8601 text, or None."""
    number = as_number(cell)
    if number is not None:
        return int(number / 1000) if abs(number) > LAST_SECOND else int(number)
    try:
        moment = cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell))
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def seconds_of(column: pd.Series) -> np.ndarray:
    """Return a whole column as int64 seconds; raise ``ValueError`` where ``as_seconds`` gives None."""
    numbers = None if pd.api.types.is_datetime64_any_dtype(column) else pd.to_numeric(column, errors="coerce")
    if numbers is not None and numbers.notna().all():
        values = numbers.to_numpy(dtype=np.float64)
        return np.where(np.abs(values) > LAST_SECOND, values / 1000, values).astype(np.int64)
    moments = pd.to_datetime(column, format="ISO8601", utc=True, errors="coerce")
    if moments.notna().all() and (numbers is None or numbers.isna().all()):
        return np.array(moments.dt.as_unit("s").astype("int64"))
    seconds = [as_seconds(cell) for cell in column]  # a mixture, or something wrong
    if None in seconds:
        raise ValueError("a time is missing or not a time")
    return np.array(seconds, dtype=np.int64)


def decode(data: bytes, name: str | Path, *, fallback: str | None = None) -> str:
    """Return the text of a UTF-8 file, or else of one in ``fallback``; raise ``DataError`` naming line and byte."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if fallback:
            return data.decode(fallback)
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"byte 0x{data[error.start]:02x} is not UTF-8, only text saved as UTF-8 is allowed"
        raise DataError.at(name, line, problem) from None
