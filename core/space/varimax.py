"""Turning axes so that each film lies along few of them."""

from __future__ import annotations

import math

import torch
from torch import Tensor

MOST_ROUNDS = 500
SETTLED = 1e-10


def varimax(points: Tensor) -> Tensor:
    """Return the rotation R (k, k) for which ``points`` (n, k) @ R has the largest criterion:
    Σ over columns of the variance of their squared entries.

    Each pair of axes in turn is rotated by the angle that is best for it, until no pair gains: the criterion never
    falls. For the pair (x, y), with u = x² − y² and v = 2xy, tan 4φ = 2 (Σuv − Σu Σv / n) / (Σu² − Σv² −
    ((Σu)² − (Σv)²) / n), in the quadrant that the signs give.
    Distances between films stay as they are. Source: Kaiser, *The varimax criterion for analytic rotation in factor
    analysis*, 1958; of films rather than of loadings: Rohe and Zeng, *Vintage factor analysis with varimax performs
    statistical inference*, 2023.
    """
    turned, rotation = points.clone(), torch.eye(points.shape[1], dtype=points.dtype)
    for _ in range(MOST_ROUNDS):
        largest = 0.0
        for first in range(points.shape[1]):
            for second in range(first + 1, points.shape[1]):
                angle = _best_angle(turned[:, first], turned[:, second])
                largest = max(largest, abs(angle))
                for table in (turned, rotation):
                    _turn(table, first, second, angle)
        if largest < SETTLED:
            break
    return rotation


def _best_angle(x: Tensor, y: Tensor) -> float:
    u, v = x.square() - y.square(), 2 * x * y
    u, v = u - u.mean(), v - v.mean()
    return float(torch.atan2(2 * (u * v).sum(), (u.square() - v.square()).sum()) / 4)


def _turn(table: Tensor, first: int, second: int, angle: float) -> None:
    """Rotate two columns in place: (x, y) → (x cos φ + y sin φ, y cos φ − x sin φ)."""
    cosine, sine = math.cos(angle), math.sin(angle)
    x, y = table[:, first].clone(), table[:, second].clone()
    table[:, first], table[:, second] = x * cosine + y * sine, y * cosine - x * sine
