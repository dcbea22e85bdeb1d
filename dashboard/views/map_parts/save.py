"""The map's films for other programs."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core import Catalogue
from dashboard import map_resources
from dashboard.components import markup
from dashboard.components.scene import Scene
from dashboard.exports import csv_text, tsv_text
from dashboard.rows import film_of
from dashboard.views.map_parts.drawings import Drawn
from dashboard.views.map_parts.look import Look

DIGITS = 6


def show_saving(scene: Scene, drawing: Drawn, look: Look) -> None:
    """Offer the coordinates as a table, and vectors with metadata as Embedding Projector opens them."""
    version, films = scene.model.version, scene.ready.saved.films
    support = look.support
    st.html(markup.note("Pictures: PNG and SVG, on the map itself."))
    st.download_button(
        "Coordinates (CSV)",
        lambda: coordinates_csv(drawing, films),
        f"film-map-{version}.csv",
        "text/csv",
        on_click="ignore",
    )
    st.download_button(
        "Vectors (TSV)",
        lambda: vectors_tsv(scene, support),
        f"vectors-{version}.tsv",
        "text/tab-separated-values",
        on_click="ignore",
    )
    st.download_button(
        "Metadata (TSV)",
        lambda: metadata_tsv(scene, support),
        f"metadata-{version}.tsv",
        "text/tab-separated-values",
        on_click="ignore",
    )
    st.html(markup.note("Vectors and metadata go together: Embedding Projector opens them under Load."))


def coordinates_csv(drawing: Drawn, films: Catalogue) -> str:
    """Return one line a film: id, title, year, genres, where it stands, ratings, mean, true neighbours near."""
    axes = ["x", "y", "z"][: len(drawing.axes)]
    frame = map_resources.map_films(drawing.key, drawing.map).frame
    rows = (
        [row["id"], row["title"], film_of(films, row["id"]).year, "|".join(row["genres"]), *(round(row[axis], DIGITS) for axis in axes), row["n"], row["mean"], None if pd.isna(row["kept"]) else row["kept"]]
        for row in frame.to_dict("records")
    )  # fmt: skip
    return csv_text(["item_id", "title", "year", "genres", *axes, "ratings", "mean", "near_of_10"], rows)


def vectors_tsv(scene: Scene, min_ratings: int) -> str:
    """Return a vector a line, numbers between tabs, in the order of the metadata; no head, as the Projector wants it."""
    found = map_resources.vectors(scene.model.version, min_ratings, scene.ready)
    points = found.projection.points[found.rows].tolist()
    return tsv_text(None, ([round(value, DIGITS) for value in point] for point in points))


def metadata_tsv(scene: Scene, min_ratings: int) -> str:
    """Return what is known of each film, in the order of the vectors."""
    frame = map_resources.vectors(scene.model.version, min_ratings, scene.ready).frame
    films = scene.ready.saved.films
    rows = (
        [row["title"], film_of(films, row["id"]).year, "|".join(row["genres"]), row["n"], row["id"]]
        for row in frame.to_dict("records")
    )
    return tsv_text(["title", "year", "genres", "ratings", "item_id"], rows)
