"""Which films somebody rated says something of their taste before any star is read; who rated a film, of the film.

Row i's prior mean is moved by x_i B. x_i has 1/√n in each of the n places that row i has rated, less the mean over
rows, and is zero for a row that has rated nothing; B ~ N(0, (strength · Λ)⁻¹) row by row, Λ being the precision of
the rows' prior. This is SVD++'s idea (Koren, *Factorization meets the neighborhood*, 2008) put into the prior, as
Macau does with features (Simm et al., *Macau: scalable Bayesian factorization with high-dimensional side information
using MCMC*, 2017). Only training pairs enter. What else is known of a row, its traits, are further columns of X: 1
where a word holds, less the mean over the rows of which something is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from core.bayes.hyperpriors import Gamma, RowPrior, spread
from core.bayes.rated_columns import RatedColumns

# Directions with less than this share of the largest variance are rounding, not data.
LEAST_VARIANCE = 1e-8


@dataclass(frozen=True, eq=False)
class RatedBasis:
    """X = U S Vᵀ, the rows x_i: ``rows`` U (n, r), ``sizes`` S (r,), ``columns`` V (m, r), ``centre`` (m,) the mean.

    Of the m columns the first ``n_chosen`` say which places a row has rated, the others its traits.
    """

    rows: Tensor
    sizes: Tensor
    columns: Tensor
    centre: Tensor
    n_chosen: int

    @classmethod
    def of(cls, *, chosen: Tensor | None = None, traits: Tensor | None = None) -> RatedBasis:
        """Decompose X by way of the smaller of XXᵀ and XᵀX, in float64; keep float32.

        ``chosen`` (n, m) is a table of choices, ``traits`` (n, n_words) one of words; at least one is given.
        """
        parts = [_centred(part) for part in (chosen, traits) if part is not None]
        table, centre = torch.cat([part for part, _ in parts], dim=1), torch.cat([mean for _, mean in parts])
        wide = table.shape[1] >= table.shape[0]
        variances, vectors = torch.linalg.eigh(table @ table.mT if wide else table.mT @ table)
        kept = variances > LEAST_VARIANCE * variances[-1]
        sizes, vectors = variances[kept].sqrt(), vectors[:, kept]
        others = (table.mT if wide else table) @ vectors / sizes
        rows, columns = (vectors, others) if wide else (others, vectors)
        n_chosen = 0 if chosen is None else chosen.shape[1]
        return cls(rows.float(), sizes.float(), columns.float(), centre.float(), n_chosen)

    @property
    def rank(self) -> int:
        """The number r of directions that the rows of X reach."""
        return len(self.sizes)

    def no_weights(self, width: int) -> Tensor:
        """VᵀB (r, width) of a B that is zero."""
        return self.rows.new_zeros(self.rank, width)

    def shift_by(self, weights: Tensor) -> Tensor:
        """XB (n, d) for weights VᵀB (r, d)."""
        return self.rows @ (self.sizes[:, None] * weights)

    def by_column(self, weights: Tensor) -> Tensor:
        """B (m, d) for weights VᵀB (r, d)."""
        return self.columns @ weights

    def shift_by_columns(self, by_column: Tensor) -> Tensor:
        """XB (n, d) for B (m, d)."""
        return self.shift_by(self.columns.mT @ by_column)

    def mean_weights(self, residuals: Tensor, strength: float) -> Tensor:
        """The mean of VᵀB (r, d) given ``residuals`` (n, d): in direction j S_j (Uᵀresiduals)_j / (S_j² + strength)."""
        return self.sizes[:, None] * (self.rows.mT @ residuals) / self._held(strength)

    def draw_weights(self, residuals: Tensor, strength: float, precision: Tensor, generator: Generator) -> Tensor:
        """Draw VᵀB (r, d): around its mean in direction j with the precision (S_j² + strength) · ``precision``."""
        z = torch.randn(self.rank, residuals.shape[1], generator=generator)
        noise = spread(z.double(), precision).to(residuals)
        return self.mean_weights(residuals, strength) + noise / self._held(strength).sqrt()

    def _held(self, strength: float) -> Tensor:
        return (self.sizes.square() + strength)[:, None]

    def to(self, device: str) -> RatedBasis:
        """Return the basis on ``device``."""
        rows, sizes, columns, centre = (part.to(device) for part in (self.rows, self.sizes, self.columns, self.centre))
        return RatedBasis(rows, sizes, columns, centre, self.n_chosen)


def table_of_choices(row_idx: Tensor, column_idx: Tensor, *, n_rows: int, n_columns: int) -> Tensor:
    """Return 1/√n in each of the n places that a row has rated (n_rows, n_columns), float64."""
    table = torch.zeros(n_rows, n_columns, dtype=torch.float64)
    table[row_idx.long(), column_idx.long()] = 1
    return table / table.sum(1, keepdim=True).clamp(min=1).sqrt()


def _centred(table: Tensor) -> tuple[Tensor, Tensor]:
    """Return ``table`` less the mean over rows that have something in it, on these rows only, and that mean."""
    known = table.any(1, keepdim=True)
    centre = table.sum(0) / known.sum().clamp(min=1)
    return table - known * centre, centre


class RatedPrior:
    """The weights B of one side, in the form in which ``basis`` draws them, and how strongly they are held to zero.

    What of B the rows of X do not reach stays at its prior mean, zero, or is drawn from the prior: nothing in training
    depends on it.
    """

    def __init__(self, basis: RatedBasis | RatedColumns, width: int, strength_prior: Gamma) -> None:
        self.basis = basis
        self.strength_prior = strength_prior
        self.strength = 1.0
        self.weights = basis.no_weights(width)
        self.shift = basis.shift_by(self.weights)  # XB (n, d): what the mean of each row's prior is moved by

    def weights_by_column(self, weights: Tensor) -> tuple[Tensor, Tensor]:
        """B (m, d) for ``weights``: of the places that may be rated, and of the traits."""
        by_column = self.basis.by_column(weights)
        return by_column[: self.basis.n_chosen], by_column[self.basis.n_chosen :]

    def shift_by_traits(self, weights: Tensor) -> Tensor:
        """The part of XB (n, d) that the traits give."""
        by_column = self.basis.by_column(weights).clone()
        by_column[: self.basis.n_chosen] = 0
        return self.basis.shift_by_columns(by_column)

    @property
    def scatter(self) -> Tensor:
        """λBᵀB (d, d), λ the strength: what the weights say of Λ, as ``basis.rank`` further rows."""
        return self.strength * (self.weights.mT @ self.weights)

    def draw(self, residuals: Tensor, prior: RowPrior, generator: Generator) -> None:
        """Draw B given ``residuals`` (n, d), the rows less their common mean; then how strongly B is held to zero."""
        self.weights = self.basis.draw_weights(residuals, self.strength, prior.precision, generator)
        self.shift = self.basis.shift_by(self.weights)
        energy = ((self.weights.mT @ self.weights).double().cpu() * prior.precision).sum()
        n = torch.tensor(self.weights.numel())
        self.strength = float(self.strength_prior.draw(generator, n=n, sum_of_squares=energy))

    def mean_weights(self, residuals: Tensor) -> Tensor:
        """The mean of the weights given ``residuals`` (n, d)."""
        return self.basis.mean_weights(residuals, self.strength)
