"""One map of made-up films: ours, or the same data in plain ``st.plotly_chart`` (``?kind=plotly``)."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
import torch

from core.space.neighbours import nearest
from dashboard import charts
from dashboard.components import markup
from dashboard.components.film_map import film_map

ASSETS = Path(__file__).resolve().parents[1] / "assets"
DIMENSIONS = 32
GENRES = tuple(sorted(next(iter(group.genres)) for group in charts.GROUPS))


@st.cache_resource
def films(n: int) -> charts.MapFilms:
    """Return ``n`` films: where they stand, and what is known of them."""
    draw = random.Random(0)
    frame = pd.DataFrame([
        {
            "id": number, "x": draw.gauss(0, 0.4), "y": draw.gauss(0, 0.3), "title": f"The film of number {number}",
            "year": draw.randint(1920, 2020), "genres": (draw.choice(GENRES),), "n": int(draw.paretovariate(0.6)),
            "mean": draw.uniform(1, 5), "predicted": draw.uniform(1, 5),
        }
        for number in range(n)
    ])  # fmt: skip
    return charts.MapFilms.of(frame)


@st.cache_resource
def coordinates(n: int) -> torch.Tensor:
    """Return the full space that neighbours are looked up in."""
    return torch.randn(n, DIMENSIONS, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def ours(shown: charts.MapFilms, colour: str, run: int) -> None:
    """Show the map of this app."""
    colouring = {
        "predicted": lambda: charts.colour_by_stars("predicted", shown.frame["predicted"], is_prediction=True),
        "genre": charts.colour_by_genre,
        "year": lambda: charts.colour_by_year(shown.frame),
    }[colour]()
    predicted = shown.amounts(dict(zip(shown.frame["id"], shown.frame["predicted"], strict=True)))
    scene = charts.MapScene(
        shown, [charts.Axis("PC 1"), charts.Axis("PC 2")], colouring, more={"predicted": predicted}, whose="User 1",
        chosen=st.session_state.get("film"), selection=st.session_state.get("polygon"),
    )  # fmt: skip
    film_map(
        scene, key="film_map", label=f"Run {run}", height=640,
        on_click=lambda film: st.session_state.update(film=int(film)),
        on_select=lambda polygon: st.session_state.update(polygon=polygon or None),
    )  # fmt: skip


def plain(shown: charts.MapFilms, colour: str, run: int) -> None:
    """Show the same points with the same texts through Streamlit's own chart."""
    frame = shown.frame
    kinds = [charts.group_of(genres) for genres in frame["genres"]]
    marker = {
        "size": (3.5 + 0.55 * frame["n"] ** 0.5).clip(3.5, 13),
        "color": kinds if colour == "genre" else frame[colour],
        "symbol": kinds if colour == "genre" else 0,
    }
    text = frame["title"] + "<br>" + frame["genres"].str[0] + "<br>" + frame["n"].astype(str) + " ratings"
    figure = go.Figure(
        go.Scattergl(x=frame["x"], y=frame["y"], mode="markers", marker=marker, text=text, customdata=frame["id"])
    )
    figure.update_layout(uirevision="map", height=640, meta=run, showlegend=False, dragmode="pan")
    st.plotly_chart(figure, key="plain", config={"scrollZoom": True})


run = st.session_state["run"] = st.session_state.get("run", 0) + 1
n_films = int(st.query_params.get("films", "10000"))
points = films(n_films)
st.html(ASSETS / "reelspace.css")
st.title("Map")
by = st.segmented_control("Colour by", ["predicted", "genre", "year"], default="predicted", required=True)
(plain if st.query_params.get("kind") == "plotly" else ours)(points, by or "predicted", run)
chosen = st.session_state.get("film")
if chosen is not None:
    film = points.frame.loc[points.rows[chosen]]
    st.html(markup.heading(film["title"], int(film["year"]), ", ".join(film["genres"])))
    near = nearest(coordinates(n_films), points.rows[chosen], n=6)
    st.html(markup.facts([(str(points.frame.loc[row, "title"]), f"{distance:.2f}") for row, distance in near]))
