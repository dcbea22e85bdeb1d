"""Turning one cloud of films onto another, so that a retrained model does not come out as another picture."""

from __future__ import annotations

import torch
from torch import Tensor

from core.errors import InvalidArgument


def procrustes(points: Tensor, reference: Tensor) -> Tensor:
    """Return the directions W (m, k), orthonormal columns, along which ``points`` agree best with ``reference``.

    W maximises tr(Wᵀ XᵀY) for X = ``points`` (n, m) and Y = ``reference`` (n, k), k ≤ m: W = UVᵀ of the singular value
    decomposition XᵀY = USVᵀ. With m = k it is the rotation (or reflection) that brings X closest to Y; with m > k it
    also chooses the plane. Nothing is moved or scaled: the origin and the unit stay. Raises ``InvalidArgument`` if the
    shapes do not fit.
    Source: Schönemann, *A generalized solution of the orthogonal Procrustes problem*, 1966; Gower and Dijksterhuis,
    *Procrustes Problems*, 2004, chapter 5 (projection Procrustes, the inner-product criterion).
    """
    if len(points) != len(reference) or reference.shape[1] > points.shape[1]:
        raise InvalidArgument(
            f"reference must have {len(points)} rows and at most {points.shape[1]} columns, got {tuple(reference.shape)}"
        )
    left, _, right = torch.linalg.svd(points.mT @ reference, full_matrices=False)
    turned: Tensor = left @ right
    return turned
