"""Caches of the guided walk: what its steps look up, and what they have measured as jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core import (
    Dataset,
    FilmMap,
    FilmSpace,
    Id,
    InvalidArgument,
    NamedAxis,
    Ratings,
    SideBySide,
    Split,
    Trainer,
    name_axes,
)
from core.lessons import (
    ByHand,
    LookUpTimes,
    Part,
    Recording,
    crosstab,
    far_view,
    file_under_kinds,
    learn_films,
    look_up_times,
    plane_by_hand,
    rating_table,
    record,
    who_rated,
)
from dashboard import measured, resources
from dashboard.charts import MapFilms
from dashboard.charts.line_of_films import at_heights
from dashboard.finding_resources import finding
from dashboard.jobs import JobContext
from dashboard.library import Ready
from dashboard.map_resources import result_of

MOST_DATA = 3  # data sets of which the walk's tables are kept
MOST_PATIENCE = 1.5  # seconds that a page waits for a model of one or two numbers, before it shows how far it is
Ends = tuple[tuple[Id, ...], tuple[Id, ...]]


def race(
    dataset: Dataset, trainers: Mapping[str, Trainer[Any]], *, reference: str
) -> tuple[str, SideBySide | None]:  # fmt: skip
    """Return the job's name and how ``trainers`` fare on held-out ratings, or None while they are measured."""
    name = measured.race_name(dataset, trainers, reference)

    def work(context: JobContext) -> SideBySide:
        return measured.run_race(dataset, trainers, context, reference=reference)

    return name, finding(name, SideBySide.from_json, work, patience=0.3)


@st.cache_resource(show_spinner=False, max_entries=MOST_DATA)
def held_out(fingerprint: str, _dataset: Dataset) -> Split:  # noqa: ARG001 - the cache's key
    """Return the ratings that the walk hides from its models, and the others."""
    return measured.split_of(_dataset)


@st.cache_resource(show_spinner=False, max_entries=MOST_DATA)
def corner(fingerprint: str, _ratings: Ratings, size: tuple[int, int]) -> pd.DataFrame:  # noqa: ARG001 - the cache's key
    """Return the crosstab of the busiest people and the most rated films, ``size`` of them."""
    return crosstab(rating_table(_ratings), n_people=size[0], n_films=size[1])


@st.cache_resource(show_spinner=False, max_entries=8 * MOST_DATA)
def recording(fingerprint: str, _ratings: Ratings, size: tuple[int, int], trainer: ByHand) -> Recording:
    """Return how that corner is learned by hand, moment by moment."""
    return record(trainer, corner(fingerprint, _ratings, size))


@st.cache_resource(show_spinner=False, max_entries=2 * MOST_DATA)
def far(
    fingerprint: str,  # noqa: ARG001 - the cache's key
    _ratings: Ratings,
    patches: tuple[int, int],
    size: tuple[int, int],
) -> list[list[float]]:
    """Return how full the table of ``size`` people and films is, in ``patches`` down and across."""
    return far_view(_ratings, n_rows=patches[0], n_columns=patches[1], n_people=size[0], n_films=size[1])


@st.cache_resource(show_spinner=False, max_entries=MOST_DATA)
def kinds(fingerprint: str, _dataset: Dataset) -> Mapping[Id, tuple[str, ...]]:
    """Return the kinds that every film is filed under; how known it is, the ratings say that are not held out."""
    return file_under_kinds(_dataset.films, held_out(fingerprint, _dataset).train)


@st.cache_resource(show_spinner=False, max_entries=MOST_DATA)
def times_to_look_up(version: str, _user_factors: Any) -> LookUpTimes:  # noqa: ARG001 - the cache's key
    """Return how long one row takes by multiplying and by looking it up, measured once for each model's table."""
    return look_up_times(_user_factors, 0)


def learned_films(dataset: Dataset, n_factors: int) -> tuple[str, FilmSpace | None]:
    """Return the job's name and where films stand if a model has ``n_factors`` numbers for each; None while it learns."""
    name = f"learned:{dataset.ratings.fingerprint}:{n_factors}"

    def work(context: JobContext) -> FilmSpace:
        return learn_films(
            dataset.ratings,
            dataset.films,
            n_factors,
            on_progress=context.report,
            should_stop=context.should_stop,
        )

    return name, result_of(name, work, patience=MOST_PATIENCE)


def learned_axes(dataset: Dataset, space: FilmSpace) -> tuple[str, tuple[NamedAxis, ...] | None]:
    """Return the job's name and the directions of such a space, named as evidence allows; None while it is gathered."""
    name = f"learned-axes:{dataset.ratings.fingerprint}:{space.model.n_factors}"

    def work(_context: JobContext) -> tuple[NamedAxis, ...]:
        try:
            return name_axes(space)
        except InvalidArgument:  # too few films to say what an axis means
            return ()

    return name, result_of(name, work)


@st.cache_resource(show_spinner=False, max_entries=4 * MOST_DATA)
def learned_drawing(version: str, _space: FilmSpace) -> FilmMap:  # noqa: ARG001 - the cache's key
    """Return the films of a space of one or two dimensions as they stand; raises ``InvalidArgument`` on too few films."""
    dimensions = min(2, _space.model.n_factors)
    return _space.draw(n_components=dimensions, min_ratings=resources.MAP_SUPPORT)


@st.cache_resource(show_spinner=False, max_entries=2 * MOST_DATA)
def plane_between(version: str, across: Ends, up: Ends, _ready: Ready) -> FilmMap:
    """Return the films on a plane whose ends somebody chose; raises ``InvalidArgument`` where that is no plane."""
    space = resources.space(version, "stars", _ready)
    return plane_by_hand(space, across, up, min_ratings=resources.MAP_SUPPORT)


@st.cache_resource(show_spinner=False, max_entries=2 * MOST_DATA)
def line_of_films(key: str, _drawing: FilmMap) -> MapFilms:  # noqa: ARG001 - the cache's key
    """Return the films of a drawing with one axis, at different heights so that names have room, by the drawing's key."""
    return MapFilms.of(at_heights(_drawing.frame))


@st.cache_resource(show_spinner=False, max_entries=MOST_DATA)
def crowd(fingerprint: str, _dataset: Dataset) -> tuple[Part, ...]:  # noqa: ARG001 - the cache's key
    """Return who the people of the data are, as far as these tell."""
    return tuple(who_rated(_dataset.people, _dataset.ratings))
