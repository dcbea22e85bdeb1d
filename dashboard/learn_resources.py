"""Caches of the guided walk: what its steps look up, and what they have measured as jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core import Dataset, Id, Ratings, SideBySide, Split, Trainer
from core.lessons import LookUpTimes, crosstab, far_view, file_under_kinds, look_up_times, rating_table
from dashboard import measured
from dashboard.map_resources import result_of

MOST_DATA = 3  # data sets of which the walk's tables are kept


def race(
    dataset: Dataset, trainers: Mapping[str, Trainer[Any]], *, reference: str
) -> tuple[str, SideBySide | None]:  # fmt: skip
    """Return the job's name and how ``trainers`` fare on held-out ratings, or None while they are measured."""
    name = measured.race_name(dataset, trainers, reference)
    return name, result_of(
        name, lambda context: measured.run_race(dataset, trainers, context, reference=reference), patience=0.3
    )


@st.cache_resource(show_spinner=False, max_entries=MOST_DATA)
def held_out(fingerprint: str, _dataset: Dataset) -> Split:  # noqa: ARG001 - the cache's key
    """Return the ratings that the walk hides from its models, and the others."""
    return measured.split_of(_dataset)


@st.cache_resource(show_spinner=False, max_entries=MOST_DATA)
def corner(fingerprint: str, _ratings: Ratings, size: tuple[int, int]) -> pd.DataFrame:  # noqa: ARG001 - the cache's key
    """Return the crosstab of the busiest people and the most rated films, ``size`` of them."""
    return crosstab(rating_table(_ratings), n_people=size[0], n_films=size[1])


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
