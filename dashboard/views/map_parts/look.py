"""The bar above the map: what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard import map_state, resources, state
from dashboard.components.pickers import pick_film, pick_model, pick_person
from dashboard.components.scene import Scene
from dashboard.library import KINDS

COLOURS = {
    "predicted": "Predicted", "mean": "Mean rating", "genre": "Genre", "year": "Year", "popularity": "Ratings",
    "cluster": "Cluster", "trust": "Trust",
}  # fmt: skip
PICTURES = {"plane": "Plane", "deep": "Depth", "umap": "UMAP", "hand": "By hand"}
METRICS = {"stars": "Stars", "raw": "Raw factors"}
MOST_LABELS = 28


@dataclass(frozen=True)
class Look:
    """What the bar above the map asks for; ``beside`` is the kind of another model, or nothing."""

    colour: str
    picture: str
    metric: str
    support: int
    labels: int
    lines: bool
    beside: str

    @property
    def is_deep(self) -> bool:
        """Whether there are three dimensions."""
        return self.picture == "deep"


def bar(scene: Scene, option: str) -> Look:
    """Show the bar; return what it asks for."""
    films = scene.ready.saved.films
    missing = {"genre": not films.genres, "year": not films.years}
    with st.container(horizontal=True, vertical_alignment="bottom", key="map_bar"):
        pick_film(scene, state.film_in(scene.model.items))
        colour = st.segmented_control(
            "Colour by", [name for name in COLOURS if not missing.get(name)], default="predicted", required=True,
            format_func=COLOURS.__getitem__, key="colour", bind="query-params",
        )  # fmt: skip
        with st.popover("View", icon=":material/tune:"):
            pick_person(scene, option)
            return _view(scene, colour or "predicted")


def _view(scene: Scene, colour: str) -> Look:
    picture = st.segmented_control(
        "Picture", list(PICTURES), default="plane", required=True, format_func=PICTURES.__getitem__, key="picture",
        bind="query-params", help="Plane and depth show where films differ most. UMAP keeps near films near and lets all "
        "else go. By hand: you name what lies at the ends.",
    )  # fmt: skip
    metric = st.segmented_control(
        "Distance in", list(METRICS), default="stars", required=True, format_func=METRICS.__getitem__, key="metric",
        bind="query-params", help="Stars: how differently people would rate two films. Raw factors: the numbers as "
        "trained, whose distances mean nothing outside this one model.",
    )  # fmt: skip
    support = st.slider(
        "Ratings at least", 0, 100, resources.MAP_SUPPORT, 5, key="map_support", bind="query-params",
        help="A film that few people rated stands near the middle: little is known of it.",
    )  # fmt: skip
    labels = st.slider("Names at most", 0, 60, MOST_LABELS, key="names", bind="query-params")
    lines = st.toggle("Lines to the nearest films", value=True, key="lines", bind="query-params")
    pick_model(scene)
    beside = _pick_beside(scene)
    is_hand = picture == "hand"
    return Look(colour, picture or "plane", "stars" if is_hand else metric or "stars", support, labels, lines, beside)


def _pick_beside(scene: Scene) -> str:
    """Ask for a second model; the choice is checked and stands in the address."""
    others = [kind for kind in KINDS if kind != scene.kind]
    asked = map_state.value_in(map_state.BESIDE)
    current = asked if asked in others else ""
    st.selectbox(
        "Another model beside it",
        ["", *others],
        format_func=lambda kind: KINDS[kind].name if kind else "None",
        key=state.widget(map_state.BESIDE, current),
        on_change=lambda: map_state.keep(map_state.BESIDE, state.picked(map_state.BESIDE)),
        help="Both maps are turned to lie alike; a film is highlighted in both.",
    )
    return current
