"""Questions to the space: what a set of films has in common, what is alike, between, like one and less like another."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import Id, InvalidArgument, Likeness, Probe, alike, between, films_inside, like_unlike
from dashboard import map_resources, map_state, resources, state
from dashboard.charts import Path
from dashboard.components import markup
from dashboard.components.film_list import NearRow, near_list
from dashboard.components.job_panel import job_panel
from dashboard.components.scene import Scene
from dashboard.rows import film_of, usual_support
from dashboard.views.map_parts.drawings import Drawn
from dashboard.views.map_parts.people import pick_films
from dashboard.words import NARROW_SPACE, count, literal

QUESTIONS = {"probe": "A set's direction", "alike": "Alike", "between": "Between two", "unlike": "Like and unlike"}
LIKENESS: dict[Likeness, str] = {"distance": "Distance", "cosine": "Angle", "dot": "Strength"}
LEAST_IN_SET = 3
LASSO, OWN, GENRE, TAG = "lasso", "own", "genre", "tag"


def show_questions(scene: Scene, drawing: Drawn, chosen: Id | None) -> None:
    """Ask one question at a time."""
    question = st.selectbox(
        "Ask the space", list(QUESTIONS), format_func=QUESTIONS.__getitem__, key="question", bind="query-params"
    )
    try:
        {"probe": _probe, "alike": _alike, "between": _between, "unlike": _unlike}[question or "probe"](
            scene, drawing, chosen
        )
    except InvalidArgument as error:
        st.info(literal(f"{str(error)[:1].upper()}{str(error)[1:]}."))


def line_between(scene: Scene, drawing: Drawn) -> list[Path]:
    """Return the line between the two films that are asked about, if that question is open."""
    if st.session_state.get("question") != "between":
        return []
    films = map_resources.map_films(drawing.key, drawing.map)
    ends = map_state.films_in(map_state.SET, scene.model.items)[:2]
    return (
        [Path([films.place(film) for film in ends])]
        if len(ends) == 2 and all(film in films.rows for film in ends)
        else []
    )


def _probe(scene: Scene, drawing: Drawn, _chosen: Id | None) -> None:
    catalogue = scene.ready.saved.films
    tags = sorted({tag for film in catalogue for tag in film.tags})
    sources = {LASSO: "Circled on the map", OWN: "Films of my own", **({GENRE: "A genre"} if catalogue.genres else {}), **({TAG: "A tag"} if tags else {})}  # fmt: skip
    source = st.selectbox("The set", list(sources), format_func=sources.__getitem__, key="set_from", bind="query-params")  # fmt: skip
    films: Sequence[Id] = ()
    if source == GENRE:
        genre = st.selectbox("Genre", catalogue.genres, key="set_genre", bind="query-params")
        films = [film for film in catalogue.select(genres=[genre] if genre else ()) if film in scene.model.items]
    elif source == TAG:
        tag = st.selectbox("Tag", tags, key="set_tag", bind="query-params")
        films = [film.id for film in catalogue if tag in film.tags and film.id in scene.model.items]
    elif source == OWN:
        films = map_state.films_in(map_state.SET, scene.model.items)
        pick_films(scene, map_state.SET, tuple(films), label="Films", placeholder="Three or more")
    else:
        polygon = map_state.polygon_in()
        films = [] if polygon is None else films_inside(drawing.map, polygon)
    if len(films) < LEAST_IN_SET:
        st.html(markup.empty(*_too_few(source or OWN, len(films))))
        return
    name, found = map_resources.probe_of(scene.model.version, tuple(films), scene.ready)
    if found is None:
        job_panel(
            resources.runner(), name, what="Testing the direction", stop="Stop", stays="Choose another set.",
            again="Try again",
        )  # fmt: skip
        return
    _show_probe(scene, found)


def _too_few(source: str, n: int) -> tuple[str, str]:
    """What is missing, and what to do."""
    if source == LASSO:
        circled = "Nothing is circled" if not n else f"{count(n, 'film')} circled"
        return (
            circled,
            "Take the lasso on the map and circle three films or more: fewer have no direction to be told by.",
        )
    return f"{count(n, 'film')} in the set", "Choose three films or more: fewer have no direction to be told by."


def _show_probe(scene: Scene, found: Probe) -> None:
    n = len(found.item_ids) - len(found.left_out)
    lead = f"{count(n, 'film')}. Told from all others, on films held out: AUC {found.auc:.2f} ({found.low:.2f} to {found.high:.2f})."
    verdict = (
        "The space knows this set." if found.passes
        else f"Sets drawn at random do as well in {found.p * 100:.0f}{NARROW_SPACE}% of cases: the space does not know this set."
    )  # fmt: skip
    st.html(markup.note(f"{lead} {verdict}"))
    if found.left_out:
        st.html(markup.note(f"{count(len(found.left_out), 'film')} with too few ratings left out."))
    st.html(markup.subheading("Furthest that way, not in the set; ratings"))
    _films(scene, [(film.item_id, f"{film.n_ratings:,}") for film in found.further], key="further")


def _alike(scene: Scene, drawing: Drawn, chosen: Id | None) -> None:
    by: Likeness = st.segmented_control("By", list(LIKENESS), default="distance", required=True, format_func=LIKENESS.__getitem__, key="alike_by", bind="query-params", help="Distance in stars; angle (cosine): the same people like it, however strongly; strength (dot product): films that divide people come first.")  # fmt: skip
    if chosen is None:
        st.html(markup.empty("No film chosen", "Click a point, or type a title above."))
        return
    found = alike(drawing.map.space, chosen, by=by, min_ratings=usual_support(scene.base.dataset.ratings))
    st.html(markup.subheading(f"Most alike by {LIKENESS[by].lower()}; ratings"))
    _films(scene, [(one.item_id, f"{one.likeness:.2f} · {one.n_ratings}") for one in found], key="alike")


def _between(scene: Scene, drawing: Drawn, chosen: Id | None) -> None:
    films = map_state.films_in(map_state.SET, scene.model.items)[:2]
    pick_films(
        scene,
        map_state.SET,
        films or ((chosen,) if chosen is not None else ()),
        label="From, and to",
        placeholder="Two films",
    )
    if len(films) < 2:
        st.html(markup.empty("Two films make a line", "Choose the one it begins with, then the one it ends with."))
        return
    found = between(drawing.map.space, *films, min_ratings=usual_support(scene.base.dataset.ratings))
    st.html(
        markup.note(
            "How far along the line, how far off it. A line through many dimensions is mostly empty: expect the films to lie off it."
        )
    )
    _films(
        scene, [(one.item_id, f"{one.share * 100:.0f}{NARROW_SPACE}% · {one.off:.2f}") for one in found], key="between"
    )


def _unlike(scene: Scene, drawing: Drawn, _chosen: Id | None) -> None:
    items = scene.model.items
    liked, unliked = map_state.films_in(map_state.HIGH, items), map_state.films_in(map_state.LOW, items)
    pick_films(scene, map_state.HIGH, liked, label="Like", placeholder="One film, or several")
    pick_films(scene, map_state.LOW, unliked, label="Less like", placeholder="One film, or several")
    if not (liked and unliked):
        st.html(markup.empty("Both sides need a film", "For example: like Alien, less like Star Wars."))
        return
    found = like_unlike(drawing.map.space, liked, unliked, min_ratings=usual_support(scene.base.dataset.ratings))
    st.html(
        markup.note(
            "Cosine to the question, then to each side by itself: a film that is merely unlike the second shows."
        )
    )
    _films(
        scene,
        [(one.item_id, f"{one.likeness:.2f} · {one.to_like:.2f} · {one.to_unlike:.2f}") for one in found],
        key="unlike",
    )


def _films(scene: Scene, found: Sequence[tuple[Id, str]], *, key: str) -> None:
    rows = [_row(scene, film, text) for film, text in found]
    picked = near_list(rows, key=f"ask_{key}", label="Films found", query=state.carried())
    if picked is not None:
        state.show_film(picked)
        st.rerun()


def _row(scene: Scene, film: Id, text: str) -> NearRow:
    known = film_of(scene.ready.saved.films, film)
    return NearRow(str(film), known.title, known.year, text)
