"""How ratings are spread, over stars and over films, as Plotly figures. Facts: in grey, which reads on both grounds."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.words import star_text

FACT = "#7d8791"
HEIGHT = 220
MOST_POINTS = 400  # of a curve: more than a screen can show


def stars_chart(levels: Sequence[float], counts: Sequence[int]) -> go.Figure:
    """Return a bar per level of the scale, as high as its number of ratings."""
    names = [star_text(level) for level in levels]
    bars = go.Bar(x=names, y=list(counts), marker_color=FACT, hoverinfo="x+y")
    figure = _figure(bars, "Stars given", "Ratings")
    figure.update_xaxes(type="category")  # ½ is a name here, not a number
    return figure


def films_chart(counts: Sequence[int]) -> go.Figure:
    """Return the number of ratings of each film, most rated first, as a filled line with the ends kept."""
    ordered = sorted(counts, reverse=True)
    step = max(1, len(ordered) // MOST_POINTS)
    places = [*range(0, len(ordered), step)]
    if ordered and places[-1] != len(ordered) - 1:
        places.append(len(ordered) - 1)
    line = go.Scatter(
        x=[place + 1 for place in places],
        y=[ordered[place] for place in places],
        fill="tozeroy",
        mode="lines",
        line_color=FACT,
        hoverinfo="x+y",
    )
    return _figure(line, "Films, most rated first", "Ratings")


def films_of_half(counts: Sequence[int]) -> int:
    """Return how many of the most rated films have half of all ratings."""
    total, half = 0, sum(counts) / 2
    for number, count in enumerate(sorted(counts, reverse=True), start=1):
        total += count
        if total >= half:
            return number
    return 0


def _figure(trace: go.Bar | go.Scatter, x: str, y: str) -> go.Figure:
    figure = go.Figure(trace)
    figure.update_layout(height=HEIGHT, margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=False, dragmode=False)
    figure.update_xaxes(title_text=x, fixedrange=True, showgrid=False)
    figure.update_yaxes(title_text=y, fixedrange=True, rangemode="tozero", tickformat=",d", nticks=4)
    return figure
