"""Words of code as points of the map that films are drawn on: a shape and a colour for each kind."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from core.language import MEANINGS
from core.lessons import KINDS_OF_TOKEN, TokenPlace
from dashboard.charts.colouring import colour_by_cluster
from dashboard.charts.map_films import MapFilms
from dashboard.charts.map_scene import Axis, MapScene

EVEN = 40  # what points are as large as: every token the same


def token_points(places: Sequence[TokenPlace]) -> MapFilms:
    """Return ``places`` as a map's columns, in their order."""
    return MapFilms.of(
        pd.DataFrame(
            {
                "id": [place.token for place in places],
                "title": [MEANINGS.get(place.token, place.token) for place in places],
                "year": pd.array([None] * len(places), dtype="Int64"),
                "genres": [(place.kind,) for place in places],
                "n": EVEN,
                "mean": float("nan"),
                "x": [place.x for place in places],
                "y": [place.y for place in places],
            }
        )
    )


def token_scene(points: MapFilms, *, chosen: str, near: Sequence[str]) -> MapScene:
    """Return the map of tokens with lines from the ``chosen`` one to those ``near`` it, where they are on it."""
    kinds = {token: KINDS_OF_TOKEN.index(kind) for token, (kind,) in points.frame[["id", "genres"]].to_numpy()}
    return MapScene(
        points,
        (Axis(""), Axis("")),
        colour_by_cluster(KINDS_OF_TOKEN),
        space="tokens",
        more={"cluster": points.kinds(kinds)},
        chosen=chosen,
        near=near,
        unit="none",
        of_films=False,
    )
