"""How far a flat picture of many dimensions can be trusted, as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import InvalidArgument

# Rows whose distances to all others are held at once: 60,000 × 128 float64 are 61 MB.
BLOCK = 128
# Films that are looked at where there are more: the error is then about 0.002, stated with each figure, and 60,000
# films take some seconds.
MOST_ROWS = 1_000


@dataclass(frozen=True)
class Trust:
    """Two shares, 1 for a perfect picture, with the standard errors of having looked at ``n_rows`` of ``n_films``.

    ``trustworthiness`` falls where films look near that are not; ``continuity`` where films are near and do not look
    it; ``n`` is how many nearest films count. The errors are 0 where every film was looked at.
    """

    trustworthiness: float
    trustworthiness_std: float
    continuity: float
    continuity_std: float
    n: int
    n_rows: int
    n_films: int


def trust_of(coordinates: Tensor, points: Tensor, *, n: int = 10, most_rows: int = MOST_ROWS, seed: int = 0) -> Trust:
    """Return how far ``points`` (n_films, 2 or 3) keep the neighbourhoods of ``coordinates`` (n_films, dim).

    trustworthiness = 1 − 2/(N n (2N − 3n − 1)) Σ_i Σ_{j ∈ U_i} (rank(i, j) − n), U_i the films among the n nearest
    of i in the picture but not in the full space, ranks from 1 in the full space; continuity has both exchanged. Above
    ``most_rows`` films the sum over i runs over so many of them, drawn with ``seed``, against all others. No n × n
    table is made. Raises ``InvalidArgument`` unless n < N/2.
    Source: Venna and Kaski, *Neighborhood preservation in nonlinear projection methods*, 2001, eqs. 1 and 2.
    """
    n_films = len(coordinates)
    if not 1 <= n < n_films / 2:
        raise InvalidArgument(f"n must be at least 1 and below half of the {n_films} films, got {n}")
    rows = torch.arange(n_films)
    if n_films > most_rows:
        rows = torch.randperm(n_films, generator=torch.Generator().manual_seed(seed))[:most_rows]
    lost = torch.cat([_penalties(coordinates, points, block, n) for block in rows.split(BLOCK)])  # (rows, 2)
    scale = 2 / (n * (2 * n_films - 3 * n - 1))
    left_out = max(0.0, 1 - len(rows) / n_films)  # of a sample without replacement from a finite number of films
    std = scale * lost.std(0) * (left_out / len(rows)) ** 0.5
    shares = 1 - scale * lost.mean(0)
    (trusted, continuous), (trusted_std, continuous_std) = shares.tolist(), std.tolist()
    return Trust(trusted, trusted_std, continuous, continuous_std, n, len(rows), n_films)


def _penalties(coordinates: Tensor, points: Tensor, rows: Tensor, n: int) -> Tensor:
    """Σ (rank − n) of false and of missing neighbours of each row: (rows, 2)."""
    full, flat = (_distances(space, rows) for space in (coordinates, points))
    return torch.stack([_strangers(flat, full, n), _strangers(full, flat, n)], dim=1)


def _strangers(near: Tensor, far: Tensor, n: int) -> Tensor:
    """Σ (rank − n) in ``far`` of those of the ``n`` nearest in ``near`` that are not among the ``n`` nearest there."""
    found = near.topk(n, largest=False).indices
    distances = far.gather(1, found)
    ranks = torch.stack([1 + torch.count_nonzero(far < one[:, None], dim=1) for one in distances.T], dim=1)
    return (ranks - n).clamp(min=0).sum(1).double()


def _distances(space: Tensor, rows: Tensor) -> Tensor:
    distances = torch.cdist(space[rows].double(), space.double())
    distances[torch.arange(len(rows)), rows] = torch.inf
    return distances
