"""How errors go while a model learns, epoch by epoch, as a Plotly figure. Colours read on both grounds."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.charts.comparisons import AFTER, FACT

HEIGHT = 320


def training_chart(
    train: Sequence[float], held_out: Sequence[float], *, yardstick: Sequence[float] = (), yardstick_name: str = ""
) -> go.Figure:
    """Return both errors in stars after each epoch; ``yardstick`` is the held-out error of another training, dotted."""
    figure = go.Figure()
    if yardstick:
        figure.add_trace(_line(yardstick, yardstick_name, FACT, dash="dot", width=1.5))
    figure.add_trace(_line(train, "Ratings it learns from", FACT, dash="solid", width=1.5))
    figure.add_trace(_line(held_out, "Hidden ratings", AFTER, dash="solid", width=3))
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        dragmode=False,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    figure.update_xaxes(title_text="Epoch: pass over all ratings", fixedrange=True, showgrid=False, nticks=6)
    figure.update_yaxes(title_text="Typical error, stars", fixedrange=True, nticks=5, tickformat=".2f")
    return figure


def _line(errors: Sequence[float], name: str, colour: str, *, dash: str, width: float) -> go.Scatter:
    return go.Scatter(
        x=list(range(1, len(errors) + 1)),
        y=list(errors),
        name=name,
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": width},
        marker={"size": 5},
        hoverinfo="text",
        text=[f"{error:.3f} stars after epoch {epoch}" for epoch, error in enumerate(errors, start=1)],
    )
