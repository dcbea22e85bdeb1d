"""What the guided walk shows and runs: each step's sums in a few lines, the same that stand on the screen as a listing."""

from core.lessons.categories import best_by_kind, guess_by_kind, kinds_of, mean_by_kind
from core.lessons.crosstab import crosstab, far_view, only, rating_table, share_empty

__all__ = [
    "best_by_kind",
    "crosstab",
    "far_view",
    "guess_by_kind",
    "kinds_of",
    "mean_by_kind",
    "only",
    "rating_table",
    "share_empty",
]
