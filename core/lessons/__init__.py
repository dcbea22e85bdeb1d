"""What the guided walk shows and runs: each step's sums in a few lines, the same that stand on the screen as a listing."""

from core.lessons.categories import (
    KindStars,
    Miss,
    best_by_kind,
    favourite_kinds,
    file_under_kinds,
    filed_alike,
    guess_by_kind,
    kinds_of,
    mean_by_kind,
    misses,
)
from core.lessons.holes import crosstab, far_view, only, rating_table, share_empty

__all__ = [
    "KindStars",
    "Miss",
    "best_by_kind",
    "crosstab",
    "far_view",
    "favourite_kinds",
    "file_under_kinds",
    "filed_alike",
    "guess_by_kind",
    "kinds_of",
    "mean_by_kind",
    "misses",
    "only",
    "rating_table",
    "share_empty",
]
