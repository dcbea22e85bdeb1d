"""What a map knows of its films, in columns that a browser fetches once and keeps.

A column's address is made of its content: it may be kept for ever, and what has not changed is never sent again. A
column is served for as long as somebody here holds it, and the last few in any case: a browser may still ask.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from weakref import WeakValueDictionary

import pandas as pd

UNKNOWN = 65_535  # in a column of amounts: this film has none
Kind = Literal["f4", "u2", "u1", "json"]


@dataclass(frozen=True, eq=False)
class Column:
    """One value a film, as the browser reads it: ``name`` is its kind and a digest of its content."""

    name: str
    body: bytes
    is_compressed: bool = False


MOST_RECENT = 256  # of 120 kB each for predictions of 60,000 films
_published: WeakValueDictionary[str, Column] = WeakValueDictionary()
_recent: deque[Column] = deque(maxlen=MOST_RECENT)


def published(name: str) -> Column | None:
    """Return the column of that name, if somebody holds it still."""
    return _published.get(name)


def places(frame: pd.DataFrame) -> Column:
    """Return where films stand: three floats a film, the third 0 on a flat map."""
    deep = frame if "z" in frame else frame.assign(z=0.0)
    return _publish("f4", deep[["x", "y", "z"]].astype("<f4").to_numpy().tobytes())


def counts(values: pd.Series) -> Column:
    """Return numbers of ratings: a float a film, exact to sixteen million."""
    return _publish("f4", values.astype("<f4").to_numpy().tobytes())


def amounts(values: pd.Series, *, unit: float = 0.001) -> Column:
    """Return amounts from 0 to 65,534 ``unit``, rounded to one of them; a missing one stays missing."""
    steps = (values.astype("float64") / unit).round().clip(0, UNKNOWN - 1)
    return _publish("u2", steps.fillna(UNKNOWN).astype("<u2").to_numpy().tobytes())


def kinds(values: Sequence[int]) -> Column:
    """Return a small number a film: its kind, or a share of 255."""
    return _publish("u1", bytes(values))


def table(content: Any) -> Column:
    """Return texts, as JSON."""
    return _publish("json", json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def _publish(kind: Kind, body: bytes) -> Column:
    name = f"{kind}-{hashlib.sha256(body).hexdigest()[:32]}"
    column = _published.get(name)
    if column is None:
        compresses = kind == "json"  # numbers shrink little
        stored = gzip.compress(body, compresslevel=5) if compresses else body
        column = _published.setdefault(name, Column(name, stored, compresses))
    _recent.append(column)
    return column
