"""Rate: say what you think of a film and watch the list answer."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter

import streamlit as st

from core import Film, Id, Person, films_to_rate
from dashboard import resources, state
from dashboard.components import markup
from dashboard.components.film_list import FilmRow, film_list
from dashboard.components.keeping import clear, rate, undo
from dashboard.components.links import MAP, go_to
from dashboard.components.pickers import pick_film
from dashboard.components.retraining import retraining
from dashboard.components.scene import Scene, open_scene
from dashboard.components.stars import stars
from dashboard.rows import Listed, film_of, genres_text, listed, moves
from dashboard.visitors import Source
from dashboard.words import count, duration

SHOWN = 8
OFFERED = 6
SUPPORT = 20
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
    best = person.top_n(SHOWN, min_ratings=SUPPORT)
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


def _rate(scene: Scene, person: Person) -> None:
    labels = resources.film_labels(scene.base.dataset.ratings.fingerprint, scene.base)
    offered = films_to_rate(person, n=OFFERED)
    chosen = _chosen(scene)
    pick_film(labels, chosen, width="stretch")
    names = {str(film): film_of(scene.ready.saved.films, film).title for film in offered}
    st.pills(
        "Or one that would teach the model most",
        list(names),
        format_func=names.__getitem__,
        key=state.widget("offer", str(chosen) if chosen in offered else None),
        on_change=_take_offer,
        wrap=True,
    )
    film = film_of(scene.ready.saved.films, chosen if chosen is not None else offered[0])
    with st.container(border=True, key="now_rating"):
        st.html(markup.heading(film.title, film.year, _facts(scene, film)))
        scale = scene.model.scale
        source: Source = "offered" if chosen is None or state.was_offered(film.id) else "search"
        stars(
            film.label,
            key=f"stars_{film.id}",
            current=scene.shelf.stars.get(film.id),
            on_rate=lambda value: rate(scene, film, value, source=source),
            lowest=max(0.5, scale.low),
            highest=scale.high,
        )


def _chosen(scene: Scene) -> Id | None:
    text = st.query_params.get(state.FILM)
    if text is None:
        return None
    labels = scene.model.items
    return next((film for film in (text, int(text) if text.isdecimal() else text) if film in labels), None)


def _take_offer() -> None:
    film = state.picked("offer")
    if film is not None:
        state.note_offer(film)
        st.query_params[state.FILM] = film


def _facts(scene: Scene, film: Film) -> str:
    ratings = scene.base.dataset.ratings
    row = ratings.items.row(film.id)
    n = int(ratings.item_counts[row])
    mean = f", mean {float(ratings.item_means[row]):.1f}" if n else ""
    return " · ".join(filter(None, (genres_text(film), count(n, "rating") + mean)))


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
    won: Mapping[Id, object] = moves(state.list_before() or now, now)
    rows = [
        FilmRow(
            id=str(film.film.id),
            title=film.film.title,
            year=film.film.year,
            meta=genres_text(film.film),
            predicted=film.prediction.prediction,
            spread=film.spread,
            move=won[film.film.id],  # type: ignore[arg-type]  # a number of ranks, or "new"
        )
        for film in films
    ]
    chosen = film_list(rows, key="your_list", label="Your list, best first, with moves since your last rating",
                       whose="you", query={state.PERSON: state.YOU})  # fmt: skip
    state.remember_list(now)
    if 0 < n < LEAST_RATINGS:
        st.html(
            markup.note(f"{count(LEAST_RATINGS - n, 'rating')} more and the list is yours rather than everybody's.")
        )
    if chosen is not None:
        go_to(MAP, {state.PERSON: state.YOU, state.FILM: chosen})


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
