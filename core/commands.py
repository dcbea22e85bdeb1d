"""What each command does: from checked settings to plain values; printing is ``cli``'s."""

from __future__ import annotations

import math
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from rich.console import Console
from rich.progress import Progress as Bar

from core.datasets.person import read_person
from core.datasets.registry import Dataset, fetch_dataset, list_datasets, load_dataset
from core.engines import ENGINES
from core.errors import InvalidArgument
from core.evaluation.comparison import Comparison
from core.evaluation.guards import Guard, failed_guards
from core.evaluation.held_out import evaluate as evaluate_model
from core.evaluation.review import review
from core.evaluation.splits import PUBLISHED_FOLDS, Split, make_split
from core.explanation.ledger import Axis
from core.explanation.ledger import explain as explain_prediction
from core.fitting import Trainer
from core.folding import fold_in, person_of
from core.metrics import root_mean_square_error
from core.model import TrainedModel
from core.persistence import SavedModel, load_model, save_model
from core.person import Person
from core.progress import OnProgress, Progress
from core.provenance import versions
from core.space.axes import NamedAxis, Rotation, name_axes, with_stability
from core.space.axis_cards import axis_cards
from core.space.film_map import FilmSpace
from core.space.stability import AxisStability, axis_stability
from core.trainers import default_trainer, trainer_of, usual_trainer

ALL_FOLDS = "all"


@dataclass(frozen=True)
class Settings:
    """What to train: the data, the trainer by name, and the choices every trainer has."""

    dataset: str
    trainer: str | None = "als"  # None: the usual one for as many ratings
    n_factors: int | None = None
    seed: int = 0
    master: str | None = None  # where Spark runs

    def make_trainer(self, dataset: Dataset) -> Trainer[Any]:
        """Return the trainer; raises ``InvalidArgument`` on a setting it does not have."""
        name = self.trainer or usual_trainer(len(dataset.ratings))
        trainer: Any = ENGINES[name]() if name in ENGINES else default_trainer(name, dataset)
        known = {field.name for field in fields(trainer)}
        asked = {"n_factors": self.n_factors, "master": self.master}
        for option, value in asked.items():
            if value is not None and option not in known:
                raise InvalidArgument(f"--{option.replace('_', '-')} does not apply to --trainer {name}, got {value}")
        return replace(trainer, **{option: value for option, value in asked.items() if value is not None})


def datasets() -> list[dict[str, Any]]:
    """Return what is known, and what of it is here."""
    return [asdict(info) | {"path": None if info.path is None else str(info.path)} for info in list_datasets()]


def fetch(name: str) -> Path:
    """Return where the data set lies, fetched if need be."""
    with _progress_bar() as on_progress:
        return fetch_dataset(name, on_progress=on_progress)


def train(settings: Settings, *, split: str | None, split_seed: int | None = None, out: Path) -> dict[str, Any]:
    """Train, save into ``out``, and return the figures of the fit; ``split_seed`` is the fit's own seed if absent."""
    if split is None and split_seed is not None:
        raise InvalidArgument(f"--split-seed does not apply without --split, got {split_seed}")
    dataset = _load(settings.dataset)
    trainer = settings.make_trainer(dataset)
    drawn_with = None if split is None else settings.seed if split_seed is None else split_seed
    part = None if split is None else make_split(dataset.ratings, split, seed=drawn_with or 0)
    ratings = dataset.ratings if part is None else part.train
    model, seconds, n_epochs = _fit(trainer, ratings, settings.seed)
    model = model.with_card(replace(model.card, dataset=dataset.name, split=split or ""))
    predictions = model.predict_ratings(ratings)
    rmse = root_mean_square_error(ratings.values, predictions)
    figures = {"rmse_train": rmse, "fit_seconds": seconds, "peak_mib": peak_mib()}
    held_out = None if part is None else part.test
    save_model(SavedModel(model, dataset.films, figures, held_out, drawn_with, versions()), out)
    return {
        "model": str(out),
        "version": model.version,
        **figures,
        "n_epochs": n_epochs,
        "n_users": ratings.n_users,
        "n_items": ratings.n_items,
        "n_ratings": len(ratings),
        "n_held_out": 0 if held_out is None else len(held_out),
        "held_out": None if held_out is None else held_out.fingerprint,
        "split": split,
        "split_seed": drawn_with,
        "dataset": dataset.name,
        "trainer": settings.trainer,
        "seed": settings.seed,
    }


