"""A page of every component with made-up data, so that browser tests need no model."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pandas as pd
import streamlit as st

from core import Progress
from dashboard import charts
from dashboard.components import markup
from dashboard.components.film_list import FilmRow, NearRow, Reason, film_list, near_list
from dashboard.components.film_map import film_map
from dashboard.components.job_panel import job_panel
from dashboard.components.stars import stars
from dashboard.jobs import JobContext, JobRunner
from dashboard.words import Spread

ASSETS = Path(__file__).resolve().parents[3] / "assets"
WHOLE = (1.0, 2.0, 3.0, 4.0, 5.0)
HALVES = tuple(level / 2 for level in range(1, 11))
GENRES = ("Drama", "Comedy", "Action", "Thriller", "Animation", "Sci-Fi", "Documentary")
FIVE = Spread(WHOLE, (0.02, 0.05, 0.13, 0.45, 0.35), (2, 4))
TEN = Spread(HALVES, (0.0, 0.01, 0.02, 0.04, 0.08, 0.15, 0.25, 0.22, 0.15, 0.08), (4, 9))
TITLES = (
    "Delicatessen",
    "<b>Bold</b> & Brave",
    "Wallace & Gromit: The Best of Aardman Animation",
    "Brazil",
    "*Stars* [a](b)",
    "Babe",
)


@st.cache_resource
def runner() -> JobRunner:
    """Return the one runner of this server."""
    return JobRunner()


def pretend_to_train(context: JobContext) -> str:
    """Report twenty steps of a falling loss."""
    for step in range(1, 21):
        time.sleep(0.15)
        context.report(Progress(step, 20, f"Sweep {step} of 20", loss=2 / step, rmse=0.9 + 0.3 / step))
    return "trained"


def rows(order: int, spread: Spread) -> list[FilmRow]:
    """Return the films in one of two orders."""
    numbers = list(range(len(TITLES)))[:: -1 if order else 1]
    return [
        FilmRow(
            id=str(number), title=TITLES[number], year=None if number == 5 else 1990 + number, meta="Comedy · 65 ratings, mean 3.9",
            predicted=4.9 - number / 10, spread=spread, reasons=[Reason("Stealing Beauty", 5, 0.1), Reason("Twister", 2.5, -0.08)],
            move=(None, 2, 0, -3, "new", 1)[number],
        )
        for number in numbers
    ]  # fmt: skip


N_FILMS = 600


@st.cache_data
def films() -> pd.DataFrame:
    """Return made-up films on a map."""
    return crowd(N_FILMS)


def crowd(n: int) -> pd.DataFrame:
    """Return ``n`` made-up films."""
    draw = random.Random(0)
    return pd.DataFrame([
        {
            "id": number, "x": draw.gauss(0, 0.4), "y": draw.gauss(0, 0.3), "z": draw.gauss(0, 0.2), "title": f"Film {number} <i>& co",
            "year": 1950 + number % 50 if number % 9 else None, "genres": (draw.choice(GENRES),), "n": int(draw.expovariate(0.02)) + 1,
            "mean": draw.uniform(2, 4.6), "predicted": draw.uniform(1.6, 4.9),
        }
        for number in range(n)
    ])  # fmt: skip


def keep(rating: float | None) -> None:
    """Remember the rating and that it was told."""
    st.session_state["past"] = [*st.session_state.get("past", []), st.session_state.get("rating")]
    st.session_state["rating"] = rating


def undo() -> None:
    """Go back to the rating before."""
    st.session_state["rating"] = st.session_state["past"].pop()


def show_words() -> None:
    """Show what markup builds."""
    st.html(
        markup.lede(
            "Each rating moves your taste, a vector of 31 numbers, and the list re-orders at once.",
            "Three ratings give a list.",
        )
    )
    st.html(markup.list_legend(FIVE, given="a rating they gave, and what it adds"))
    st.html(
        markup.heading("Brazil", 1985, "Sci-Fi")
        + markup.facts([("Predicted for User 865", "4.4"), ("Ratings", "208")], predicted="Predicted for User 865")
    )
    st.html(markup.strip(FIVE) + " " + markup.strip(TEN))
    st.html(markup.strip(TEN, big=True))
    st.html(
        markup.tickets(
            [
                markup.Ticket("Twelve Monkeys", 1995, "Drama, Sci-Fi", 5),
                markup.Ticket("<u>The</u> Wrong Trousers", None, "Animation", 3.5),
            ]
        )
    )
    st.html(
        markup.clocks(
            [
                markup.Clock("Your vector", "5 ms", "solved again from 5 ratings; film vectors stayed fixed"),
                markup.Clock("The whole model", "0.9 s", "15 sweeps over 100,000 ratings; yours are not in it yet"),
            ]
        )
    )
    st.html(
        markup.axis_card(
            markup.Direction(
                "Film-Noir ↔ Action", ["Crumb", "Brazil"], ["First Knight"], "38 % of the variance.", 0.2, "User 865"
            )
        )
    )
    st.html(markup.empty("You have no ratings yet", "Rate three films and a list appears here."))
    st.html(
        markup.stages(
            [
                markup.Stage("Random", "Vectors start as noise.", "done"),
                markup.Stage("Predict", "Multiply and add.", "now"),
                markup.Stage("Loss", "Measure, then mend.", "next"),
            ]
        )
    )
    st.html(markup.provenance("Model als-31", "ml-100k", "all 100,000 ratings", "seed 0"))


def show_lists() -> None:
    """Show the lists in one of two orders."""
    order = st.radio("Order", [0, 1], key="order")
    spread = FIVE if st.toggle("Whole stars", value=True) else TEN
    chosen = film_list(rows(order, spread), key="programme", label="Films, best first", query={"person": "865"})
    near = near_list(
        [NearRow("7", "Crumb", 1994, "0.31"), NearRow("8", "Kids <3", None, "0.4")], key="near", label="Nearest films"
    )
    st.text(f"chosen {chosen} near {near}")


def show_stars() -> None:
    """Show the stars with undo."""
    stars(
        "Alien",
        key="alien",
        current=st.session_state.get("rating"),
        on_rate=keep,
        lowest=1.0 if st.toggle("From one") else 0.5,
    )
    st.text(f"kept {st.session_state.get('rating')} after {len(st.session_state.get('past', []))}")
    st.button("Undo", on_click=undo, disabled=not st.session_state.get("past"))


@st.cache_resource
def map_films(n: int, shift: float) -> charts.MapFilms:
    """Return the films as columns; ``shift`` is what a retrained model moved them by."""
    made_up = films() if n == N_FILMS else crowd(n)
    return charts.MapFilms.of(made_up.assign(x=made_up["x"] + shift))


def show_map() -> None:
    """Show the map."""
    deep = st.toggle("Three dimensions", bind="query-params", key="deep")
    retrained = st.toggle("Retrained")
    colour = st.segmented_control(
        "Colour by", ["predicted", "genre", "year"], default="predicted", required=True, key="colour"
    )
    shown = map_films(int(st.query_params.get("films", N_FILMS)), 0.05 if retrained else 0.0)
    scene = charts.MapScene(
        films=shown,
        axes=[charts.Axis("PC 1", 0.38, "Film-Noir", "Action"), charts.Axis("PC 2", 0.15), charts.Axis("PC 3", 0.14)][: 3 if deep else 2],
        colouring={
            "predicted": lambda: charts.colour_by_stars("predicted", shown.frame["predicted"], is_prediction=True),
            "genre": charts.colour_by_genre,
            "year": lambda: charts.colour_by_year(shown.frame),
        }[colour](),
        more={"predicted": shown.amounts(dict(zip(shown.frame["id"], shown.frame["predicted"], strict=True)))},
        whose="User 865",
        ratings={3: 5.0, 5: 2.5, 8: 4.0},
        people=[charts.Someone("User 865", (0.2, 0.1, 0.1), (0.3, 0.2, 0.1), is_main=True)],
        chosen=st.session_state.get("film"),
        near=[1, 2, 4],
        contours=None if deep else charts.Contours(3.5, (1.0, 0.8), [(3.0, "3 stars"), (3.5, "3½ stars"), (4.0, "4 stars")]),
        selection=st.session_state.get("polygon") or None,
    )  # fmt: skip
    film_map(
        scene, key="film_map", label=f"Map of {len(shown.frame)} films", keyboard="Choose a film in Find a film.",
        on_click=lambda film: st.session_state.update(film=int(film)),
        on_select=lambda polygon: st.session_state.update(polygon=polygon), view_parameter="view",
    )  # fmt: skip
    more = ["◯ rated by User 865", "size: number of ratings"]
    if colour == "genre":
        st.html(markup.group_legend([(group.glyph, group.name) for group in charts.GROUPS], more=more))
    else:
        st.html(markup.ramp_legend(*scene.colouring.ends, fact=colour != "predicted", more=more))
    st.text(f"film {st.session_state.get('film')}, corners {len(st.session_state.get('polygon') or ())}")
    st.button("Choose film 77", on_click=lambda: st.session_state.update(film=77))


def show_job() -> None:
    """Show a job."""
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    if st.button("Train"):
        runner().start("train", pretend_to_train)
    status = job_panel(runner(), "train", what="Training", stays="The model in use stays.")
    st.text(f"whole runs {st.session_state['runs']}, result {status.result if status else None}")


PARTS = {"words": show_words, "lists": show_lists, "stars": show_stars, "map": show_map, "job": show_job}

st.set_page_config(page_title="Gallery", page_icon=ASSETS / "favicon.svg", layout="wide")
st.html(ASSETS / "reelspace.css")
part = st.navigation(
    [st.Page(show, title=name.capitalize(), url_path=name, default=name == "words") for name, show in PARTS.items()],
    position="top",
)
st.title(part.title)
part.run()
