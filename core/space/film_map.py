"""The films of one model as a space: where they stand, which are near which, and the drawings made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from core.catalogue import Catalogue
from core.errors import InvalidArgument
from core.model import FactorModel
from core.person import Person
from core.progress import OnProgress, ShouldStop
from core.ratings import Id
from core.space.certainty import certainty_of
from core.space.compass import Compass
from core.space.drawing import FilmMap
from core.space.neighbours import Neighbour, nearest
from core.space.projection import along, bent, project
from core.space.star_metric import Metric, film_coordinates, taste_of
from core.space.umap_map import UMAPSettings, umap_points

__all__ = ["FilmMap", "FilmSpace", "Method"]

Method: TypeAlias = Literal["pca", "umap"]


@dataclass(frozen=True, eq=False)
class FilmSpace:
    """The films of one model in one metric; ``coordinates`` (n_items, dim) hold the full space."""

    model: FactorModel
    films: Catalogue
    metric: Metric
    coordinates: Tensor

    @classmethod
    def of(cls, model: FactorModel, films: Catalogue, *, metric: Metric = "stars") -> FilmSpace:
        """Return the space of ``model``; raises ``InvalidArgument`` if it has no factors."""
        return cls(model, films, metric, film_coordinates(model, metric=metric))

    @cached_property
    def certainty(self) -> Tensor:
        """(n_items,), 0 to 1: the share of a film's place that its ratings decided (``certainty.certainty_of``)."""
        return certainty_of(self.model)

    @cached_property
    def _compass(self) -> Compass:
        return Compass.of(self.coordinates)

    def enough(self, min_ratings: int) -> Tensor:
        """Return a mask (n_items,) of films with at least ``min_ratings`` training ratings."""
        return self.model.rated.item_counts >= min_ratings

    def nearest(self, item_id: Id, *, n: int = 10, min_ratings: int = 0) -> list[tuple[Id, float]]:
        """Return the ``n`` films nearest to ``item_id`` in the full space, with distances, nearest first."""
        found: list[Neighbour] = nearest(
            self.coordinates, self.model.items.row(item_id), n=n, allowed=self.enough(min_ratings)
        )
        return [(self.model.items.labels[row], distance) for row, distance in found]

    def direction_of(self, person: Person) -> Tensor:
        """Return the person's direction v (dim,) in the coordinates of the map.

        v·coordinates_i is, up to a constant, their predicted taste for film i (``star_metric.taste_of``), in stars:
        exactly for training users, and for everybody where the coordinates hold all of the model's dimensions (at
        most as many as users). Else it is the shortest least-squares solution over all films; what it leaves is
        ``taste_of(person)`` less v·coordinates, each less its mean: 0.0005 stars (root mean square) for a new person
        of eight ratings in the 992 dimensions of Gibbs on ml-100k.
        """
        return self._compass.direction(taste_of(person))

    def draw(
        self,
        *,
        method: Method = "pca",
        n_components: int = 2,
        min_ratings: int = 5,
        reference: FilmMap | None = None,
        by_certainty: bool = False,
        umap: UMAPSettings | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> FilmMap:
        """Return the map of films with at least ``min_ratings`` ratings, as principal components or by UMAP.

        ``reference`` is an earlier map that this one is turned to meet (``projection.project``). ``by_certainty`` lets
        each film count by its ``certainty`` when the axes are chosen: a film's certainty is the share of its place
        that its ratings decided, the rest is what is believed of any film. Films with few ratings count little either
        way: they stand near the centre. UMAP (``umap_map.umap_points``, with the settings ``umap``) takes long: it tells
        its progress, can be stopped, and is kept on disk; it knows no ``by_certainty``. Raises ``InvalidArgument`` if
        too few films are left or on another ``method``, ``FitStopped`` when asked to stop.
        """
        if method not in ("pca", "umap"):
            raise InvalidArgument(f"method must be pca or umap, got {method!r}")
        shown = self._shown(min_ratings, n_components)
        earlier = None if reference is None else self._earlier_points(reference, n_components)
        if method == "umap":
            points = umap_points(
                self.coordinates[shown],
                n_components=n_components,
                settings=umap,
                on_progress=on_progress,
                should_stop=should_stop,
            )
            return FilmMap.of(self, bent(points, shown, reference=earlier), shown)
        weights = self.certainty if by_certainty else None
        drawn = project(self.coordinates, n_components=n_components, fit_on=shown, weights=weights, reference=earlier)
        return FilmMap.of(self, drawn, shown)

    def draw_along(self, directions: Tensor | Sequence[Tensor], *, min_ratings: int = 5) -> FilmMap:
        """Return the map along ``directions`` (k, dim), orthonormal rows: axes by hand, or any principal or turned ones."""
        shown = self._shown(min_ratings, len(directions))
        return FilmMap.of(self, along(self.coordinates, torch.stack([*directions]), fit_on=shown), shown)

    def _shown(self, min_ratings: int, n_components: int) -> Tensor:
        shown = self.enough(min_ratings)
        if int(shown.sum()) <= n_components:
            most = int(self.model.rated.item_counts.max())
            raise InvalidArgument(
                f"min_ratings must leave more than {n_components} films, got {min_ratings}; "
                f"the most rated film has {most}"
            )
        return shown

    def _earlier_points(self, reference: FilmMap, n_components: int) -> Tensor:
        earlier = self.coordinates.new_full((len(self.model.items), n_components), torch.nan)
        old = reference.projection.points
        for item_id, row in zip(reference.space.model.items, range(len(old)), strict=True):
            if item_id in self.model.items and old.shape[1] >= n_components:
                earlier[self.model.items.row(item_id)] = old[row, :n_components]
        return earlier
