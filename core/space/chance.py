"""What chance gives: a held-out association on one scale for all attributes, and the largest of all under shuffling."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

# Shuffles are worked on in blocks of about this many numbers.
BLOCK_NUMBERS = 4_000_000


def shuffles(n: int, n_permutations: int, *, width: int, generator: Generator) -> Iterator[Tensor]:
    """Yield random orders (b, n) of n films in blocks, so many at once that tables of ``width`` columns stay small."""
    size = max(1, BLOCK_NUMBERS // (n * max(1, width)))
    for first in range(0, n_permutations, size):
        drawn = range(first, min(first + size, n_permutations))
        yield torch.stack([torch.randperm(n, generator=generator) for _ in drawn])


def held_out_z(along: Tensor, values: Tensor, fold_of: Tensor, orders: Tensor) -> Tensor:
    """Return the held-out association of ``along`` (n, a) with ``values`` (n, j), NaN where unknown, per order.

    With x, y centred over the films whose y is known and c_i = x_i y_i, the films outside a fold f give the sign
    s_f = sign Σ_{i∉f} c_i, the films inside it the evidence, and the statistic is

        z = Σ_f s_f Σ_{i∈f} c_i / √Σ (c_i − c̄)².

    Divided by its own scatter, it has about the same distribution for every attribute, rare or common, whether or not
    films that have it scatter more along the axis than others: so the largest of many can be compared, and a mere
    difference in scatter does not pass for one in place. With x the ranks and y yes/no it is the AUC, Σ c being
    n₊n₋(AUC − ½); with numbers it is the correlation.
    Shapes: ``fold_of`` (n,) counts from 0; ``orders`` (b, n), each a permutation of the films of ``values``;
    the result is (b, a, j).
    Source: Chung and Romano, *Exact and asymptotically robust permutation tests*, 2013; DiCiccio and Romano,
    *Robust permutation tests for correlation and regression coefficients*, 2017.
    """
    known = values.isfinite().to(along)
    y = torch.where(known > 0, values - values.nanmean(0), 0.0)
    x = (along - along.mean(0)) / along.std(0, correction=0)
    folds = torch.nn.functional.one_hot(fold_of).to(x)
    return _statistic(x, y[orders], known[orders], folds)


def _statistic(x: Tensor, y: Tensor, known: Tensor, folds: Tensor) -> Tensor:
    """The statistic: y and known are (b, n, j), x (n, a), folds (n, k)."""
    n_axes, n_folds = x.shape[1], folds.shape[1]
    in_folds = (x[:, :, None] * folds[:, None, :]).flatten(1)  # (n, a·k)
    squares = y.square()
    middle = (x.mT @ known) / known.sum(1, keepdim=True)  # (b, a, j): the mean of x over films whose y is known
    sums = (in_folds.mT @ y).unflatten(1, (n_axes, n_folds))  # (b, a, k, j)
    sums = sums - middle[:, :, None] * (folds.mT @ y)[:, None]
    total = sums.sum(2)
    held_out = ((total[:, :, None] - sums).sign() * sums).sum(2)
    power = x.square().mT @ squares - 2 * middle * (x.mT @ squares) + middle.square() * squares.sum(1, keepdim=True)
    scatter = power - total.square() / known.sum(1, keepdim=True)
    return held_out / scatter.clamp_min(torch.finfo(x.dtype).tiny).sqrt()


def step_down(observed: Tensor, null: Tensor) -> Tensor:
    """Return for each of m statistics the chance of it, adjusted so that any false one comes at most that often.

    The largest is compared with the largest of each shuffle, the next with the largest of what is left, and so on;
    p = (1 + shuffles that reach it) / (1 + shuffles), never smaller than that of a larger statistic.
    Shapes: (m,) and (n_permutations, m) → (m,). Source: Westfall and Young, *Resampling-Based Multiple Testing*, 1993,
    algorithm 4.1; Ge, Dudoit and Speed, *Resampling-based multiple testing for microarray data analysis*, 2003, box 2.
    """
    order = observed.argsort(descending=True, stable=True)
    largest_left = null[:, order].flip(1).cummax(1).values.flip(1)
    p = (1 + (largest_left >= observed[order]).sum(0)).double() / (1 + len(null))  # float32 has no 0.05
    adjusted = torch.empty_like(observed)
    adjusted[order] = p.cummax(0).values.to(observed)
    return adjusted
