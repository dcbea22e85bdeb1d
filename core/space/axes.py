"""The directions in which people's tastes for films differ most, with names that evidence allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.ratings import Id
from core.space.attributes import NOT_TASTE, film_attributes
from core.space.evidence import LEAST_IN_ALL, Evidence, gather_evidence
from core.space.film_map import FilmSpace
from core.space.projection import project
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

    ``points`` (n_items,) is every film's place along it, in the unit of the space; ``low`` and ``high`` are the films
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
    points: Tensor
    stability: Any = None

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
    points, shares = _principal(space, n_axes, shown)
    if rotation == "varimax":
        points, shares = _turned(points, shares, shown)
    return name_directions(
        space, points, shares, kind=rotation, min_ratings=min_ratings, seed=seed, n_permutations=n_permutations
    )


def name_directions(
    space: FilmSpace,
    points: Tensor,
    shares: Sequence[float],
    *,
    kind: str,
    min_ratings: int = 5,
    seed: int = 0,
    n_permutations: int = 999,
) -> tuple[NamedAxis, ...]:
    """Return a named axis for each column of ``points`` (n_items, k), whatever chose it; ``shares`` are of variance.

    All columns are one set: the chance that any of them gets a name it does not deserve is 5 %.
    """
    rows = _films_shown(space, min_ratings).nonzero()[:, 0]
    table = film_attributes(space.model.rated, space.films, rows)
    found = gather_evidence(points[rows], table, seed=seed, n_permutations=n_permutations)
    return tuple(
        NamedAxis(
            index, kind, name_of(evidence), share, *_ends(space, points[:, index], rows), evidence, points[:, index]
        )
        for index, (evidence, share) in enumerate(zip(found, shares, strict=True))
    )


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


def _principal(space: FilmSpace, n_axes: int | None, shown: Tensor) -> tuple[Tensor, tuple[float, ...]]:
    wanted = N_AXES if n_axes is None else n_axes
    possible = min(wanted, int(shown.sum()), space.coordinates.shape[1])
    projection = project(space.coordinates, n_components=max(1, possible), fit_on=shown)
    most = sum(share > NO_VARIANCE for share in projection.explained)
    if n_axes is not None and not 1 <= n_axes <= most:
        raise InvalidArgument(
            f"n_axes must be between 1 and the dimensions in which these films differ, got {n_axes}"
            + (f"; they are {most}" if n_axes > most else "")
        )
    if not most:
        raise InvalidArgument("space must have films in different places, all lie in one")
    return projection.points[:, :most], projection.explained[:most]


def _turned(points: Tensor, shares: Sequence[float], shown: Tensor) -> tuple[Tensor, tuple[float, ...]]:
    """The same plane turned by varimax, the axis of the largest variance first, the long tail at its high end."""
    turned = points @ varimax(points[shown])
    centred = turned[shown] - turned[shown].mean(0)
    variances = centred.square().mean(0)
    order = variances.argsort(descending=True)
    signs = torch.where(centred.pow(3).sum(0) < 0, -1.0, 1.0).to(turned)
    total = sum(shares) / float(variances.sum())
    return (turned * signs)[:, order], tuple((variances[order] * total).tolist())


def _ends(space: FilmSpace, points: Tensor, rows: Tensor) -> tuple[tuple[Id, ...], tuple[Id, ...]]:
    known = rows[space.enough(END_RATINGS)[rows]]
    known = known if len(known) >= 2 * N_ENDS else rows
    ordered = known[points[known].argsort(stable=True)].tolist()
    ids = [space.model.items.labels[row] for row in ordered]
    return tuple(ids[:N_ENDS]), tuple(ids[::-1][:N_ENDS])
