"""The one primitive: ridge regression for many rows at once.

Each row has its own few observations (x₁, y₁) … (x_L, y_L) and wants the vector

    w = argmin Σ (y − x·w)² + (w − m)ᵀ Λ (w − m)   ⇔   (XᵀX + Λ) w = Xᵀy + Λm.

With noise of variance σ² and a prior N(m, σ²Λ⁻¹) this w is the posterior mean and σ²(XᵀX + Λ)⁻¹ the posterior
covariance (Bishop, *Pattern Recognition and Machine Learning*, 2006, eqs. 3.49 to 3.54). ALS sweeps, Gibbs draws,
fold-in, leave-one-out influence and warm retraining all end here, and no Gram matrix is built anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import torch
from torch import Tensor

from core.errors import InvalidArgument


@dataclass(frozen=True, eq=False)
class Posterior:
    """``mean`` (B, d) and the lower Cholesky factor L (B, d, d) of XᵀX + Λ."""

    mean: Tensor
    cholesky: Tensor

    @property
    def covariance(self) -> Tensor:
        """(XᵀX + Λ)⁻¹ (B, d, d); times the noise variance it is the posterior covariance."""
        inverse: Tensor = torch.cholesky_inverse(self.cholesky)
        return inverse

    def variance(self, features: Tensor) -> Tensor:
        """xᵀ(XᵀX + Λ)⁻¹x for each row of ``features`` (B, n, d), as (B, n)."""
        half: Tensor = torch.linalg.solve_triangular(self.cholesky, features.mT, upper=False)
        return half.square().sum(-2)

    def draw(self, z: Tensor) -> Tensor:
        """Return mean + L⁻ᵀz for each row of ``z`` (B, d): with z = σ times standard normal numbers an exact draw."""
        moved: Tensor = torch.linalg.solve_triangular(self.cholesky.mT, z.unsqueeze(-1), upper=True)
        return self.mean + moved.squeeze(-1)


def solve(features: Tensor, targets: Tensor, *, penalty: Tensor, prior_mean: Tensor | None = None) -> Posterior:
    """Solve B rows of L observations each.

    Shapes: ``features`` (B, L, d), ``targets`` (B, L), ``penalty`` (d, d) or (B, d, d), ``prior_mean`` (d,) or
    (B, d), zero if absent. A padded place is a row of zeros in ``features``. Raises ``InvalidArgument`` where
    XᵀX + Λ is not positive definite (a negative or missing penalty, or values that are not finite).
    """
    # yᵀX, as a row: a batch of thin columns, Xᵀy, takes five times as long (two cores, 32 factors).
    gram, moment = features.mT @ features, (targets.unsqueeze(-2) @ features).mT
    return _factorise(gram, moment, penalty, prior_mean)


def leave_one_out(features: Tensor, targets: Tensor, *, penalty: Tensor, prior_mean: Tensor | None = None) -> Tensor:
    """Solve each row again without each of its observations: (B, L, d).

    Without observation i, w changes by −(XᵀX + Λ)⁻¹ xᵢ eᵢ / (1 − hᵢ) with its residual e and leverage h, so one
    factorisation serves them all. ``features`` (B, L, d) and ``targets`` (B, L) hold no padding; ``penalty`` is that
    of a row of L − 1, and ``prior_mean`` may be one for each observation left out, (B, L, d). Raises ``InvalidArgument`` where it leaves a row without one of its observations undetermined.
    Source: Hastie, Tibshirani and Friedman, *The Elements of Statistical Learning*, 2009, eq. 7.64.
    """
    own = prior_mean if prior_mean is not None and prior_mean.dim() == 3 else None
    common = prior_mean if own is None else own.mean(1)
    posterior = solve(features, targets, penalty=penalty, prior_mean=common)
    pulls = torch.cholesky_solve(features.mT, posterior.cholesky).mT  # (B, L, d): how an observation moves w
    residuals = targets - (features @ posterior.mean[..., None]).squeeze(-1)
    kept = 1 - (features * pulls).sum(-1)
    if (kept <= torch.finfo(kept.dtype).eps).any():
        raise InvalidArgument("penalty must determine each row without one of its observations, and one needs them all")
    means = posterior.mean[:, None].expand(features.shape)
    if own is not None and common is not None:
        moved = torch.cholesky_solve(penalty @ (own - common[:, None]).mT, posterior.cholesky).mT
        means = means + moved
        residuals = residuals - (features * moved).sum(-1)
    return means - pulls * (residuals / kept)[..., None]


def _factorise(gram: Tensor, moment: Tensor, penalty: Tensor, prior_mean: Tensor | None) -> Posterior:
    """Finish from XᵀX (B, d, d) and Xᵀy (B, d, 1)."""
    if prior_mean is not None:
        moment = moment + penalty @ prior_mean.unsqueeze(-1)
    system = gram + penalty
    try:
        cholesky: Tensor = torch.linalg.cholesky(system)
    except torch.linalg.LinAlgError:  # type: ignore[attr-defined]  # documented there
        raise _unsolvable(torch.linalg.cholesky_ex(system).info.bool()) from None
    mean: Tensor = torch.cholesky_solve(moment, cholesky).squeeze(-1)
    if not isfinite(float(mean.sum())):  # one number that is not finite makes the sum so
        bad = ~mean.isfinite().all(-1)
        if bad.any():
            raise _unsolvable(bad)
    return Posterior(mean, cholesky)


def _unsolvable(bad: Tensor) -> InvalidArgument:
    """The error that names the first of the ``bad`` rows (B,)."""
    return InvalidArgument(
        "penalty must make XᵀX + Λ positive definite, and all values must be finite; row "
        f"{int(bad.nonzero()[0])} of {len(bad)} is not"
    )
