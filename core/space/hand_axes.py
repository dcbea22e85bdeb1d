"""Axes that a person chooses: from some films to others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.ids import Id
from core.space.film_map import FilmSpace

# Two directions whose cosine is beyond this leave nothing of the second that the first has not said.
MOST_ALIKE = 0.99


@dataclass(frozen=True)
class HandAxis:
    """An axis from the films ``low`` to the films ``high``: one film or several each, by id."""

    low: tuple[Id, ...]
    high: tuple[Id, ...]

    @classmethod
    def between(cls, low: Iterable[Id], high: Iterable[Id]) -> HandAxis:
        """Return the axis; raises ``InvalidArgument`` if an end names no film, or both ends name the same one."""
        ends = {"low": tuple(dict.fromkeys(low)), "high": tuple(dict.fromkeys(high))}
        for name, films in ends.items():
            if not films:
                raise InvalidArgument(f"{name} must name at least one film, got none")
        if both := set(ends["low"]) & set(ends["high"]):
            raise InvalidArgument(f"low and high must name different films, got {min(both, key=str)!r} in both")
        return cls(**ends)

    def direction(self, space: FilmSpace) -> Tensor:
        """Return the unit vector (dim,) from the middle of ``low`` to the middle of ``high``.

        Raises ``UnknownId`` on an unknown film, ``InvalidArgument`` if both ends have the same middle.
        """
        low, high = (space.coordinates[space.model.items.rows(films)].mean(0) for films in (self.low, self.high))
        way = high - low
        if not way.norm() > 1e-9 * max(float(low.norm()), float(high.norm())):
            raise InvalidArgument("low and high must stand in different places, got two with the same middle")
        return way / way.norm()


@dataclass(frozen=True, eq=False)
class HandPlane:
    """``directions`` (k, dim), orthonormal rows; ``cosine`` says how alike the two axes asked for were, 0 for one."""

    directions: Tensor
    cosine: float


def hand_plane(space: FilmSpace, first: HandAxis, second: HandAxis | None = None) -> HandPlane:
    """Return the directions of a map along one axis or two; ``FilmSpace.draw_along`` draws it.

    The second axis is laid at right angles to the first: it shows what the second says beyond the first, its low and
    high films still lie at its ends, and no two films look further apart than they are. ``cosine`` is the one between
    the axes asked for. Raises ``InvalidArgument`` if they are so alike that nothing is left of the second.
    Source: the Gram–Schmidt step, Golub and Van Loan, *Matrix Computations*, 2013, section 5.2.7.
    """
    along = first.direction(space)
    if second is None:
        return HandPlane(along[None], 0.0)
    other = second.direction(space)
    cosine = float(along @ other)
    if abs(cosine) > MOST_ALIKE:
        raise InvalidArgument(
            f"second must point elsewhere than first, got axes with a cosine of {cosine:.3f}; "
            f"at most {MOST_ALIKE:g} either way leaves something to show"
        )
    left = other - cosine * along
    return HandPlane(torch.stack([along, left / left.norm()]), cosine)
