"""What to train, as the command line says it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from core.datasets.registry import Dataset
from core.engines import ENGINES
from core.errors import InvalidArgument
from core.fitting import Trainer
from core.trainers import default_trainer, usual_trainer


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
