"""Training a model, and measuring a trainer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

from core.commands.running import fit, load, peak_mib
from core.commands.settings import Settings
from core.errors import InvalidArgument
from core.evaluation.held_out import evaluate as evaluate_model
from core.evaluation.splits import PUBLISHED_FOLDS, Split, make_split
from core.fitting import Trainer
from core.metrics import root_mean_square_error
from core.persistence import SavedModel, save_model
from core.provenance import versions

ALL_FOLDS = "all"


def train(settings: Settings, *, split: str | None, split_seed: int | None = None, out: Path) -> dict[str, Any]:
    """Train, save into ``out``, and return the figures of the fit; ``split_seed`` is the fit's own seed if absent."""
    if split is None and split_seed is not None:
        raise InvalidArgument(f"--split-seed does not apply without --split, got {split_seed}")
    dataset = load(settings.dataset)
    trainer = settings.make_trainer(dataset)
    drawn_with = None if split is None else settings.seed if split_seed is None else split_seed
    part = None if split is None else make_split(dataset.ratings, split, seed=drawn_with or 0)
    ratings = dataset.ratings if part is None else part.train
    model, seconds, n_epochs = fit(trainer, ratings, settings.seed)
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
    dataset = load(settings.dataset)
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


def _evaluate_fold(trainer: Trainer[Any], part: Split, seed: int, k: int) -> dict[str, Any]:
    model, seconds, _ = fit(trainer, part.train, seed)
    measured = evaluate_model(model, part.test, k=k).as_dict()
    return measured | {"fit_seconds": seconds, "peak_mib": peak_mib()}
