"""Slow, obvious truths: each formula as printed, in float64 and plain loops. Nothing of core's sums is used here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.ratings import Ratings

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


def ridge_system(features: Matrix, penalty: Matrix) -> Matrix:
    """XᵀX + Λ, one product at a time."""
    width = len(penalty)
    system = np.zeros((width, width))
    for j in range(width):
        for k in range(width):
            system[j, k] = sum(float(x[j]) * float(x[k]) for x in features) + penalty[j, k]
    return system


def ridge(features: Matrix, targets: Vector, penalty: Matrix, prior_mean: Vector) -> Vector:
    """w = (XᵀX + Λ)⁻¹ (Xᵀy + Λm) for one row."""
    width = len(penalty)
    right = np.zeros(width)
    for j in range(width):
        right[j] = sum(float(x[j]) * float(y) for x, y in zip(features, targets, strict=True))
        right[j] += sum(float(penalty[j, k]) * float(prior_mean[k]) for k in range(width))
    return np.linalg.solve(ridge_system(features, penalty), right)


def ridge_covariance(features: Matrix, penalty: Matrix) -> Matrix:
    """(XᵀX + Λ)⁻¹ for one row."""
    return np.linalg.inv(ridge_system(features, penalty))


def leave_one_out(features: Matrix, targets: Vector, penalty: Matrix, prior_mean: Vector) -> list[Vector]:
    """The row solved without each of its observations, by leaving it out."""
    solved = []
    for left_out in range(len(targets)):
        kept = [place for place in range(len(targets)) if place != left_out]
        solved.append(ridge(features[kept], targets[kept], penalty, prior_mean))
    return solved


@dataclass(frozen=True, eq=False)
class Tables:
    """A biased factor model: factors (n, d), biases (n,), mean."""

    user_factors: Matrix
    item_factors: Matrix
    user_bias: Vector
    item_bias: Vector
    global_mean: float

    def score(self, user: int, item: int) -> float:
        """μ + b_u + b_i + p_u·q_i."""
        dot = sum(float(p) * float(q) for p, q in zip(self.user_factors[user], self.item_factors[item], strict=True))
        return float(self.global_mean) + float(self.user_bias[user]) + float(self.item_bias[item]) + dot


def entries(ratings: Ratings) -> list[tuple[int, int, float]]:
    """(user row, film row, stars) of every rating."""
    return list(zip(ratings.user_idx.tolist(), ratings.item_idx.tolist(), ratings.values.tolist(), strict=True))


def als_objective(ratings: Ratings, tables: Tables, λ: float, λ_b: float, c: float) -> float:
    """Σ (r − μ − b_u − b_i − p_u·q_i)² + Σ_u n_u^c (λ‖p_u‖² + λ_b b_u²) + Σ_i n_i^c (λ‖q_i‖² + λ_b b_i²)."""
    total = sum((rating - tables.score(user, item)) ** 2 for user, item, rating in entries(ratings))
    for user, n in enumerate(_counts([user for user, _, _ in entries(ratings)], len(tables.user_bias))):
        total += n**c * (λ * float(np.sum(tables.user_factors[user] ** 2)) + λ_b * float(tables.user_bias[user]) ** 2)
    for item, n in enumerate(_counts([item for _, item, _ in entries(ratings)], len(tables.item_bias))):
        total += n**c * (λ * float(np.sum(tables.item_factors[item] ** 2)) + λ_b * float(tables.item_bias[item]) ** 2)
    return total


def als_gradient(ratings: Ratings, tables: Tables, λ: float, λ_b: float, c: float) -> tuple[Matrix, Matrix]:
    """Half the derivative of ``als_objective``: for users and for films, rows (factors, bias)."""
    d = tables.user_factors.shape[1]
    users, items = np.zeros((len(tables.user_bias), d + 1)), np.zeros((len(tables.item_bias), d + 1))
    for user, item, rating in entries(ratings):
        residual = rating - tables.score(user, item)
        users[user] -= residual * np.append(tables.item_factors[item], 1.0)
        items[item] -= residual * np.append(tables.user_factors[user], 1.0)
    for user, n in enumerate(_counts([user for user, _, _ in entries(ratings)], len(users))):
        users[user] += n**c * np.append(λ * tables.user_factors[user], λ_b * tables.user_bias[user])
    for item, n in enumerate(_counts([item for _, item, _ in entries(ratings)], len(items))):
        items[item] += n**c * np.append(λ * tables.item_factors[item], λ_b * tables.item_bias[item])
    return users, items


def _counts(rows: Sequence[int], n_rows: int) -> list[int]:
    return [sum(row == wanted for row in rows) for wanted in range(n_rows)]


def fold_in_objective(
    w: Vector,
    stars_of: Callable[[float], float],
    features: Matrix,
    offsets: Vector,
    stars: Vector,
    penalty: Matrix,
    prior_mean: Vector,
) -> float:
    """Σ (r − link(x·w + offset))² + (w − m)ᵀ Λ (w − m) for one person."""
    total = 0.0
    for x, offset, rating in zip(features, offsets, stars, strict=True):
        total += (rating - stars_of(float(x @ w) + float(offset))) ** 2
    return total + float((w - prior_mean) @ penalty @ (w - prior_mean))


def rmse(ratings: Sequence[float], predictions: Sequence[float]) -> float:
    """√mean((r − r̂)²)."""
    return math.sqrt(sum((r - p) ** 2 for r, p in zip(ratings, predictions, strict=True)) / len(ratings))


def mae(ratings: Sequence[float], predictions: Sequence[float]) -> float:
    """Mean |r − r̂|."""
    return sum(abs(r - p) for r, p in zip(ratings, predictions, strict=True)) / len(ratings)


def ndcg(hits: Sequence[bool], n_relevant: int, k: int) -> float:
    """DCG@k / best possible DCG@k: gain 1 per hit, discount log₂(1 + rank), rank from 1."""
    found = sum(1 / math.log2(1 + rank) for rank, hit in enumerate(hits[:k], start=1) if hit)
    best = sum(1 / math.log2(1 + rank) for rank in range(1, min(n_relevant, k) + 1))
    return found / best if best else math.nan


def recall(hits: Sequence[bool], n_relevant: int, k: int) -> float:
    """Hits among the first k / all relevant films."""
    return sum(hits[:k]) / n_relevant if n_relevant else math.nan


def coverage(lists: Sequence[Sequence[int]], n_items: int) -> float:
    """Share of the catalogue in at least one list."""
    return sum(any(item in shown for shown in lists) for item in range(n_items)) / n_items


def varimax_criterion(points: Sequence[Sequence[float]]) -> float:
    """Return Σ over columns of the variance of the squared entries of ``points`` (n, k)."""
    total = 0.0
    for column in zip(*points, strict=True):
        squares = [float(entry) ** 2 for entry in column]
        mean = sum(squares) / len(squares)
        total += sum((square - mean) ** 2 for square in squares) / len(squares)
    return total


def reciprocal_rank(hits: Sequence[bool], n_relevant: int) -> float:
    """1 / rank of the first hit, 0 without one."""
    if not n_relevant:
        return math.nan
    return next((1 / rank for rank, hit in enumerate(hits, start=1) if hit), 0.0)


def gini(amounts: Sequence[float]) -> float:
    """Σ_i Σ_j |x_i − x_j| / (2 n² mean): half the relative mean absolute difference."""
    mean = sum(amounts) / len(amounts)
    apart = sum(abs(one - other) for one in amounts for other in amounts)
    return apart / (2 * len(amounts) ** 2 * mean) if mean else math.nan


def list_diversity(kinds: Sequence[frozenset[int]]) -> float:
    """Mean of 1 − |a ∩ b| / |a ∪ b| over pairs of films of any kind."""
    known = [each for each in kinds if each]
    pairs = [(one, other) for place, one in enumerate(known) for other in known[place + 1 :]]
    return sum(1 - len(a & b) / len(a | b) for a, b in pairs) / len(pairs) if pairs else math.nan


def rank_biased_overlap(one: Sequence[int], other: Sequence[int], persistence: float, *, n_terms: int = 2_000) -> float:
    """(1 − p) Σ_d p^(d−1) A_d, the agreement beyond the lists' ends that at their end, term after term."""
    total = 0.0
    for depth in range(1, n_terms + 1):
        seen = min(depth, len(one))
        total += (1 - persistence) * persistence ** (depth - 1) * len(set(one[:seen]) & set(other[:seen])) / seen
    return total