def evaluate(settings: Settings, *, split: str, k: int) -> dict[str, Any]:
    """Train on one part, measure on the other; ``all`` gives the mean over the published folds, and each of them."""
    dataset = _load(settings.dataset)
    trainer = settings.make_trainer(dataset)
    names = PUBLISHED_FOLDS if split == ALL_FOLDS else (split,)
    parts = [make_split(dataset.ratings, name, seed=settings.seed) for name in names]
    folds = [_evaluate_fold(trainer, part, settings.seed, k) for part in parts]
    named = {"dataset": dataset.name, "trainer": settings.trainer, "split": split, "seed": settings.seed, "k": k}
    named["knows_test_days"] = bool(getattr(trainer, "days", False))  # such figures are not to be compared with others
    if split != ALL_FOLDS:
        return named | folds[0]
    means = {name: fmean(fold[name] for fold in folds) for name in folds[0] if name not in ("k", "peak_mib")}
    return named | means | {"peak_mib": peak_mib(), "folds": folds}


def recommend(folder: Path, *, user: str | None, ratings: Path | None, n: int) -> list[dict[str, Any]]:
    """Return the best ``n`` unrated films of a training user or of the person whose ratings a file holds."""
    saved = load_model(folder)
    person = _person(saved.model, user=user, ratings=ratings)
    return [
        {
            "item_id": found.item_id,
            "title": _title(saved, found.item_id),
            "prediction": found.prediction,
            "std": None if math.isnan(found.std) else found.std,
        }
        for found in person.top_n(n)
    ]


def neighbours(folder: Path, *, item: str, n: int) -> list[dict[str, Any]]:
    """Return the ``n`` films nearest to ``item`` in the full space, with distances in stars."""
    saved = load_model(folder)
    near = FilmSpace.of(saved.factors, saved.films).nearest(saved.model.items.parse(item), n=n)
    return [{"item_id": film, "title": _title(saved, film), "distance": distance} for film, distance in near]


def explain(folder: Path, *, user: str | None, ratings: Path | None, item: str) -> dict[str, Any]:
    """Return the prediction of ``item`` as terms that sum to it, and what each of the person's ratings does to it."""
    saved = load_model(folder)
    person = _person(saved.model, user=user, ratings=ratings)
    found = explain_prediction(person, saved.model.items.parse(item), axes=_axes(saved))
    return {
        "prediction": found.prediction,
        "score": found.score,
        "additive": found.additive,
        "terms": {term.name: term.value for term in found.terms},
        "influences": [
            {
                "item_id": one.item_id,
                "title": _title(saved, one.item_id),
                "rating": one.rating,
                "influence": one.influence,
            }
            for one in found.influences
        ],
    }


def _axes(saved: SavedModel) -> Sequence[Axis]:
    """Named axes of the map; none where the model has no space, or too few films to name them by."""
    try:
        return name_axes(FilmSpace.of(saved.factors, saved.films))
    except InvalidArgument:
        return ()


def axes(
    folder: Path | None, settings: Settings | None, *, n_axes: int | None, rotation: Rotation, n_refits: int, seed: int
) -> dict[str, Any]:
    """Return what the leading axes mean, of the model in ``folder`` or of one trained now as ``settings`` say.

    ``n_refits`` fits with other seeds, and as many on resampled people, say whether an axis is found again; with 0,
    or where the trainer is not known, nothing is said of that.
    """
    if n_refits < 0:
        raise InvalidArgument(f"--refits must be 0 or more, got {n_refits}")
    saved, trainer = _asked(folder, settings)
    named = name_axes(FilmSpace.of(saved.factors, saved.films), n_axes=n_axes, rotation=rotation, seed=seed)
    found = _refits(saved, trainer, named, n_refits, seed)
    named = named if found is None else with_stability(named, found)
    card, angles = saved.model.card, None if found is None else found.widest_angles
    return {
        "axes": axis_cards(named, saved.films),
        "angles": None if angles is None else {"seeds": angles[0], "people": angles[1]},
        "rotation": rotation,
        "n_refits": 0 if found is None else n_refits,
        "model": saved.model.version,
        "dataset": card.dataset,
        "trainer": card.trainer,
        "seed": card.seed,
    }


