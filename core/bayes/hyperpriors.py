"""Priors of priors, and draws from what they become once rows have been seen.

Conjugate: the distribution given the rows is of the same family, so every draw is exact. All of it is a few hundred
numbers, kept in float64 on the CPU, whatever device the rows live on.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from core.errors import InvalidArgument


@dataclass(frozen=True)
class Gamma:
    """A precision τ ~ Gamma(shape, rate), in inverse squared units of what it is the precision of; mean shape / rate."""

    shape: float
    rate: float

    def __post_init__(self) -> None:
        if not (self.shape > 0 and self.rate > 0):
            raise InvalidArgument(f"shape and rate must be above 0, got {self.shape:g} and {self.rate:g}")

    def draw(self, generator: Generator, *, n: Tensor, sum_of_squares: Tensor) -> Tensor:
        """Draw τ (…), float64, each given ``n`` (…) numbers from N(0, 1/τ) whose squares sum to ``sum_of_squares`` (…).

        τ ~ Gamma(shape + n/2, rate + Σx²/2). Source: Bishop, *Pattern Recognition and Machine Learning*, 2006,
        eqs. 2.149 to 2.151.
        """
        drawn = _draw_gamma(self.shape + n.double().cpu() / 2, generator)
        return drawn / (self.rate + sum_of_squares.double().cpu() / 2)


@dataclass(frozen=True, eq=False)
class RowPrior:
    """Rows w ~ N(mean, precision⁻¹): ``mean`` (d,), ``precision`` (d, d)."""

    mean: Tensor
    precision: Tensor

    @classmethod
    def standard(cls, width: int) -> RowPrior:
        """N(0, I), in float64."""
        return cls(torch.zeros(width, dtype=torch.float64), torch.eye(width, dtype=torch.float64))


@dataclass(frozen=True)
class NormalWishart:
    """Λ ~ Wishart(I / scale, n_degrees), μ | Λ ~ N(0, (mean_strength · Λ)⁻¹): what is believed of a ``RowPrior``(μ, Λ).

    ``mean_strength`` counts imagined rows behind μ, ``n_degrees`` imagined rows behind Λ, above d − 1; ``scale`` is
    in squared units of the rows. Source: Salakhutdinov and Mnih, *Bayesian probabilistic matrix factorization using
    Markov chain Monte Carlo*, 2008, eqs. 7 and 14.
    """

    width: int
    n_degrees: float
    mean_strength: float = 2.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not self.n_degrees > self.width - 1:
            raise InvalidArgument(f"n_degrees must be above width - 1 = {self.width - 1}, got {self.n_degrees:g}")
        if not (self.mean_strength > 0 and self.scale > 0):
            raise InvalidArgument(
                f"mean_strength and scale must be above 0, got {self.mean_strength:g} and {self.scale:g}"
            )

    @classmethod
    def weak(cls, width: int) -> NormalWishart:
        """β₀ = 2, ν₀ = d and W₀ = I, as in the source, section 4."""
        return cls(width, float(width))

    def draw(self, rows: Tensor, generator: Generator, *, scatter: Tensor | None = None, n_more: int = 0) -> RowPrior:
        """Draw (μ, Λ) given ``rows`` (n, d) from N(μ, Λ⁻¹).

        ``scatter`` (d, d) is Σvvᵀ over ``n_more`` further rows from N(0, Λ⁻¹). With no rows at all, a draw from the
        prior. Source: as above, eq. 14.
        """
        n, rows = len(rows), rows.double()
        mean = rows.sum(0) / max(n, 1)
        centred = rows - mean
        pull = self.mean_strength * n / (self.mean_strength + n)
        total = (centred.mT @ centred + pull * torch.outer(mean, mean)).cpu()
        total += self.scale * torch.eye(self.width, dtype=torch.float64)
        if scatter is not None:
            total += scatter.double().cpu()
        precision = draw_wishart(total, self.n_degrees + n + n_more, generator)
        weight = self.mean_strength + n
        z = torch.randn(self.width, generator=generator, dtype=torch.float64)
        return RowPrior(n * mean.cpu() / weight + spread(z[None], weight * precision)[0], precision)


def draw_wishart(inverse_scale: Tensor, n_degrees: float, generator: Generator) -> Tensor:
    """Draw Λ ~ Wishart(inverse_scale⁻¹, n_degrees), (d, d) float64; mean n_degrees · inverse_scale⁻¹.

    Λ = LAAᵀLᵀ with LLᵀ = inverse_scale⁻¹; A is lower triangular with standard normals below the diagonal and on it
    the roots of χ² numbers with n_degrees, n_degrees − 1, … degrees. Source: Bartlett, 1933; Smith and Hocking,
    *Wishart variate generator*, 1972.
    """
    width = len(inverse_scale)
    root = torch.linalg.cholesky(torch.cholesky_inverse(torch.linalg.cholesky(inverse_scale)))
    degrees = n_degrees - torch.arange(width, dtype=torch.float64)
    below = torch.randn(width, width, generator=generator, dtype=torch.float64).tril(-1)
    factor = root @ (below + torch.diag((2 * _draw_gamma(degrees / 2, generator)).sqrt()))
    return factor @ factor.mT


def spread(z: Tensor, precision: Tensor) -> Tensor:
    """Turn standard normal rows ``z`` (n, d) into rows of covariance ``precision``⁻¹, L⁻ᵀz with LLᵀ = precision."""
    root = torch.linalg.cholesky(precision)
    moved: Tensor = torch.linalg.solve_triangular(root.mT, z.mT, upper=True).mT
    return moved


def _draw_gamma(shape: Tensor, generator: Generator) -> Tensor:
    """Gamma(shape, 1); torch's public distributions take no generator, this does."""
    drawn: Tensor = torch._standard_gamma(shape, generator=generator)
    return drawn
