"""Two models side by side: which films have other neighbours in the second."""

from __future__ import annotations

import torch

from core.errors import InvalidArgument
from core.ids import Id
from core.space.film_map import FilmSpace
from core.space.neighbours import neighbours_kept


def neighbourhoods_kept(first: FilmSpace, second: FilmSpace, *, n: int = 10, min_ratings: int = 5) -> dict[Id, float]:
    """Return, for each film of both spaces, the share (0 to 1) of its ``n`` nearest in ``first`` that stay in ``second``.

    Both look among the same films: those with at least ``min_ratings`` ratings in each. Two spaces are compared by
    who is near whom, which no rotation, unit or number of dimensions changes; draw the maps with ``reference`` to
    have them lie alike. Raises ``InvalidArgument`` unless there are more such films than ``n``.
    """
    if n < 1:
        raise InvalidArgument(f"n must be at least 1, got {n}")
    enough = first.enough(min_ratings).tolist(), second.enough(min_ratings).tolist()
    ids = [
        item_id
        for row, item_id in enumerate(first.model.items)
        if enough[0][row] and item_id in second.model.items and enough[1][second.model.items.row(item_id)]
    ]
    if len(ids) <= n:
        raise InvalidArgument(f"n must be below {len(ids)}, the films that both models know well enough, got {n}")
    tables = [space.coordinates[torch.tensor(space.model.items.rows(ids))] for space in (first, second)]
    kept = neighbours_kept(*tables, n=n)
    return {item_id: count / n for item_id, count in zip(ids, kept.tolist(), strict=True)}
