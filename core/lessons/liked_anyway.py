"""Films that are loved although those who rated them have little taste for their kind, and the reverse."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from core.explanation.ledger import film_biases
from core.fitting import check_at_least
from core.ids import Id
from core.model import FactorModel

BLOCK = 20_000  # ratings at once, which bounds the memory


class AgainstTaste(NamedTuple):
    """A film: what everybody gives it (its bias), and what the tastes of those who rated it add on average."""

    film: Id
    bias: float
    taste: float
    n_ratings: int


def against_taste(
    model: FactorModel, *, n: int = 5, min_ratings: int = 50
) -> tuple[list[AgainstTaste], list[AgainstTaste]]:
    """Return the ``n`` films of highest bias of those that their raters' tastes do least for, and the reverse.

    The reverse are the films of lowest bias of those that tastes do most for; least and most are the outer quarters.

    In units of the model's score. Bias is b_i + p̄·q_i, taste the mean of (p_u − p̄)·q_i over those who rated the film,
    both averaged over draws; only films with at least ``min_ratings`` ratings are looked at.
    """
    check_at_least(1, n=n, min_ratings=min_ratings)
    labels, counts = model.items.labels, model.rated.item_counts.cpu()
    biases, tastes = film_biases(model), _mean_tastes(model)
    known = counts >= min_ratings
    if not known.any():
        return [], []
    low, high = tastes[known].quantile(0.25), tastes[known].quantile(0.75)

    def films(chosen: Tensor, *, highest: bool) -> list[AgainstTaste]:
        rows = chosen.nonzero().squeeze(1)
        rows = rows[biases[rows].argsort(descending=highest, stable=True)][:n]
        return [
            AgainstTaste(labels[row], float(biases[row]), float(tastes[row]), int(counts[row])) for row in rows.tolist()
        ]

    return films(known & (tastes <= low), highest=True), films(known & (tastes >= high), highest=False)


def _mean_tastes(model: FactorModel) -> Tensor:
    """The mean of (p_u − p̄)·q_i over the raters of each film (n_items,), float64; zero without a rating."""
    people = (model.user_factors - model.user_factors.mean(1, keepdim=True)).cpu()
    films, total = model.item_factors.cpu(), torch.zeros(len(model.items), dtype=torch.float64)
    rated = (column.long().cpu().split(BLOCK) for column in (model.rated.user_idx, model.rated.item_idx))
    for users, items in zip(*rated, strict=True):
        for person, film in zip(people, films, strict=True):  # a draw each
            total.index_add_(0, items, (person[users] * film[items]).sum(1).double())
    return total / (len(people) * model.rated.item_counts.cpu().clamp(min=1))
