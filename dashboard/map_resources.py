"""The map's caches: what takes long is a job, and its result is kept here for everybody."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

from core import (
    AxisStability,
    Clusters,
    FilmMap,
    FilmSpace,
    HandAxis,
    Id,
    InvalidArgument,
    NamedAxis,
    Person,
    Probe,
    Trust,
    axis_stability,
    cluster_films,
    fold_in,
    hand_plane,
    name_axes,
    neighbourhoods_kept,
    probe,
)
from dashboard import resources
from dashboard.charts import MapFilms
from dashboard.jobs import JobContext, JobRunner, JobState
from dashboard.library import KINDS, Ready, kind_of

MOST_KEPT = 64
MOST_DRAWINGS = 24
MOST_STEPS = 30  # of a trail: the last ones
TSV_DIMENSIONS = 50
Result = TypeVar("Result")


class Kept:
    """Results of long work, by name, ``most`` of them; the least used go first. Any thread may ask."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._lock, self._most = threading.Lock(), most
        self._results: OrderedDict[str, Any] = OrderedDict()

    def get(self, name: str) -> Any:
        """Return the result, or None."""
        with self._lock:
            if name in self._results:
                self._results.move_to_end(name)
            return self._results.get(name)

    def put(self, name: str, result: Any) -> None:
        """Keep a result."""
        with self._lock:
            self._results[name] = result
            while len(self._results) > self._most:
                self._results.popitem(last=False)


@st.cache_resource(show_spinner=False)
def kept() -> Kept:
    """Return what long work has given so far, for all sessions."""
    return Kept()


def result_of(
    name: str,
    work: Callable[[JobContext], Result],
    *,
    patience: float = 0.0,
    jobs: JobRunner | None = None,
    books: Kept | None = None,
) -> Result | None:
    """Return what ``work`` gives if it is there; else begin it as the job ``name``, if nobody has, and return None.

    It is waited for ``patience`` seconds, runs among everybody's jobs and is kept in ``kept()`` unless others are named. A job that failed or was stopped stays as it is until somebody takes it. Raises ``TooManyJobs``.
    """
    books, jobs = books or kept(), jobs or resources.runner()
    found: Result | None = books.get(name)
    if found is not None:
        return found
    status = jobs.status(name)
    if status is None or status.state is JobState.DONE:
        jobs.start(name, lambda context: books.put(name, work(context)))
    if patience:
        jobs.wait(name, seconds=patience)
    return books.get(name)


def umap_drawing(version: str, metric: str, min_ratings: int, ready: Ready) -> tuple[str, FilmMap | None]:
    """Return the job's name and the map by UMAP, or None while it is being made."""
    name = f"umap:{version}:{metric}:{min_ratings}"
    space = resources.space(version, metric, ready)

    def work(context: JobContext) -> FilmMap:
        return space.draw(
            method="umap", min_ratings=min_ratings, on_progress=context.report, should_stop=context.should_stop
        )

    return name, result_of(name, work)


def axes_of(version: str, rotation: str, ready: Ready) -> tuple[str, tuple[NamedAxis, ...] | None]:
    """Return the job's name and the named directions, or None while evidence is gathered."""
    name = f"axes:{version}:{rotation}"

    def work(_context: JobContext) -> tuple[NamedAxis, ...]:
        if rotation != "varimax":
            return resources.named_axes(version, ready)
        try:
            return name_axes(resources.space(version, "stars", ready), rotation="varimax")
        except InvalidArgument:  # too few films to say what an axis means
            return ()

    return name, result_of(name, work, patience=0.3)


def stability_name(version: str, rotation: str) -> str:
    """Return the name of the job that refits the model to see which axes are found again."""
    return f"stability:{version}:{rotation}"


def start_stability(version: str, rotation: str, axes: tuple[NamedAxis, ...], ready: Ready) -> None:
    """Begin to refit, if nobody has."""
    trainer = KINDS[kind_of(ready.model)].trainer
    ratings = ready.model.rated

    def work(context: JobContext) -> AxisStability:
        points = [axis.points for axis in axes]
        return axis_stability(ratings, trainer, points, on_progress=context.report, should_stop=context.should_stop)

    result_of(stability_name(version, rotation), work)


def probe_of(version: str, films: tuple[Id, ...], ready: Ready) -> tuple[str, Probe | None]:
    """Return the job's name and the direction that separates ``films``, or None while it is tested."""
    name = "-".join(("probe", version, *map(str, films)))
    space = resources.space(version, "stars", ready)
    return name, result_of(name, lambda _context: probe(space, films), patience=0.3)


def counted(key: str, drawing: FilmMap) -> tuple[str, FilmMap | None]:
    """Return the job's name and a large map with its true neighbours counted, or None while they are."""
    name = f"kept:{key}"

    def work(context: JobContext) -> FilmMap:
        return drawing.with_kept(on_progress=context.report, should_stop=context.should_stop)

    return name, result_of(name, work)


def trust_in(key: str, drawing: FilmMap) -> Trust | None:
    """Return how far a map can be trusted as a whole; None while it is measured, or where nothing can be said."""

    def work(_context: JobContext) -> Trust | str:
        try:
            return drawing.trust
        except InvalidArgument as error:  # too few films to tell
            return str(error)

    found = result_of(f"trust:{key}", work, patience=0.3)
    return found if isinstance(found, Trust) else None


