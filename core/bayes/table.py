"""One side of a Gibbs chain: its rows, what is believed of them, and how much its ratings scatter."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from core.bayes.hyperpriors import NormalWishart, RowPrior
from core.bayes.rated_prior import RatedPrior
from core.row_batches import RowBatches, solve_rows


@dataclass(frozen=True, eq=False)
class Against:
    """What one side's rows are regressed on, by column of its layout: score = features · w + offset.

    ``features`` (n_columns, d + 1) end with a one, ``offsets`` (n_columns,) are what w does not enter, and ``noise``
    (n_columns,) is the precision of the column's entries relative to that of all.
    """

    features: Tensor
    offsets: Tensor
    noise: Tensor

    @classmethod
    def of(cls, factors: Tensor, offsets: Tensor, noise: Tensor) -> Against:
        """Return what columns with these ``factors`` (n_columns, d) are to the other side's rows."""
        return cls(torch.cat([factors, torch.ones_like(factors[:, :1])], dim=1), offsets.contiguous(), noise)


@dataclass(eq=False)
class Table:
    """Rows w = (factors, bias) (n, d + 1) with w_i ~ N(μ + x_i B, Λ⁻¹); each draw overwrites what it draws.

    ``noise`` (n,) is the precision of a row's ratings relative to that of all; ``layout`` holds the ratings by row,
    less the global mean.
    """

    rows: Tensor
    noise: Tensor
    layout: RowBatches
    prior: RowPrior
    hyperprior: NormalWishart
    rated: RatedPrior | None = None

    def draw_prior(self, generator: Generator) -> None:
        """Draw μ and Λ given the rows and B, then B given all of these."""
        if self.rated is None:
            self.prior = self.hyperprior.draw(self.rows, generator)
            return
        away, scatter = self.rows - self.rated.shift, self.rated.scatter
        self.prior = self.hyperprior.draw(away, generator, scatter=scatter, n_more=self.rated.basis.rank)
        self.rated.draw(self.residuals(), self.prior, generator)

    def residuals(self) -> Tensor:
        """The rows less their common mean μ (n, d + 1)."""
        return self.rows - self.prior.mean.to(self.rows)

    def as_seen(self) -> Against:
        """What the rows are to the other side where each column of its layout is one of them."""
        return Against.of(self.rows[:, :-1], self.rows[:, -1], self.noise)

    def draw_rows(self, other: Against, noise_precision: float, generator: Generator, *, n_threads: int = 1) -> None:
        """Draw all rows given all others; the random numbers come first, so that threads do not change them."""
        z = torch.randn(self.rows.shape, generator=generator).to(self.rows)
        z /= (noise_precision * self.noise).sqrt()[:, None]
        self._solve(self.rows, other, noise_precision, self.shift, z, n_threads)

    def mean_rows(self, other: Against, noise_precision: float, shift: Tensor | None, *, n_threads: int = 1) -> Tensor:
        """Return the mean of what ``draw_rows`` draws from (n, d + 1), had ``shift`` been XB."""
        out = torch.empty_like(self.rows)
        self._solve(out, other, noise_precision, shift, None, n_threads)
        return out

    @property
    def shift(self) -> Tensor | None:
        """XB (n, d + 1), if there is a rated prior."""
        return None if self.rated is None else self.rated.shift

    def _solve(
        self,
        out: Tensor,
        other: Against,
        noise_precision: float,
        shift: Tensor | None,
        z: Tensor | None,
        n_threads: int,
    ) -> None:
        mean = self.prior.mean.to(self.rows)
        solve_rows(
            self.layout,
            other.features,
            out,
            penalty=(self.prior.precision / noise_precision).to(self.rows),
            weights=1 / self.noise,
            offsets=other.offsets,
            column_weights=other.noise,
            prior_mean=mean if shift is None else mean + shift,
            perturbation=z,
            n_threads=n_threads,
        )
