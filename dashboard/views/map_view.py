"""Map: every film as a point; near means liked by the same people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core import FilmMap, Id, InvalidArgument, Person
from dashboard import resources, state
from dashboard.charts import GROUPS, Axis, Standing, colour_ends, film_map, map_labels
from dashboard.components import markup
from dashboard.components.film_list import NearRow, near_list
from dashboard.components.pickers import person_name, pick_film, pick_model, pick_person
from dashboard.components.plotly_map import plotly_map
from dashboard.components.scene import Scene, open_scene, who
from dashboard.rows import film_of, genres_text
from dashboard.words import percent

COLOURS = {"predicted": "Predicted", "mean": "Mean rating", "genre": "Genre", "year": "Year"}
METRICS = {"stars": "Stars", "raw": "Raw factors"}
NEAREST = 6
NEAR_SUPPORT = 20
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
    person = scene.person(option)
    with st.container(key="map_page"):
        st.title("Near on this map means liked by the same people")
        sentence = st.empty()
        look = _bar(scene)
        try:
            drawing = resources.drawing(
                scene.model.version, look.metric, look.n_components, look.support, scene.ready, scene.base
            )
        except InvalidArgument as problem:
            st.html(markup.empty("No map of so few films", f"{problem}."))
            return
        sentence.html(markup.note(_meaning(drawing, look)))
        chosen = state.film_in(scene.model.items)
        near = drawing.space.nearest(chosen, n=NEAREST, min_ratings=NEAR_SUPPORT) if chosen is not None else []
        left, right = st.columns([3.2, 1], gap="medium")
        with left:
            _map(scene, drawing, look, person=person, option=option, chosen=chosen, near=[film for film, _ in near])
        with right, st.container(key="rail"):
            tab_film, tab_axes = st.tabs(["Film", "Directions"])
            with tab_film:
                _film_card(scene, drawing, person, option, chosen, near, look)
            with tab_axes:
                _directions(scene, drawing, person, option)
        st.html(scene.provenance())


def _bar(scene: Scene) -> Look:
    with st.container(horizontal=True, vertical_alignment="bottom", key="map_bar"):
        labels = resources.film_labels(scene.base.dataset.ratings.fingerprint, scene.base)
        pick_film(labels, state.film_in(scene.model.items))
        colour = st.segmented_control(
            "Colour by", list(COLOURS), default="predicted", required=True, format_func=COLOURS.__getitem__,
            key="colour", bind="query-params",
        )  # fmt: skip
        with st.popover("View", icon=":material/tune:"):
            pick_person(scene)
            deep = st.toggle("Three dimensions", key="deep", bind="query-params")
            metric = st.segmented_control(
                "Distance in", list(METRICS), default="stars", required=True, format_func=METRICS.__getitem__,
                key="metric", bind="query-params",
                help="Stars: how differently people would rate two films. Raw factors: the numbers as trained, whose "
                "distances mean nothing outside this one model.",
            )  # fmt: skip
            support = st.slider("Ratings at least", 0, 100, 5, 5, key="map_support", bind="query-params")
            most = st.slider("Names at most", 0, 60, MOST_LABELS, key="names", bind="query-params")
            lines = st.toggle("Lines to the nearest films", value=True, key="lines", bind="query-params")
            pick_model(scene)
    return Look(str(colour), str(metric), 3 if deep else 2, support, most, lines)


def _meaning(drawing: FilmMap, look: Look) -> str:
    share = percent(sum(drawing.projection.explained))
    picture = "The space you see" if look.n_components == 3 else "The plane"
    if look.metric == "raw":
        return (
            f"These are the model's own numbers, seen from where they spread most. {picture} holds {share} of their "
            "variance; a distance has no unit here. Try: switch to stars under View."
        )
    return (
        "Two films half a star apart: people’s predictions for them typically differ by half a star, popularity aside. "
        f"{picture} holds {share} of all differences in taste. Try: find a film you love."
    )


def _map(
    scene: Scene, drawing: FilmMap, look: Look, *, person: Person, option: str, chosen: Id | None, near: list[Id]
) -> None:
    whose = "you" if option == state.YOU else person_name(option)
    frame = _with_predictions(drawing.frame, person)
    place = drawing.place(person) if person.ratings else None
    standing = Standing(whose, person.ratings, place)
    axes = [Axis(f"PC {number}", share) for number, share in enumerate(drawing.projection.explained, start=1)]
    figure = film_map(
        frame, axes, colour=look.colour, standing=standing, chosen=chosen, neighbours=near if look.lines else (),
        unit=look.metric,
    )  # fmt: skip
    plotly_map(
        figure,
        key="film_map",
        label=f"Map of {len(frame)} films, coloured by {COLOURS[look.colour].lower()}",
        on_click=_clicked,
        keyboard="Choose a film with the field Find a film.",
        height=600,
        revision=f"{scene.model.version}-{look.metric}-{look.n_components}-{look.support}",
        categories=len(GROUPS) if look.colour == "genre" else 0,
        labels=map_labels(frame, standing=standing, chosen=chosen) if look.n_components == 2 else (),
        most_labels=look.labels,
    )
    more = [f"◯ rated by {whose}", "size: number of ratings"] if person.ratings else ["size: number of ratings"]
    if look.colour == "genre":
        st.html(markup.group_legend([(group.glyph, group.name) for group in GROUPS], more=more))
    else:
        low, high = colour_ends(frame, look.colour)
        st.html(markup.ramp_legend(low, high, fact=look.colour != "predicted", more=more))


def _clicked(film: str) -> None:
    st.query_params[state.FILM] = film


def _with_predictions(frame: pd.DataFrame, person: Person) -> pd.DataFrame:
    predicted = [found.prediction for found in person.predict(frame["id"])]
    return frame.assign(predicted=predicted)


def _film_card(
    scene: Scene,
    drawing: FilmMap,
    person: Person,
    option: str,
    chosen: Id | None,
    near: list[tuple[Id, float]],
    look: Look,
) -> None:
    if chosen is None:
        st.html(markup.empty("No film chosen", "Click a point, or type a title above."))
        return
    film = film_of(scene.ready.saved.films, chosen)
    st.html(markup.heading(film.title, film.year, genres_text(film)))
    st.html(_facts(scene, person, option, chosen))
    unit = ", in stars" if look.metric == "stars" else ", raw distance"
    st.html(markup.subheading(f"Nearest films{unit}"))
    rows = []
    for other, distance in near:
        found = film_of(scene.ready.saved.films, other)
        rows.append(NearRow(str(other), found.title, found.year, f"{distance:.2f}"))
    picked = near_list(rows, key="near", label=f"Films nearest to {film.title}", query=state.carried())
    if picked is not None:
        st.query_params[state.FILM] = picked
        st.rerun()
    st.html(markup.note(_trust(drawing, chosen, look)))


def _facts(scene: Scene, person: Person, option: str, chosen: Id) -> str:
    ratings = scene.ready.dataset.ratings
    row = ratings.items.row(chosen)
    n = int(ratings.item_counts[row])
    whose = f"Predicted for {'you' if option == state.YOU else person_name(option)}"
    pairs = [(whose, f"{person.predict([chosen])[0].prediction:.1f}")]
    if chosen in person.ratings:
        pairs.append(("You gave it" if option == state.YOU else "They gave it", f"{person.ratings[chosen]:g}"))
    if n:
        pairs.append(("Mean of its ratings", f"{float(ratings.item_means[row]):.1f}"))
    return markup.facts([*pairs, ("Ratings", str(n))], predicted=whose)


def _trust(drawing: FilmMap, chosen: Id, look: Look) -> str:
    row = drawing.frame[drawing.frame["id"] == chosen]
    if row.empty:
        return f"It has fewer than {look.support} ratings, so it is not drawn; View can let it in."
    picture = "in this picture" if look.n_components == 3 else "on this flat picture"
    lines = " Lines lead to those listed." if look.lines else ""
    return f"{int(row['kept'].iloc[0])} of its 10 true neighbours are close by {picture}.{lines}"


def _directions(scene: Scene, drawing: FilmMap, person: Person, option: str) -> None:
    films = scene.ready.saved.films
    whose = "you" if option == state.YOU else person_name(option)
    explained = drawing.projection.explained
    stands: Sequence[float | None] = drawing.standing(person) if person.ratings else [None] * len(explained)
    cards = ""
    for axis, (share, where) in enumerate(zip(explained, stands, strict=True)):
        low, high = ([film_of(films, film).title for film in end] for end in drawing.ends(axis))
        evidence = f"{percent(share)} of all differences in taste."
        cards += markup.axis_card(markup.Direction(f"PC {axis + 1}", low, high, evidence, where, whose))
    st.html(
        cards + markup.note("The films at each end have at least 50 ratings. What a direction means is yours to judge.")
    )