@st.cache_resource(show_spinner=False, max_entries=MOST_DRAWINGS)
def turned_plane(
    version: str, across: int, up: int, min_ratings: int, _ready: Ready, _axes: Sequence[NamedAxis]
) -> FilmMap:
    """Return the map along two of the axes turned by varimax, by number from 1."""
    space: FilmSpace = resources.space(version, "stars", _ready)
    return space.draw_along([_axes[number - 1].direction for number in (across, up)], min_ratings=min_ratings)


@st.cache_resource(show_spinner=False, max_entries=MOST_DRAWINGS)
def beside(
    version: str, metric: str, n_components: int, min_ratings: int, key: str, _ready: Ready, _reference: FilmMap  # noqa: ARG001
) -> FilmMap:  # fmt: skip
    """Return the map of a model turned to lie like ``_reference``, whose drawing has the key ``key``."""
    space: FilmSpace = resources.space(version, metric, _ready)
    return space.draw(n_components=n_components, min_ratings=min_ratings, reference=_reference)


@st.cache_resource(show_spinner=False, max_entries=MOST_DRAWINGS)
def principal_plane(version: str, across: int, up: int, min_ratings: int, _ready: Ready) -> FilmMap:
    """Return the map along two principal axes, by number from 1; the same as the plane for 1 and 2."""
    space: FilmSpace = resources.space(version, "stars", _ready)
    n_axes = max(across, up)
    components = space.draw(n_components=n_axes, min_ratings=min_ratings).projection.components
    assert components is not None  # noqa: S101 - principal axes are straight
    return space.draw_along(components[[across - 1, up - 1]], min_ratings=min_ratings)


@st.cache_resource(show_spinner=False, max_entries=MOST_DRAWINGS)
def hand_drawing(
    version: str,
    first: tuple[tuple[Id, ...], ...],
    second: tuple[tuple[Id, ...], ...] | None,
    min_ratings: int,
    _ready: Ready,
) -> tuple[FilmMap, float]:
    """Return the map along axes from films to films, and the cosine of the two asked for. Raises ``InvalidArgument``."""
    space: FilmSpace = resources.space(version, "stars", _ready)
    other = None if second is None else HandAxis.between(*second)
    plane = hand_plane(space, HandAxis.between(*first), other)
    return space.draw_along(plane.directions, min_ratings=min_ratings), plane.cosine


@st.cache_resource(show_spinner=False, max_entries=MOST_DRAWINGS)
def map_films(key: str, _drawing: FilmMap) -> MapFilms:  # noqa: ARG001 - the cache's key
    """Return the films of a drawing as columns, by the drawing's key."""
    frame = _drawing.frame
    return MapFilms.of(frame if "y" in frame else frame.assign(y=0.0))  # one axis by hand: a line


@st.cache_resource(show_spinner=False, max_entries=MOST_DRAWINGS)
def predictions(key: str, _person: Person) -> dict[Id, float]:  # noqa: ARG001 - the cache's key
    """Return a person's prediction for every film, by the model's version and what they rated."""
    return {found.item_id: found.prediction for found in _person.predict_all()}


@st.cache_resource(show_spinner=False, max_entries=MOST_DRAWINGS)
def clusters(version: str, metric: str, min_ratings: int, _ready: Ready) -> Clusters:
    """Return the films of a map in groups. Raises ``InvalidArgument`` on too few films."""
    return cluster_films(resources.space(version, metric, _ready), min_ratings=min_ratings)


@st.cache_resource(show_spinner=False, max_entries=MOST_DRAWINGS)
def trail(version: str, ratings: tuple[tuple[Id, float], ...], key: str, _drawing: FilmMap) -> list[tuple[float, ...]]:  # noqa: ARG001
    """Return where the visitor stood after each of their last ratings, in the order in which they gave them."""
    model = _drawing.space.model
    steps = range(max(1, len(ratings) - MOST_STEPS), len(ratings) + 1)
    return [_drawing.place(fold_in(model, dict(ratings[:step]), chosen=())) for step in steps]


@st.cache_resource(show_spinner=False, max_entries=MOST_DRAWINGS)
def neighbourhoods(first: str, second: str, _ready: Ready, _other: Ready) -> dict[Id, float]:
    """Return the share of each film's ten nearest that another model keeps. Raises ``InvalidArgument``."""
    spaces = (resources.space(first, "stars", _ready), resources.space(second, "stars", _other))
    return neighbourhoods_kept(*spaces, min_ratings=resources.MAP_SUPPORT)


@st.cache_resource(show_spinner=False, max_entries=4)
def vectors(version: str, min_ratings: int, _ready: Ready) -> FilmMap:
    """Return the films along so many principal axes that little is lost, for other programs."""
    space: FilmSpace = resources.space(version, "stars", _ready)
    shown = int(space.enough(min_ratings).sum())
    return space.draw(n_components=min(TSV_DIMENSIONS, shown - 1, space.coordinates.shape[1]), min_ratings=min_ratings)
