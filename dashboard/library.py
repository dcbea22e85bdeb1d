"""The models that the app offers: trained once from the ratings here, kept as artefacts, retrained for a visitor."""

from __future__ import annotations

import hashlib
import logging
import shutil
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from core import (
    ALS,
    SGD,
    ArtefactError,
    Dataset,
    FactorModel,
    Gibbs,
    Id,
    Progress,
    Ratings,
    SavedModel,
    Trainer,
    UnknownId,
    cache_folder,
    load_dataset,
    load_model,
    save_model,
)
from dashboard.jobs import JobContext

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kind:
    """A kind of model that can be chosen: a name and a sentence for people, and the trainer behind it."""

    name: str
    sentence: str
    trainer: Trainer


KINDS: dict[str, Kind] = {
    "gibbs": Kind(
        "Many models at once",
        "Thirty-two, each as likely as the ratings make it; what they differ in is what is not known (Bayesian, Gibbs).",
        Gibbs(),
    ),
    "probit": Kind(
        "Stars as steps",
        "Sixty-four models at once that take stars for steps of an unseen scale, so that each star has its own chance "
        "(Bayesian, ordered probit).",
        replace(Gibbs.for_chances(), n_draws=64, n_between=4),  # the same length in half the memory
    ),
    "als": Kind("Least squares", "Exact solves in turn, people then films (ALS).", ALS()),
    "sgd": Kind("Gradient descent", "The teaching loop: small steps down the loss (SGD).", SGD()),
}
SEED = 0
RANDOM_NUMBERS = "Random numbers for every person and film"  # the report between the data and the first loss
MOST_IN_MEMORY = 12  # of 20 MB each on ml-100k; models of visitors among them; the least used goes first and is read from disk when asked for


@dataclass(frozen=True, eq=False)
class Ready:
    """A model that can answer, with the data it was trained on."""

    dataset: Dataset
    saved: SavedModel

    @property
    def model(self) -> FactorModel:
        """The model itself."""
        return self.saved.factors


