"""The baseline that a language model has to beat: counting what followed the last four tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidArgument

Whole = NDArray[np.int64]
BITS = 12  # of one token; five fit into 64 bits
LONGEST = 5
START_ROW = 0


@dataclass(frozen=True, eq=False)
class _Order:
    """One length of n-gram: sorted keys with their counts, and per context its total and its distinct successors."""

    keys: Whole
    counts: Whole
    contexts: Whole
    totals: Whole
    distinct: Whole
    discount: float


@dataclass(frozen=True, eq=False)
class KneserNey:
    """Interpolated Kneser–Ney n-grams.

    p_n(w | h) = max(c(hw) − D_n, 0) / c(h·) + D_n N₁₊(h·) / c(h·) · p_{n−1}(w | h′), h′ the context less its first
    token, p_0 = 1 / size, D_n = n₁ / (n₁ + 2 n₂) from how many n-grams occur once and twice. The longest order counts
    occurrences, a shorter one in how many different places its n-gram continued.
    Source: Chen and Goodman, *An empirical study of smoothing techniques for language modeling*, 1998, section 4.1.6
    and equation 17 for D.
    """

    orders: tuple[_Order, ...]  # from one token to the longest
    size: int

    @classmethod
    def fit(cls, documents: Sequence[Sequence[int]], *, size: int, n: int = LONGEST) -> KneserNey:
        """Count ``documents``, rows below ``size``; row 0 stands before each and never inside."""
        if not 1 <= n <= LONGEST:
            raise InvalidArgument(f"n must be between 1 and {LONGEST}, got {n}")
        if not 1 <= size <= 1 << BITS:
            raise InvalidArgument(f"size must be between 1 and {1 << BITS:,}, got {size:,}")
        keys, counts = np.unique(np.concatenate([_grams(each, n) for each in documents]), return_counts=True)
        orders = [_order(keys, counts)]
        for shorter in range(n - 1, 0, -1):
            # each distinct n-gram is one place where what it ends with continued
            keys, counts = np.unique(keys & ((1 << BITS * shorter) - 1), return_counts=True)
            orders.insert(0, _order(keys, counts))
        return cls(tuple(orders), size)

    def log_probabilities(self, document: Sequence[int]) -> NDArray[np.float64]:
        """Return ln p of each token of ``document`` given those before it (n,)."""
        return np.log(self.probabilities(_grams(document, len(self.orders))))

    def probabilities(self, grams: Whole) -> NDArray[np.float64]:
        """Return p(last token | those before) for n-grams as keys, the earliest token in the highest bits."""
        found = np.full(len(grams), 1 / self.size)
        for length, order in enumerate(self.orders, start=1):
            keys = grams & ((1 << BITS * length) - 1)
            place, known = _find(order.contexts, keys >> BITS)
            total = np.where(known, order.totals[place], 1)
            left_over = order.discount * order.distinct[place] / total
            where, seen = _find(order.keys, keys)
            own = np.where(seen, order.counts[where] - order.discount, 0.0) / total
            found = np.where(known, own + left_over * found, found)
        return found


def _grams(document: Sequence[int], n: int) -> Whole:
    """The n-gram that ends at each token, packed; the start row fills what lies before the first."""
    rows = np.concatenate([np.full(n - 1, START_ROW, np.int64), np.asarray(document, np.int64)])
    keys = np.zeros(len(document), np.int64)
    for k in range(n):
        keys = (keys << BITS) | rows[k : k + len(document)]
    return keys


def _order(keys: Whole, counts: Whole) -> _Order:
    contexts, first = np.unique(keys >> BITS, return_index=True)
    totals = np.add.reduceat(counts, first)
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    # Without a single or a double there is nothing to estimate a discount from: half is neither none nor all.
    discount = once / (once + 2 * twice) if once and twice else 0.5
    return _Order(keys, counts, contexts, totals, np.diff(np.append(first, len(keys))), discount)


def _find(ordered: Whole, wanted: Whole) -> tuple[Whole, NDArray[np.bool_]]:
    place = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return place, ordered[place] == wanted
