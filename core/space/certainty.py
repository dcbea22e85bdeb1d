"""How much of a film's place its ratings decided, and how much is still what would be believed without any."""

from __future__ import annotations

import torch
from torch import Tensor

from core.model import FactorModel
from core.space.star_metric import draw_spread, film_coordinates, people_directions

# Rounds in which the variances of the prior settle; on ml-100k fifty leave the fifth digit as it is.
ROUNDS = 100


def certainty_of(model: FactorModel) -> Tensor:
    """Return, per film (n_items,), 1 − posterior variance of its place / variance of a film's place, 0 to 1.

    The place of film i has the posterior variance V_i (squared stars, mean over users of their taste for it); the
    variance of a film's place is the mean over films of ‖c_i‖² + V_i, c_i its coordinates: the law of total variance.
    Where there are draws, V_i is how far they lie apart. A point estimate has no spread; there a film with n ratings
    has along the principal axis k the posterior variance 1/(1/λ_k + n m_k/σ²), with λ_k the prior variance along it,
    m_k the mean square of the raters' directions along it, and σ² the noise of a rating: as if its raters were like
    all raters. λ_k is the fixed point of λ_k = mean over films of c_ik² + V_ik. 0 where the model knows no taste.
    The two ways are not to be compared with each other. Raises ``InvalidArgument`` if the model has no factors.
    Source: Bishop, *Pattern Recognition and Machine Learning*, 2006, eqs. 3.53, 3.54 and section 3.5.2.
    """
    squares = film_coordinates(model).square().sum(1)
    spread, place = _from_counts(model) if model.n_draws == 1 else (draw_spread(model), None)
    total = float((squares + spread).mean()) if place is None else place
    return (1 - spread / total).clamp(0, 1) if total else torch.zeros_like(spread)


def _from_counts(model: FactorModel) -> tuple[Tensor, float]:
    """V (n_items,) of a point estimate, and the variance of a film's place."""
    coordinates = film_coordinates(model)
    axes = torch.linalg.svd(coordinates, full_matrices=False).Vh
    found = (coordinates @ axes.mT).square().mean(0)
    axes, found = axes[found > 0], found[found > 0]  # along the others no film has a place
    raters = (people_directions(model) @ axes.mT)[model.rated.user_idx.long()].square().mean(0)
    told = (
        model.rated.item_counts.double()[:, None] * raters / _noise_variance(model)
    )  # (n_items, k), inverse variances
    prior = found
    for _ in range(ROUNDS):
        prior = found + (1 / (1 / prior + told)).mean(0)
    return (1 / (1 / prior + told)).sum(1), float(prior.sum())


def _noise_variance(model: FactorModel) -> float:
    """Of a rating around its prediction, in squared stars."""
    if model.user_prior is not None:
        return model.user_prior.noise_variance
    residuals = model.rated.values - model.predict(model.rated.user_idx, model.rated.item_idx).cpu()
    return float(residuals.double().square().mean())
