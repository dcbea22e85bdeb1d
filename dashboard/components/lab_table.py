"""Models measured beside one reference as tables, for ``st.html``. With ``markup``, a place where HTML is built."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from core import Figure, MetricLine, ScoreboardRow
from dashboard.words import MINUS, duration, percent, signed

LEAST_REACH = 1e-3  # stars; so that nothing is divided by zero where all models are one
WIDE = '<div class="rs-wide" tabindex="0" role="region" aria-label="{}">{}</div>'
UNKNOWN = "–"


class Line(NamedTuple):
    """One model: what people call it, a note below, what was measured (None while it is not), how long its fit took."""

    title: str
    note: str
    row: ScoreboardRow | None
    fit_seconds: float | None
    is_reference: bool


def overview(lines: Sequence[Line], *, reference: str, k: int) -> str:
    """Return a row a model: typical error, the difference to the reference's as a picture and in words, lists, time."""
    gaps = [line.row["rmse"].gap for line in lines if line.row is not None]
    reach = max([LEAST_REACH, *(abs(end) for gap in gaps for end in (gap.low, gap.high) if math.isfinite(end))])
    names = (
        "Run",
        "Typical error, stars",
        f"Compared with {reference}",
        f"nDCG, lists of {k}",
        "Films ever listed",
        "Fit",
    )
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = "".join(_row(line, reach) for line in lines)
    return WIDE.format(
        "Runs side by side",
        f'<table class="rs-standings rs-lab"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>',
    )


def all_figures(lines: Sequence[Line]) -> str:
    """Return a row a metric and a column a model: the figure, its interval, and the word that its difference got."""
    known = [line for line in lines if line.row is not None]
    head = "".join(f'<th scope="col">{escape(line.title)}</th>' for line in known)
    body = ""
    for place, metric in enumerate(known[0].row.metrics if known and known[0].row is not None else ()):
        cells = "".join(_cell(line, place) for line in known)
        body += f'<tr><th scope="row">{escape(metric.title)}<small>{escape(metric.unit)}</small></th>{cells}</tr>'
    return WIDE.format(
        "All figures",
        f'<table class="rs-standings rs-every"><thead><tr><th scope="col">Measured</th>{head}</tr></thead><tbody>{body}</tbody></table>',
    )


def plain_table(label: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return texts in rows and columns; the first column names its row."""
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return WIDE.format(
        escape(label),
        f'<table class="rs-standings rs-every"><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>',
    )


def figure_text(figure: Figure, *, decimals: int = 3) -> str:
    """Return a figure with its interval: ``0.912 (0.900 to 0.925)``."""
    if math.isnan(figure.value):
        return UNKNOWN
    return f"{_number(figure.value, decimals)} ({_number(figure.low, decimals)} to {_number(figure.high, decimals)})"


def verdict_text(line: MetricLine) -> str:
    """Return a difference in words: ``better by 0.035``, or that there is none worth acting on."""
    if line.verdict in ("better", "worse", "higher", "lower"):
        return f"{line.verdict} by {abs(line.gap.value):.3f}"
    return line.verdict


def _row(line: Line, reach: float) -> str:
    name = f'<th scope="row">{escape(line.title)}<small>{escape(line.note)}</small></th>'
    time = UNKNOWN if line.fit_seconds is None else duration(line.fit_seconds)
    if line.row is None:
        return f'<tr>{name}<td class=number data-label="">not measured yet</td><td></td><td></td><td></td><td>{time}</td></tr>'
    rmse, ndcg, coverage = (line.row[metric] for metric in ("rmse", "ndcg", "coverage"))
    said = "the yardstick" if line.is_reference else verdict_text(rmse)
    kind = rmse.verdict if rmse.verdict in ("better", "worse") and not line.is_reference else "none"
    return (
        f"<tr{' class=ref' if line.is_reference else ''}>{name}"
        f"{_measured(rmse.candidate, 'b', 'Typical error, stars')}"
        f"<td class=picture>{_interval(rmse.gap, reach, kind)}<small>{escape(said)}</small></td>"
        f"{_measured(ndcg.candidate, 'span', 'nDCG, 0 to 1')}"
        f'<td class="number" data-label="Films ever listed">{percent(coverage.candidate.value)}</td>'
        f'<td class="number" data-label="Fit">{time}</td></tr>'
    )


def _measured(figure: Figure, tag: str, label: str) -> str:
    """A cell; ``label`` heads it where a phone has no room for the table's head."""
    if math.isnan(figure.value):
        return f'<td class="number" data-label="{escape(label)}">{UNKNOWN}</td>'
    return (
        f'<td class="number" data-label="{escape(label)}"><{tag}>{figure.value:.3f}</{tag}>'
        f"<small>{figure.low:.3f} to {figure.high:.3f}</small></td>"
    )


def _interval(gap: Figure, reach: float, kind: str) -> str:
    """A dot with its interval; left is nearer, right further off, the line in the middle is no difference."""

    def place(value: float) -> float:
        return 50 + max(-1.0, min(1.0, value / reach)) * 46  # a margin at either end, so that a dot is never cut

    return (
        f'<span class="rs-interval {kind}" aria-hidden="true" style="--a:{place(gap.low):.1f};'
        f'--w:{place(gap.high) - place(gap.low):.1f};--m:{place(gap.value):.1f}"><i></i></span>'
    )


def _cell(line: Line, place: int) -> str:
    metric = line.row.metrics[place] if line.row is not None else None
    if metric is None or math.isnan(metric.candidate.value):
        return f"<td>{UNKNOWN}</td>"
    figure, gap = metric.candidate, metric.gap
    between = "" if figure.low == figure.high else f"<small>{_number(figure.low)} to {_number(figure.high)}</small>"
    said = "the yardstick" if line.is_reference else f"{signed(gap.value, decimals=3)}: {metric.verdict}"
    return f"<td>{_number(figure.value)}{between}<small>{escape(said)}</small></td>"


def _number(value: float, decimals: int = 3) -> str:
    return f"{value:.{decimals}f}".replace("-", MINUS)
