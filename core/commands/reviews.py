"""Looking models over: what their axes mean, and what changes from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.commands.running import fit, load, progress_bar
from core.commands.settings import Settings
from core.errors import InvalidArgument
from core.evaluation.comparison import Comparison
from core.evaluation.guards import Guard, failed_guards
from core.evaluation.review import review
from core.fitting import Trainer
from core.persistence import SavedModel, load_model
from core.space.axes import NamedAxis, Rotation, name_axes, with_stability
from core.space.axis_cards import axis_cards
from core.space.film_map import FilmSpace
from core.space.stability import AxisStability, axis_stability
from core.trainers import trainer_of


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
    with progress_bar() as on_progress:
        found = review(*pair, n_refits=n_refits, k=k, seed=seed, on_progress=on_progress)
    return found, failed_guards(found, guards)


def _asked(folder: Path | None, settings: Settings | None) -> tuple[SavedModel, Trainer[Any] | None]:
    if settings is None:
        if folder is None:
            raise InvalidArgument("one of --model and --dataset must be given, got neither")
        saved = load_model(folder)
        return saved, trainer_of(saved.model.card)
    dataset = load(settings.dataset)
    trainer = settings.make_trainer(dataset)
    model, _, _ = fit(trainer, dataset.ratings, settings.seed)
    return SavedModel(model.with_card(replace(model.card, dataset=dataset.name)), dataset.films), trainer


def _refits(
    saved: SavedModel, trainer: Trainer[Any] | None, named: Sequence[NamedAxis], n_refits: int, seed: int
) -> AxisStability | None:
    if not n_refits or trainer is None:
        return None
    with progress_bar() as on_progress:
        points = [axis.points for axis in named]
        return axis_stability(saved.model.rated, trainer, points, n_refits=n_refits, seed=seed, on_progress=on_progress)
