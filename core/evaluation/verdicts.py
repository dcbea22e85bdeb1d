"""When a difference deserves a word: only where its widened interval is clear of what is too small to act on."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

from core.evaluation.bootstrap import Figure

Verdict: TypeAlias = Literal[
    "better",
    "worse",
    "higher",
    "lower",
    "gains",
    "loses",
    "no difference worth acting on",
    "unknown until refits with other seeds tell",
    "not known",
]
NO_DIFFERENCE: Verdict = "no difference worth acting on"
NEEDS_REFITS: Verdict = "unknown until refits with other seeds tell"
NOT_KNOWN: Verdict = "not known"
CALLED: tuple[Verdict, ...] = ("better", "worse", "higher", "lower", "gains", "loses")
# The word for more and the word for less.
LOWER_IS_BETTER: tuple[Verdict, Verdict] = ("worse", "better")
HIGHER_IS_BETTER: tuple[Verdict, Verdict] = ("better", "worse")
NEITHER_IS_BETTER: tuple[Verdict, Verdict] = ("higher", "lower")
OF_EXPOSURE: tuple[Verdict, Verdict] = ("gains", "loses")


def verdict(gap: Figure, *, margin: float, words: tuple[Verdict, Verdict], seeds_known: bool) -> Verdict:
    """Return the word for ``gap``, candidate − baseline: one of ``words`` only if clear of ``margin`` and of seeds.

    Without knowing how much seeds alone change, what is clear for other people is still not called a difference.
    """
    if math.isnan(gap.value):
        return NOT_KNOWN
    if not gap.is_clear_of(margin):
        return NO_DIFFERENCE
    if not seeds_known:
        return NEEDS_REFITS
    return words[0] if gap.value > 0 else words[1]
