"""Why a prediction is what it is: what each of a person's ratings does to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch

from core.errors import FoldInRefused
from core.folding import Person, leave_one_out_means
from core.model import FactorModel
from core.ratings import Id


class Influence(NamedTuple):
    """What one rating of the person adds to one prediction, in stars."""

    item_id: Id
    rating: float
    influence: float


def influences(person: Person, item_ids: Iterable[Id]) -> dict[Id, list[Influence]]:
    """Return, for each film asked for, the influence of each of the person's ratings, strongest first.

    influence = prediction − prediction of the person solved again without that rating (penalty recomputed for one
    rating fewer, film vectors fixed), in stars, before the limits of the scale; they need not add up to anything.
    All of them are one batch of small solves. Empty lists if the person rated nothing. Raises ``UnknownId`` on an
    unknown film, ``FoldInRefused`` where leaving out is not one linear solve.
    """
    model, ids = person.model, list(item_ids)
    if not isinstance(model, FactorModel) or not model.link.is_linear:
        raise FoldInRefused(
            f"influences need a model whose prediction is linear in the ratings; {model.card.trainer} is not"
        )
    rows = torch.tensor(model.items.rows(ids), dtype=torch.int64)
    if not person.ratings:
        return {item_id: [] for item_id in ids}
    without = leave_one_out_means(person)  # (draws, L, d + 1)
    change = person.mean[:, None].to(without) - without
    effects = (change @ model.item_vectors[:, rows].to(change).mT).mean(0)  # (L, n)
    given = list(person.ratings.items())
    return {
        item_id: sorted(
            (Influence(rated, stars, effect) for (rated, stars), effect in zip(given, column, strict=True)),
            key=lambda influence: -abs(influence.influence),
        )
        for item_id, column in zip(ids, effects.T.tolist(), strict=True)
    }
