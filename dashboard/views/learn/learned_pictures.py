"""The four pictures of step 8: films with one number each, with two, on axes by hand, and with all numbers flattened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core import FilmMap, FilmSpace, Id, InvalidArgument, NamedAxis
from core.lessons import films_called
from dashboard import learn_resources, map_resources, resources
from dashboard.charts import Axis
from dashboard.components import markup
from dashboard.components.job_panel import job_panel
from dashboard.components.scene import Scene
from dashboard.jobs import TooManyJobs
from dashboard.rows import film_of
from dashboard.views.map_parts.drawings import axis_of
from dashboard.words import NO_BREAK_SPACE, count, literal, percent

CHOICES = {"line": "One number", "plane": "Two numbers", "hand": "Two by hand", "many": "All of them"}
# The axes of Google's crash course, from children to adults and from art house to blockbuster: the ends are our choice
# of well-known films, by the titles that the data give them.
CHILDREN = ("Toy Story", "The Lion King", "Aladdin", "Beauty and the Beast")
ADULTS = ("Pulp Fiction", "Seven", "Trainspotting", "A Clockwork Orange")
ARTHOUSE = ("Three Colors: Blue", "Three Colors: Red", "Delicatessen", "Wings of Desire")
BLOCKBUSTERS = ("Star Wars", "Jurassic Park", "Independence Day", "Twister")
N_ENDS = 3


@dataclass(frozen=True, eq=False)
class Picture:
    """A drawing with its axes and what is to be said of it; ``testing`` is the job that gathers evidence for their names."""

    key: str
    map: FilmMap
    axes: list[Axis]
    says: tuple[str, ...]
    testing: str = ""

    @property
    def space(self) -> FilmSpace:
        """Where films stand in full: what the picture shows of it may be less."""
        return self.map.space


def picture(scene: Scene, choice: str) -> Picture | None:
    """Return the picture; None where it cannot be made, or is being made, and that is told."""
    try:
        if choice == "hand":
            return _by_hand(scene)
        return _many(scene) if choice == "many" else _learned(scene, 1 if choice == "line" else 2)
    except InvalidArgument as error:
        st.html(markup.empty("No picture of these data", f"{error}."))
    except TooManyJobs as error:
        st.info(literal(f"The model cannot be made now: {error}."))
    return None


def _learned(scene: Scene, n_factors: int) -> Picture | None:
    dataset = scene.base.dataset
    job, space = learn_resources.learned_films(dataset, n_factors)
    if space is None:
        job_panel(
            resources.runner(),
            job,
            what=f"Learning {count(n_factors, 'number')} a film",
            stays="Other pictures are there.",
        )
        return None  # fmt: skip
    version = space.model.version
    drawing = learn_resources.learned_drawing(version, space)
    testing, named = learn_resources.learned_axes(dataset, space)
    what = "a row" if n_factors == 1 else "a plane"
    says = [
        f"A model that may keep {count(n_factors, 'number')} a film can only lay films in {what}. It learned this from "
        f"{count(len(dataset.ratings), 'rating')}; nobody told it what a film is about."
    ]
    return Picture(version, drawing, _axes(drawing, named), (*says, *_ends(scene, drawing, named)), testing)


def _by_hand(scene: Scene) -> Picture | None:
    films, ratings = scene.base.dataset.films, scene.base.dataset.ratings
    low, high, low_up, high_up = (films_called(titles, films, ratings) for titles in (CHILDREN, ADULTS, ARTHOUSE, BLOCKBUSTERS))  # fmt: skip
    if not (low and high and low_up and high_up):
        st.html(
            markup.empty(
                "These data hold none of the films at the ends",
                "Your own axes wait on the map: name films for both ends there.",
            )
        )
        return None
    version = scene.model.version
    drawing = learn_resources.plane_between(version, (low, high), (low_up, high_up), scene.ready)
    best = _flat(scene)
    across, up = drawing.projection.explained
    held, most = across + up, sum(best.projection.explained)
    titles = [film_of(films, end[0]).title for end in (low, high, low_up, high_up)]
    axes = [
        Axis("Across, by hand", across, "for children", "for adults"),
        Axis("Up, by hand", up, "art house", "blockbuster"),
    ]
    return Picture(
        f"{version}:by-hand", drawing, axes,
        ("Google’s course on recommenders draws films between children and adults, and between art house and blockbuster. "
         f"Here are such axes, from films like {titles[0]} to films like {titles[1]}, and from {titles[2]} to {titles[3]}. "
         f"The {len({*low, *high, *low_up, *high_up})} films at the ends are our choice; all others lie where their numbers put them.",
         f"These two directions hold {percent(held)} of what tastes for films differ by; the best two that there are hold "
         f"{percent(most)}."),
    )  # fmt: skip


def _many(scene: Scene) -> Picture:
    drawing = _flat(scene)
    version, model = scene.model.version, scene.model
    testing, named = map_resources.axes_of(version, "principal", scene.ready)
    n_numbers = count(model.n_factors, "number")
    models = "" if model.n_draws == 1 else f" in each of {count(model.n_draws, 'model')}"
    what = (
        f"The model in use keeps {n_numbers} a film{models}. Nobody sees so many directions at once: this is the flat "
        f"picture that loses least, and it holds {percent(sum(drawing.projection.explained))} of what tastes differ by "
        "(principal components, PCA)."
    )
    says = (what, *_ends(scene, drawing, named))
    return Picture(f"{version}:flat", drawing, _axes(drawing, named), says, testing)


def _flat(scene: Scene) -> FilmMap:
    return resources.drawing(scene.model.version, "stars", 2, resources.MAP_SUPPORT, scene.ready, scene.base)


def _axes(drawing: FilmMap, named: tuple[NamedAxis, ...] | None) -> list[Axis]:
    known = named or ()
    return [
        axis_of(known[number - 1] if number <= len(known) else None, number, share)
        for number, share in enumerate(drawing.projection.explained, start=1)
    ]


def _ends(scene: Scene, drawing: FilmMap, named: tuple[NamedAxis, ...] | None) -> list[str]:
    """What lies at the ends of each axis, and what goes with it as far as evidence says."""
    sentences = []
    for axis in range(len(drawing.projection.explained)):
        low, high = (_titles(scene, end) for end in drawing.ends(axis, n=N_ENDS))
        known = None if named is None or axis >= len(named) else named[axis]
        sentences.append(f"Axis{NO_BREAK_SPACE}{axis + 1} runs from {low} to {high}. {_meaning(known)}".strip())
    return sentences


def _meaning(axis: NamedAxis | None) -> str:
    if axis is None:
        return ""
    return f"Tested on held-out films, it goes with: {axis.name}." if axis.has_meaning else "It has no clear meaning: nothing that is known of films goes with it."  # fmt: skip


def _titles(scene: Scene, films: Sequence[Id]) -> str:
    *first, last = (film_of(scene.base.saved.films, film).title for film in films)
    return f"{', '.join(first)} and {last}" if first else last
