"""Map: every film as a point; near means liked by the same people."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core import FilmMap, Id, InvalidArgument, Person
from dashboard import resources, state
from dashboard.charts import (
    GROUPS,
    Axis,
    Colouring,
    MapFilms,
    MapScene,
    Someone,
    colour_by_genre,
    colour_by_stars,
    colour_by_year,
)
from dashboard.components import markup
from dashboard.components.film_card import directions, film_card
from dashboard.components.film_map import film_map
from dashboard.components.pickers import person_name, pick_film, pick_model, pick_person
from dashboard.components.scene import Scene, open_scene, who
from dashboard.rows import usual_support
from dashboard.words import percent

COLOURS = {"predicted": "Predicted", "mean": "Mean rating", "genre": "Genre", "year": "Year"}
METRICS = {"stars": "Stars", "raw": "Raw factors"}
NEAREST = 6
MOST_LABELS = 28


@dataclass(frozen=True)
class Look:
    """What the bar above the map asks for."""

    colour: str
    metric: str
    n_components: int
    support: int
    labels: int
    lines: bool


def show() -> None:
    """Show the page."""
    scene = open_scene()
    option = who(scene)
    with st.container(key="map_page"):
        st.title("Near on this map means liked by the same people")
        sentence = st.empty()
        look = _bar(scene, option)
        try:
            drawing = resources.drawing(
                scene.model.version, look.metric, look.n_components, look.support, scene.ready, scene.base
            )
        except InvalidArgument:
            st.html(markup.empty("No map of so few films", "Ask for fewer ratings under View."))
        else:
            sentence.html(markup.note(_meaning(drawing, look)))
            _picture(scene, drawing, look, option)
        st.html(scene.provenance())


def _picture(scene: Scene, drawing: FilmMap, look: Look, option: str) -> None:
    person = scene.person(option)
    whose = "you" if option == state.YOU else person_name(option)
    chosen = state.film_in(scene.model.items)
    support = usual_support(scene.base.dataset.ratings)
    near = [] if chosen is None else drawing.space.nearest(chosen, n=NEAREST, min_ratings=support)
    left, right = st.columns([3.2, 1], gap="medium")
    with left:
        _map(drawing, look, person=person, whose=whose, chosen=chosen, near=[film for film, _ in near])
    with right, st.container(key="rail"):
        tab_film, tab_axes = st.tabs(["Film", "Directions"])
        with tab_film:
            film_card(scene, drawing, person, whose=whose, chosen=chosen, near=near)
        with tab_axes:
            directions(scene, drawing, person, whose=whose)


def _bar(scene: Scene, option: str) -> Look:
    films = scene.ready.saved.films
    colours = [name for name in COLOURS if (films.genres or name != "genre") and (films.years or name != "year")]
    with st.container(horizontal=True, vertical_alignment="bottom", key="map_bar"):
        pick_film(scene, state.film_in(scene.model.items))
        colour = st.segmented_control(
            "Colour by", colours, default="predicted", required=True, format_func=COLOURS.__getitem__, key="colour",
            bind="query-params",
        )  # fmt: skip
        with st.popover("View", icon=":material/tune:"):
            pick_person(scene, option)
            deep = st.toggle("Three dimensions", key="deep", bind="query-params")
            metric = st.segmented_control(
                "Distance in", list(METRICS), default="stars", required=True, format_func=METRICS.__getitem__,
                key="metric", bind="query-params",
                help="Stars: how differently people would rate two films. Raw factors: the numbers as trained, whose "
                "distances mean nothing outside this one model.",
            )  # fmt: skip
            support = st.slider("Ratings at least", 0, 100, resources.MAP_SUPPORT, 5, key="map_support", bind="query-params",
                                help="A film that few people rated stands near the middle: little is known of it.")  # fmt: skip
            most = st.slider("Names at most", 0, 60, MOST_LABELS, key="names", bind="query-params")
            lines = st.toggle("Lines to the nearest films", value=True, key="lines", bind="query-params")
            pick_model(scene)
    return Look(colour or "predicted", metric or "stars", 3 if deep else 2, support, most, lines)


def _meaning(drawing: FilmMap, look: Look) -> str:
    share = percent(sum(drawing.projection.explained))
    picture = "The space you see" if look.n_components == 3 else "The plane"
    if look.metric == "raw":
        return (
            f"These are the model's own numbers, seen from where they spread most. {picture} holds {share} of their "
            "variance; a distance has no unit here. Try: switch to stars under View."
        )
    return (
        "Two films half a star apart: people's predictions for them typically differ by half a star, popularity aside. "
        f"{picture} holds {share} of all differences in taste. Try: find a film you love."
    )


def _map(drawing: FilmMap, look: Look, *, person: Person, whose: str, chosen: Id | None, near: list[Id]) -> None:
    films = MapFilms.of(_with_predictions(drawing.frame, person))
    colouring = _colouring(films.frame, look)
    at_home = Someone(whose, drawing.place(person), is_main=True) if person.ratings else None
    scene = MapScene(
        films=films,
        axes=[Axis(f"PC {number}", share) for number, share in enumerate(drawing.projection.explained, start=1)],
        colouring=colouring,
        space=f"{look.metric}-{look.support}",
        more={"predicted": films.amounts(dict(zip(films.frame["id"], films.frame["predicted"], strict=True)))},
        whose=whose,
        ratings=person.ratings,
        people=[] if at_home is None else [at_home],
        chosen=chosen,
        near=near if look.lines else (),
        unit="raw" if look.metric == "raw" else "stars",
        names=look.labels,
    )
    film_map(
        scene,
        key="film_map",
        label=f"Map of {len(films.frame):,} films, coloured by {COLOURS[look.colour].lower()}",
        on_click=state.show_film,
        keyboard="Choose a film with the field Find a film.",
        view=state.view_in(),
        view_parameter=state.VIEW,
    )
    st.html(_legend(colouring, whose if person.ratings else ""))


def _colouring(frame: pd.DataFrame, look: Look) -> Colouring:
    if look.colour == "genre":
        return colour_by_genre()
    if look.colour == "year":
        return colour_by_year(frame)
    return colour_by_stars(look.colour, frame[look.colour], is_prediction=look.colour == "predicted")


def _legend(colouring: Colouring, whose: str) -> str:
    more = [f"✦ where {whose} {'stand' if whose == 'you' else 'stands'}", f"◯ rated by {whose}"] if whose else []
    more.append("size: number of ratings")
    if colouring.scale == "groups":
        return markup.group_legend([(group.glyph, group.name) for group in GROUPS], more=more)
    low, high = colouring.ends
    return markup.ramp_legend(low, high, fact=colouring.scale != "lamp", more=more)


def _with_predictions(frame: pd.DataFrame, person: Person) -> pd.DataFrame:
    predicted = [found.prediction for found in person.predict(frame["id"])]
    return frame.assign(predicted=predicted)
