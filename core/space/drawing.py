"""A drawing of the films, and the people who stand among them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd
from torch import Tensor

from core.catalogue import Film
from core.errors import InvalidArgument
from core.ids import Id
from core.person import Person
from core.progress import OnProgress, ShouldStop
from core.space.neighbours import neighbours_kept
from core.space.projection import Projection
from core.space.star_metric import taste_of
from core.space.trust import Trust, trust_of

if TYPE_CHECKING:
    from core.space.film_map import FilmSpace

AXES = ("x", "y", "z")
NEIGHBOURS_COUNTED = 10
# Films up to which neighbours are counted as the map is drawn: a second's work.
MOST_COUNTED = 10_000
# A person stands in the middle of this many films: few enough to be somewhere, enough not to jump.
MOST_TO_TASTE = 20


@dataclass(frozen=True, eq=False)
class FilmMap:
    """A drawing: ``frame`` has one row per film shown, its coordinates in ``x``, ``y`` (and ``z``).

    ``kept`` counts how many of a film's 10 nearest in the full space are among its 10 nearest in the drawing (missing
    where more than ``MOST_COUNTED`` films are shown, until ``with_kept`` counts them; ``kept_of`` tells it of one);
    ``certainty`` is the share of a film's place that its ratings decided (``certainty.certainty_of``). ``rows`` are
    the shown films' rows in the model; ``projection`` holds every film, shown or not.
    """

    space: FilmSpace
    frame: pd.DataFrame
    projection: Projection
    rows: Tensor

    @classmethod
    def of(cls, space: FilmSpace, projection: Projection, shown: Tensor) -> FilmMap:
        """Return the drawing of the films of the mask ``shown`` (n_items,), whose places ``projection`` holds."""
        rows = shown.nonzero()[:, 0]
        columns = _columns(space, rows) | {"kept": None, "certainty": space.certainty[rows].tolist()}
        points = {name: column.tolist() for name, column in zip(AXES, projection.points[rows].T, strict=False)}
        drawn = cls(space, pd.DataFrame(columns | points).astype({"kept": "Int64"}), projection, rows)
        return drawn.with_kept() if len(rows) <= MOST_COUNTED else drawn

    def with_kept(self, *, on_progress: OnProgress | None = None, should_stop: ShouldStop | None = None) -> FilmMap:
        """Return the same map with ``kept`` counted for every film; raises ``FitStopped`` when asked to stop."""
        full, flat = self._places
        kept = neighbours_kept(full, flat, n=NEIGHBOURS_COUNTED, on_progress=on_progress, should_stop=should_stop)
        return replace(self, frame=self.frame.assign(kept=pd.array(kept.tolist(), dtype="Int64")))

    def kept_of(self, item_id: Id) -> int:
        """Return ``kept`` of one film, in milliseconds; raises ``InvalidArgument`` if it is not shown."""
        place = (self.rows == self.space.model.items.row(item_id)).nonzero()[:, 0]
        if not len(place):
            raise InvalidArgument(f"item_id must be a film that is on the map, got {item_id!r}")
        return int(neighbours_kept(*self._places, n=NEIGHBOURS_COUNTED, rows=place))

    @property
    def _places(self) -> tuple[Tensor, Tensor]:
        """Of the films shown: in the full space, and in the drawing."""
        return self.space.coordinates[self.rows], self.projection.points[self.rows]

    @cached_property
    def trust(self) -> Trust:
        """How far the drawing as a whole keeps neighbourhoods (``trust.trust_of``), among the films shown.

        Raises ``InvalidArgument`` if they are too few to tell.
        """
        return trust_of(*self._places, n=NEIGHBOURS_COUNTED)

    def ends(self, axis: int, *, n: int = 3, min_ratings: int = 50) -> tuple[list[Id], list[Id]]:
        """Return the ``n`` films furthest to the low and to the high end of ``axis`` (0 …), outermost first.

        Only films with at least ``min_ratings`` ratings: a place that few ratings decided says little. If there
        are too few of them, all films shown.
        """
        known = self.frame[self.frame["n"] >= min_ratings]
        ordered = (known if len(known) >= 2 * n else self.frame).sort_values(AXES[axis], kind="stable")["id"].tolist()
        return ordered[:n], ordered[::-1][:n]

    def standing(self, person: Person) -> tuple[float, ...]:
        """Return how far a person stands from the low (0) to the high (1) end of each axis.

        The ends are where the outermost fiftieth of the films begins; someone beyond them stands at the end.
        """
        points = self.projection.points[self.rows]
        reach = points.abs().quantile(0.98, dim=0).tolist()
        places = zip(self.place(person), reach, strict=True)
        return tuple(min(1.0, max(0.0, (at / most + 1) / 2)) if most else 0.5 for at, most in places)

    def place(self, person: Person, *, n: int = MOST_TO_TASTE) -> tuple[float, ...]:
        """Return where a person stands: in the middle of the ``n`` films shown that are most to their taste.

        Taste is that of ``star_metric.taste_of``: what sets them apart, not what everybody likes.
        """
        nearest = taste_of(person)[self.rows].topk(min(n, len(self.rows))).indices
        return tuple(self.projection.points[self.rows[nearest]].mean(0).tolist())

    def slopes(self, direction: Tensor) -> tuple[float, ...]:
        """Return by how many stars a person's predicted taste rises per unit along each axis of the map.

        ``direction`` (dim,) is theirs in the full space (``FilmSpace.direction_of``): slope_k = direction·component_k.
        Lines of equal taste in the plane stand at right angles to (slope_x, slope_y), and half a star apart is
        0.5 / ‖slopes‖ units; what lies off the plane is not in them. Raises ``InvalidArgument`` if the map is not
        linear.
        """
        if self.projection.components is None:
            raise InvalidArgument("slopes need a map along straight axes, got one of UMAP, whose axes mean nothing")
        return tuple((self.projection.components @ direction).tolist())


def _columns(space: FilmSpace, rows: Tensor) -> dict[str, Any]:
    """What is known of each film; one that is missing from the catalogue goes by its id."""
    ids = [space.model.items.labels[row] for row in rows.tolist()]
    films = [space.films[item_id] if item_id in space.films else Film(item_id, str(item_id)) for item_id in ids]
    return {
        "id": ids,
        "title": [film.title for film in films],
        "year": pd.array([film.year for film in films], dtype="Int64"),
        "genres": [film.genres for film in films],
        "n": space.model.rated.item_counts[rows].tolist(),
        "mean": space.model.rated.item_means[rows].tolist(),
    }
