"""Figures with their intervals as cells and pictures of a table, for ``st.html``. With ``markup``, a place where HTML is built."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape

from core import Figure

LEAST_REACH = 1e-3  # stars; so that nothing is divided by zero where all models are one
UNKNOWN = "–"


def wide(label: str, table: str) -> str:
    """Return a table in a region that scrolls sideways where it has to; ``label`` is read out."""
    return f'<div class="rs-wide" tabindex="0" role="region" aria-label="{escape(label)}">{table}</div>'


def measured_cell(figure: Figure, tag: str, label: str) -> str:
    """Return a cell with a figure and its interval; ``label`` heads it where a phone has no room for the table's head."""
    if math.isnan(figure.value):
        return number_cell(UNKNOWN, label)
    return (
        f'<td class="number" data-label="{escape(label)}"><{tag}>{figure.value:.3f}</{tag}>'
        f"<small>{figure.low:.3f} to {figure.high:.3f}</small></td>"
    )


def number_cell(text: str, label: str) -> str:
    """Return a cell with a number, headed by ``label`` on a phone."""
    return f'<td class="number" data-label="{escape(label)}">{escape(text)}</td>'


def interval(gap: Figure, reach: float, kind: str) -> str:
    """Return a dot with its interval; left is nearer, right further off, the line in the middle is no difference."""

    def place(value: float) -> float:
        return 50 + max(-1.0, min(1.0, value / reach)) * 46  # a margin at either end, so that a dot is never cut

    return (
        f'<span class="rs-interval {kind}" aria-hidden="true" style="--a:{place(gap.low):.1f};'
        f'--w:{place(gap.high) - place(gap.low):.1f};--m:{place(gap.value):.1f}"><i></i></span>'
    )


def reach_of(gaps: Iterable[Figure]) -> float:
    """Return how far the pictures of all these differences reach to either side of none."""
    return max([LEAST_REACH, *(abs(end) for gap in gaps for end in (gap.low, gap.high) if math.isfinite(end))])
