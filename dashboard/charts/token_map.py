"""Words of code on a plane, as a Plotly figure: a shape and a colour for each kind, names for those that are asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import plotly.graph_objects as go

from core.lessons import KINDS_OF_TOKEN, TokenPlace

HEIGHT = 460
MARKS = ("circle", "square", "diamond", "triangle-up", "cross")  # as the glyphs of the palette
CHOSEN_SIZE, SIZE = 13, 7


def token_map(places: Sequence[TokenPlace], *, named: Collection[str], chosen: str) -> go.Figure:
    """Return ``places`` as points, ``named`` tokens with their names, the ``chosen`` one larger."""
    figure = go.Figure(
        [_of_kind(kind, mark, places, named, chosen) for kind, mark in zip(KINDS_OF_TOKEN, MARKS, strict=True)]
    )
    figure.update_layout(height=HEIGHT, margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=False, dragmode="pan")
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(showticklabels=False, showgrid=False, zeroline=False)
    figure.update_xaxes(title_text="First direction in which tokens differ most")
    figure.update_yaxes(title_text="Second direction", scaleanchor="x")
    return figure


def _of_kind(kind: str, mark: str, places: Sequence[TokenPlace], named: Collection[str], chosen: str) -> go.Scatter:
    some = [place for place in places if place.kind == kind]
    return go.Scatter(
        x=[place.x for place in some],
        y=[place.y for place in some],
        text=[_plain(place.token) if place.token in named else "" for place in some],
        hovertext=[f"{_plain(place.token)} · {kind}" for place in some],
        hoverinfo="text",
        mode="markers+text",
        textposition="top center",
        textfont={"size": 14, "weight": 650},
        name=kind,
        marker={"symbol": mark, "size": [CHOSEN_SIZE if place.token == chosen else SIZE for place in some]},
    )


def _plain(token: str) -> str:
    """A token as Plotly shows it, which reads a little HTML."""
    return token.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
