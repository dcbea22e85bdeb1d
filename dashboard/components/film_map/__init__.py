"""The map of films: thousands of points drawn by WebGL, changed in place, so that view and selection survive.

``st.plotly_chart`` mounts a new chart whenever its figure changes, and sends all of it. Here the films lie in columns
that the browser fetches once (``dashboard.charts.columns``); a run sends what differs, a change of colour only a name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from streamlit.components.v2.types import ComponentRenderer

from dashboard.charts.columns import published
from dashboard.charts.map_scene import MapScene

COLUMNS_PATH = "/map-columns/"
# One module in parts: a component takes its script as one string.
PARTS = (
    "columns.js", "theme.js", "view.js", "points.js", "pen.js", "labels.js", "overlay.js", "card.js", "gestures.js",
    "keyboard.js", "tools.js", "film_map.js",
)  # fmt: skip
_JS = "\n".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in PARTS)
Polygon = tuple[tuple[float, float], ...]


def film_map(
    scene: MapScene,
    *,
    key: str,
    label: str,
    on_click: Callable[[str], None] | None = None,
    on_select: Callable[[Polygon], None] | None = None,
    keyboard: str = "",
    height: int = 600,
    view: Sequence[float] | None = None,
    view_parameter: str = "",
) -> None:
    """Draw ``scene``; callbacks run before the script, with a film's id or with the corners of what was circled.

    An empty polygon takes the selection back; without ``on_select`` nothing can be circled. ``label`` is the text alternative; ``keyboard`` says how to choose a film
    without a mouse and shows when the map has the focus. ``height`` is in pixels, unless the stylesheet sets
    ``--rs-map-height``. What is in view is written to the address as ``view_parameter``, without a run; ``view`` is what
    an address said of it, for the first drawing.
    """

    def report_click() -> None:
        clicked = st.session_state[key].clicked
        if clicked is not None and on_click is not None:
            on_click(str(clicked))

    def report_selection() -> None:
        polygon = st.session_state[key].selected
        if polygon is not None and on_select is not None:
            on_select(tuple((float(x), float(y)) for x, y in polygon))

    names = ("x", "y", "z", "zoom", "yaw", "pitch") if len(scene.axes) == 3 else ("x", "y", "zoom")
    seen = dict(zip(names, view, strict=True)) if view is not None and len(view) == len(names) else {}
    _renderer()(
        key=key,
        data={
            **scene.data(COLUMNS_PATH),
            "height": height,
            "keyboard": keyboard,
            "label": label,
            "view": seen,
            "viewParameter": view_parameter,
            "canSelect": on_select is not None,
        },
        on_clicked_change=report_click,
        on_selected_change=report_selection,
    )


def columns_route() -> Route:
    """Return the route by which ``st.App`` serves columns."""
    return Route(f"{COLUMNS_PATH}{{name}}", _serve_column, methods=["GET"])


async def _serve_column(request: Request) -> Response:
    column = published(request.path_params["name"])
    if column is None:
        return PlainTextResponse("This column is not held here any more.", status_code=404)
    # Private: a column of predictions is about one person.
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    if column.is_compressed:
        headers["Content-Encoding"] = "gzip"
    return Response(column.body, media_type="application/octet-stream", headers=headers)


@lru_cache(maxsize=1)
def _renderer() -> ComponentRenderer:
    # Styles are the app's one stylesheet: a shadow root would not see it.
    return st.components.v2.component("reelspace_film_map", js=_JS, isolate_styles=False)
