"""Map: every film as a point; near means liked by the same people."""

from __future__ import annotations

import streamlit as st

from core import Id
from dashboard import state
from dashboard.components import markup
from dashboard.components.film_card import film_card
from dashboard.components.scene import Scene, open_scene, who
from dashboard.rows import usual_support
from dashboard.views.map_parts.ask import line_between, show_questions
from dashboard.views.map_parts.beside import show_beside
from dashboard.views.map_parts.directions import show_directions
from dashboard.views.map_parts.drawings import Drawn, drawn
from dashboard.views.map_parts.look import Look, bar
from dashboard.views.map_parts.people import Company, company, show_people
from dashboard.views.map_parts.picture import show_map
from dashboard.views.map_parts.save import show_saving
from dashboard.words import percent

NEAREST = 6
TABS = ("Film", "Axes", "People", "Ask", "Save")


def show() -> None:
    """Show the page."""
    scene = open_scene()
    option = who(scene)
    with st.container(key="map_page"):
        st.title("Near on this map means liked by the same people")
        sentence = st.empty()
        look = bar(scene, option)
        left, right = st.columns([3.2, 1], gap="medium")
        with left:
            drawing = drawn(scene, look)
        if drawing is not None or look.picture == "hand":
            _page(scene, option, look, drawing, left, right)
        if drawing is not None:
            sentence.html(markup.note(meaning(drawing, look)))
        st.html(scene.provenance())


def _page(scene: Scene, option: str, look: Look, drawing: Drawn | None, left: object, right: object) -> None:
    chosen = state.film_in(scene.model.items)
    found = company(scene, option)
    with right, st.container(key="rail"):  # type: ignore[attr-defined]  # a column
        tabs = st.tabs(list(TABS))
        with tabs[1]:
            show_directions(scene, found, look)
        if drawing is None:
            return
        near = near_films(scene, drawing, chosen)
        with tabs[0]:
            film_card(scene, drawing.map, found.person, key=drawing.key, whose=found.whose, chosen=chosen, near=near)
        with tabs[2]:
            show_people(scene, option, found)
        with tabs[3]:
            show_questions(scene, drawing, chosen)
        with tabs[4]:
            show_saving(scene, drawing, look)
    with left:  # type: ignore[attr-defined]  # a column
        _maps(scene, option, look, drawing, found, chosen, [film for film, _ in near])


def near_films(scene: Scene, drawing: Drawn, chosen: Id | None) -> list[tuple[Id, float]]:
    """Return the true neighbours of the film chosen, with distances."""
    support = usual_support(scene.base.dataset.ratings)
    return [] if chosen is None else drawing.map.space.nearest(chosen, n=NEAREST, min_ratings=support)


def _maps(
    scene: Scene, option: str, look: Look, drawing: Drawn, found: Company, chosen: Id | None, near: list[Id]
) -> None:
    if not look.beside:
        show_map(scene, scene.ready, found, drawing, look, chosen=chosen, near=near, lines=line_between(scene, drawing))
        return
    first, second = st.columns(2, gap="small")
    with first:
        st.html(markup.subheading("The model in use"))
        show_map(scene, scene.ready, found, drawing, look, chosen=chosen, near=near)
    with second:
        show_beside(scene, option, drawing, look, chosen)


def meaning(drawing: Drawn, look: Look) -> str:
    """Return what nearness means on this map, how much it holds, and one thing to try."""
    if look.picture == "umap":
        return f"{drawing.note} Films side by side are liked by the same people. Try: circle a group and ask what it has in common."
    share = percent(sum(drawing.map.projection.explained))
    picture = "The space you see" if look.is_deep else "The plane"
    if look.metric == "raw":
        return (
            f"These are the model's own numbers, seen from where they spread most. {picture} holds {share} of their "
            "variance; a distance has no unit here. Try: switch to stars under View."
        )
    return (
        "Two films half a star apart: people's predictions for them typically differ by half a star, popularity aside. "
        f"{picture} holds {share} of all differences in taste. {drawing.note or 'Try: find a film you love.'}"
    )
