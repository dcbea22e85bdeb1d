"""Models side by side on the same held-out ratings, each figure and each difference with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.evaluation.bootstrap import INTERVAL, N_RESAMPLES, Figure, drawn_people, figures_of
from core.evaluation.held_out import check_comparable, rank_people
from core.evaluation.plain import Plain
from core.ids import Id
from core.model import TrainedModel
from core.ratings import Ratings

__all__ = ["INTERVAL", "N_RESAMPLES", "Figure", "SideBySide", "Standing", "side_by_side"]


@dataclass(frozen=True)
class Standing:
    """One model: RMSE in stars, nDCG@k from 0 to 1, and both minus those of the reference model.

    ``people_rmse`` is the RMSE on each person's held-out ratings alone, in the order of ``SideBySide.people``.
    """

    name: str
    rmse: Figure
    ndcg: Figure
    rmse_gap: Figure
    ndcg_gap: Figure
    people_rmse: tuple[float, ...]


@dataclass(frozen=True)
class SideBySide(Plain):
    """Models on the same ``n_test`` held-out ratings of ``people``; ``n_ranked`` of these liked a film among them."""

    reference: str
    standings: tuple[Standing, ...]
    people: tuple[Id, ...]
    n_test: int
    n_ranked: int
    k: int

    def __getitem__(self, name: str) -> Standing:
        return next(standing for standing in self.standings if standing.name == name)

    def of_person(self, user_id: Id) -> dict[str, float] | None:
        """Return each model's RMSE on one person's held-out ratings; None if they have none."""
        if user_id not in self.people:
            return None
        place = self.people.index(user_id)
        return {standing.name: standing.people_rmse[place] for standing in self.standings}

    def n_nearer(self, name: str) -> int:
        """Return for how many people the model ``name`` is nearer to their ratings than the reference."""
        pairs = zip(self[name].people_rmse, self[self.reference].people_rmse, strict=True)
        return sum(own < other for own, other in pairs)


@dataclass(frozen=True)
class _Answers:
    """What a model got wrong, person by person (n_people,): summed squared errors, and nDCG, NaN where nothing ranks."""

    squares: Tensor
    ndcg: Tensor


def side_by_side(
    models: Mapping[str, TrainedModel], test: Ratings, *, reference: str, k: int = 10, n_resamples: int = N_RESAMPLES, seed: int = 0
) -> SideBySide:  # fmt: skip
    """Return how ``models`` fare on ``test``; ``reference`` is the one that the others' differences are taken to.

    RMSE pools all ratings, nDCG@k is the mean over people who liked a held-out film, both as ``evaluate`` gives them.
    Intervals are percentiles of ``n_resamples`` draws of as many people with replacement, each with all of their
    ratings, the same draws for every model: a difference is taken within each. They say how much the figures depend on
    whose ratings were held out, not on the seeds of the training. Source: Efron and Tibshirani, *An Introduction to the
    Bootstrap*, 1993, chapter 13. Raises ``InvalidArgument`` as ``evaluate`` does, on an unknown reference, and if
    nobody liked a film.
    """
    if reference not in models:
        raise InvalidArgument(f"reference must be one of {', '.join(models)}, got {reference!r}")
    people, place = test.user_idx.unique(return_inverse=True)
    n_ratings = torch.bincount(place, minlength=len(people)).double()
    answers = {name: _answers(model, test, place, len(people), k) for name, model in models.items()}
    ranked = ~answers[reference].ndcg.isnan()
    if not bool(ranked.any()):
        raise InvalidArgument(f"test must hold a rating of at least {test.scale.relevant_from:g} stars, got none")
    draws = _draws(len(people), ranked, n_resamples, seed)
    spreads = {name: _figures(each, n_ratings, draws) for name, each in answers.items()}
    standings = [
        _standing(name, spreads[name], spreads[reference], each.squares / n_ratings) for name, each in answers.items()
    ]
    labels = tuple(test.users.labels[row] for row in people.tolist())
    return SideBySide(reference, tuple(standings), labels, len(test), int(ranked.sum()), k)


def _answers(model: TrainedModel, test: Ratings, place: Tensor, n_people: int, k: int) -> _Answers:
    check_comparable(model, test, k)
    residuals = model.predict_ratings(test).cpu().double() - test.values.double()
    squares = torch.zeros(n_people, dtype=torch.float64).index_add_(0, place, residuals.square())
    return _Answers(squares, rank_people(model, test, k).ndcg)


def _draws(n_people: int, ranked: Tensor, n_resamples: int, seed: int) -> Tensor:
    """How often each person is drawn (1 + n_resamples, n_people); first everybody once. A draw without a ranked person counts nobody."""
    counts = torch.cat(list(drawn_people(n_people, n_resamples, seed)))
    counts = counts[counts[:, ranked].sum(1) > 0]
    return torch.cat([torch.ones(1, n_people, dtype=torch.float64), counts])


def _figures(answers: _Answers, n_ratings: Tensor, draws: Tensor) -> Tensor:
    """RMSE and nDCG of each draw: (2, n_draws)."""
    ranked = ~answers.ndcg.isnan()
    rmse = (draws @ answers.squares / (draws @ n_ratings)).sqrt()
    ndcg = draws[:, ranked] @ answers.ndcg[ranked] / draws[:, ranked].sum(1)
    return torch.stack([rmse, ndcg])


def _standing(name: str, own: Tensor, reference: Tensor, people: Tensor) -> Standing:
    rmse, ndcg = _spread(own)
    rmse_gap, ndcg_gap = _spread(own - reference)
    return Standing(name, rmse, ndcg, rmse_gap, ndcg_gap, tuple(people.sqrt().tolist()))


def _spread(draws: Tensor) -> list[Figure]:
    return figures_of(draws[:, 0], draws[:, 1:].mT)
