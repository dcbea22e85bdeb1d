"""From many dimensions to two or three that can be drawn."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from sklearn.decomposition import PCA
from torch import Tensor

from core.errors import InvalidArgument


@dataclass(frozen=True, eq=False)
class Projection:
    """``points`` (n, k) in the unit of the coordinates; ``explained`` (k,) is each axis' share of the variance."""

    points: Tensor
    explained: tuple[float, ...]


def project(
    coordinates: Tensor, *, n_components: int = 2, fit_on: Tensor | None = None, reference: Tensor | None = None
) -> Projection:
    """Return the principal components of ``coordinates`` (n, d).

    ``fit_on`` (n,) is a mask of rows that decide the axes (all are drawn). ``reference`` (n, k), NaN where a row has
    none, is an earlier drawing: the axes keep its signs, so that a retrained model does not come out as a mirror
    image. Raises ``InvalidArgument`` if there are fewer rows or columns than components.
    Source: Jolliffe, *Principal Component Analysis*, 2002, chapter 1.
    """
    chosen = coordinates if fit_on is None else coordinates[fit_on]
    if not 1 <= n_components <= min(chosen.shape):
        raise InvalidArgument(
            f"n_components must be between 1 and {min(chosen.shape)}, what {chosen.shape[0]} films in "
            f"{chosen.shape[1]} dimensions allow, got {n_components}"
        )
    # Lanczos steps find the few components asked for; all of them would take a hundred times as long for 32 draws.
    solver = "arpack" if n_components < min(chosen.shape) else "full"
    pca = PCA(n_components, svd_solver=solver, random_state=0).fit(chosen.numpy())
    points = torch.from_numpy(pca.transform(coordinates.numpy()))
    if reference is not None:
        points = points * _signs_like(points, reference)
    return Projection(points, tuple(pca.explained_variance_ratio_.tolist()))


def _signs_like(points: Tensor, reference: Tensor) -> Tensor:
    shared = ~reference.isnan().any(1)
    agreement = (points[shared] * reference[shared]).sum(0)
    return torch.where(agreement < 0, -1.0, 1.0).to(points)
