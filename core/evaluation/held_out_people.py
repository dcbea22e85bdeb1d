"""Held-out ratings person by person, for what only a person can answer: how sure the model is of each of them."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from core.errors import InvalidArgument
from core.evaluation.held_out import check_not_empty, check_same_ids
from core.folding import person_of
from core.model import TrainedModel
from core.person import Person
from core.ratings import Ratings


def check_held_out(model: TrainedModel, test: Ratings) -> None:
    """Raise ``InvalidArgument`` on an empty test part, other id maps, or a model without a posterior."""
    check_not_empty(test)
    check_same_ids(model, test)
    if model.user_prior is None:
        raise InvalidArgument(f"model must have a posterior to be calibrated, {model.card.trainer} models have none")


def held_out_people(model: TrainedModel, test: Ratings) -> Iterator[tuple[Person, Tensor]]:
    """Yield everybody who has ratings in ``test``, as the model knows them, with the places of these ratings."""
    counts = test.user_counts
    own = test.user_order.long().split(counts.tolist())
    for user in counts.nonzero()[:, 0].tolist():
        yield person_of(model, model.users.labels[user]), own[user]
