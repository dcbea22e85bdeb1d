"""A table of ratings seen from far away, as a Plotly figure: facts, in grey, which reads on both grounds."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

# Grey by how full a patch is. Most are nearly empty: little must show already.
INK = [[at, f"rgba(125, 135, 145, {alpha})"] for at, alpha in ((0, 0), (0.02, 0.16), (0.1, 0.45), (0.4, 0.8), (1, 1))]
HEIGHT = 420


def far_view_chart(patches: Sequence[Sequence[float]], *, n_people: int, n_films: int) -> go.Figure:
    """Return ``patches``, each the share of its cells that holds a rating, as a picture of ``n_people`` × ``n_films``."""
    down, across = n_people / len(patches), n_films / len(patches[0])
    heat = go.Heatmap(
        z=[list(row) for row in patches],
        x0=across / 2,
        dx=across,
        y0=down / 2,
        dy=down,
        zmin=0,
        zmax=1,
        colorscale=INK,
        showscale=False,
        hoverinfo="z",
        zhoverformat=".0%",
    )
    figure = go.Figure(heat)
    figure.update_layout(height=HEIGHT, margin={"l": 8, "r": 8, "t": 8, "b": 8}, dragmode=False)
    figure.update_xaxes(
        title_text="Films, most rated first", range=[0, n_films], fixedrange=True, showgrid=False, zeroline=False
    )
    figure.update_yaxes(
        title_text="People, busiest first", range=[n_people, 0], fixedrange=True, showgrid=False, zeroline=False
    )
    return figure
