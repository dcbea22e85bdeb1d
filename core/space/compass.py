"""From what somebody likes to a direction in the space of films."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

# Directions of the space in which films lie this much less far apart than in the widest are rounding, not taste.
NEGLIGIBLE = 1e-6


@dataclass(frozen=True, eq=False)
class Compass:
    """Finds the direction along which films come closest to given numbers; made once, asked often.

    ``centred`` (n, dim) are the coordinates less their mean, ``widths`` (r,) and ``axes`` (r, dim) their singular
    values and right singular vectors, narrowest first, negligible ones left out.
    """

    centred: Tensor
    widths: Tensor
    axes: Tensor

    @classmethod
    def of(cls, coordinates: Tensor) -> Compass:
        """Return the compass of films with ``coordinates`` (n, dim)."""
        centred = coordinates - coordinates.mean(0)
        # Eigenvectors of the dim × dim Gram matrix: several times as fast as singular vectors of the films, and exact
        # as far down as ``NEGLIGIBLE`` looks.
        squares, vectors = torch.linalg.eigh(centred.mT @ centred)
        wide = squares > NEGLIGIBLE**2 * squares.max()
        return cls(centred, squares[wide].sqrt(), vectors.mT[wide])

    def direction(self, target: Tensor) -> Tensor:
        """Return v (dim,), the shortest of those that minimise Σ (v·coordinates_i + constant − target_i)².

        ``target`` (n,). Two rounds of the normal equations: the second takes back what rounding left of the first.
        """
        aim = target.to(self.centred) - target.to(self.centred).mean()
        found = self._round(aim)
        return found + self._round(aim - self.centred @ found)

    def _round(self, aim: Tensor) -> Tensor:
        return (self.axes @ (self.centred.mT @ aim) / self.widths.square()) @ self.axes
