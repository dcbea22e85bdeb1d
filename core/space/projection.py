"""From many dimensions to two or three that can be drawn."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from sklearn.decomposition import TruncatedSVD
from torch import Tensor

from core.errors import InvalidArgument
from core.space.alignment import procrustes

# An aligned map may lie among so many leading axes. On ml-100k the second and third hold nearly the same variance, so
# another seed mixes them: turned among two axes, films move by 3.5 % of the map's width, among eight by 2.4 %, and the
# plane holds 0.1 % less of the variance. More axes change neither figure.
ALIGN_AMONG = 8
# Films that both maps show, for each axis turned among: fewer would be fitted rather than followed.
FILMS_PER_AXIS = 10


@dataclass(frozen=True, eq=False)
class Projection:
    """``points`` (n, k) in the unit of the coordinates; ``explained`` (k,) is each drawn axis' share of the variance.

    A linear map has ``components`` (k, dim), orthonormal rows, and ``centre`` (dim,), and always
    points = (coordinates − centre) @ componentsᵀ. A map that is not linear has neither, and explains nothing: its
    axes mean nothing.
    """

    points: Tensor
    explained: tuple[float, ...]
    components: Tensor | None = None
    centre: Tensor | None = None


def project(
    coordinates: Tensor,
    *,
    n_components: int = 2,
    fit_on: Tensor | None = None,
    weights: Tensor | None = None,
    reference: Tensor | None = None,
) -> Projection:
    """Return the principal components of ``coordinates`` (n, dim).

    ``fit_on`` (n,) is a mask of rows that decide the axes (all are drawn); ``weights`` (n,), 0 or more, say how much
    each of them counts, in the centre and in the variance. ``reference`` (n, k), NaN where a row has none, is an
    earlier drawing: the map is then the plane among the leading ``ALIGN_AMONG`` principal axes, turned, in which films
    agree best with where they stood (``alignment.procrustes``). Its axes are mixtures of principal axes, so
    ``explained`` is the share of variance along each axis as drawn; together they hold a little less than the first
    principal axes would. The centre does not move to meet the reference: the origin stays the mean film.
    Raises ``InvalidArgument`` if there are fewer rows or columns than components.
    Source: Jolliffe, *Principal Component Analysis*, 2002, chapters 1 and 14.2.1 (weights).
    """
    chosen = coordinates if fit_on is None else coordinates[fit_on]
    _check_components(n_components, chosen)
    weight = None if weights is None else _relative(weights if fit_on is None else weights[fit_on])
    shared = torch.zeros(len(coordinates), dtype=torch.bool) if reference is None else _shared(reference, fit_on)
    n_shared = int(shared.sum())
    among = max(n_components, min(ALIGN_AMONG, min(chosen.shape), n_shared // FILMS_PER_AXIS))
    axes = _principal(chosen, weight, among)
    if reference is not None and n_shared >= n_components:
        leading = along(coordinates, axes, fit_on=fit_on, weights=weights).points
        axes = procrustes(leading[shared], reference[shared].to(leading)).mT @ axes
    return along(coordinates, axes[:n_components], fit_on=fit_on, weights=weights)


def along(
    coordinates: Tensor, components: Tensor, *, fit_on: Tensor | None = None, weights: Tensor | None = None
) -> Projection:
    """Return the map of ``coordinates`` (n, dim) along ``components`` (k, dim), which must be orthonormal rows.

    ``fit_on`` and ``weights`` decide the centre and the shares of variance, as in ``project``.
    """
    chosen = coordinates if fit_on is None else coordinates[fit_on]
    weight = None if weights is None else _relative(weights if fit_on is None else weights[fit_on])
    centre = chosen.mean(0) if weight is None else weight @ chosen / len(chosen)
    components = components.to(coordinates)
    points = (coordinates - centre) @ components.mT
    drawn = points if fit_on is None else points[fit_on]
    squares = torch.ones(len(chosen)).to(chosen) if weight is None else weight
    total = float(squares @ (chosen - centre).square().sum(1))
    shares = squares @ drawn.square() / total if total else points.new_zeros(len(components))
    return Projection(points, tuple(shares.tolist()), components, centre)


def bent(points: Tensor, shown: Tensor, *, reference: Tensor | None = None) -> Projection:
    """Return a map that is not linear: ``points`` (m, k) of the films of the mask ``shown`` (n,), NaN for all others.

    ``reference`` (n, k), NaN where a row has none, is an earlier drawing of the kind: this one is turned to meet it.
    """
    known = torch.zeros(len(points), dtype=torch.bool) if reference is None else _shared(reference[shown], None)
    if reference is not None and int(known.sum()) >= points.shape[1]:
        points = points @ procrustes(points[known], reference[shown][known].to(points))
    whole = points.new_full((len(shown), points.shape[1]), torch.nan)
    whole[shown] = points
    return Projection(whole, ())


def _principal(chosen: Tensor, weight: Tensor | None, n: int) -> Tensor:
    """The ``n`` principal axes (n, dim), largest variance first, the largest entry of each positive."""
    centred = chosen - chosen.mean(0)
    if weight is not None:
        centred = weight.sqrt()[:, None] * (chosen - weight @ chosen / len(chosen))
    if n == min(chosen.shape):
        axes = torch.linalg.svd(centred, full_matrices=False).Vh
    else:  # Lanczos steps find the few asked for; all of them would take a hundred times as long for 32 draws
        found = TruncatedSVD(n, algorithm="arpack", random_state=0).fit(centred.numpy())
        axes = torch.from_numpy(found.components_.copy())  # a single axis has a negative stride
    largest = axes.gather(1, axes.abs().argmax(1, keepdim=True))
    return torch.where(largest < 0, -axes, axes)


def _relative(weights: Tensor) -> Tensor:
    """Weights whose mean is 1."""
    if not (torch.isfinite(weights).all() and (weights >= 0).all() and (weights > 0).any()):
        raise InvalidArgument(f"weights must be 0 or more, some above, got {float(weights.min()):g} at least")
    return weights.double() / weights.double().mean()


def _shared(reference: Tensor, fit_on: Tensor | None) -> Tensor:
    known = ~reference.isnan().any(1)
    return known if fit_on is None else known & fit_on


def _check_components(n_components: int, chosen: Tensor) -> None:
    if not 1 <= n_components <= min(chosen.shape):
        raise InvalidArgument(
            f"n_components must be between 1 and {min(chosen.shape)}, what {chosen.shape[0]} films in "
            f"{chosen.shape[1]} dimensions allow, got {n_components}"
        )
