"""The map itself: everything that is drawn, and the line of words below it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import Id, InvalidArgument
from dashboard import map_resources, map_state, state
from dashboard.charts import (
    GLYPHS,
    Colouring,
    MapFilms,
    MapScene,
    Path,
    colour_by_cluster,
    colour_by_genre,
    colour_by_popularity,
    colour_by_stars,
    colour_by_trust,
    colour_by_year,
)
from dashboard.charts.columns import Column
from dashboard.components import markup
from dashboard.components.film_map import film_map
from dashboard.components.scene import Scene
from dashboard.library import Ready
from dashboard.rows import film_of
from dashboard.views.map_parts.drawings import Drawn
from dashboard.views.map_parts.look import COLOURS, Look
from dashboard.views.map_parts.people import Company, contours_of, on_map, trail_of

TRUSTED = 10  # core counts how many of so many true neighbours are near in the picture
LEAST_FILMS = 3


def show_map(
    scene: Scene, ready: Ready, found: Company, drawing: Drawn, look: Look, *, chosen: Id | None, near: Sequence[Id],
    key: str = "film_map", lines: Sequence[Path] = (),
) -> None:  # fmt: skip
    """Draw the map of ``ready``, which is the scene's model or another one beside it, and its legend."""
    films = map_resources.map_films(drawing.key, drawing.map)
    predicted = map_resources.predictions(f"{ready.model.version}:{found.whose}:{sorted(found.person.ratings.items(), key=str)}", found.person)  # fmt: skip
    colouring, more = _colouring(ready, films, predicted, look)
    is_flat = len(drawing.axes) == 2
    film_map(
        MapScene(
            films=films,
            axes=drawing.axes,
            colouring=colouring,
            space=f"{look.picture}-{look.metric}",
            more={"predicted": films.amounts(predicted), **more},
            whose=found.whose,
            ratings=found.person.ratings,
            people=on_map(found, drawing.map),
            chosen=chosen,
            near=near if look.lines else (),
            paths=[*lines, *trail_of(scene, found, drawing)] if ready is scene.ready else [],
            contours=contours_of(found, drawing.map, predicted) if is_flat else None,
            selection=map_state.polygon_in() if is_flat else None,
            unit="stars" if look.metric == "stars" and look.picture != "umap" else "none",
            names=look.labels,
        ),
        key=key,
        label=f"Map of {len(films.frame):,} films, coloured by {COLOURS[look.colour].lower()}",
        on_click=state.show_film,
        on_select=map_state.keep_polygon,
        keyboard="Choose a film with the field Find a film.",
        view=state.view_in() if key == "film_map" else None,
        view_parameter=state.VIEW if key == "film_map" else "",
    )
    if key == "film_map":
        st.html(_legend(colouring, found))


def _colouring(
    ready: Ready, films: MapFilms, predicted: dict[Id, float], look: Look
) -> tuple[Colouring, dict[str, Column]]:
    """What colours mean, and the columns that it needs beside those of the films."""
    frame = films.frame
    match look.colour:
        case "genre":
            return colour_by_genre(), {}
        case "year":
            return colour_by_year(frame), {}
        case "popularity":
            return colour_by_popularity(frame), {}
        case "trust":
            return colour_by_trust(min(TRUSTED, len(frame) - 1)), {}
        case "mean":
            return colour_by_stars("mean", frame["mean"], is_prediction=False), {}
        case "cluster":
            return _by_cluster(ready, films, look)
    return colour_by_stars("predicted", frame["id"].map(predicted), is_prediction=True), {}


def _by_cluster(ready: Ready, films: MapFilms, look: Look) -> tuple[Colouring, dict[str, Column]]:
    try:
        found = map_resources.clusters(ready.model.version, look.metric, look.support, ready)
    except InvalidArgument:  # fewer films than clusters
        return colour_by_popularity(films.frame), {}
    names = tuple(f"around {film_of(ready.saved.films, example).title}" for example in found.examples)
    return colour_by_cluster(names), {"cluster": films.kinds(found.of)}


def _legend(colouring: Colouring, found: Company) -> str:
    more = []
    if found.person.ratings:
        is_you = found.whose == "you"
        more += ["— your trail"] if found.trail and len(found.person.ratings) > 1 else []
        more += [f"✦ where {found.whose} {'stand' if is_you else 'stands'}", f"◯ rated by {found.whose}"]
    if found.other is not None or found.archetype is not None:
        more.append("✧ others")
    more.append("size: number of ratings, faint: little known")
    if colouring.scale == "groups":
        return markup.group_legend(list(zip(GLYPHS, colouring.ends, strict=False)), more=more)
    low, high = colouring.ends
    return markup.ramp_legend(low, high, fact=colouring.scale != "lamp", more=more)
