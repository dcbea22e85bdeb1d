"""What colours mean on a map: lamp for predictions, ink for facts, one colour and shape for each kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from dashboard.charts.map_films import POPULARITY_UNIT
from dashboard.charts.palette import GROUPS
from dashboard.words import count, star_text

STAR_UNIT = 0.001  # of columns of stars


@dataclass(frozen=True)
class Colouring:
    """Films by ``column``: from ``low`` to ``high`` in the column's own unit, or in ``steps`` kinds.

    ``ends`` are the words for both ends, or the names of the kinds.
    """

    column: str
    scale: Literal["lamp", "ink", "groups"]
    low: float = 0.0
    high: float = 1.0
    steps: int = 0
    ends: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """Return it as the browser takes it."""
        return {
            "column": self.column, "scale": self.scale, "low": self.low, "high": self.high, "steps": self.steps,
        }  # fmt: skip


def colour_by_stars(column: str, values: pd.Series, *, is_prediction: bool) -> Colouring:
    """Colour by stars, out to the next half star on both sides."""
    known = values.astype("float64").dropna()
    low, high = (known.min() * 2 // 1 / 2, -(-known.max() * 2 // 1) / 2) if len(known) else (0.0, 5.0)
    ends = (f"{star_text(low)} {'star' if low <= 1 else 'stars'}", f"{star_text(high)} stars")
    return Colouring(column, "lamp" if is_prediction else "ink", low / STAR_UNIT, high / STAR_UNIT, ends=ends)


def colour_by_year(films: pd.DataFrame) -> Colouring:
    """Colour by the year of release."""
    low, high = int(films["year"].min()), int(films["year"].max())
    return Colouring("year", "ink", low, high, ends=(str(low), str(high)))


def colour_by_popularity(films: pd.DataFrame) -> Colouring:
    """Colour by the root of the number of ratings."""
    low, high = int(films["n"].min()), int(films["n"].max())
    ends = (count(low, "rating"), f"{high:,}")
    return Colouring("popularity", "ink", low**0.5 / POPULARITY_UNIT, high**0.5 / POPULARITY_UNIT, ends=ends)


def colour_by_trust(of: int) -> Colouring:
    """Colour by how many of a film's true neighbours are near in the picture."""
    ends = (f"none of {of} true neighbours near", f"all {of}")
    return Colouring("trust", "ink", 0, of / STAR_UNIT, ends=ends)


def colour_by_genre() -> Colouring:
    """Colour and shape by kind of film."""
    return Colouring("genre", "groups", steps=len(GROUPS), ends=tuple(group.name for group in GROUPS))


def colour_by_cluster(names: tuple[str, ...]) -> Colouring:
    """Colour and shape by cluster."""
    return Colouring("cluster", "groups", steps=len(names), ends=names)
