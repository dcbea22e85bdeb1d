"""The bar above For you's list: whose list it is, which films may be in it, and what kind of list it is."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core import Id, ListWishes, Person, Prediction, recommend
from dashboard import resources, state
from dashboard.components.pickers import MOST_LISTED, pick_model, pick_person
from dashboard.components.scene import Scene
from dashboard.rows import STEP, Order, in_order, usual_support

USUAL_ORDER = "Predicted stars"
ORDERS: dict[str, Order] = {USUAL_ORDER: "best", "How sure": "surest", "Least known": "least known"}
CONSIDERED = 40  # the best films; other orders put these in another order, they do not bring in worse ones
MOST_SUPPORT = 200
MOST_LESS_LIKE = 5
MOST_VARIETY = 0.8  # beyond, predictions hardly count
SURPRISE = "surprise"
LARGEST_SURPRISE = 10**6


@dataclass(frozen=True)
class Wishes:
    """What the bar asks for: which films, by ``films``; in which ``order`` the best of them stand."""

    films: ListWishes
    order: Order

    @property
    def narrows(self) -> bool:
        """Whether films are left out that the list could hold."""
        asked = self.films
        return bool(asked.genres or asked.years or asked.min_ratings or asked.among is not None)

    @property
    def changes_order(self) -> bool:
        """Whether the list is another than the best predictions of all films."""
        asked = self.films
        narrowed = asked.genres or asked.years or asked.among is not None
        return bool(narrowed or asked.adventure or asked.asks_for_distance or asked.surprise is not None)


def ask_wishes(scene: Scene, option: str) -> Wishes:
    """Show the bar and return what it asks for."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="for_you_bar"):
        pick_person(scene, option)
        with st.popover("Filter", icon=":material/tune:"):
            genres, years = _genres(scene), _years(scene)
            support = st.slider(
                "Ratings at least", 0, MOST_SUPPORT, usual_support(scene.base.dataset.ratings), STEP, key="support",
                bind="query-params", help="A film that few people rated can stand out by luck.",
            )  # fmt: skip
            among = _among(scene) if option == state.YOU else None
            pick_model(scene)
        with st.popover("Kind of list", icon=":material/explore:"):
            adventure, diversity = _dial(), _variety()
            less_like = _less_like(scene)
            surprise = _surprise()
        order = st.segmented_control(
            "Order by", list(ORDERS), default=USUAL_ORDER, required=True, key="order", bind="query-params",
            help=f"Of the {CONSIDERED} films that come first: as they come, those with the least doubt about the "
            "rating first, or those with the fewest ratings first.",
        )  # fmt: skip
    asked = ListWishes(
        genres=tuple(genres), years=years, min_ratings=support, among=among, adventure=adventure, diversity=diversity,
        less_like=less_like, surprise=surprise,
    )  # fmt: skip
    return Wishes(asked, ORDERS[order or USUAL_ORDER])  # an empty value in the address gives None


def choose(scene: Scene, person: Person, wishes: Wishes) -> list[Prediction]:
    """Return the films that pass the filter, in the order asked for; raises ``InvalidArgument`` as core does."""
    places = resources.space(scene.model.version, "stars", scene.ready) if wishes.films.asks_for_distance else None
    best = recommend(
        person,
        scene.ready.saved.films,
        wishes.films,
        n=CONSIDERED,
        coordinates=None if places is None else places.coordinates,
    )
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


def _among(scene: Scene) -> frozenset[Id] | None:
    """The films left by the visitor's own notes: what they want to watch, less what they have watched."""
    wanted = st.toggle("Only what I want to watch", key="watchlist_only", bind="query-params")
    hide = st.toggle("Hide what I watched", value=True, key="hide_seen", bind="query-params")
    known, seen = scene.model.items, set(scene.shelf.seen) if hide else set()
    if wanted:
        return frozenset(film for film in scene.shelf.watchlist if film in known and film not in seen)
    return frozenset(film for film in known if film not in seen) if seen else None


def _dial() -> float:
    return st.slider(
        "From familiar (−1) to adventurous (+1)", -1.0, 1.0, 0.0, 0.25, key="adventure", bind="query-params",
        help="Where the model is unsure what this person would feel, a film could be better than predicted, or worse. "
        "Adventurous: such films move up, at +1 by one standard deviation. Familiar: they move down.",
    )  # fmt: skip


def _variety() -> float:
    return st.slider(
        "Variety", 0.0, MOST_VARIETY, 0.0, 0.1, key="variety", bind="query-params",
        help="How much a film's distance from those above it counts, in stars, against its prediction "
        "(maximal marginal relevance).",
    )  # fmt: skip


def _less_like(scene: Scene) -> tuple[Id, ...]:
    index = resources.film_index(scene.base.dataset.ratings.fingerprint, scene.base)
    asked = st.multiselect(
        "Less like", list(index.films)[:MOST_LISTED], key="less_like", max_selections=MOST_LESS_LIKE,
        placeholder="Type a title", bind="query-params",
        help="Films near these lose up to a star, the nearest most.",
    )  # fmt: skip
    return tuple(index.films[label] for label in asked)


def _surprise() -> int | None:
    """A seed, if a surprise is asked for: it stands in the address, so that the same list can be shown again."""
    text = state.choice(SURPRISE, allowed=lambda given: given == "" or _is_seed(given), default="")
    st.button(
        "Surprise me" if not text else "Another surprise",
        icon=":material/shuffle:",
        on_click=lambda: state.set_choice(SURPRISE, str(secrets.randbelow(LARGEST_SURPRISE))),
        help="A list that could be right: drawn by chance from all that the ratings leave open.",
    )
    if text:
        st.button("Back to the best list", type="tertiary", on_click=lambda: state.forget_choice(SURPRISE))
    return int(text) if text else None


def _is_seed(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_SURPRISE))
