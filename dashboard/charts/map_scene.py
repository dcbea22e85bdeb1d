"""All that a map shows, as the browser draws it: films in columns, and the few things that are drawn over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from dashboard.charts.colouring import Colouring
from dashboard.charts.columns import Column
from dashboard.charts.map_films import MapFilms
from dashboard.words import percent

Place = Sequence[float]
RULERS = (
    (4.0, "four stars"), (2.0, "two stars"), (1.0, "one star"), (0.5, "half a star"), (0.25, "a quarter of a star"),
    (0.1, "a tenth of a star"), (0.05, "a twentieth of a star"), (0.01, "a hundredth of a star"),
)  # fmt: skip
TRUST_NOTE = {"column": "trust", "text": "true neighbours near, of 10:", "of": "count"}


@dataclass(frozen=True)
class Axis:
    """One direction of the map: ``share`` of the variance it holds; ``low`` and ``high`` name its ends, if known."""

    name: str
    share: float | None = None
    low: str = ""
    high: str = ""

    @property
    def title(self) -> str:
        """``PC 1 · 38 %``."""
        return self.name if self.share is None else f"{self.name} · {percent(self.share)}"


@dataclass(frozen=True)
class Someone:
    """A person on the map: their place, the way their predictions rise (from the middle), and whether it is their map."""

    name: str
    place: Place
    direction: Place | None = None
    is_main: bool = False


@dataclass(frozen=True)
class Path:
    """A line over the map: between two films (a fact), or where somebody's taste went (a prediction)."""

    places: Sequence[Place]
    kind: Literal["fact", "prediction"] = "fact"


@dataclass(frozen=True)
class Contours:
    """Lines along which a prediction is the same: ``base`` + ``slope`` · place = level; levels with their names."""

    base: float
    slope: tuple[float, float]
    levels: Sequence[tuple[float, str]]


@dataclass(frozen=True)
class MapScene:
    """What one map shows. ``zero`` is where all people's mean lies; ``near`` are films that lines lead to from ``chosen``.

    ``space`` names the kind of picture: while it stays the same, so does the view, and films that moved glide.
    ``more`` are columns beside those of the films: predictions, clusters. ``selection`` is a polygon. What stands on a
    map that is not ``of_films`` has no ratings, and its card tells of none.
    """

    films: MapFilms
    axes: Sequence[Axis]
    colouring: Colouring
    space: str = "map"
    more: Mapping[str, Column] = field(default_factory=dict)
    whose: str = ""
    ratings: Mapping[Any, float] = field(default_factory=dict)
    people: Sequence[Someone] = ()
    chosen: Any = None
    near: Sequence[Any] = ()
    paths: Sequence[Path] = ()
    contours: Contours | None = None
    selection: Sequence[Place] | None = None
    zero: Place = (0.0, 0.0, 0.0)
    unit: Literal["stars", "raw", "none"] = "stars"
    names: int = 28
    of_films: bool = True

    def data(self, address: str) -> dict[str, Any]:
        """Return the scene as plain data; columns stand under ``address``."""
        columns = {name: column for name, column in {**self.films.known, **self.more}.items() if column is not None}
        rows = self.films.rows
        return {
            "films": f"{address}{self.films.texts.name}",
            "places": f"{address}{self.films.places.name}",
            "columns": {name: f"{address}{column.name}" for name, column in columns.items()},
            "axes": [{"low": axis.low, "high": axis.high, "title": axis.title} for axis in self.axes],
            "colouring": self.colouring.data(),
            "space": f"{self.space}-{len(self.axes)}",
            "whose": self.whose,
            "ratings": [[rows[film], stars] for film, stars in self.ratings.items() if film in rows],
            "people": [_someone(person) for person in self.people],
            "chosen": rows.get(self.chosen),
            "near": self.films.rows_of(self.near),
            "lines": [_path(path) for path in self.paths],
            "contours": None if self.contours is None else _contours(self.contours),
            "selection": None if self.selection is None else [list(place) for place in self.selection],
            "zero": _deep(self.zero),
            "rulers": [list(ruler) for ruler in RULERS] if self.unit == "stars" else [],
            "cardNotes": [TRUST_NOTE] if self.films.known.get("trust") else [],
            "mostLabels": self.names,
            "ofFilms": self.of_films,
        }


def _deep(place: Place) -> list[float]:
    return [*map(float, place), 0.0, 0.0][:3]


def _someone(person: Someone) -> dict[str, Any]:
    direction = None if person.direction is None else _deep(person.direction)
    return {"name": person.name, "place": _deep(person.place), "direction": direction, "isMain": person.is_main}


def _path(path: Path) -> dict[str, Any]:
    return {"places": [_deep(place) for place in path.places], "prediction": path.kind == "prediction"}


def _contours(contours: Contours) -> dict[str, Any]:
    return {"base": contours.base, "slope": list(contours.slope), "levels": [list(level) for level in contours.levels]}
