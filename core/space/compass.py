"""From what somebody likes to a direction in the space of films."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

# Directions of the space in which films lie this much less far apart than in the widest are rounding, not taste.
NEGLIGIBLE = 1e-10


@dataclass(frozen=True, eq=False)
class Compass:
    """Finds the direction along which films come closest to given numbers; made once, asked often.

    ``centred`` (n, dim) are the coordinates less their mean, ``widths`` (r,) and ``axes`` (r, dim) their singular
    values and right singular vectors, negligible ones left out.
    """

    centred: Tensor
    widths: Tensor
    axes: Tensor

    @classmethod
    def of(cls, coordinates: Tensor) -> Compass:
        """Return the compass of films with ``coordinates`` (n, dim)."""
        centred = coordinates - coordinates.mean(0)
        # The triangle has the same singular values, and at most dim rows where there may be 60,000 films.
        _, widths, axes = torch.linalg.svd(torch.linalg.qr(centred, mode="r").R, full_matrices=False)
        wide = widths > NEGLIGIBLE * widths.max() if len(widths) else widths > 0
        return cls(centred, widths[wide], axes[wide])

    def direction(self, target: Tensor) -> Tensor:
        """Return v (dim,), the shortest of those that minimise Σ (v·coordinates_i + constant − target_i)².

        ``target`` (n,). Two rounds of the normal equations: the second takes back what rounding left of the first.
        """
        aim = target.to(self.centred) - target.to(self.centred).mean()
        found = self._round(aim)
        return found + self._round(aim - self.centred @ found)

    def _round(self, aim: Tensor) -> Tensor:
        return (self.axes @ (self.centred.mT @ aim) / self.widths.square()) @ self.axes
