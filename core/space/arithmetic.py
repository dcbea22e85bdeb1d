"""Sums with films: who is alike, what lies between two, what is like one and less like another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.ids import Id
from core.space.film_map import FilmSpace

Likeness: TypeAlias = Literal["distance", "cosine", "dot"]

# Films nearer to the mean than this share of the furthest one's distance have no direction.
ROUNDING = 1e-9


class AlikeFilm(NamedTuple):
    """A film and how like the question it is; ``n_ratings`` is what its place rests on."""

    item_id: Id
    likeness: float
    n_ratings: int


class FilmBetween(NamedTuple):
    """A film near the line from one film (``share`` 0) to another (1); ``off`` is its distance from the line."""

    item_id: Id
    share: float
    off: float
    n_ratings: int


class LikeUnlike(NamedTuple):
    """A film's cosine to the question, and to what it should be like and unlike by themselves."""

    item_id: Id
    likeness: float
    to_like: float
    to_unlike: float
    n_ratings: int


def alike(
    space: FilmSpace, item_id: Id, *, by: Likeness = "distance", n: int = 10, min_ratings: int = 0
) -> list[AlikeFilm]:
    """Return the ``n`` films most like a film in the full space, most alike first.

    ``by`` distance (in the unit of the space, least first), cosine (−1 to 1: the same people like it, however strongly)
    or dot (in stars squared: how far the two tastes go together, so films that divide people come first). Angles and
    dot products are taken at the mean film. Raises ``UnknownId``, or ``InvalidArgument`` on another ``by`` or on
    ``n`` below 1.
    """
    row = space.model.items.row(item_id)
    centred = space.coordinates - space.coordinates.mean(0)
    if by == "distance":
        values = -(centred - centred[row]).norm(dim=1)
    elif by == "cosine":
        values = _cosines(centred, centred[row])
    elif by == "dot":
        values = centred @ centred[row]
    else:
        raise InvalidArgument(f"by must be distance, cosine or dot, got {by!r}")
    rows = _best(space, values, n=n, min_ratings=min_ratings, without=[row])
    sign = -1.0 if by == "distance" else 1.0
    return [
        AlikeFilm(space.model.items.labels[found], sign * float(values[found]), _support(space, found))
        for found in rows
    ]


def between(space: FilmSpace, start: Id, end: Id, *, n: int = 5, min_ratings: int = 0) -> list[FilmBetween]:
    """Return ``n`` films along the straight line from ``start`` to ``end``, in their order on it.

    For each of ``n`` points spread evenly over the line, the nearest film that is not taken yet. share_i =
    (c_i − c_start)·w/‖w‖² with w = c_end − c_start says where it stands along the line (below 0 or above 1: not
    between them at all), ``off`` how far from it, in the unit of the space. A line of many dimensions is mostly empty:
    expect ``off`` to be near the usual distance between films. Raises ``UnknownId``, or ``InvalidArgument`` if both
    are the same film or stand in the same place, or ``n`` is below 1.
    """
    _check_count(n)
    rows = [space.model.items.row(film) for film in (start, end)]
    first, last = space.coordinates[rows]
    way = last - first
    length = float(way.norm())
    if not length:
        raise InvalidArgument(f"start and end must stand in different places, got {start!r} and {end!r}")
    away = space.coordinates - first
    shares = away @ way / length**2
    off = (away - shares[:, None] * way).norm(dim=1)
    taken = list(rows)
    for step in range(1, n + 1):
        squares = off.square() + ((shares - step / (n + 1)) * length).square()
        taken += _best(space, -squares, n=1, min_ratings=min_ratings, without=taken)
    found = sorted(taken[2:], key=lambda row: float(shares[row]))
    return [
        FilmBetween(space.model.items.labels[row], float(shares[row]), float(off[row]), _support(space, row))
        for row in found
    ]


def like_unlike(
    space: FilmSpace, like: Iterable[Id], unlike: Iterable[Id], *, n: int = 10, min_ratings: int = 0
) -> list[LikeUnlike]:
    """Return the ``n`` films most in the direction of ``like`` and away from ``unlike``, most so first.

    The question is the difference of the two middles, a − b, with the mean film as origin; ``likeness`` is a film's
    cosine to it, ``to_like`` and ``to_unlike`` those to a and b, so that a film which is merely unlike b shows. The
    films named are left out. Raises ``UnknownId``, or ``InvalidArgument`` if either names no film, both have the same
    middle, or ``n`` is below 1.
    """
    named = {"like": list(like), "unlike": list(unlike)}
    for name, films in named.items():
        if not films:
            raise InvalidArgument(f"{name} must name at least one film, got none")
    rows = {name: space.model.items.rows(films) for name, films in named.items()}
    centred = space.coordinates - space.coordinates.mean(0)
    a, b = (centred[rows[name]].mean(0) for name in ("like", "unlike"))
    if not (a - b).norm() > 0:
        raise InvalidArgument("like and unlike must stand in different places, got two with the same middle")
    values, to_a, to_b = (_cosines(centred, towards) for towards in (a - b, a, b))
    found = _best(space, values, n=n, min_ratings=min_ratings, without=[*rows["like"], *rows["unlike"]])
    return [
        LikeUnlike(
            space.model.items.labels[row], float(values[row]), float(to_a[row]), float(to_b[row]), _support(space, row)
        )
        for row in found
    ]


def _cosines(centred: Tensor, towards: Tensor) -> Tensor:
    """(n,), 0 where a film stands at the mean but for rounding: it is like nothing in particular."""
    norms = centred.norm(dim=1)
    cosines = centred @ towards / (norms * towards.norm()).clamp(min=torch.finfo(centred.dtype).tiny)
    return cosines.where(norms > ROUNDING * norms.max(), 0.0)


def _best(space: FilmSpace, values: Tensor, *, n: int, min_ratings: int, without: list[int]) -> list[int]:
    _check_count(n)
    ranked = values.masked_fill(~space.enough(min_ratings), -torch.inf)
    ranked[without] = -torch.inf
    best = ranked.topk(min(n, len(ranked)))
    return best.indices[best.values > -torch.inf].tolist()


def _check_count(n: int) -> None:
    if n < 1:
        raise InvalidArgument(f"n must be at least 1, got {n}")


def _support(space: FilmSpace, row: int) -> int:
    return int(space.model.rated.item_counts[row])
