"""A Plotly chart that updates in place, so that zoom and camera survive.

``st.plotly_chart`` mounts a new chart whenever its figure changes. This component calls ``Plotly.react`` on one
chart instead and reports clicks on points, flat and in three dimensions.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from plotly.offline import get_plotlyjs, get_plotlyjs_version
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.components.v2.types import ComponentRenderer

BUNDLE_PATH = f"/vendor/plotly-{get_plotlyjs_version()}.min.js"
# One module in parts: a component takes its script as one string.
_JS = "\n".join(
    Path(__file__).with_name(name).read_text(encoding="utf-8")
    for name in ("theme.js", "labels.js", "keyboard.js", "plotly_map.js")
)


def plotly_map(
    figure: go.Figure,
    *,
    key: str,
    label: str,
    on_click: Callable[[str], None] | None = None,
    keyboard: str = "",
    height: int = 600,
    revision: str = "map",
    categories: int = 0,
    labels: Sequence[Mapping[str, Any]] = (),
    most_labels: int = 0,
) -> None:
    """Draw ``figure``; ``on_click`` gets the id of a point that was clicked, before the script runs.

    Points that can be clicked carry their id as text in ``customdata``. Zoom and camera are kept for as long as
    ``revision`` stays the same: change it when the coordinates change. ``label`` is the text alternative of the
    chart; ``keyboard`` says how to choose a point without a mouse and shows when the chart has the focus.
    ``height`` is in pixels, unless the stylesheet sets ``--rs-map-height``. Traces with
    ``marker.coloraxis="coloraxis"`` take their colours from the theme: ``categories`` steps for the values
    0, 1, …, or a gradient if zero. ``labels`` ({x, y, text, strong}, most wanted first) are chosen in the browser:
    in view, not touching, at most ``most_labels``. One that is ``strong`` is larger and always there; one that is
    ``always`` there keeps other names off its mark.
    """

    def report() -> None:
        clicked = st.session_state[key].clicked
        if clicked is not None and on_click is not None:
            on_click(str(clicked))

    _renderer()(
        key=key,
        data={
            "categories": categories,
            "figure": figure.to_json(),
            "height": height,
            "keyboard": keyboard,
            "label": label,
            "labels": [dict(wanted) for wanted in labels],
            "mostLabels": most_labels,
            "revision": revision,
            "source": BUNDLE_PATH,
        },
        on_clicked_change=report,
    )


def bundle_route() -> Route:
    """Return the route by which ``st.App`` serves plotly.js out of the installed package."""
    return Route(BUNDLE_PATH, _serve_bundle, methods=["GET"])


async def _serve_bundle(_request: Request) -> Response:
    headers = {"Content-Encoding": "gzip", "Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_compressed_bundle(), media_type="text/javascript", headers=headers)


@lru_cache(maxsize=1)
def _compressed_bundle() -> bytes:
    # Compressed once: in the component's message it would be 4.8 MB for every new session.
    return gzip.compress(get_plotlyjs().encode(), compresslevel=9)


@lru_cache(maxsize=1)
def _renderer() -> ComponentRenderer:
    # Plotly writes its styles to the document: a shadow root would lose them.
    return st.components.v2.component("reelspace_plotly_map", js=_JS, isolate_styles=False)
