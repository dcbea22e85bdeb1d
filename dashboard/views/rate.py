"""Rate: say what you think of a film and watch the list answer."""

from __future__ import annotations

from time import perf_counter

import streamlit as st

from core import Id, Person
from dashboard import state
from dashboard.components import markup
from dashboard.components.asking import ask_for_stars, choose_film
from dashboard.components.film_list import FilmRow, film_list
from dashboard.components.keeping import clear, undo
from dashboard.components.links import HISTORY, MAP, go_to
from dashboard.components.retraining import retraining
from dashboard.components.scene import Scene, open_scene
from dashboard.rows import Listed, film_of, genres_text, listed, moves, usual_support
from dashboard.words import count, duration

SHOWN = 8
LEAST_RATINGS = 3


def show() -> None:
    """Show the page."""
    scene = open_scene()
    st.title("Rate a film; the list answers")
    st.html(
        markup.lede(
            f"Each rating moves your taste, a vector of {count(scene.model.n_factors, 'number')}, and the list "
            "re-orders at once. Three ratings give a list, ten a good one."
        )
    )
    if not state.keeps_ratings():
        st.warning(
            "Your browser refuses the cookie that finds your ratings again: they last until you close this page."
        )
    start = perf_counter()
    person = scene.me
    best = person.top_n(SHOWN, min_ratings=usual_support(scene.base.dataset.ratings), among=_not_seen(scene))
    seconds = perf_counter() - start
    left, right = st.columns([1, 1.35], gap="large")
    with left:
        _rate(scene, person)
        _clocks(scene, seconds)
    with right:
        _list(scene, listed(scene.ready, person, best))
        retraining(scene)
    _mine(scene)
    st.html(scene.provenance())


def _not_seen(scene: Scene) -> list[Id] | None:
    """The films that the visitor did not say they have watched; None for all."""
    seen = frozenset(scene.shelf.seen)
    return [film for film in scene.model.items if film not in seen] if seen else None


def _rate(scene: Scene, person: Person) -> None:
    film = choose_film(scene, person)
    if st.button("Bring your ratings from elsewhere", icon=":material/upload_file:", type="tertiary"):
        go_to(HISTORY, state.carried())
    ask_for_stars(scene, film)


def _clocks(scene: Scene, seconds: float) -> None:
    n = len(scene.shelf.ratings)
    vector = f"solved again from {count(n, 'rating')}; film vectors stayed fixed" if n else "what everybody starts with"
    metrics = scene.ready.saved.metrics
    sweeps = count(len(metrics["losses"]), "pass", "passes")
    yours = "yours among them" if scene.kind == state.MINE else "yours are not in it yet"
    whole = f"{sweeps} over {count(scene.model.card.n_ratings, 'rating')}; {yours}"
    st.html(markup.clocks([
        markup.Clock("Your vector and list", duration(seconds), vector),
        markup.Clock("The whole model", duration(float(metrics["fit_seconds"])), whole),
    ]))  # fmt: skip


def _list(scene: Scene, films: list[Listed]) -> None:
    n = len(scene.shelf.ratings)
    st.header("Your list now" if n else "What everybody likes, to begin with")
    now = [film.film.id for film in films]
    won = moves(state.list_before(now, data=scene.data, version=scene.model.version), now)
    rows = [
        FilmRow(
            id=str(film.film.id),
            title=film.film.title,
            year=film.film.year,
            meta=genres_text(film.film),
            predicted=film.prediction.prediction,
            spread=film.spread,
            move=won[film.film.id],
        )
        for film in films
    ]
    you = {**state.carried(), state.PERSON: state.YOU}
    chosen = film_list(rows, key="your_list", label="Your list, best first, with moves since the last change",
                       whose="you", query=you)  # fmt: skip
    if not films:
        st.html(markup.empty("No film is left", "You have rated every film that others rated often enough."))
    if 0 < n < LEAST_RATINGS:
        st.html(
            markup.note(f"{count(LEAST_RATINGS - n, 'rating')} more and the list is yours rather than everybody's.")
        )
    if scene.shelf.seen:
        st.html(markup.note(f"{count(len(scene.shelf.seen), 'film')} that you have seen without rating left out."))
    if chosen is not None:
        go_to(MAP, {**you, state.FILM: chosen})


def _mine(scene: Scene) -> None:
    ratings = scene.shelf.ratings
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.header(f"Your {count(len(ratings), 'rating')}" if ratings else "Your ratings")
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button("Undo", icon=":material/undo:", type="tertiary", on_click=undo, args=(scene,),
                      disabled=scene.shelf.last_change is None)  # fmt: skip
            st.button("Clear all", icon=":material/delete:", type="tertiary", on_click=clear, args=(scene,),
                      disabled=not ratings)  # fmt: skip
    if not ratings:
        st.html(
            markup.empty(
                "Nothing rated yet", "Choose a film above and click its stars. Your ratings stay on this machine."
            )
        )
        return
    rated = [(film_of(scene.ready.saved.films, rating.film), rating.stars) for rating in reversed(ratings)]
    st.html(markup.tickets(markup.Ticket(film.title, film.year, genres_text(film), given) for film, given in rated))
