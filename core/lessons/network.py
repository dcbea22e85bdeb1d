"""A small network in the place of the dot product, both walked through number by number.

Source: Howard and Gugger, *Deep Learning for Coders with fastai and PyTorch*, 2020, chapter 8.
"""

from __future__ import annotations

from typing import NamedTuple

import torch

from core.ids import Id
from core.model import FactorModel, TrainedModel
from core.neural_model import NeuralModel


class Passage(NamedTuple):
    """What a model makes of one person and one film: their numbers, what lies in between, the score, the stars.

    ``between`` are the hidden numbers of a network, or the products that a dot product adds up.
    """

    person: tuple[float, ...]
    film: tuple[float, ...]
    between: tuple[float, ...]
    score: float
    stars: float


def through_network(model: NeuralModel, person: Id, film: Id) -> Passage:
    """Return how a pair goes through the network: side by side, weighed and added up, cut off below 0, added up again."""
    p = model.user_factors[model.users.row(person)]
    q = model.item_factors[model.items.row(film)]
    pair = torch.cat([p, q])
    hidden = (model.hidden_weight @ pair + model.hidden_bias).relu()
    score = model.output_weight @ hidden + model.output_bias
    stars = model.link.stars(score).clamp(model.scale.low, model.scale.high)
    return Passage(tuple(p.tolist()), tuple(q.tolist()), tuple(hidden.tolist()), float(score), float(stars))


def through_product(model: FactorModel, person: Id, film: Id) -> Passage:
    """Return the same for a dot product: number times number, added up, with what the two have of their own."""
    user, item = model.users.row(person), model.items.row(film)
    p, q = model.user_factors[0, user], model.item_factors[0, item]
    products = p * q
    own = model.user_bias[0, user] + model.item_bias[0, item] + model.global_mean[0]
    score = products.sum() + own
    stars = model.link.stars(score).clamp(model.scale.low, model.scale.high)
    return Passage(tuple(p.tolist()), tuple(q.tolist()), tuple(products.tolist()), float(score), float(stars))


def n_learned(model: TrainedModel) -> int:
    """Return how many numbers training chose: those of all people, of all films and of what joins them."""
    return sum(numbers.numel() for numbers in model.tensors.values())
