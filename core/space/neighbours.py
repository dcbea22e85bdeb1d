"""Which films are near which, in the full space."""

from __future__ import annotations

from typing import NamedTuple

import torch
from scipy.spatial import cKDTree
from torch import Tensor

from core.errors import FitStopped, InvalidArgument
from core.progress import OnProgress, Progress, ShouldStop

# Distances held at once: 64 MiB of float64.
BLOCK_ENTRIES = 2**23


class Neighbour(NamedTuple):
    """A film's row and its distance, in the unit of the coordinates (stars in the star metric)."""

    row: int
    distance: float


def nearest(coordinates: Tensor, row: int, *, n: int = 10, allowed: Tensor | None = None) -> list[Neighbour]:
    """Return the ``n`` rows of ``coordinates`` (n_items, k) nearest to ``row``, itself left out, nearest first.

    ``allowed`` (n_items,) is a mask of rows that may be returned. Raises ``InvalidArgument`` if ``n`` is below 1.
    """
    others = torch.ones(len(coordinates), dtype=torch.bool) if allowed is None else allowed.clone()
    others[row] = False
    return nearest_to(coordinates, coordinates[row], n=n, allowed=others)


def nearest_to(coordinates: Tensor, place: Tensor, *, n: int = 10, allowed: Tensor | None = None) -> list[Neighbour]:
    """Return the ``n`` rows of ``coordinates`` nearest to ``place`` (k,), as ``nearest`` does."""
    if n < 1:
        raise InvalidArgument(f"n must be at least 1, got {n}")
    distances = (coordinates - place).square().sum(1).sqrt()
    if allowed is not None:
        distances = distances.masked_fill(~allowed, torch.inf)
    found = distances.topk(min(n, len(distances)), largest=False)
    pairs = zip(found.indices.tolist(), found.values.tolist(), strict=True)
    return [Neighbour(place, distance) for place, distance in pairs if distance < torch.inf]


def neighbours_kept(
    coordinates: Tensor,
    points: Tensor,
    *,
    n: int = 10,
    rows: Tensor | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Tensor:
    """Return, for each row, how many of its ``n`` nearest in ``coordinates`` are among its ``n`` nearest in ``points``.

    Shapes: (n_items, k) and (n_items, 2 or 3) → (n_items,), 0 to n: how far the picture can be trusted around a film.
    ``rows`` (m,) asks for some rows only, → (m,). All against all, so four times the time for twice the films: 10,000
    take a second or two, 60,000 a minute or, in 992 dimensions, ten; memory stays under ``BLOCK_ENTRIES`` distances.
    Raises ``InvalidArgument`` on fewer than two films, ``FitStopped`` when asked to stop.
    Source: Venna and Kaski, *Neighborhood preservation in nonlinear projection methods*, 2001.
    """
    n = min(n, len(coordinates) - 1)
    if n < 1:
        raise InvalidArgument(f"coordinates must hold at least 2 films, got {len(coordinates)}")
    asked = torch.arange(len(coordinates)) if rows is None else rows
    flat = cKDTree(points.numpy())
    kept: list[Tensor] = []
    for block in asked.split(max(1, BLOCK_ENTRIES // len(coordinates))):
        if should_stop is not None and should_stop():
            raise FitStopped(f"counting neighbours was stopped after {_total(kept)} of {len(asked)} films")
        near, drawn = _near_full(coordinates, block, n), _near_flat(flat, points, block, n)
        kept.append((near[:, :, None] == drawn[:, None, :]).any(2).sum(1))
        if on_progress is not None:
            on_progress(Progress(_total(kept), len(asked), f"{_total(kept):,} of {len(asked):,} films"))
    return torch.cat(kept)


def _total(parts: list[Tensor]) -> int:
    return sum(len(part) for part in parts)


def _near_full(space: Tensor, rows: Tensor, n: int) -> Tensor:
    distances = torch.cdist(space[rows], space)
    distances[torch.arange(len(rows)), rows] = torch.inf
    return distances.topk(n, largest=False).indices


def _near_flat(tree: cKDTree, points: Tensor, rows: Tensor, n: int) -> Tensor:
    """The same in two or three dimensions, where a tree is a thousand times as fast."""
    found = torch.from_numpy(tree.query(points[rows].numpy(), k=n + 1)[1])
    # The row itself is among the nearest, though not the first where another film stands in the same place, or not at
    # all where many do: then the last one found goes.
    own = found == rows[:, None]
    own[~own.any(1), -1] = True
    return found[~own].view(len(rows), n)
