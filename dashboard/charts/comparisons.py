"""Two models beside each other, as Plotly figures: differences with intervals, shares before and after, promises kept.

Colours read on both grounds; what is worse is a diamond, better a filled dot, no difference an open one. Texts from data
are escaped, because Plotly takes texts for HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

import plotly.graph_objects as go

FACT, AFTER, WORSE, BETTER = "#7d8791", "#b8720a", "#c4512a", "#1f7f96"
SYMBOLS = {
    "worse": "diamond",
    "better": "circle",
    "higher": "circle",
    "lower": "circle",
    "gains": "circle",
    "loses": "diamond",
}
COLOURS = {"worse": WORSE, "better": BETTER, "higher": AFTER, "lower": AFTER, "gains": AFTER, "loses": WORSE}
ROW, FRAME = 26, 64  # pixels: of one line, and of axis and title
BAND = "rgba(125, 135, 145, 0.16)"


class Gap(NamedTuple):
    """One difference with its interval, and the word it got."""

    name: str
    value: float
    low: float
    high: float
    verdict: str


def gaps_chart(gaps: Sequence[Gap], *, title: str, margin: float) -> go.Figure:
    """Return a line a difference, the first on top; the band around zero is what is too small to act on."""
    names = [escape(gap.name) for gap in gaps]
    dots = go.Scatter(
        x=[gap.value for gap in gaps],
        y=names,
        mode="markers",
        marker={
            "size": 10,
            "symbol": [SYMBOLS.get(gap.verdict, "circle-open") for gap in gaps],
            "color": [COLOURS.get(gap.verdict, FACT) for gap in gaps],
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [gap.high - gap.value for gap in gaps],
            "arrayminus": [gap.value - gap.low for gap in gaps],
            "color": FACT,
            "thickness": 1.5,
            "width": 0,
        },
        hoverinfo="text",
        hovertext=[
            f"{escape(gap.name)}: {gap.value:+.3f} ({gap.low:+.3f} to {gap.high:+.3f}), {escape(gap.verdict)}"
            for gap in gaps
        ],
    )
    figure = _figure(dots, title, len(gaps))
    figure.add_vrect(x0=-margin, x1=margin, fillcolor=BAND, line_width=0, layer="below")
    figure.add_vline(x=0, line_color=FACT, line_width=1)
    return figure


def shares_chart(rows: Sequence[tuple[str, float, float]], *, title: str) -> go.Figure:
    """Return a line from the share before (grey) to the share after (amber) for each (name, before, after)."""
    figure = _figure(go.Scatter(x=[], y=[]), title, len(rows))
    for name, before, after in rows:
        line = go.Scatter(
            x=[before, after], y=[escape(name)] * 2, mode="lines", line={"color": FACT, "width": 2}, hoverinfo="skip"
        )
        figure.add_trace(line)
    names = [escape(name) for name, _, _ in rows]
    for place, (which, colour, symbol) in enumerate(
        (("baseline", FACT, "circle-open"), ("candidate", AFTER, "circle")), start=1
    ):
        dots = go.Scatter(
            x=[row[place] for row in rows],
            y=names,
            mode="markers",
            marker={"size": 10, "color": colour, "symbol": symbol},
            cliponaxis=False,  # a share of nothing stands on the edge
            hoverinfo="text",
            hovertext=[f"{name}, {which}: {row[place]:.1%}" for name, row in zip(names, rows, strict=True)],
        )
        figure.add_trace(dots)
    figure.update_xaxes(tickformat=".0%", rangemode="tozero")
    return figure


def promises_chart(curves: Mapping[str, Sequence[tuple[float, float]]]) -> go.Figure:
    """Return for each model how many ratings its intervals hold, against how many they promise to; on the line all is well."""
    figure = go.Figure(go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": FACT, "width": 1}, hoverinfo="skip"))
    for (name, curve), (colour, symbol) in zip(
        curves.items(), ((FACT, "circle-open"), (AFTER, "circle")), strict=False
    ):
        figure.add_trace(
            go.Scatter(
                x=[promised for promised, _ in curve],
                y=[kept for _, kept in curve],
                mode="lines+markers",
                line={"color": colour, "width": 2},
                marker={"symbol": symbol, "size": 7},
                hoverinfo="text",
                hovertext=[f"{escape(name)}: promised {promised:.0%}, kept {kept:.0%}" for promised, kept in curve],
            )
        )
    _dress(figure, height=360)
    figure.update_xaxes(title_text="Promised share of ratings inside", tickformat=".0%", range=[0, 1])
    figure.update_yaxes(title_text="Kept share", tickformat=".0%", range=[0, 1])
    return figure


def _figure(trace: go.Scatter, title: str, n_rows: int) -> go.Figure:
    figure = go.Figure(trace)
    _dress(figure, height=n_rows * ROW + FRAME)
    figure.update_xaxes(title_text=title)
    figure.update_yaxes(range=[n_rows - 0.4, -0.6], automargin=True, ticksuffix="  ", type="category")
    return figure


def _dress(figure: go.Figure, *, height: int) -> None:
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 44},
        showlegend=False,
        dragmode=False,
        font={"family": "Inter, sans-serif", "size": 13, "color": FACT},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    figure.update_xaxes(fixedrange=True, gridcolor=BAND, zeroline=False)
    figure.update_yaxes(fixedrange=True, gridcolor=BAND, zeroline=False)
