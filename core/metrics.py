"""Measures of a recommender: functions of arrays, no models. Sums run in float64.

Ranking metrics take, per user, which of the first k films shown were hits, in order, and how many hits there
were to find; they are means over users with at least one relevant film.
"""

from __future__ import annotations

import math

import torch
from scipy.stats import rankdata
from torch import Tensor

from core.errors import InvalidArgument

# Rank-biased overlap: how likely a reader is to go on to the next film; the first ten then hold 86 % of the weight.
PERSISTENCE = 0.9


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


def reciprocal_rank(hits: Tensor, n_relevant: Tensor) -> Tensor:
    """1 / rank of the first hit of each user, 0 if none of the films shown is one; NaN where nothing is relevant.

    Shapes as in ``ndcg_at_k``; its mean over users is the MRR. Source: Voorhees, *The TREC-8 question answering track
    report*, 1999.
    """
    ranks = torch.arange(1, hits.shape[1] + 1, dtype=torch.float64)
    best = (hits.double() / ranks).amax(1)
    return torch.where(n_relevant > 0, best, torch.nan)


def novelty(counts: Tensor, n_users: int) -> Tensor:
    """−log₂(ratings of the film / n_users) of each film (n_items,), in bits; a film nobody rated counts as rated once.

    Source: Vargas and Castells, *Rank and relevance in novelty and diversity metrics for recommender systems*, 2011.
    """
    if n_users < 1:
        raise InvalidArgument(f"n_users must be at least 1, got {n_users}")
    return -torch.log2(counts.double().clamp(min=1) / n_users)


def popularity_ranks(counts: Tensor) -> Tensor:
    """Place of each film by its number of ratings (n_items,), 1 for the most rated; films of one count share a mean place."""
    return torch.from_numpy(rankdata(-counts.double().numpy(), method="average"))


def gini(amounts: Tensor) -> float:
    """How unequally ``amounts`` (n,), none negative, are spread: 0 if all are equal, 1 − 1/n if one has everything.

    G = Σ (2i − n − 1) x_i / (n Σ x), x ascending and i from 1; NaN if there is nothing to share.
    """
    ordered = amounts.double().sort().values
    n = len(ordered)
    weights = 2 * torch.arange(1, n + 1, dtype=torch.float64) - n - 1
    total = float(ordered.sum())
    return float(weights @ ordered) / (n * total) if total > 0 else math.nan


def list_diversity(has: Tensor, lists: Tensor) -> Tensor:
    """Mean distance of two films of a list (n_lists,), 0 to 1: 1 − shared kinds / kinds of either, the Jaccard distance.

    Shapes: ``has`` (n_items, n_kinds) says which kinds a film is of; ``lists`` (n_lists, k) holds film rows, below 0
    where there is no film. Films of no kind are left out; NaN where fewer than two are left. Source: Ziegler, McNee,
    Konstan and Lausen, *Improving recommendation lists through topic diversification*, 2005, with this distance.
    """
    kinds = torch.where((lists >= 0)[..., None], has.double()[lists.clamp(min=0)], 0.0)  # (n_lists, k, n_kinds)
    sizes = kinds.sum(2)
    shared = kinds @ kinds.mT
    either = sizes[:, :, None] + sizes[:, None, :] - shared
    counted = ((sizes[:, :, None] > 0) & (sizes[:, None, :] > 0)).double()
    counted.diagonal(dim1=1, dim2=2).zero_()
    distances = (1 - shared / either.clamp(min=1)) * counted
    return distances.sum((1, 2)) / counted.sum((1, 2))  # no pair: 0 / 0


def overlap_at_k(one: Tensor, other: Tensor) -> Tensor:
    """Share of a list's films that stand in the other, too (n_lists,): shared / length of the longer; both (n_lists, k).

    Film rows, below 0 where there is no film; NaN where both lists are empty.
    """
    longest = torch.maximum((one >= 0).sum(1), (other >= 0).sum(1))
    return _shared(one, other).sum((1, 2)) / longest


def rank_biased_overlap(one: Tensor, other: Tensor, *, persistence: float = PERSISTENCE) -> Tensor:
    """How alike two lists of k films are, the top counting most (n_lists,): 1 if equal, 0 if they share nothing.

    RBO_EXT = A_k p^k + (1 − p) / p · Σ_{d≤k} A_d p^d, A_d the films shared by the first d of both, over d (over the
    length of the longer list where both are shorter). Shapes as in ``overlap_at_k``. Source: Webber, Moffat and
    Zobel, *A similarity measure for indefinite rankings*, 2010, eq. 32 at equal lengths.
    """
    if not 0 < persistence < 1:
        raise InvalidArgument(f"persistence must lie between 0 and 1, got {persistence:g}")
    k = one.shape[1]
    depths = torch.arange(1, k + 1, dtype=torch.float64)
    longest = torch.maximum((one >= 0).sum(1), (other >= 0).sum(1)).double()
    found = _shared(one, other).cumsum(1).cumsum(2).diagonal(dim1=1, dim2=2)  # (n_lists, k): shared by the first d
    agreement = found / torch.minimum(depths, longest[:, None])
    weights = persistence**depths
    return agreement[:, -1] * weights[-1] + (1 - persistence) / persistence * (agreement @ weights)


def _shared(one: Tensor, other: Tensor) -> Tensor:
    """1 where a film of the one list (down) is a film of the other (across): (n_lists, k, k)."""
    return ((one[:, :, None] == other[:, None, :]) & (one >= 0)[:, :, None]).double()


def _residuals(ratings: Tensor, predictions: Tensor) -> Tensor:
    if ratings.shape != predictions.shape or not len(ratings):
        raise InvalidArgument(
            f"ratings and predictions must have one equal length above 0, got {len(ratings)} and {len(predictions)}"
        )
    return ratings.double() - predictions.double()
