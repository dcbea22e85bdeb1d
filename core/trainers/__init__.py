"""Trainers: frozen configurations whose ``fit`` turns ratings and a seed into a model."""

from core.fitting import Trainer
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly, Popularity
from core.trainers.gibbs import Gibbs
from core.trainers.sgd import SGD

# By the name that the command line takes.
TRAINERS: dict[str, type[Trainer]] = {"als": ALS, "gibbs": Gibbs, "sgd": SGD, "bias": BiasOnly, "popularity": Popularity}