class Library:
    """Data sets and models in memory, shared by all sessions of the process. Any thread may ask."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._datasets: dict[str, Dataset] = {}
        self._models: OrderedDict[str, Ready] = OrderedDict()

    def ready(self, dataset: str, kind: str) -> Ready | None:
        """Return the model if it is in memory."""
        return self._recall(f"{dataset}/{kind}")

    def prepare(self, dataset_name: str, kind: str, context: JobContext) -> Ready:
        """Return the model, read from its artefact or trained now; the data are fetched first if need be."""
        dataset = self.dataset(dataset_name, context)
        trainer = KINDS[kind].trainer
        folder = self.folder() / f"{dataset.ratings.fingerprint}-{_digest(repr(trainer))}"
        try:
            saved = load_model(folder)
        except ArtefactError:  # not there yet, or no longer readable: it can be made again
            saved = _train(dataset.ratings, dataset, trainer, context, seed=SEED)
            _try_to_save(saved, folder)
        return self._remember(f"{dataset_name}/{kind}", Ready(dataset, saved))

    def dataset(self, name: str, context: JobContext | None = None) -> Dataset:
        """Return a data set, loaded once."""
        with self._lock:
            known = self._datasets.get(name)
        if known is not None:
            return known
        if context is not None:
            context.report(Progress(0, 1, "Looking for the ratings"))
        loaded = load_dataset(name, on_progress=None if context is None else context.report)
        with self._lock:
            return self._datasets.setdefault(name, loaded)

    def retrained(self, dataset_name: str, folder: str) -> Ready | None:
        """Return a visitor's own model; None if it is gone or does not fit the data any more."""
        key = f"{dataset_name}@{folder}"
        known = self._recall(key)
        if known is not None:
            return known
        try:
            dataset, saved = self.dataset(dataset_name), load_model(self.folder() / folder)
        except ArtefactError:
            return None
        fits = saved.model.items.labels == dataset.ratings.items.labels
        return self._remember(key, Ready(dataset, saved)) if fits else None

    def retrain(self, base: Ready, stars: Mapping[Id, float], *, owner: str, context: JobContext) -> str:
        """Train the whole model again with one person more, starting from ``base``; return the new model's folder."""
        dataset = base.dataset
        ratings = dataset.ratings.with_user(_free_id(dataset.ratings), stars)
        trainer = KINDS[kind_of(base.model)].trainer
        saved = _train(ratings, dataset, trainer, context, seed=base.model.card.seed, start=base.model)
        folder = f"{self.place_of(owner)}/{_digest(dataset.name)}/{saved.model.version}"
        save_model(saved, self.folder() / folder)
        self._remember(f"{dataset.name}@{folder}", Ready(dataset, saved))
        return folder

    def retrain_shared(self, base: Ready, people: Sequence[Mapping[Id, float]], context: JobContext) -> str:
        """Train the whole model with the ratings of people outside the data too; return the new model's folder.

        The model that is kept knows nobody of them: their rows go once the films have learned from them, so nobody can
        be chosen, guessed or read off. Films that the data do not know, and ratings off the scale, are left out.
        """
        dataset, ratings = base.dataset, base.dataset.ratings
        scale = ratings.scale
        for stars in people:
            usable = {
                film: value
                for film, value in stars.items()
                if film in ratings.items and scale.low <= value <= scale.high
            }
            if usable:
                ratings = ratings.with_user(_free_id(ratings), usable)
        trainer = KINDS[kind_of(base.model)].trainer
        saved = _train(ratings, dataset, trainer, context, seed=base.model.card.seed, start=base.model)
        kept = replace(saved, model=saved.factors.among(dataset.ratings))
        folder = f"shared/{_digest(dataset.name)}/{kept.model.version}"
        save_model(kept, self.folder() / folder)
        return folder

    def drop(self, folder: str) -> None:
        """Delete the model in ``folder``, from memory too."""
        with self._lock:
            for key in [key for key in self._models if key.endswith(f"@{folder}")]:
                del self._models[key]
        shutil.rmtree(self.folder() / folder, ignore_errors=True)

    def drop_others(self, folder: str) -> None:
        """Delete the models that somebody had of the same data before the one in ``folder``."""
        kept = self.folder() / folder
        for other in kept.parent.iterdir():
            if other != kept:
                shutil.rmtree(other, ignore_errors=True)

    @staticmethod
    def place_of(owner: str) -> str:
        """Return the folder, below that of all models, of those made for ``owner``."""
        return f"visitors/{_digest(owner)}"

    def forget(self, owner: str) -> None:
        """Delete all models that were made for ``owner``, from memory too."""
        folder = self.place_of(owner)
        with self._lock:
            for key in [key for key in self._models if f"@{folder}/" in key]:
                del self._models[key]
        shutil.rmtree(self.folder() / folder, ignore_errors=True)

    def folder(self) -> Path:
        """Return where artefacts are kept."""
        return self._root or cache_folder() / "models"

    def _recall(self, key: str) -> Ready | None:
        with self._lock:
            if key in self._models:
                self._models.move_to_end(key)
            return self._models.get(key)

    def _remember(self, key: str, ready: Ready) -> Ready:
        with self._lock:
            self._models[key] = ready
            while len(self._models) > MOST_IN_MEMORY:
                self._models.popitem(last=False)
        return ready


def kind_of(model: FactorModel) -> str:
    """Return which of ``KINDS`` made ``model``, by the class name on its card and the likelihood, where it has one."""
    for name, kind in KINDS.items():
        likelihood = getattr(kind.trainer, "likelihood", None)
        if (type(kind.trainer).__name__, likelihood) == (model.card.trainer, model.card.config.get("likelihood")):
            return name
    raise UnknownId(f"trainer {model.card.trainer!r} is not offered here; {', '.join(KINDS)} are")


def _train(
    ratings: Ratings,
    dataset: Dataset,
    trainer: Trainer,
    context: JobContext,
    *,
    seed: int,
    start: FactorModel | None = None,
) -> SavedModel:
    """Train and note what pages tell of it: how long it took, and the loss after each pass."""
    losses: list[float] = []

    def report(progress: Progress) -> None:
        if progress.loss is not None:
            losses.append(progress.loss)
        context.report(progress)

    context.report(Progress(0, 1, RANDOM_NUMBERS))
    began = perf_counter()
    model = trainer.fit(ratings, seed=seed, start=start, on_progress=report, should_stop=context.should_stop)
    model = replace(model, card=replace(model.card, dataset=dataset.name))
    return SavedModel(model, dataset.films, {"fit_seconds": perf_counter() - began, "losses": losses})


def _try_to_save(saved: SavedModel, folder: Path) -> None:
    """A model that everybody uses can be made again at the next start: a full disk keeps nobody from it."""
    try:
        save_model(saved, folder)
    except ArtefactError as error:
        _log.warning("%s", error)


def _free_id(ratings: Ratings) -> Id:
    """An id that nobody has in ``ratings``, of the kind they use."""
    users = ratings.users
    if all(isinstance(label, int) for label in users):
        return min(0, *(label for label in users if isinstance(label, int))) - 1
    name = "you"
    while name in users:
        name += "'"
    return name


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
