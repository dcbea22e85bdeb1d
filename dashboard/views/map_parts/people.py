"""Who stands on the map: you or a person, another beside, and somebody who loves just some films."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core import FilmMap, FoldInRefused, Id, InvalidArgument, Person, fold_in
from dashboard import map_resources, map_state, resources, state
from dashboard.charts import Contours, Path, Someone
from dashboard.components import markup
from dashboard.components.film_list import NearRow, near_list
from dashboard.components.pickers import MOST_LISTED, person_name
from dashboard.components.scene import Scene, is_known
from dashboard.rows import film_of, usual_support
from dashboard.views.map_parts.drawings import Drawn
from dashboard.words import star_text

ARROW = 0.35  # of the map's width
HALF_STAR, LOVE = 0.5, 1.0  # stars; the top of the scale
N_BEST = 5


@dataclass(frozen=True, eq=False)
class Company:
    """The people on the map: ``whose`` map it is first, then another, then the archetype, where they are asked for."""

    person: Person
    whose: str
    other: tuple[str, Person] | None = None
    archetype: Person | None = None
    contours: bool = False
    trail: bool = False


def company(scene: Scene, option: str) -> Company:
    """Return who is on the map, as address and switches say."""
    asked = map_state.value_in(map_state.OTHER)
    other = (person_name(asked), scene.person(asked)) if asked and asked != option and is_known(scene, asked) else None
    return Company(
        person=scene.person(option),
        whose="you" if option == state.YOU else person_name(option),
        other=other,
        archetype=_archetype(scene),
        contours=map_state.is_on(map_state.CONTOURS, usual=False),
        trail=option == state.YOU and map_state.is_on(map_state.TRAIL, usual=True),
    )


def _archetype(scene: Scene) -> Person | None:
    loved = map_state.films_in(map_state.LOVED, scene.model.items)
    if not loved:
        return None
    try:
        return fold_in(scene.model, dict.fromkeys(loved, scene.model.scale.high), chosen=())
    except FoldInRefused:
        return None


def on_map(found: Company, drawing: FilmMap) -> list[Someone]:
    """Return them as they stand in a drawing."""
    people = []
    if found.person.ratings:
        people.append(_someone(found.whose, found.person, drawing, is_main=True))
    if found.other is not None and found.other[1].ratings:
        people.append(_someone(found.other[0], found.other[1], drawing))
    if found.archetype is not None:
        people.append(_someone("the archetype", found.archetype, drawing))
    return people


def _someone(name: str, person: Person, drawing: FilmMap, *, is_main: bool = False) -> Someone:
    return Someone(name, drawing.place(person), _arrow(person, drawing), is_main)


def _arrow(person: Person, drawing: FilmMap) -> tuple[float, ...] | None:
    """The way their predictions rise, about as long as the map has room for; none where axes are not straight."""
    slopes = _slopes(person, drawing)
    steepest = max(map(abs, slopes), default=0.0)
    if not steepest:
        return None
    length = ARROW * float(drawing.frame["x"].max() - drawing.frame["x"].min())
    return tuple(length * slope / steepest for slope in slopes)


def _slopes(person: Person, drawing: FilmMap) -> tuple[float, ...]:
    try:
        return drawing.slopes(drawing.space.direction_of(person))
    except InvalidArgument:  # UMAP's axes mean nothing
        return ()


def contours_of(found: Company, drawing: FilmMap, predicted: dict[Id, float]) -> Contours | None:
    """Return lines of equal predicted rating, for a film like the others but for its place; None if nobody asks."""
    if not found.contours or not found.person.ratings:
        return None
    slopes = _slopes(found.person, drawing)
    if len(slopes) != 2:
        return None
    base = float(drawing.frame["id"].map(predicted).mean())
    scale = found.person.model.scale
    steps = range(int(scale.low / HALF_STAR), int(scale.high / HALF_STAR) + 1)
    levels = [(step * HALF_STAR, f"{star_text(step * HALF_STAR)} {'star' if step <= 2 else 'stars'}") for step in steps]
    return Contours(base, (slopes[0], slopes[1]), levels)


def trail_of(scene: Scene, found: Company, drawing: Drawn) -> list[Path]:
    """Return the way that the visitor's place has taken, rating by rating."""
    ratings = tuple((rating.film, rating.stars) for rating in scene.shelf.ratings)
    if not found.trail or len(ratings) < 2:
        return []
    steps = map_resources.trail(scene.model.version, ratings, drawing.key, drawing.map)
    return [Path(steps, "prediction")]


def show_people(scene: Scene, option: str, found: Company) -> None:
    """Show the switches, and what the archetype would like best."""
    _pick_other(scene, option)
    _switch(map_state.CONTOURS, "Lines of equal prediction", usual=False, help="Where the plane alone decides: films on one line get the same prediction, but for their own standing.")  # fmt: skip
    if option == state.YOU:
        _switch(map_state.TRAIL, "Your trail", usual=True, help="Where you stood after each of your ratings, the last thirty.")  # fmt: skip
    loved = map_state.films_in(map_state.LOVED, scene.model.items)
    pick_films(scene, map_state.LOVED, loved, label="An archetype: loves everything of", placeholder="Choose films")
    if found.archetype is None:
        st.html(markup.note("Somebody who gives the films you choose full marks, and has seen nothing else."))
        return
    ratings = scene.base.dataset.ratings
    best = found.archetype.top_n(N_BEST, min_ratings=usual_support(ratings))
    st.html(markup.subheading("What they would like best, predicted stars"))
    rows = [
        NearRow(str(one.item_id), film_of(scene.ready.saved.films, one.item_id).title, film_of(scene.ready.saved.films, one.item_id).year, f"{one.prediction:.1f}")
        for one in best
    ]  # fmt: skip
    picked = near_list(rows, key="loved_best", label="What the archetype would like best", query=state.carried())
    if picked is not None:
        state.show_film(picked)
        st.rerun()


def _switch(name: str, label: str, *, usual: bool, help: str) -> None:  # noqa: A002 - Streamlit's name
    """Show a switch that stands in the address."""
    st.toggle(
        label,
        key=state.widget(name, map_state.is_on(name, usual=usual)),
        on_change=lambda: map_state.keep_switch(name, bool(state.picked(name)), usual=usual),
        help=help,
    )


def _pick_other(scene: Scene, option: str) -> None:
    users = [str(user) for user in scene.base.model.users]
    if len(users) > MOST_LISTED:
        users = users[:MOST_LISTED]
    asked = map_state.value_in(map_state.OTHER)
    options = ["", *([state.YOU] if option != state.YOU else []), *(user for user in users if user != option)]
    st.selectbox(
        "Another person beside",
        options,
        format_func=lambda other: person_name(other) if other else "Nobody",
        key=state.widget(map_state.OTHER, asked if asked in options else ""),
        on_change=lambda: map_state.keep(map_state.OTHER, state.picked(map_state.OTHER)),
    )


def pick_films(scene: Scene, name: str, current: tuple[Id, ...], *, label: str, placeholder: str) -> None:
    """Ask for films; they stand in the address under ``name``."""
    index = resources.film_index(scene.base.dataset.ratings.fingerprint, scene.base)
    shown = [index.labels[film] for film in current if film in index.labels]
    options = list(index.films)[:MOST_LISTED]
    options += [title for title in shown if title not in options]
    st.multiselect(
        label,
        options,
        key=state.widget(name, shown),
        on_change=lambda: map_state.keep_films(name, [index.films[title] for title in state.picked(name)]),
        placeholder=placeholder,
        max_selections=map_state.MOST_IDS,
    )
