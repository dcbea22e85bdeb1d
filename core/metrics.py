"""Measures of a recommender: functions of arrays, no models. Sums run in float64.

Ranking metrics take, per user, which of the first k films shown were hits, in order, and how many hits there
were to find; they are means over users with at least one relevant film.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from core.errors import InvalidArgument


def root_mean_square_error(ratings: Tensor, predictions: Tensor) -> float:
    """√mean((r − r̂)²) over all ratings pooled, in stars; both (n,)."""
    return math.sqrt(float(_residuals(ratings, predictions).square().mean()))


def mean_absolute_error(ratings: Tensor, predictions: Tensor) -> float:
    """Mean |r − r̂| over all ratings pooled, in stars; both (n,)."""
    return float(_residuals(ratings, predictions).abs().mean())


def ndcg_at_k(hits: Tensor, n_relevant: Tensor) -> Tensor:
    """DCG@k / best possible DCG@k of each user, 0 to 1.

    DCG@k = Σ hit / log₂(1 + rank), rank from 1. Shapes: ``hits`` (n, k) boolean, best first; ``n_relevant`` (n,).
    NaN where nothing is relevant. Source: Järvelin and Kekäläinen, *Cumulated gain-based evaluation of IR
    techniques*, 2002, with the discount of Burges et al., 2005.
    """
    discounts = 1 / torch.log2(torch.arange(2, hits.shape[1] + 2, dtype=torch.float64))
    best = torch.cat([discounts.new_zeros(1), discounts.cumsum(0)])[n_relevant.clamp(max=hits.shape[1])]
    return (hits.double() @ discounts) / torch.where(best > 0, best, torch.nan)


def recall_at_k(hits: Tensor, n_relevant: Tensor) -> Tensor:
    """Hits among the first k, divided by all the user's relevant films; 0 to 1, NaN where there are none.

    Shapes as in ``ndcg_at_k``. Source: Manning, Raghavan and Schütze, *Introduction to Information Retrieval*,
    2008, section 8.4.
    """
    return hits.double().sum(1) / torch.where(n_relevant > 0, n_relevant.double(), torch.nan)


def coverage(recommended: Tensor, n_items: int) -> float:
    """Share of the catalogue that stands in at least one user's list, 0 to 1; ``recommended`` holds film rows."""
    if n_items < 1:
        raise InvalidArgument(f"n_items must be at least 1, got {n_items}")
    return int(recommended.unique().numel()) / n_items


def _residuals(ratings: Tensor, predictions: Tensor) -> Tensor:
    if ratings.shape != predictions.shape or not len(ratings):
        raise InvalidArgument(
            f"ratings and predictions must have one equal length above 0, got {len(ratings)} and {len(predictions)}"
        )
    return ratings.double() - predictions.double()
