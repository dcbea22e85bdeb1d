"""Which films are near which, in the full space."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from core.errors import InvalidArgument


class Neighbour(NamedTuple):
    """A film's row and its distance, in the unit of the coordinates (stars in the star metric)."""

    row: int
    distance: float


def nearest(coordinates: Tensor, row: int, *, n: int = 10, allowed: Tensor | None = None) -> list[Neighbour]:
    """Return the ``n`` rows of ``coordinates`` (n_items, k) nearest to ``row``, itself left out, nearest first.

    ``allowed`` (n_items,) is a mask of rows that may be returned. Raises ``InvalidArgument`` if ``n`` is below 1.
    """
    if n < 1:
        raise InvalidArgument(f"n must be at least 1, got {n}")
    distances = (coordinates - coordinates[row]).square().sum(1).sqrt()
    if allowed is not None:
        distances = distances.masked_fill(~allowed, torch.inf)
    distances[row] = torch.inf
    found = distances.topk(min(n, len(distances)), largest=False)
    pairs = zip(found.indices.tolist(), found.values.tolist(), strict=True)
    return [Neighbour(place, distance) for place, distance in pairs if distance < torch.inf]


def neighbours_kept(coordinates: Tensor, points: Tensor, *, n: int = 10) -> Tensor:
    """Return, for each row, how many of its ``n`` nearest in ``coordinates`` are among its ``n`` nearest in ``points``.

    Shapes: (n_items, k) and (n_items, 2 or 3) → (n_items,), 0 to n: how far the picture can be trusted around a film.
    Source: Venna and Kaski, *Neighborhood preservation in nonlinear projection methods*, 2001.
    """
    n = min(n, len(coordinates) - 1)
    if n < 1:
        raise InvalidArgument(f"coordinates must hold at least 2 films, got {len(coordinates)}")
    near = [_nearest_sets(space, n) for space in (coordinates, points)]
    return (near[0][:, :, None] == near[1][:, None, :]).any(2).sum(1)


def _nearest_sets(space: Tensor, n: int, *, block: int = 1024) -> Tensor:
    found = []
    for first in range(0, len(space), block):
        distances = torch.cdist(space[first : first + block], space)
        rows = torch.arange(len(distances))
        distances[rows, rows + first] = torch.inf
        found.append(distances.topk(n, largest=False).indices)
    return torch.cat(found)
