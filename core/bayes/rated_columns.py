"""The rated prior of a table too large to decompose: its weights are drawn by solving, so that cost follows the ratings."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from core.bayes.hyperpriors import spread

# Steps end where what is left of every column is this share of what was asked, or after so many of them: the noise of a
# draw is far larger.
TOLERANCE, MOST_STEPS = 1e-4, 100


@dataclass(frozen=True, eq=False)
class RatedColumns:
    """X = S − K C, never as a whole: S (n, m) sparse, K (n, p) who is known in each part, C (p, m) the parts' means.

    X is what ``RatedBasis`` decomposes: 1/√n in each of the n places that a row has rated, less the mean over the rows
    that rated something; the columns behind the first ``n_chosen`` are traits. Weights are B (m, d) itself.
    """

    table: Tensor
    flipped: Tensor  # Sᵀ, so that both products run along rows
    known: Tensor
    centres: Tensor
    n_chosen: int

    @classmethod
    def of(
        cls, row_idx: Tensor, column_idx: Tensor, *, n_rows: int, n_columns: int, traits: Tensor | None = None
    ) -> RatedColumns:
        """Return X of the rated pairs (distinct) and, if there are any, ``traits`` (n_rows, n_words)."""
        counts = torch.bincount(row_idx.long(), minlength=n_rows)
        values = counts.clamp(min=1).double().rsqrt()[row_idx.long()]
        parts = [(_sparse(row_idx, column_idx, values, (n_rows, n_columns)), counts > 0)]
        if traits is not None:
            rows, words = traits.nonzero(as_tuple=True)
            parts.append((_sparse(rows, words, traits[rows, words].double(), (n_rows, traits.shape[1])), traits.any(1)))
        whole = torch.cat([part for part, _ in parts], dim=1).coalesce()
        known = torch.stack([rows.double() for _, rows in parts], dim=1)
        means = [torch.sparse.sum(part, 0).to_dense() / rows.sum().clamp(min=1) for part, rows in parts]
        centres = torch.block_diag(*means)
        return cls(whole.float(), whole.mT.coalesce().float(), known.float(), centres.float(), n_columns)

    @property
    def rank(self) -> int:
        """The number m of rows of B, each a further row of what is known of Λ."""
        return self.table.shape[1]

    @property
    def centre(self) -> Tensor:
        """The means (m,) that were taken off."""
        return self.centres.sum(0)

    def no_weights(self, width: int) -> Tensor:
        """A B (m, width) that is zero."""
        return self.centres.new_zeros(self.rank, width)

    def shift_by(self, weights: Tensor) -> Tensor:
        """XB (n, d)."""
        return torch.sparse.mm(self.table, weights) - self.known @ (self.centres @ weights)

    def shift_by_columns(self, by_column: Tensor) -> Tensor:
        """XB (n, d): weights are B as it is."""
        return self.shift_by(by_column)

    def by_column(self, weights: Tensor) -> Tensor:
        """B (m, d) itself."""
        return weights

    def pull(self, rows: Tensor) -> Tensor:
        """Xᵀ ``rows`` (m, d)."""
        return torch.sparse.mm(self.flipped, rows) - self.centres.mT @ (self.known.mT @ rows)

    def mean_weights(self, residuals: Tensor, strength: float) -> Tensor:
        """The mean of B given ``residuals`` (n, d): (XᵀX + strength)⁻¹ Xᵀ residuals."""
        return self.solve(self.pull(residuals), strength)

    def draw_weights(self, residuals: Tensor, strength: float, precision: Tensor, generator: Generator) -> Tensor:
        """Draw B ~ N(mean, (XᵀX + strength)⁻¹ ⊗ precision⁻¹) by solving for noisy right sides.

        (XᵀX + λ) B = Xᵀ(residuals + E₁) + √λ E₂, the rows of E₁ and E₂ from N(0, precision⁻¹).
        Source: Simm et al., *Macau*, 2017, section 3.3 (noise injection).
        """
        width = residuals.shape[1]
        first, second = (
            spread(torch.randn(n, width, generator=generator).double(), precision).to(residuals)
            for n in (len(residuals), self.rank)
        )
        return self.solve(self.pull(residuals + first) + strength**0.5 * second, strength)

    def solve(self, wanted: Tensor, strength: float) -> Tensor:
        """Return (XᵀX + strength)⁻¹ ``wanted`` (m, d), every column by conjugate gradients of its own, all at once.

        Source: Hestenes and Stiefel, *Methods of conjugate gradients for solving linear systems*, 1952.
        """
        found, left = torch.zeros_like(wanted), wanted.clone()
        direction, size = left.clone(), left.square().sum(0)
        enough = TOLERANCE**2 * size
        for _ in range(MOST_STEPS):
            if bool((size <= enough).all()):
                break
            image = self.pull(self.shift_by(direction)) + strength * direction
            step = size / (direction * image).sum(0).clamp(min=torch.finfo(size.dtype).tiny)
            found += step * direction
            left -= step * image
            before, size = size, left.square().sum(0)
            direction = left + size / before.clamp(min=torch.finfo(size.dtype).tiny) * direction
        return found

    def to(self, device: str) -> RatedColumns:
        """Return the same on ``device``."""
        table, flipped, known, centres = (
            part.to(device) for part in (self.table, self.flipped, self.known, self.centres)
        )
        return RatedColumns(table, flipped, known, centres, self.n_chosen)


def _sparse(rows: Tensor, columns: Tensor, values: Tensor, shape: tuple[int, int]) -> Tensor:
    return torch.sparse_coo_tensor(torch.stack([rows.long(), columns.long()]), values, shape, check_invariants=True)
