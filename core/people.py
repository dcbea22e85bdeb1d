"""The people of a model as the prior of a new one: for trainers whose penalty is not that of a Gaussian prior."""

from __future__ import annotations

import torch
from torch import Tensor

from core.fitting import lay_out, left_out_variance, n_threads_for
from core.model import FactorModel, UserPrior
from core.row_batches import leverages

# Added to the variance of every direction, as a share of their mean variance: with fewer people than directions the
# covariance alone could not be inverted.
SHRINKAGE = 0.01
# Squared units of a vector: keeps the prior of a single person proper.
LEAST_VARIANCE = 1e-6
# The leverages depend on the noise and the noise on the leverages; the second round moves it by under 1 % on ml-100k.
NOISE_ROUNDS = 2


def prior_from_people(model: FactorModel) -> UserPrior:
    """Return w ~ N(mean, covariance) of a point estimate's rated people, and the noise that left-out ratings show.

    Leverages are those of the linear problem around the fit, the link's slope taken as one number: its root mean
    square over the training ratings. All in float64 on the CPU, and precise enough for that: on ml-100k u1 the
    ratings of people folded in lie 1.00 ``rating_std`` (root mean square) from their predictions.
    """
    rated = model.rated
    people = _rows(model.user_factors, model.user_bias)
    mean, precision = _gaussian(people[rated.user_counts > 0])
    noise = _noise_variance(model, people, _rows(model.item_factors, model.item_bias), precision)
    return UserPrior(mean[None], precision[None], torch.tensor([1 / noise], dtype=torch.float64))


def _rows(factors: Tensor, bias: Tensor) -> Tensor:
    return torch.cat([factors[0], bias[0][:, None]], dim=1).double().cpu()


def _gaussian(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (d,) and precision (d, d) of ``rows`` (n, d)."""
    mean = rows.mean(0)
    covariance = (rows - mean).mT @ (rows - mean) / len(rows)
    spread = SHRINKAGE * covariance.diagonal().mean() + LEAST_VARIANCE
    precision: Tensor = torch.linalg.inv(covariance + spread * torch.eye(len(mean), dtype=rows.dtype))
    return mean, precision


def _noise_variance(model: FactorModel, people: Tensor, films: Tensor, people_precision: Tensor) -> float:
    rated = model.rated
    scores = model.scores(rated.user_idx, rated.item_idx)[0].double().cpu()
    residuals = rated.values.double() - model.link.stars(scores)
    slope = model.link.slope(scores).square().mean().sqrt()
    by_user, by_item = lay_out(rated, residuals)
    _, films_precision = _gaussian(films[rated.item_counts > 0])
    noise = float(residuals.square().mean())
    for _ in range(NOISE_ROUNDS):
        shares = sum(
            leverages(layout, slope * _with_ones(other), penalty=noise * precision, n_threads=n_threads_for(other))
            for layout, other, precision in ((by_user, films, people_precision), (by_item, people, films_precision))
        )
        noise = left_out_variance(residuals, torch.as_tensor(shares))
    return noise


def _with_ones(rows: Tensor) -> Tensor:
    return torch.cat([rows[:, :-1], torch.ones_like(rows[:, -1:])], dim=1)
