"""Trainers: frozen configurations whose ``fit`` turns ratings and a seed into a model."""

from typing import Any

from core.catalogue import Catalogue
from core.fitting import Trainer
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly, Popularity
from core.trainers.category import Category
from core.trainers.gibbs import Gibbs
from core.trainers.neural import EmbeddingNN
from core.trainers.sgd import SGD

# By the name that the command line takes.
TRAINERS: dict[str, type[Trainer[Any]]] = {
    "als": ALS,
    "gibbs": Gibbs,
    "sgd": SGD,
    "neural": EmbeddingNN,
    "category": Category,
    "bias": BiasOnly,
    "popularity": Popularity,
}


def default_trainer(name: str, films: Catalogue) -> Trainer[Any]:
    """Return the trainer called ``name`` with its own settings; ``films`` are for those that learn from genres."""
    kind = TRAINERS[name]
    return kind.of(films) if issubclass(kind, Category) else kind()
