"""How good a model is on ratings it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core import metrics
from core.errors import InvalidArgument
from core.evaluation.best_films import NO_FILM, Cells, ranked_blocks
from core.evaluation.plain import Plain
from core.model import TrainedModel
from core.ratings import Ratings


@dataclass(frozen=True)
class Evaluation(Plain):
    """Figures on held-out ratings; errors in stars, the ranking figures from 0 to 1.

    ``ndcg`` and ``recall`` (at ``k``) are means over the ``n_ranked_users`` people with a held-out rating of at
    least ``relevant_from`` stars; NaN if there is nobody. ``coverage`` is the share of all films in at least one
    of the lists of people in the test part.
    """

    rmse: float
    mae: float
    ndcg: float
    recall: float
    coverage: float
    k: int
    relevant_from: float
    n_train: int
    n_test: int
    n_ranked_users: int


def evaluate(model: TrainedModel, test: Ratings, *, k: int = 10) -> Evaluation:
    """Return the figures of ``model`` on ``test``, whose id maps must be those of the model's training part.

    Predicted stars are for the test ratings' own days if the model knows days; lists are for no day in particular.
    Every film a person did not rate in training is ranked, held-out or not; ties keep the order of film rows.
    Raises ``InvalidArgument`` on an empty test part, other id maps, a rating seen in training, or k out of range.
    """
    check_comparable(model, test, k)
    predictions = model.predict_ratings(test).cpu()
    ranked = rank_people(model, test, k)
    return Evaluation(
        rmse=metrics.root_mean_square_error(test.values, predictions),
        mae=metrics.mean_absolute_error(test.values, predictions),
        ndcg=float(ranked.ndcg.nanmean()),
        recall=float(ranked.recall.nanmean()),
        coverage=metrics.coverage(ranked.listed, len(model.items)),
        k=k,
        relevant_from=test.scale.relevant_from,
        n_train=len(model.rated),
        n_test=len(test),
        n_ranked_users=int((~ranked.ndcg.isnan()).sum()),
    )


@dataclass(frozen=True)
class RankedPeople:
    """The lists of the people in a test part, in the order of their rows.

    ``lists`` (n_people, k): film rows, best first, ``NO_FILM`` where there are no more; ``ndcg``, ``recall`` and
    ``reciprocal_rank`` (n_people,), NaN where nothing is relevant.
    """

    lists: Tensor
    ndcg: Tensor
    recall: Tensor
    reciprocal_rank: Tensor

    @property
    def listed(self) -> Tensor:
        """Rows of all films in anybody's list, one list after another."""
        return self.lists[self.lists != NO_FILM]


def rank_people(model: TrainedModel, test: Ratings, k: int) -> RankedPeople:
    """Return the ``k`` best films of everybody in ``test``, and how many held-out films that they liked are among them."""
    liked = Cells(test.take(test.values >= test.scale.relevant_from))
    blocks = [
        _rank_block(liked, users, best, shown, len(model.items))
        for users, best, shown in ranked_blocks(model, test.user_idx.unique(), k)
    ]
    return RankedPeople(*map(torch.cat, zip(*blocks, strict=True)))


def _rank_block(liked: Cells, users: Tensor, best: Tensor, shown: Tensor, n_items: int) -> tuple[Tensor, ...]:
    relevant = torch.zeros(len(users), n_items, dtype=torch.bool)
    relevant[liked.of(users)] = True
    hits, n_relevant = relevant.gather(1, best), relevant.sum(1)  # no film rated in training is among them
    measures = (metrics.ndcg_at_k, metrics.recall_at_k, metrics.reciprocal_rank)
    return torch.where(shown, best, NO_FILM), *(measure(hits, n_relevant) for measure in measures)


def check_comparable(model: TrainedModel, test: Ratings, k: int) -> None:
    """Raise ``InvalidArgument`` unless ``model`` can be measured on ``test``: same ids, no rating seen, k in range."""
    check_not_empty(test)
    if not 1 <= k <= len(model.items):
        raise InvalidArgument(f"k must be between 1 and n_items={len(model.items)}, got {k}")
    check_same_ids(model, test)
    _check_unseen(model.rated, test)


def check_not_empty(test: Ratings) -> None:
    """Raise ``InvalidArgument`` if there is nothing to measure on."""
    if not len(test):
        raise InvalidArgument("test must hold at least one rating, got 0")


def check_same_ids(model: TrainedModel, test: Ratings) -> None:
    """Raise ``InvalidArgument`` if rows of ``test`` are other people or films than those of ``model``."""
    if test.users.labels != model.users.labels or test.items.labels != model.items.labels:
        raise InvalidArgument("test must come from the same split as the model's training part, got other ids")


def _check_unseen(train: Ratings, test: Ratings) -> None:
    if bool(torch.isin(test.cells, train.cells).any()):
        raise InvalidArgument("test must hold ratings the model has not seen, got some that it was trained on")
