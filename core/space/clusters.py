"""Films in groups that stand close together: what no axis names."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from sklearn.cluster import KMeans
from torch import Tensor

from core.errors import InvalidArgument
from core.ids import Id
from core.space.film_map import FilmSpace
from core.space.projection import project

# As many as there are shapes and colours that eyes tell apart on a map.
N_CLUSTERS = 7
# Principal axes that the groups are looked for in: on ml-100k they hold 99 % of the variance.
MOST_DIMENSIONS = 30
N_STARTS = 4


@dataclass(frozen=True)
class Clusters:
    """``of`` says each film's cluster, 0 (the largest) …; ``examples`` are the most rated film of each."""

    of: dict[Id, int]
    examples: tuple[Id, ...]


def cluster_films(space: FilmSpace, *, n_clusters: int = N_CLUSTERS, min_ratings: int = 5, seed: int = 0) -> Clusters:
    """Return the films with at least ``min_ratings`` ratings in ``n_clusters`` groups by k-means, the largest first.

    k-means puts the middles where the summed squared distance to the nearest one, Σ‖c_i − m_k(i)‖², is least among
    ``N_STARTS`` starts. It finds groups in any cloud, whether there are any or not. Raises ``InvalidArgument`` unless
    there are at least ``n_clusters`` such films and at least two clusters.
    Source: Arthur and Vassilvitskii, *k-means++: The Advantages of Careful Seeding*, 2007.
    """
    shown = space.enough(min_ratings)
    most = int(shown.sum())
    if not 2 <= n_clusters <= most:
        raise InvalidArgument(
            f"n_clusters must be between 2 and {most}, the films with {min_ratings} ratings or more, got {n_clusters}"
        )
    n_components = min(MOST_DIMENSIONS, most, space.coordinates.shape[1])
    places = project(space.coordinates, n_components=n_components, fit_on=shown).points[shown]
    found = KMeans(n_clusters, n_init=N_STARTS, random_state=seed % 2**32).fit_predict(places.numpy())
    return _largest_first(space, shown.nonzero()[:, 0], torch.from_numpy(found).long(), n_clusters)


def _largest_first(space: FilmSpace, rows: Tensor, found: Tensor, n_clusters: int) -> Clusters:
    sizes = torch.bincount(found, minlength=n_clusters)
    order = sizes.argsort(descending=True, stable=True)
    labels = order.argsort()[found]
    counts = space.model.rated.item_counts[rows]
    best = [rows[counts.where(labels == label, -1).argmax()] for label in range(int((sizes > 0).sum()))]
    names = space.model.items.labels
    return Clusters(
        {names[row]: label for row, label in zip(rows.tolist(), labels.tolist(), strict=True)},
        tuple(names[int(row)] for row in best),
    )
