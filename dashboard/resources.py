"""Every cache of the app, and nothing else. What sessions share is frozen, or locks itself."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from core import (
    Archetype,
    Catalogue,
    DatasetInfo,
    FilmMap,
    FilmMatcher,
    FilmSpace,
    Id,
    InvalidArgument,
    NamedAxis,
    PeopleSpace,
    archetypes,
    limit_threads,
    list_datasets,
    name_axes,
    telling_user,
    usual_trainer,
)
from dashboard.community import Community
from dashboard.jobs import JobContext, JobRunner, JobState
from dashboard.library import Library, Ready
from dashboard.limits import Allowance
from dashboard.rows import FilmIndex, film_of
from dashboard.settings import settings
from dashboard.upload_limit import MEGABYTE
from dashboard.visitors import Store, open_store
from dashboard.words import count

MOST_SPACES = 12
TASTES_OF_AXES = 4
# Ratings that a film on the map has at least, until the page is asked for others.
MAP_SUPPORT = 5


@st.cache_resource(show_spinner=False)
def library() -> Library:
    """Return the data sets and models of this process."""
    return Library()


@st.cache_resource(show_spinner=False)
def runner() -> JobRunner:
    """Return the runner of long work; torch leaves the other cores to the pages."""
    return JobRunner(prepare=lambda: limit_threads(1))


@st.cache_resource(show_spinner=False)
def downloads() -> JobRunner:
    """Return the runner of downloads: nobody's training waits for them."""
    return JobRunner()


@st.cache_resource(show_spinner=False)
def trainings() -> Allowance:
    """Return how many whole models visitors have asked for within the hour."""
    said = settings()
    return Allowance(
        "trainings",
        each=said.visitor_trainings,
        everybody=said.process_trainings,
        told=lambda most: count(most, "whole model"),
    )


@st.cache_resource(show_spinner=False)
def uploads() -> Allowance:
    """Return how many bytes visitors have sent within the hour."""
    said = settings()
    return Allowance(
        "uploads",
        each=said.visitor_upload_mb * MEGABYTE,
        everybody=said.process_upload_mb * MEGABYTE,
        told=lambda most: f"{most // MEGABYTE} MB of files",
    )


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """Return what visitors rated."""
    return open_store()


@st.cache_resource(show_spinner=False)
def community() -> Community:
    """Return who trains with the ratings of visitors who agreed."""
    return Community(library(), store(), runner(), kind_of=default_kind)


def offers_accounts() -> bool:
    """Return whether this deployment names an identity provider: a section [auth] in Streamlit's secrets."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def default_dataset() -> str:
    """Return the name of the data set that the app opens with."""
    return settings().dataset


def default_kind(dataset: str) -> str:
    """Return the kind of model that everybody starts with: the most accurate, where it trains in seconds."""
    n_ratings = next((info.n_ratings for info in datasets() if info.name == dataset), None)
    return usual_trainer(n_ratings)


def start_preparing(dataset: str | None = None, kind: str | None = None) -> str:
    """Begin to make a model ready, if nobody has; return the job's name.

    A job that failed or was stopped stands until it is taken, so that its news can be read. Raises ``TooManyJobs``.
    """
    name = dataset or default_dataset()
    kind = kind or default_kind(name)
    job = f"prepare:{name}:{kind}"
    books, jobs = library(), runner()  # fetched here: the worker thread has no session

    def work(context: JobContext) -> None:
        ready = books.prepare(name, kind, context)
        with suppress(InvalidArgument):  # too few films for a picture: the page says so
            for n_components in (3, 2):  # what For you and Map open with: nobody waits for it
                drawing(ready.model.version, "stars", n_components, MAP_SUPPORT, ready, ready)
        named_axes(ready.model.version, ready)
        tastes(ready.model.version, ready)

    status = jobs.status(job)
    if books.ready(name, kind) is None and (status is None or status.state is JobState.DONE):
        jobs.start(job, work)
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
def named_axes(version: str, _ready: Ready) -> tuple[NamedAxis, ...]:
    """Return the directions in which tastes differ most, named by evidence; none where too few films could say."""
    try:
        return name_axes(space(version, "stars", _ready))
    except InvalidArgument:
        return ()


@st.cache_resource(show_spinner=False, max_entries=MOST_SPACES)
def tastes(version: str, _ready: Ready) -> tuple[Archetype, ...]:
    """Return starting tastes made of real films: some told by genre, some from the ends of the space's directions.

    Fewer where there are no genres, or no directions; asked for together, the ends would leave genres no place.
    """
    ends = archetypes(_ready.model, Catalogue(()), axes=named_axes(version, _ready), n=TASTES_OF_AXES)
    return (*archetypes(_ready.model, _ready.saved.films), *ends)


@st.cache_resource(show_spinner=False, max_entries=MOST_SPACES)
def people(version: str, _ready: Ready) -> PeopleSpace:  # noqa: ARG001 - the cache's key
    """Return where people stand relative to each other."""
    return PeopleSpace.of(_ready.model)


@st.cache_resource(show_spinner=False, max_entries=MOST_SPACES)
def first_person(fingerprint: str, _ready: Ready) -> Id:  # noqa: ARG001 - the cache's key
    """Return the person whom For you opens with, by the data's fingerprint."""
    return telling_user(_ready.dataset)


@st.cache_resource(show_spinner=False, max_entries=MOST_SPACES)
def film_index(fingerprint: str, _ready: Ready) -> FilmIndex:  # noqa: ARG001 - the cache's key
    """Return every rated film by its label, by the data's fingerprint."""
    return FilmIndex.of(_ready)


@st.cache_resource(show_spinner=False, max_entries=2)
def film_matcher(fingerprint: str, _ready: Ready) -> FilmMatcher:
    """Return every rated film by its names, most rated first, by the data's fingerprint."""
    return FilmMatcher(film_of(_ready.saved.films, film) for film in film_index(fingerprint, _ready).labels)
