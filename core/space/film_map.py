"""Every film as a point, and the people who stand among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from core.catalogue import Catalogue, Film
from core.errors import InvalidArgument
from core.folding import Person
from core.model import FactorModel
from core.ratings import Id
from core.space.neighbours import Neighbour, nearest, neighbours_kept
from core.space.projection import Projection, project
from core.space.star_metric import Metric, film_coordinates

AXES = ("x", "y", "z")
NEIGHBOURS_COUNTED = 10
# A person stands in the middle of this many films: few enough to be somewhere, enough not to jump.
MOST_TO_TASTE = 20


@dataclass(frozen=True, eq=False)
class FilmSpace:
    """The films of one model in one metric; ``coordinates`` (n_items, k) hold the full space."""

    model: FactorModel
    films: Catalogue
    metric: Metric
    coordinates: Tensor

    @classmethod
    def of(cls, model: FactorModel, films: Catalogue, *, metric: Metric = "stars") -> FilmSpace:
        """Return the space of ``model``; raises ``InvalidArgument`` if it has no factors."""
        return cls(model, films, metric, film_coordinates(model, metric=metric))

    def enough(self, min_ratings: int) -> Tensor:
        """Return a mask (n_items,) of films with at least ``min_ratings`` training ratings."""
        return self.model.rated.item_counts >= min_ratings

    def nearest(self, item_id: Id, *, n: int = 10, min_ratings: int = 0) -> list[tuple[Id, float]]:
        """Return the ``n`` films nearest to ``item_id`` in the full space, with distances, nearest first."""
        found: list[Neighbour] = nearest(
            self.coordinates, self.model.items.row(item_id), n=n, allowed=self.enough(min_ratings)
        )
        return [(self.model.items.labels[row], distance) for row, distance in found]

    def draw(self, *, n_components: int = 2, min_ratings: int = 5, reference: FilmMap | None = None) -> FilmMap:
        """Return the map of films with at least ``min_ratings`` ratings, as principal components.

        ``reference`` is an earlier map whose directions are kept. Raises ``InvalidArgument`` if too few films
        are left.
        """
        shown = self.enough(min_ratings)
        if int(shown.sum()) <= n_components:
            most = int(self.model.rated.item_counts.max())
            raise InvalidArgument(
                f"min_ratings must leave more than {n_components} films, got {min_ratings}; "
                f"the most rated film has {most}"
            )
        earlier = None if reference is None else self._earlier_points(reference, n_components)
        projection = project(self.coordinates, n_components=n_components, fit_on=shown, reference=earlier)
        rows = shown.nonzero()[:, 0]
        points = projection.points[rows]
        kept = neighbours_kept(self.coordinates[rows], points, n=NEIGHBOURS_COUNTED)
        return FilmMap(self, self._frame(rows, points, kept), projection, rows)

    def _earlier_points(self, reference: FilmMap, n_components: int) -> Tensor:
        earlier = self.coordinates.new_full((len(self.model.items), n_components), torch.nan)
        old = reference.projection.points
        for item_id, row in zip(reference.space.model.items, range(len(old)), strict=True):
            if item_id in self.model.items and old.shape[1] >= n_components:
                earlier[self.model.items.row(item_id)] = old[row, :n_components]
        return earlier

    def _frame(self, rows: Tensor, points: Tensor, kept: Tensor) -> pd.DataFrame:
        ids = [self.model.items.labels[row] for row in rows.tolist()]
        shown = [self.films[item_id] if item_id in self.films else Film(item_id, str(item_id)) for item_id in ids]
        columns: dict[str, Any] = {
            "id": ids,
            "title": [film.title for film in shown],
            "year": pd.array([film.year for film in shown], dtype="Int64"),
            "genres": [film.genres for film in shown],
            "n": self.model.rated.item_counts[rows].tolist(),
            "mean": self.model.rated.item_means[rows].tolist(),
            "kept": kept.tolist(),
        }
        return pd.DataFrame(columns | {name: points[:, k].tolist() for k, name in enumerate(AXES[: points.shape[1]])})


@dataclass(frozen=True, eq=False)
class FilmMap:
    """A drawing: ``frame`` has one row per film shown, its coordinates in ``x``, ``y`` (and ``z``).

    ``kept`` counts how many of a film's 10 nearest in the full space are among its 10 nearest in the drawing.
    """

    space: FilmSpace
    frame: pd.DataFrame
    projection: Projection
    rows: Tensor

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

        Taste is the part of the prediction in which the person differs from the mean of all users, without biases,
        mean over draws: what sets them apart, not what everybody likes.
        """
        points, model = self.projection.points[self.rows], self.space.model
        factors = model.item_factors[:, self.rows].to(person.mean)
        apart = person.mean[:, :-1] - model.user_factors.mean(1).to(person.mean)
        taste = (factors @ apart[..., None]).squeeze(-1).mean(0).cpu()
        return tuple(points[taste.topk(min(n, len(taste))).indices].mean(0).tolist())
