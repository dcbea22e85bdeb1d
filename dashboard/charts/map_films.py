"""The films of a map as columns: what stays the same while colours and people change.

Films arrive as a frame with one row a film: ``id``, ``x``, ``y`` (and ``z``), ``title``, ``year`` (or missing),
``genres`` (a sequence of names), ``n`` (ratings), ``mean`` (stars) and, where they are known, ``kept`` (true neighbours
near in the picture) and ``certainty`` (0 to 1). On the map they stand most rated first: so names are chosen, and small
marks lie on large ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import pandas as pd

from dashboard.charts import columns
from dashboard.charts.columns import Column
from dashboard.charts.palette import group_of

POPULARITY_UNIT = 0.02  # √ratings: a tenth of the films hold most ratings, the root spreads the rest


@dataclass(frozen=True, eq=False)
class MapFilms:
    """Films in the map's order (``frame``) with their columns; ``known`` by name, None what is not known."""

    frame: pd.DataFrame
    texts: Column
    places: Column
    known: Mapping[str, Column | None]

    @classmethod
    def of(cls, films: pd.DataFrame) -> MapFilms:
        """Return the films of a map, most rated first."""
        frame = films.sort_values("n", ascending=False, kind="stable", ignore_index=True)
        return cls(frame, columns.table(_texts(frame)), columns.places(frame), MappingProxyType(_known(frame)))

    @cached_property
    def rows(self) -> Mapping[Any, int]:
        """Where each film stands in the columns, by its id."""
        return {film: row for row, film in enumerate(self.frame["id"])}

    def rows_of(self, films: Iterable[Any]) -> list[int]:
        """Return the rows of those of ``films`` that are on the map, in their order."""
        return [self.rows[film] for film in films if film in self.rows]

    def amounts(self, values: Mapping[Any, float]) -> Column:
        """Return one amount a film (thousandths) out of ``values`` by id; missing where there is none."""
        return columns.amounts(pd.Series([values.get(film) for film in self.frame["id"]], dtype="float64"))

    def kinds(self, values: Mapping[Any, int]) -> Column:
        """Return one small number a film out of ``values`` by id."""
        return columns.kinds([values[film] for film in self.frame["id"]])

    def place(self, film: Any) -> tuple[float, float, float]:
        """Return where a film stands."""
        at = self.frame.loc[self.rows[film]]
        return float(at["x"]), float(at["y"]), float(at.get("z", 0.0))


def _texts(frame: pd.DataFrame) -> dict[str, Any]:
    names = sorted({genre for genres in frame["genres"] for genre in genres})
    number = {name: index for index, name in enumerate(names)}
    return {
        "ids": [str(film) for film in frame["id"]],
        "titles": [str(title) for title in frame["title"]],
        "years": [None if pd.isna(year) else int(year) for year in frame["year"]],
        "genres": [[number[genre] for genre in genres] for genres in frame["genres"]],
        "genreNames": names,
    }


def _known(frame: pd.DataFrame) -> dict[str, Column | None]:
    return {
        "n": columns.counts(frame["n"]),
        "mean": columns.amounts(frame["mean"].where(frame["n"] > 0)),
        "year": columns.amounts(frame["year"].astype("Float64").astype("float64"), unit=1),
        "popularity": columns.amounts(frame["n"] ** 0.5, unit=POPULARITY_UNIT),
        "genre": columns.kinds([group_of(genres) for genres in frame["genres"]]),
        "trust": columns.amounts(frame["kept"]) if "kept" in frame else None,
        "certainty": columns.kinds(_shares(frame["certainty"])) if "certainty" in frame else None,
    }


def _shares(values: pd.Series) -> list[int]:
    return (values.astype("float64").fillna(0).clip(0, 1) * 255).round().astype(int).tolist()
