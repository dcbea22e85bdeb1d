"""Step 8: what the numbers of films came to mean: a line, a plane, a plane by hand, and all of them flattened."""

from __future__ import annotations

import streamlit as st

from core import Id
from core.lessons import learn_films, nearest_films, plane_by_hand
from dashboard import learn_resources, map_resources, resources, state
from dashboard.charts import GLYPHS, Axis, MapScene, colour_by_genre
from dashboard.components import markup
from dashboard.components.film_list import NearRow, near_list
from dashboard.components.film_map import film_map
from dashboard.components.job_panel import job_panel
from dashboard.components.links import MAP, address
from dashboard.components.pickers import pick_film
from dashboard.components.scene import Scene, open_scene
from dashboard.rows import film_of, usual_support
from dashboard.views.learn.frame import Step
from dashboard.views.learn.learned_pictures import CHOICES, Picture, picture
from dashboard.views.map_parts.look import PICTURES
from dashboard.words import count

HEIGHT = {"line": 260}  # pixels
SAME_PLACE = 0.01  # stars
USUAL_HEIGHT, N_LABELS, N_NEAR = 460, 18, 6


def draw() -> None:
    """Show one of four pictures, and the films nearest to one of the visitor's choice."""
    scene = open_scene()
    choice = st.segmented_control(
        "What a film has", list(CHOICES), default="line", required=True,
        format_func=CHOICES.__getitem__, key="numbers", bind="query-params", wrap=True,
    )  # fmt: skip
    asked = state.film_in(scene.model.items)
    film = asked if asked is not None else _most_rated(scene)
    pick_film(scene, film)
    found = picture(scene, choice)
    if found is None:
        return
    by_distance = _by_distance(scene, found, film)
    _show(found, choice, film, by_distance[:N_NEAR])
    st.html("".join(markup.note(sentence) for sentence in found.says))
    if found.testing:
        job_panel(
            resources.runner(),
            found.testing,
            what="Testing what the axes go with",
            stop="Stop",
            stays="The picture needs no names.",
        )
    _show_near(scene, found, film, by_distance)


def _most_rated(scene: Scene) -> Id:
    return next(iter(resources.film_index(scene.base.dataset.ratings.fingerprint, scene.base).films.values()))


def _by_distance(scene: Scene, found: Picture, film: Id) -> list[tuple[Id, float]]:
    """All other films that enough people rated, the nearest first."""
    ratings = scene.base.dataset.ratings
    enough = found.space.enough(usual_support(ratings)).tolist()
    among = [other for other, known in zip(found.space.model.items, enough, strict=True) if known]
    return nearest_films(found.space, film, len(among), among=among)


def _show(found: Picture, choice: str, film: Id, near: list[tuple[Id, float]]) -> None:
    colouring, is_line = colour_by_genre(), len(found.axes) == 1
    if is_line:
        films, axes = learn_resources.line_of_films(found.key, found.map), [*found.axes, Axis("")]
    else:
        films, axes = map_resources.map_films(f"learn:{found.key}", found.map), found.axes
    film_map(
        MapScene(
            films=films,
            axes=axes,
            colouring=colouring,
            space=f"learn-{choice}",
            chosen=film,
            near=[] if is_line else [other for other, _ in near],
            names=N_LABELS,
        ),
        key="learn_map",
        label=f"{len(films.frame):,} films: {CHOICES[choice].lower()}, by kind of film",
        on_click=state.show_film,
        keyboard="Choose a film with the field Find a film.",
        height=HEIGHT.get(choice, USUAL_HEIGHT),
    )
    more = ["size: number of ratings", *(["up and down mean nothing: names need room"] if is_line else [])]
    st.html(markup.group_legend(list(zip(GLYPHS, colouring.ends, strict=False)), more=more))


def _show_near(scene: Scene, found: Picture, film: Id, by_distance: list[tuple[Id, float]]) -> None:
    about = film_of(scene.base.saved.films, film)
    as_good_as_there = sum(stars < SAME_PLACE for _, stars in by_distance)
    st.header("Who is near whom")
    st.html(
        markup.note(
            f"The films nearest to {about.title} by the numbers of this picture"
            f"{', all of them' if found.space.model.n_factors > 2 else ''}. The distance is in stars: by so much people’s "
            "predicted tastes for the two films typically differ, popularity aside."
        )
        + (
            markup.note(f"{_crowd(as_good_as_there)}, less than a hundredth of a star away.")
            if as_good_as_there
            else ""
        )
    )
    rows = []
    for other, stars in by_distance[:N_NEAR]:
        known = film_of(scene.base.saved.films, other)
        rows.append(NearRow(str(other), known.title, known.year, f"{stars:.2f}"))
    query = {**state.carried(), state.FILM: str(film)}
    picked = near_list(rows, key="learn_near", label=f"Films nearest to {about.title}", query=state.carried())
    st.html(
        markup.ways([("This film on the map", address(MAP, query), f"{about.title} among all films, with reasons.")])
    )
    if picked is not None:
        state.show_film(picked)
        st.rerun()


def _crowd(n: int) -> str:
    return f"{count(n, 'film')} {'stands' if n == 1 else 'stand'} in as good as the same place"


STEP = Step(
    slug="learned",
    title="What did it learn?",
    idea=(
        "Nobody chose these numbers, so what do they mean? Begin with models that may keep a single number a film, or "
        "two: these can be drawn as they are.",
        "What is near here is liked by the same people. Colours show kinds of films, which no model was told of: where "
        "a colour gathers, the ratings alone have found it.",
    ),
    draw=draw,
    try_this="Choose a film you know. Who stands beside it when films have one number, and who when they have all of them?",
    listing=(learn_films, nearest_films, plane_by_hand),
    in_the_app=(
        ("Map", "map", "All films, with axes that say how surely they mean something."),
        (
            "Map, on axes of your own",
            address(MAP, {"picture": PICTURES["hand"]}),
            "Name films for both ends of an axis.",
        ),
    ),
)
