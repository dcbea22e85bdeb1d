"""Models measured beside one reference as tables, for ``st.html``. With ``markup``, a place where HTML is built."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from core import Figure, MetricLine, ScoreboardRow
from dashboard.components.figure_cells import UNKNOWN, interval, measured_cell, number_cell, reach_of, wide
from dashboard.words import MINUS, duration, percent, signed


class Line(NamedTuple):
    """One model: what people call it, a note below, what was measured (None while it is not), how long its fit took."""

    title: str
    note: str
    row: ScoreboardRow | None
    fit_seconds: float | None
    is_reference: bool


def overview(lines: Sequence[Line], *, reference: str, k: int) -> str:
    """Return a row a model: typical error, the difference to the reference's as a picture and in words, lists, time."""
    reach = reach_of(line.row["rmse"].gap for line in lines if line.row is not None)
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
    return wide(
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
    return wide(
        "All figures",
        f'<table class="rs-standings rs-every"><thead><tr><th scope="col">Measured</th>{head}</tr></thead><tbody>{body}</tbody></table>',
    )


def plain_table(label: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, stacks: bool = False) -> str:
    """Return texts in rows and columns; the first column names its row.

    On a phone it scrolls sideways; or if it ``stacks``, a row's cells stand below its name, each headed by its column's.
    """
    kind = "rs-standings" if stacks else "rs-standings rs-every"
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(map(number_cell if stacks else _text_cell, row[1:], head[1:]))}</tr>'
        for row in rows
    )
    return wide(
        label,
        f'<table class="{kind}"><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>',
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
        f"{measured_cell(rmse.candidate, 'b', 'Typical error, stars')}"
        f"<td class=picture>{interval(rmse.gap, reach, kind)}<small>{escape(said)}</small></td>"
        f"{measured_cell(ndcg.candidate, 'span', 'nDCG, 0 to 1')}"
        f"{number_cell(percent(coverage.candidate.value), 'Films ever listed')}{number_cell(time, 'Fit')}</tr>"
    )


def _text_cell(text: str, _label: str) -> str:
    return f"<td>{escape(text)}</td>"


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