def compare(
    baseline: Path, candidate: Path, *, n_refits: int, k: int, seed: int, guards: Sequence[Guard] = ()
) -> tuple[Comparison, list[str]]:
    """Return what changes from one saved model to the other on ratings that neither was trained on, and guards that failed.

    ``n_refits`` fits of each with other seeds say how much of a difference is chance; with 0, or where a model's
    settings are not all known, no difference gets a word.
    """
    pair = load_model(baseline), load_model(candidate)
    with _progress_bar() as on_progress:
        found = review(*pair, n_refits=n_refits, k=k, seed=seed, on_progress=on_progress)
    return found, failed_guards(found, guards)


def _asked(folder: Path | None, settings: Settings | None) -> tuple[SavedModel, Trainer[Any] | None]:
    if settings is None:
        if folder is None:
            raise InvalidArgument("one of --model and --dataset must be given, got neither")
        saved = load_model(folder)
        return saved, trainer_of(saved.model.card)
    dataset = _load(settings.dataset)
    trainer = settings.make_trainer(dataset)
    model, _, _ = _fit(trainer, dataset.ratings, settings.seed)
    return SavedModel(model.with_card(replace(model.card, dataset=dataset.name)), dataset.films), trainer


def _refits(
    saved: SavedModel, trainer: Trainer[Any] | None, named: Sequence[NamedAxis], n_refits: int, seed: int
) -> AxisStability | None:
    if not n_refits or trainer is None:
        return None
    with _progress_bar() as on_progress:
        points = [axis.points for axis in named]
        return axis_stability(saved.model.rated, trainer, points, n_refits=n_refits, seed=seed, on_progress=on_progress)


def peak_mib() -> float:
    """Return the most memory this process has held, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)  # macOS counts bytes, Linux KiB


def _evaluate_fold(trainer: Trainer[Any], part: Split, seed: int, k: int) -> dict[str, Any]:
    model, seconds, _ = _fit(trainer, part.train, seed)
    measured = asdict(evaluate_model(model, part.test, k=k))
    # Without anybody to rank for there is no figure, and JSON has no NaN.
    known = {
        name: None if isinstance(value, float) and math.isnan(value) else value for name, value in measured.items()
    }
    return known | {"fit_seconds": seconds, "peak_mib": peak_mib()}


def _fit(trainer: Trainer[Any], ratings: Any, seed: int) -> tuple[TrainedModel, float, int]:
    """Return the model, the seconds it took and the number of steps; steps are reported where somebody looks."""
    start = time.perf_counter()
    if not sys.stderr.isatty():
        model = trainer.fit(ratings, seed=seed)
    else:
        with _progress_bar() as on_progress:
            model = trainer.fit(ratings, seed=seed, on_progress=on_progress)
    seconds = time.perf_counter() - start
    # Gibbs counts sweeps; a baseline looks at the ratings once.
    return model, seconds, int(model.card.config.get("n_epochs", getattr(trainer, "n_sweeps", 1)))


def _load(name: str) -> Dataset:
    with _progress_bar() as on_progress:
        return load_dataset(name, on_progress=on_progress)


def _person(model: TrainedModel, *, user: str | None, ratings: Path | None) -> Person:
    if user is not None and ratings is None:
        return person_of(model, model.users.parse(user))
    if ratings is not None and user is None:
        return fold_in(model, read_person(ratings, items=model.items, scale=model.scale))
    given = "neither" if user is None else "both"
    raise InvalidArgument(f"one of --user and --ratings must be given, got {given}")


def _title(saved: SavedModel, item_id: Any) -> str:
    return saved.films[item_id].title if item_id in saved.films else str(item_id)


@contextmanager
def _progress_bar() -> Iterator[OnProgress]:
    """Give a listener that draws on standard error, and only there."""
    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)

        def show(progress: Progress) -> None:
            loss = "" if progress.loss is None else f", loss {progress.loss:.4f}"
            bar.update(task, total=progress.n_steps, completed=progress.step, description=f"{progress.message}{loss}")

        yield show
