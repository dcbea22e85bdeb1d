"""The directions in which people's tastes for films differ most, with names that evidence allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.ratings import Id
from core.space.attributes import NOT_TASTE, film_attributes
from core.space.evidence import LEAST_IN_ALL, Evidence, gather_evidence
from core.space.film_map import FilmSpace
from core.space.projection import along, project
from core.space.stability import AxisStability, FoundAgain
from core.space.varimax import varimax

Rotation: TypeAlias = Literal["principal", "varimax"]

NO_MEANING = "no clear meaning"
OTHER_FILMS = "other films"
# Words at each end of a name: what is most surely there; the evidence lists the rest.
MOST_WORDS = 3
# Axes that are named if nobody says how many: on ml-100k six hold nine tenths of the variance.
N_AXES = 6
N_ENDS = 5
# Ratings of a film that stands for an end of an axis: a place that few ratings decided says little.
END_RATINGS = 50
# Shares of the variance below this are rounding: films do not differ in that direction.
NO_VARIANCE = 1e-10


@dataclass(frozen=True, eq=False)
class NamedAxis:
    """A direction of the space: ``index`` from 0, ``variance`` its share of the films' variance, 0 to 1.

    ``direction`` (dim,) is its unit vector in the coordinates of the space, and ``points`` (n_items,) every film's
    place along it, in the unit of the space, 0 the mean of the films that decide it; ``low`` and ``high`` are the films
    furthest out, outermost first, among those with enough ratings. ``evidence`` has popularity and mean rating first.
    ``stability`` says how surely other seeds and resampled ratings find it again; None until it is measured.
    """

    index: int
    kind: str
    name: str
    variance: float
    low: tuple[Id, ...]
    high: tuple[Id, ...]
    evidence: tuple[Evidence, ...]
    direction: Tensor
    points: Tensor
    stability: FoundAgain | None = None

    @property
    def has_meaning(self) -> bool:
        """Whether anything passed, so that it has a name."""
        return any(each.passes for each in self.evidence)


def name_axes(
    space: FilmSpace,
    *,
    n_axes: int | None = None,
    rotation: Rotation = "principal",
    min_ratings: int = 5,
    seed: int = 0,
    n_permutations: int = 999,
) -> tuple[NamedAxis, ...]:
    """Return the first ``n_axes`` axes of ``space``, those of the map or these turned by varimax, with their names.

    Without ``n_axes``, six, or fewer where films differ in fewer dimensions. Films with at least ``min_ratings`` training ratings decide the axes and give the evidence. Raises
    ``InvalidArgument`` on fewer than 20 such films, or if the films differ in fewer than ``n_axes`` dimensions.
    """
    if rotation not in ("principal", "varimax"):
        raise InvalidArgument(f"rotation must be principal or varimax, got {rotation!r}")
    shown = _films_shown(space, min_ratings)
    directions = _principal(space, n_axes, shown)
    if rotation == "varimax":
        directions = _turned(directions, (space.coordinates - space.coordinates[shown].mean(0))[shown])
    return name_directions(
        space, directions, kind=rotation, min_ratings=min_ratings, seed=seed, n_permutations=n_permutations
    )


def name_directions(
    space: FilmSpace,
    directions: Tensor,
    *,
    kind: str,
    min_ratings: int = 5,
    seed: int = 0,
    n_permutations: int = 999,
) -> tuple[NamedAxis, ...]:
    """Return a named axis for each row of ``directions`` (k, dim), unit vectors, whatever chose them but attributes.

    A direction made from films of a genre tracks that genre, which is no evidence of anything. All are one set: the chance that any of them gets a name it does not deserve is 5 %.
    """
    shown = _films_shown(space, min_ratings)
    rows = shown.nonzero()[:, 0]
    drawn = along(space.coordinates, directions, fit_on=shown)
    table = film_attributes(space.model.rated, space.films, rows)
    found = gather_evidence(drawn.points[rows], table, seed=seed, n_permutations=n_permutations)
    return tuple(
        NamedAxis(
            index, kind, name_of(evidence), share, *_ends(space, points, rows), evidence, directions[index], points
        )
        for index, (evidence, share, points) in enumerate(
            zip(found, drawn.explained, drawn.points.unbind(1), strict=True)
        )
    )


def with_stability(axes: Sequence[NamedAxis], found: AxisStability) -> tuple[NamedAxis, ...]:
    """Return the axes with what refits say of each (``stability.axis_stability`` of their ``points``, in their order)."""
    return tuple(replace(axis, stability=found.axis(place)) for place, axis in enumerate(axes))


def name_of(evidence: Sequence[Evidence]) -> str:
    """Return the name that the evidence allows: the words of what passes, the most surely strong first, at its end."""
    passed = sorted((each for each in evidence if each.passes), key=lambda each: -each.strength)
    if not passed:
        return NO_MEANING
    return " ↔ ".join(_words(passed, end) for end in (0, 1))


def _words(passed: Sequence[Evidence], end: int) -> str:
    """The strongest words at an end; popularity and mean rating, if among them, first, for they are no matter of taste."""
    chosen = [each for each in passed if each.words[end]][:MOST_WORDS]
    chosen.sort(key=lambda each: each.attribute not in NOT_TASTE)
    return ", ".join(each.words[end] for each in chosen) or OTHER_FILMS


def _films_shown(space: FilmSpace, min_ratings: int) -> Tensor:
    shown = space.enough(max(1, min_ratings))
    if int(shown.sum()) < LEAST_IN_ALL:
        raise InvalidArgument(
            f"min_ratings must leave at least {LEAST_IN_ALL} films to say what an axis means, "
            f"{int(shown.sum())} have as many ratings as {min_ratings}"
        )
    return shown


def _principal(space: FilmSpace, n_axes: int | None, shown: Tensor) -> Tensor:
    """The directions (k, dim) of the largest variance, those without any left out."""
    possible = min(N_AXES if n_axes is None else n_axes, int(shown.sum()), space.coordinates.shape[1])
    projection = project(space.coordinates, n_components=max(1, possible), fit_on=shown)
    most = sum(share > NO_VARIANCE for share in projection.explained)
    if n_axes is not None and not 1 <= n_axes <= most:
        raise InvalidArgument(
            f"n_axes must be between 1 and the dimensions in which these films differ, got {n_axes}"
            + (f"; they are {most}" if n_axes > most else "")
        )
    if not most or projection.components is None:
        raise InvalidArgument("space must have films in different places, all lie in one")
    return projection.components[:most]


def _turned(directions: Tensor, centred: Tensor) -> Tensor:
    """The same span turned by varimax, the direction of the largest variance first, each with its long tail high."""
    points = centred @ directions.mT
    rotation = varimax(points)
    turned = points @ rotation
    signs = torch.where(turned.pow(3).sum(0) < 0, -1.0, 1.0).to(turned)
    order = turned.square().sum(0).argsort(descending=True, stable=True)
    return ((rotation * signs).mT @ directions)[order]


def _ends(space: FilmSpace, points: Tensor, rows: Tensor) -> tuple[tuple[Id, ...], tuple[Id, ...]]:
    known = rows[space.enough(END_RATINGS)[rows]]
    known = known if len(known) >= 2 * N_ENDS else rows
    ordered = known[points[known].argsort(stable=True)].tolist()
    ids = [space.model.items.labels[row] for row in ordered]
    return tuple(ids[:N_ENDS]), tuple(ids[::-1][:N_ENDS])
