"""Which films of a flat drawing lie inside a line drawn around them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

import torch

from core.errors import InvalidArgument
from core.ids import Id
from core.space.drawing import FilmMap

LEAST_CORNERS = 3


def films_inside(drawing: FilmMap, polygon: Sequence[tuple[float, float]]) -> list[Id]:
    """Return the films shown whose place on the first two axes lies inside ``polygon``, in the order of the frame.

    A place is inside if a ray from it crosses the line an odd number of times, so that a line which crosses itself
    leaves holes. Raises ``InvalidArgument`` on fewer than three corners or one that is no place.
    Source: Shimrat, *Algorithm 112: Position of point relative to polygon*, 1962.
    """
    corners = [(float(x), float(y)) for x, y in polygon]
    if len(corners) < LEAST_CORNERS:
        raise InvalidArgument(f"polygon must have at least {LEAST_CORNERS} corners, got {len(corners)}")
    if not all(isfinite(value) for corner in corners for value in corner):
        raise InvalidArgument("polygon must have finite corners, got one that is not")
    x, y = drawing.projection.points[drawing.rows][:, :2].T
    inside = torch.zeros(len(x), dtype=torch.bool)
    for (x0, y0), (x1, y1) in pairwise([*corners, corners[0]]):
        if y0 == y1:
            continue  # no ray along it crosses it
        crosses = ((y0 > y) != (y1 > y)) & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
        inside ^= crosses
    return [film for film, is_in in zip(drawing.frame["id"].tolist(), inside.tolist(), strict=True) if is_in]
