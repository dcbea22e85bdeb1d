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
from core.person import Person

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
    if metric == "raw":
        return side_by_side(model.item_factors.cpu().double()) / model.n_draws**0.5
    tastes = side_by_side(_centred(model.user_factors)) / model.n_draws
    films = side_by_side(_centred(model.item_factors))
    triangle = torch.linalg.qr(tastes, mode="r").R
    return films @ triangle.mT / len(model.users) ** 0.5 * _stars_per_score(model)


def draw_spread(model: FactorModel) -> Tensor:
    """Return V (n_items,), squared stars: the mean over users of the variance over draws of their taste for a film.

    V_i = D/(D − 1) · (mean over draws and users of ((p_u − mean p)·(q_i − mean q))² − ‖coordinates_i‖²): how far the
    draws disagree on where the film stands. A model of one draw has none to disagree: zero.
    """
    if model.n_draws == 1:
        return torch.zeros(len(model.items), dtype=torch.float64)
    total = torch.zeros(len(model.items), dtype=torch.float64)
    for users, items in zip(model.user_factors, model.item_factors, strict=True):
        tastes, films = _centred(users), _centred(items)
        total += ((films @ (tastes.mT @ tastes)) * films).sum(1) / len(users)
    mean_square = total / model.n_draws * _stars_per_score(model) ** 2
    spread = mean_square - film_coordinates(model).square().sum(1)
    return spread.clamp(min=0) * model.n_draws / (model.n_draws - 1)


def people_directions(model: FactorModel) -> Tensor:
    """Return V (n_users, dim): V_u · coordinates_i is user u's mean predicted taste for film i, in stars.

    V = √n_users Q with Q from the QR decomposition of ``film_coordinates``: the columns have mean square 1, so a
    film's squared norm is what people's tastes for it spread.
    """
    tastes = side_by_side(_centred(model.user_factors)) / model.n_draws
    return torch.linalg.qr(tastes).Q * len(model.users) ** 0.5


def taste_of(person: Person) -> Tensor:
    """Return, per film (n_items,), how much more the person likes it than the mean user does, in stars.

    taste_i = mean over draws of (p − mean p)·q_i, without biases, before limits: what sets the person apart, not what
    everybody likes. Under a sigmoid link, by the mean slope as in ``film_coordinates``. A constant added to all films
    is a matter of biases and means nothing. Raises ``InvalidArgument`` if the model has no factors.
    """
    model = person.model
    if not isinstance(model, FactorModel) or not model.n_factors:
        raise InvalidArgument(f"a {model.card.trainer} model has no factors, so nobody has a place in its space")
    apart = person.mean[:, :-1].cpu().double() - model.user_factors.cpu().double().mean(1)
    taste = (model.item_factors.cpu().double() @ apart[..., None]).squeeze(-1).mean(0)
    return taste * _stars_per_score(model)


def _centred(factors: Tensor) -> Tensor:
    """(n, d), or (draws, n, d), less the mean row."""
    doubles = factors.cpu().double()
    return doubles - doubles.mean(-2, keepdim=True)


def side_by_side(factors: Tensor) -> Tensor:
    """(draws, n, d) → (n, draws · d)."""
    return factors.movedim(0, 1).flatten(1)


def _stars_per_score(model: FactorModel) -> float:
    if model.link.is_linear:
        return 1.0
    return float(model.link.slope(model.scores(model.rated.user_idx, model.rated.item_idx)).double().mean())
