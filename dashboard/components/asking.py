"""Asking somebody for a rating: which film, then how many stars. What they give is kept."""

from __future__ import annotations

import streamlit as st

from core import Film, Id, Person, films_to_rate
from dashboard import state
from dashboard.components import markup
from dashboard.components.keeping import rate
from dashboard.components.pickers import pick_film
from dashboard.components.scene import Scene
from dashboard.components.stars import stars
from dashboard.rows import film_facts, film_of
from dashboard.visitors import Source
from dashboard.words import literal

OFFERED = 6


def choose_film(scene: Scene, person: Person, *, n_offered: int = OFFERED) -> Id | None:
    """Ask which film to rate: one that is found by name, or of those that would teach the model most about ``person``.

    Until one is chosen it is the first of those; None where every film is rated.
    """
    offered = films_to_rate(person, n=n_offered)
    chosen = state.film_in(scene.model.items)
    pick_film(scene, chosen, width="stretch")
    if offered:
        names = {str(film): film_of(scene.ready.saved.films, film).title for film in offered}
        st.pills(
            "Or one that would teach the model most",
            list(names),
            format_func=lambda film: literal(names[film]),
            key=state.widget("offer", str(chosen) if chosen in offered else None),
            on_change=_take_offer,
            wrap=True,
        )
    if chosen is None and offered:
        chosen = offered[0]
        state.note_offer(chosen)
    return chosen


def ask_for_stars(scene: Scene, chosen: Id | None) -> None:
    """Ask for stars for a film, and keep them; say so where there is none to ask about."""
    if chosen is None:
        st.html(markup.empty("Every film is rated", "Choose one above to change your mind about it."))
        return
    film: Film = film_of(scene.ready.saved.films, chosen)
    ratings = scene.base.dataset.ratings
    row = ratings.items.row(film.id)
    facts = film_facts(film, int(ratings.item_counts[row]), float(ratings.item_means[row]))
    source: Source = "offered" if state.was_offered(film.id) else "search"
    with st.container(border=True, key="now_rating"):
        st.html(markup.heading(film.title, film.year, facts))
        stars(
            film.label,
            key=f"stars_{film.id}",
            current=scene.shelf.stars.get(film.id),
            on_rate=lambda value: rate(scene, film, value, source=source),
            lowest=max(0.5, scene.model.scale.low),
            highest=scene.model.scale.high,
        )


def _take_offer() -> None:
    film = state.picked("offer")
    if film is not None:
        state.note_offer(film)
        state.show_film(film)
