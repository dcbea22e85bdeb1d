"""Have the chains come to the same place, and how many independent draws are theirs worth?

Both follow Vehtari, Gelman, Simpson, Carpenter and Bürkner, *Rank-normalization, folding, and localization: an
improved R̂ for assessing convergence of MCMC*, Bayesian Analysis 16, 2021, which refines Gelman et al., *Bayesian Data
Analysis*, third edition, 2013, sections 11.4 and 11.5. Equation numbers are the paper's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.model import FactorModel

# A half needs two draws for a variance.
LEAST_DRAWS = 4


@dataclass(frozen=True)
class Convergence:
    """How far one prediction can be trusted to come from the posterior.

    ``r_hat`` is near 1 where all halves of all chains agree (above 1.01 asks for longer chains, the paper says);
    ``n_effective`` is how many independent draws would tell its mean as well as the ``n_draws`` drawn.
    """

    r_hat: float
    n_effective: float
    n_draws: int


def check_convergence(models: Sequence[FactorModel], user_idx: Tensor, item_idx: Tensor) -> list[Convergence]:
    """Return the convergence of the score of each pair (n,), given as rows, over the draws of ``models``.

    Each model is a chain: fits of the same ratings with other seeds, which start apart. Raises ``InvalidArgument`` if
    there is no model, or if they differ in ratings or in the number of draws.
    """
    if not models or len({(model.n_draws, model.rated.fingerprint) for model in models}) != 1:
        raise InvalidArgument("models must be fits of the same ratings with the same n_draws, got others or none")
    chains = torch.stack([model.scores(user_idx, item_idx) for model in models])
    columns = zip(split_r_hat(chains).tolist(), effective_sample_size(chains).tolist(), strict=True)
    return [Convergence(r_hat, size, chains.shape[0] * chains.shape[1]) for r_hat, size in columns]


def split_r_hat(chains: Tensor) -> Tensor:
    """Return R̂ (…) of ``chains`` (n_chains, n_draws, …): the larger of that of places and that of spreads.

    √(estimate of the variance from all halves / mean variance within a half), eqs. 1 to 4, of the draws' normal
    scores (eq. 14), and of the normal scores of their distances from the median. NaN where no draw differs from
    another: nothing can be said. Raises ``InvalidArgument`` on fewer than 4 draws a chain.
    """
    halves = _halves(chains)
    folded = (halves - halves.flatten(0, 1).median(dim=0).values).abs()
    found = torch.maximum(_r_hat(_normal_scores(halves)), _r_hat(_normal_scores(folded)))
    return torch.where(_all_equal(halves), torch.nan, found)


def effective_sample_size(chains: Tensor) -> Tensor:
    """Return the bulk effective sample size (…) of ``chains`` (n_chains, n_draws, …).

    N / (1 + 2 Σ ρ_t), N being all draws and ρ_t their correlation t sweeps apart, eqs. 10 and 11, on normal scores of
    halved chains; the sum ends where two neighbouring ρ add up to less than zero, and those sums may not rise
    (Geyer, *Practical Markov chain Monte Carlo*, 1992). At most N · log₁₀ N. NaN where no draw differs from another.
    Raises ``InvalidArgument`` on fewer than 4 draws a chain.
    """
    halves = _halves(chains)
    n = halves.shape[0] * halves.shape[1]
    time = _autocorrelation_time(_normal_scores(halves))
    least = 1 / torch.log10(torch.tensor(float(n), dtype=time.dtype))
    return torch.where(_all_equal(halves), torch.nan, n / torch.maximum(time, least))


def _halves(chains: Tensor) -> Tensor:
    """(2 n_chains, n_draws // 2, …) in float64; the middle draw of an odd number is left out."""
    n_draws = chains.shape[1]
    if n_draws < LEAST_DRAWS:
        raise InvalidArgument(f"chains must have at least {LEAST_DRAWS} draws each, got {n_draws}")
    return torch.cat([chains[:, : n_draws // 2], chains[:, (n_draws + 1) // 2 :]]).double()


def _all_equal(halves: Tensor) -> Tensor:
    flat = halves.flatten(0, 1)
    return (flat == flat[0]).all(0)


def _normal_scores(halves: Tensor) -> Tensor:
    """Φ⁻¹((rank − 3/8) / (N + 1/4)), equal draws at their mean rank (eq. 14)."""
    flat = halves.flatten(0, 1)
    ordered = flat.sort(dim=0).values.movedim(0, -1).contiguous()
    draws = flat.movedim(0, -1).contiguous()
    below = torch.searchsorted(ordered, draws)
    up_to = torch.searchsorted(ordered, draws, right=True)
    ranks = (below + up_to + 1).double() / 2
    scores: Tensor = torch.special.ndtri((ranks - 3 / 8) / (len(flat) + 1 / 4))
    return scores.movedim(-1, 0).view_as(halves)


def _r_hat(halves: Tensor) -> Tensor:
    return (_total_variance(halves) / halves.var(1).mean(0)).sqrt()


def _total_variance(halves: Tensor) -> Tensor:
    """(n − 1)/n · within + between, too large as long as the halves disagree (eqs. 1 to 3)."""
    n_draws = halves.shape[1]
    return (n_draws - 1) / n_draws * halves.var(1).mean(0) + halves.mean(1).var(0)


def _autocorrelation_time(halves: Tensor) -> Tensor:
    """1 + 2 Σ ρ_t = −1 + 2 Σ P_k with P_k = ρ_2k + ρ_2k+1, while positive, never rising."""
    n_draws = halves.shape[1]
    unexplained = halves.var(1).mean(0) - _autocovariance(halves).mean(0) * n_draws / (n_draws - 1)
    correlations = 1 - unexplained / _total_variance(halves)  # (n_draws, …), eq. 10
    correlations[0] = 1
    pairs = correlations[: n_draws // 2 * 2].unflatten(0, (-1, 2)).sum(1)
    positive = (pairs > 0).cumprod(0)
    return 2 * (pairs.cummin(0).values * positive).sum(0) - 1


def _autocovariance(halves: Tensor) -> Tensor:
    """Σ (x_s − x̄)(x_s+t − x̄) / n for every lag t (n_chains, n_draws, …), by a Fourier transform without wrapping."""
    n_draws = halves.shape[1]
    centred = halves - halves.mean(1, keepdim=True)
    spectrum = torch.fft.rfft(centred, n=2 * n_draws, dim=1)
    wrapped: Tensor = torch.fft.irfft(spectrum.abs().square(), n=2 * n_draws, dim=1)
    return wrapped[:, :n_draws] / n_draws
