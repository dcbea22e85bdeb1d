"""Where films stand relative to each other, in stars.

Raw factors are known only up to a change of basis and a shift between factors and biases, so raw distances mean
little. Here the distance between two films is the root mean square, over all users, of the difference of their mean
predicted taste (predictions without biases, before limits). It does not depend on basis, shifts or rotation of draws,
and films with few ratings shrink to the centre.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.model import FactorModel

Metric: TypeAlias = Literal["stars", "raw"]


def film_coordinates(model: FactorModel, *, metric: Metric = "stars") -> Tensor:
    """Return coordinates (n_items, D·d), float64 on the CPU, whose Euclidean distances are those of ``metric``.

    ``stars``: with U_d and Q_d the centred factors of draw d, Ũ = [U₁ … U_D] / D and Q̃ = [Q₁ … Q_D], the
    coordinates are Q̃Rᵀ / √n_users, R from the QR decomposition of Ũ: ‖(q − q')Rᵀ‖² = ‖Ũ(q − q')‖², the sum over
    users of the squared difference in mean predicted taste; in stars. Under a sigmoid link a score is turned into
    stars by the mean slope over the training ratings, a first-order approximation.
    ``raw``: Q̃ / √D as trained, whose unit means nothing outside this one fit.
    Raises ``InvalidArgument`` if the model has no factors.
    """
    if not model.n_factors:
        raise InvalidArgument(f"a {model.card.trainer} model has no factors, so films have no place in its space")
    if metric not in ("stars", "raw"):
        raise InvalidArgument(f"metric must be stars or raw, got {metric!r}")
    items = model.item_factors.cpu().double()
    if metric == "raw":
        return _side_by_side(items) / model.n_draws**0.5
    users = model.user_factors.cpu().double()
    tastes = _side_by_side(users - users.mean(1, keepdim=True)) / model.n_draws
    films = _side_by_side(items - items.mean(1, keepdim=True))
    triangle = torch.linalg.qr(tastes, mode="r").R
    return films @ triangle.mT / len(model.users) ** 0.5 * _stars_per_score(model)


def _side_by_side(factors: Tensor) -> Tensor:
    """(draws, n, d) → (n, draws · d)."""
    return factors.movedim(0, 1).flatten(1)


def _stars_per_score(model: FactorModel) -> float:
    if model.link.is_linear:
        return 1.0
    return float(model.link.slope(model.scores(model.rated.user_idx, model.rated.item_idx)).double().mean())
