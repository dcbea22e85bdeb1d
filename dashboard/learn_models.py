"""The models that only the walk shows: trained as jobs, kept on the disk, and the same for everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from core import (
    SGD,
    ArtefactError,
    Dataset,
    EmbeddingNN,
    FactorModel,
    NeuralModel,
    OnProgress,
    Progress,
    Ratings,
    SavedModel,
    SideBySide,
    TrainedModel,
    Trainer,
    load_model,
    save_model,
    side_by_side,
)
from core.language import LanguageModel, load
from core.lessons import Agreement, FilmWords, Item2Vec, Pull, agreement, place_tokens, sentences, walk_sentence
from dashboard import measured, resources
from dashboard.charts import MapFilms
from dashboard.charts.token_map import token_points
from dashboard.jobs import JobContext
from dashboard.kept_findings import place, read_if_whole, try_to_keep
from dashboard.library import Ready
from dashboard.map_resources import result_of

PRODUCT, NETWORK = "dot product", "network"
MOST_DATA = 3
MOST_WALKS = 64  # sentences of which every step is kept, some 50 kB each
LIST = 10  # films of a list that is measured; fewer where there are not so many
PATIENCE = 0.4  # seconds; what is on the disk is read within them


@dataclass(frozen=True, eq=False)
class Contest:
    """A network and a dot product that learned from the same ratings in the same way, and how they fare on the others."""

    product: FactorModel
    network: NeuralModel
    found: SideBySide


def contestants() -> dict[str, Trainer[Any]]:
    """Return who takes part: both learn by the same descent, each with the settings that suit it best."""
    return {PRODUCT: SGD(), NETWORK: EmbeddingNN()}


def contest(dataset: Dataset) -> tuple[str, Contest | None]:
    """Return the job's name and the contest, or None while it is being held. Raises ``TooManyJobs``."""
    trainers = contestants()
    name = f"contest:{_digest(dataset.ratings.fingerprint, trainers)}"
    return name, result_of(name, lambda context: hold(name, dataset, trainers, context), patience=PATIENCE)


def film_words(dataset: Dataset) -> tuple[str, FilmWords | None]:
    """Return the job's name and the films' vectors as words, or None while they are learned. Raises ``TooManyJobs``."""
    settings = Item2Vec()
    name = f"film-words:{_digest(dataset.ratings.fingerprint, settings)}"
    return name, result_of(name, lambda context: teach(name, dataset, settings, context), patience=PATIENCE)


@st.cache_resource(show_spinner=False, max_entries=MOST_DATA)
def texts(fingerprint: str, _dataset: Dataset) -> list[list[int]]:  # noqa: ARG001 - the cache's key
    """Return the sentence of every person: rows of the films they liked, in order."""
    return sentences(_dataset.ratings)


@st.cache_resource(show_spinner=False, max_entries=MOST_WALKS)
def walk(fingerprint: str, sentence: tuple[int, ...], reach: int, n_passes: int, _ratings: Ratings) -> tuple[Pull, ...]:  # noqa: ARG001 - the cache's key
    """Return every step of learning from one ``sentence`` of films, by the data's fingerprint."""
    return walk_sentence(sentence, _ratings.item_counts, reach=reach, n_passes=n_passes)


@st.cache_resource(show_spinner=False, max_entries=MOST_DATA)
def shared_neighbours(version: str, least: int, _ready: Ready, _words: FilmWords) -> Agreement:
    """Return how far words and factors name the same neighbours, by the factor model's version."""
    return agreement(resources.space(version, "stars", _ready), _words, min_ratings=least)


@st.cache_resource(show_spinner=False)
def language_model() -> LanguageModel:
    """Return the language model of Python code; raises ``ArtefactError`` if its file is not there."""
    return load()


@st.cache_resource(show_spinner=False)
def token_plane(n: int) -> tuple[MapFilms, float]:
    """Return ``n`` tokens as points of a map, and the share of their differences that it holds."""
    places, share = place_tokens(language_model(), n=n)
    return token_points(places), share


def hold(name: str, dataset: Dataset, trainers: dict[str, Trainer[Any]], context: JobContext) -> Contest:
    """Return both models, read from the disk or trained now, and how they fare on the ratings they never saw."""
    split, models = measured.split_of(dataset), dict[str, TrainedModel]()
    for number, (what, trainer) in enumerate(trainers.items()):
        report = measured.Part(context, number, len(trainers))
        models[what] = _kept(place(f"{name}-{number}"), partial(_train, trainer, split.train, dataset, report, context))
    context.report(Progress(len(models), len(models), "Measuring"))
    product, network = models[PRODUCT], models[NETWORK]
    if not (isinstance(product, FactorModel) and isinstance(network, NeuralModel)):
        raise ArtefactError(f"{place(name)} holds models of another kind; delete it and they are trained again")
    return Contest(
        product, network, side_by_side(models, split.test, reference=PRODUCT, k=min(LIST, split.test.n_items))
    )


def _train(
    trainer: Trainer[Any], train: Ratings, dataset: Dataset, report: OnProgress, context: JobContext
) -> SavedModel:
    model = trainer.fit(train, seed=measured.SEED, on_progress=report, should_stop=context.should_stop)
    return SavedModel(model, dataset.films)


def _kept(folder: Path, train: Callable[[], SavedModel]) -> TrainedModel:
    """The model in ``folder``, or a new one, which then stands there."""
    known = read_if_whole(lambda: load_model(folder))
    if known is not None:
        return known.model
    saved = train()
    try_to_keep(lambda: save_model(saved, folder))
    return saved.model


def teach(name: str, dataset: Dataset, settings: Item2Vec, context: JobContext) -> FilmWords:
    """Return the films' vectors as words, read from the disk or learned now."""
    path, films = place(name, ".safetensors"), dataset.ratings.items
    known = read_if_whole(lambda: FilmWords.load(path, films))
    if known is not None:
        return known
    words = settings.fit(
        sentences(dataset.ratings), films, seed=measured.SEED,
        on_progress=context.report, should_stop=context.should_stop,
    )  # fmt: skip
    try_to_keep(lambda: words.save(path))
    return words


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr((measured.FORMAT, measured.SEED, *parts)).encode()).hexdigest()[:16]
