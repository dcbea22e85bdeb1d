"""The bar above For you's list: whose list it is, which films may be in it, and in which order they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core import ListWishes, Person, Prediction, recommend
from dashboard.components.pickers import pick_model, pick_person
from dashboard.components.scene import Scene
from dashboard.rows import STEP, Order, in_order, usual_support

USUAL_ORDER = "Predicted stars"
ORDERS: dict[str, Order] = {USUAL_ORDER: "best", "How sure": "surest", "Least known": "least known"}
CONSIDERED = 40  # the best films; other orders put these in another order, they do not bring in worse ones
MOST_SUPPORT = 200


@dataclass(frozen=True)
class Wishes:
    """What the bar asks for; ``years`` is None where every film may be in the list, those without a year too."""

    genres: Sequence[str]
    years: tuple[int, int] | None
    support: int
    order: Order


def ask_wishes(scene: Scene, option: str) -> Wishes:
    """Show the bar and return what it asks for."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="for_you_bar"):
        pick_person(scene, option)
        with st.popover("Filter", icon=":material/tune:"):
            genres = _genres(scene)
            years = _years(scene)
            support = st.slider(
                "Ratings at least", 0, MOST_SUPPORT, usual_support(scene.base.dataset.ratings), STEP, key="support",
                bind="query-params", help="A film that few people rated can stand out by luck.",
            )  # fmt: skip
            pick_model(scene)
        order = st.segmented_control(
            "Order by", list(ORDERS), default=USUAL_ORDER, required=True, key="order", bind="query-params",
            help=f"The {CONSIDERED} films with the most predicted stars: the best first, those with the least doubt "
            "about the rating first, or those with the fewest ratings first.",
        )  # fmt: skip
    return Wishes(genres, years, support, ORDERS[order or USUAL_ORDER])  # an empty value in the address gives None


def choose(scene: Scene, person: Person, wishes: Wishes) -> list[Prediction]:
    """Return the best films that pass the filter, in the order asked for."""
    asked = ListWishes(genres=tuple(wishes.genres), years=wishes.years, min_ratings=wishes.support)
    best = recommend(person, scene.ready.saved.films, asked, n=CONSIDERED)
    return in_order(best, wishes.order, scene.ready.dataset.ratings)


def _genres(scene: Scene) -> Sequence[str]:
    known = scene.ready.saved.films.genres
    if not known:
        return ()
    asked: Sequence[str] = st.pills("Genre", known, selection_mode="multi", key="genres", bind="query-params")
    return asked or ()


def _years(scene: Scene) -> tuple[int, int] | None:
    known = scene.ready.saved.films.years
    if known is None or known[0] == known[1]:
        return None
    first, last = st.slider("Year", *known, value=known, key="years", bind="query-params")
    return None if (first, last) == known else (int(first), int(last))
