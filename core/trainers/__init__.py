"""Trainers: frozen configurations whose ``fit`` turns ratings and a seed into a model."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from core.datasets.dataset import Dataset
from core.errors import InvalidArgument
from core.fitting import Trainer
from core.model import ModelCard
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly, Popularity
from core.trainers.category import Category
from core.trainers.gibbs import Gibbs
from core.trainers.neural import EmbeddingNN
from core.trainers.sgd import SGD

# By the name that the command line takes: those that need the ratings alone …
TRAINERS: dict[str, type[Trainer[Any]]] = {
    "als": ALS,
    "gibbs": Gibbs,
    "sgd": SGD,
    "neural": EmbeddingNN,
    "bias": BiasOnly,
    "popularity": Popularity,
}


def _with_features(dataset: Dataset) -> Gibbs:
    if not any(dataset.film_traits.values()) and not any(dataset.people_traits.values()):
        raise InvalidArgument(
            "trainer gibbs-features needs films' genres or years, or people's ages or occupations, and "
            f"{dataset.name} has none; gibbs works everywhere"
        )
    return Gibbs(film_traits=dataset.film_traits, people_traits=dataset.people_traits)


def _with_chances(dataset: Dataset) -> Gibbs:
    return Gibbs.for_chances(film_traits=dataset.film_traits, people_traits=dataset.people_traits)


def _with_days(dataset: Dataset) -> Gibbs:
    return Gibbs.for_chances(film_traits=dataset.film_traits, people_traits=dataset.people_traits, days=True)


# … and those that also take what else the data set knows.
INFORMED: dict[str, Callable[[Dataset], Trainer[Any]]] = {
    "category": lambda dataset: Category.of(dataset.films),
    "gibbs-features": _with_features,
    "gibbs-probit": _with_chances,
    "gibbs-days": _with_days,
}
NAMES = (*TRAINERS, *INFORMED)
# What the command line's help says of those whose names do not say it.
EXPLAINED = (
    "gibbs-features also knows films' genres and decades and people's ages, genders and occupations; gibbs-probit, the "
    "same with the chance of each star; gibbs-days, that with the day of each rating, a test rating's own included"
)

# Ratings up to which the Bayesian model is the usual one: a fit of some ten seconds.
GIBBS_UP_TO = 200_000


def usual_trainer(n_ratings: int | None) -> str:
    """Return the name of the most accurate trainer that fits ``n_ratings`` in seconds, as everybody starts with."""
    return "gibbs" if n_ratings is not None and n_ratings <= GIBBS_UP_TO else "als"


def trainer_of(card: ModelCard) -> Trainer[Any] | None:
    """Return the trainer that a model's card tells of; None where the card does not hold all of it, such as traits."""
    kinds = {kind.__name__: kind for kind in TRAINERS.values()}
    if card.trainer not in kinds:
        return None
    kind: Any = kinds[card.trainer]
    known = {field.name for field in fields(kind)}
    if any(card.config.get(name) is not None for name in ("film_traits", "people_traits")):
        return None
    return kind(**{name: value for name, value in card.config.items() if name in known})


def default_trainer(name: str, dataset: Dataset) -> Trainer[Any]:
    """Return the trainer called ``name``, one of ``NAMES``, with its own settings for ``dataset``.

    Raises ``InvalidArgument`` if it needs what the data set does not have.
    """
    return INFORMED[name](dataset) if name in INFORMED else TRAINERS[name]()
