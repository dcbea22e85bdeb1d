"""Every cache of the app, and nothing else. What sessions share is frozen, or locks itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from core import DatasetInfo, FilmMap, FilmSpace, Id, limit_threads, list_datasets, telling_user
from dashboard.jobs import JobContext, JobRunner
from dashboard.library import DEFAULT_KIND, Library, Ready
from dashboard.visitors import Store, open_store

DATASET_VARIABLE = "REELSPACE_DATASET"
MOST_SPACES = 24


@st.cache_resource(show_spinner=False)
def library() -> Library:
    """Return the data sets and models of this process."""
    return Library()


@st.cache_resource(show_spinner=False)
def runner() -> JobRunner:
    """Return the runner of long work; torch leaves the other cores to the pages."""
    return JobRunner(prepare=lambda: limit_threads(1))


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """Return what visitors rated."""
    return open_store()


def default_dataset() -> str:
    """Return the name of the data set that the app opens with."""
    return os.environ.get(DATASET_VARIABLE) or "ml-100k"


def prepare_job(dataset: str, kind: str) -> str:
    """Return the name of the job that makes a model ready."""
    return f"prepare:{dataset}:{kind}"


def start_preparing(dataset: str | None = None, kind: str = DEFAULT_KIND) -> str:
    """Begin to make a model ready, if nobody has; return the job's name."""
    name = dataset or default_dataset()
    job = prepare_job(name, kind)
    books = library()  # fetched here: the worker thread has no session

    def work(context: JobContext) -> Ready:
        return books.prepare(name, kind, context)

    if books.ready(name, kind) is None:
        runner().start(job, work)
    return job


@st.cache_resource(show_spinner=False, ttl=10)
def datasets() -> tuple[DatasetInfo, ...]:
    """Return the data sets that are known and which of them are here, looked up at most every ten seconds."""
    return tuple(list_datasets())


@st.cache_resource(show_spinner=False, max_entries=MOST_SPACES)
def space(version: str, metric: str, _ready: Ready) -> FilmSpace:  # noqa: ARG001 - the cache's key
    """Return the space of films of a model, by its version."""
    return FilmSpace.of(_ready.model, _ready.saved.films, metric="raw" if metric == "raw" else "stars")


@st.cache_resource(show_spinner=False, max_entries=2 * MOST_SPACES)
def drawing(version: str, metric: str, n_components: int, min_ratings: int, _ready: Ready, _base: Ready) -> FilmMap:
    """Return the map of a model; a retrained one keeps the directions of the model that everybody starts with."""
    reference = None
    if _base.model.version != version:
        reference = drawing(_base.model.version, metric, n_components, min_ratings, _base, _base)
    return space(version, metric, _ready).draw(n_components=n_components, min_ratings=min_ratings, reference=reference)


@st.cache_resource(show_spinner=False, max_entries=MOST_SPACES)
def first_person(fingerprint: str, _ready: Ready) -> Id:  # noqa: ARG001 - the cache's key
    """Return the person whom For you opens with, by the data's fingerprint."""
    return telling_user(_ready.dataset)


@st.cache_resource(show_spinner=False, max_entries=MOST_SPACES)
def film_labels(fingerprint: str, _ready: Ready) -> Mapping[str, Id]:  # noqa: ARG001 - the cache's key
    """Return every rated film's label, most rated first; a label that two films share gets its id."""
    ratings, films = _ready.dataset.ratings, _ready.dataset.films
    counts = ratings.item_counts.tolist()
    ordered = sorted(range(len(counts)), key=lambda row: -counts[row])
    labels: dict[str, Id] = {}
    for row in ordered:
        film_id = ratings.items.labels[row]
        label = films[film_id].label if film_id in films else str(film_id)
        labels[label if label not in labels else f"{label} · no. {film_id}"] = film_id
    return MappingProxyType(labels)
