"""How much of a list is you, and how much is what everybody gets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from scipy.stats import spearmanr
from torch import Tensor

from core.errors import FoldInRefused, InvalidArgument
from core.explanation.ledger import film_biases
from core.model import FactorModel
from core.person import Person

# How many films from the top the lists are laid side by side.
LENGTHS = (10, 50)


@dataclass(frozen=True)
class Alike:
    """How alike two orders of the same films are.

    ``overlap``: for each n the share, 0 to 1, of the best n of the one that are among the best n of the other;
    ``correlation`` is Spearman's, −1 to 1, over all films, NaN where one of them does not tell films apart.
    """

    overlap: Mapping[int, float]
    correlation: float


@dataclass(frozen=True)
class PersonalShare:
    """How far a person's list is like the most rated films, and like what the average person would get.

    ``n_films`` are the films compared: all that they have not rated and that have enough ratings.
    """

    popularity: Alike
    everybody: Alike
    n_films: int


def personal_share(person: Person, *, min_ratings: int = 0, lengths: Sequence[int] = LENGTHS) -> PersonalShare:
    """Return how much of a person's list is not theirs.

    The list of everybody is that of the ledger's film biases: what the same model predicts for the average person.
    Raises ``InvalidArgument`` if fewer than two films are left to compare or a length is below 1, ``FoldInRefused``
    for a model that has no film biases.
    """
    model = person.model
    if not isinstance(model, FactorModel):
        raise FoldInRefused(f"{model.card.trainer} models do not tell what everybody gets")
    if min(lengths, default=1) < 1:
        raise InvalidArgument(f"lengths must be at least 1, got {min(lengths)}")
    ranking = person.ranking(min_ratings=min_ratings)
    left = ranking > -torch.inf
    if int(left.sum()) < 2:
        raise InvalidArgument(f"min_ratings must leave at least 2 films not rated, got {min_ratings}")
    own = ranking[left].double()
    counts, biases = model.rated.item_counts[left].double(), film_biases(model)[left]
    return PersonalShare(_alike(own, counts, lengths), _alike(own, biases, lengths), len(own))


def _alike(one: Tensor, other: Tensor, lengths: Sequence[int]) -> Alike:
    return Alike({n: _overlap(one, other, n) for n in lengths}, _correlation(one, other))


def _overlap(one: Tensor, other: Tensor, n: int) -> float:
    n = min(n, len(one))
    best = [set(values.sort(descending=True, stable=True).indices[:n].tolist()) for values in (one, other)]
    return len(best[0] & best[1]) / n


def _correlation(one: Tensor, other: Tensor) -> float:
    if any(float(values.min()) == float(values.max()) for values in (one, other)):
        return math.nan
    return float(spearmanr(one.numpy(), other.numpy()).statistic)
