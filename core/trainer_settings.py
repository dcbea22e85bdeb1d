"""A trainer by its name with somebody's own settings, checked against the data it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.datasets.dataset import Dataset
from core.errors import InvalidArgument
from core.fitting import Trainer
from core.trainers import NAMES, default_trainer

# What can be chosen, and what each trainer calls it.
_GIBBS = {"n_factors": "n_factors", "n_epochs": "n_draws"}
_DESCENT = {"n_factors": "n_factors", "regularization": "weight_decay", "n_epochs": "n_epochs"}
_NAMES: Mapping[str, Mapping[str, str]] = {
    "als": {"n_factors": "n_factors", "regularization": "regularization", "n_epochs": "n_epochs"},
    "gibbs": _GIBBS,
    "gibbs-features": _GIBBS,
    "gibbs-probit": _GIBBS,
    "gibbs-days": _GIBBS,
    "sgd": _DESCENT,
    "neural": _DESCENT,
    "bias": {"regularization": "damping"},
    "popularity": {},
    "category": {"regularization": "regularization"},
}
# Those whose model depends on the seed.
SEEDED = tuple(name for name in NAMES if name not in ("bias", "popularity", "category"))


def own_settings(name: str, dataset: Dataset) -> dict[str, float | None]:
    """Return what can be chosen of the trainer called ``name``, each with the trainer's own value for ``dataset``."""
    trainer = default_trainer(_known(name), dataset)
    return {option: getattr(trainer, field) for option, field in _NAMES[name].items()}


def chosen_trainer(name: str, dataset: Dataset, options: Mapping[str, float]) -> Trainer[Any]:
    """Return the trainer called ``name`` with ``options``: those that ``own_settings`` names, or its own numbers by theirs.

    All others stay as they are. Raises ``InvalidArgument`` on an option it does not have or cannot take, no factors, or more factors than films.
    """
    fields = _NAMES[_known(name)]
    trainer: Any = default_trainer(name, dataset)
    numbers = {field for field, value in vars(trainer).items() if type(value) in (int, float)}
    for option, value in options.items():
        if fields.get(option, option) not in numbers | set(fields.values()):
            raise InvalidArgument(f"{option} does not apply to the trainer {name}, got {value:g}")
    _check_factors(options.get("n_factors"), dataset)
    return replace(trainer, **{fields.get(option, option): value for option, value in options.items()})


def _known(name: str) -> str:
    if name not in _NAMES:
        raise InvalidArgument(f"trainer must be one of {', '.join(_NAMES)}, got {name[:40]!r}")
    return name


def _check_factors(n_factors: float | None, dataset: Dataset) -> None:
    most = dataset.ratings.n_items
    if n_factors is not None and not 1 <= n_factors <= most:
        raise InvalidArgument(f"n_factors must be 1 to {most}, the number of films, got {n_factors:g}")
