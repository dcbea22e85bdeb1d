"""Honest baselines: what everybody gets. A model that does not beat these has learned nothing about taste."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.fitting import (
    Reporter,
    check_at_least,
    check_trainable,
    damped_means,
    global_mean,
    left_out_variance,
    make_card,
)
from core.links import Constant, Identity, Link
from core.model import FactorModel, UserPrior
from core.progress import OnProgress, ShouldStop
from core.ratings import Ratings


@dataclass(frozen=True, kw_only=True)
class Popularity:
    """Ranks films by their number of ratings, the same for everybody; knows nothing of stars, so predicts the mean."""

    def fit(
        self,
        train: Ratings,
        *,
        seed: int,
        start: FactorModel | None = None,  # noqa: ARG002 - the trainers' protocol; nothing here is iterated
        hold_out: Ratings | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        device: str = "cpu",
    ) -> FactorModel:
        """Return the model: score = log(1 + ratings of the film), prediction = the mean rating. No randomness."""
        check_trainable(train)
        score = torch.log1p(train.item_counts.float())
        no_bias = torch.zeros(train.n_users)
        link = Constant(global_mean(train))
        model = _without_factors(self, train, seed, no_bias, score, mean=0.0, link=link, device=device)
        Reporter(train, 1, on_progress, should_stop, hold_out).report(1, "Counted", lambda: model)
        return model


@dataclass(frozen=True, kw_only=True)
class BiasOnly:
    """μ + b_u + b_i: how good the film is for everybody, how generous the person is with everything.

    b_i = Σ(r − μ) / (n_i + damping), then b_u = Σ(r − μ − b_i) / (n_u + damping).
    Source: Koren, *Factor in the neighbors*, 2010, eq. 2.
    """

    damping: float = 3.0  # ratings at the mean added to each row; chosen by `python -m benchmarks.tune bias`

    def __post_init__(self) -> None:
        check_at_least(0, damping=self.damping)

    def fit(
        self,
        train: Ratings,
        *,
        seed: int,
        start: FactorModel | None = None,  # noqa: ARG002 - the trainers' protocol; nothing here is iterated
        hold_out: Ratings | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        device: str = "cpu",
    ) -> FactorModel:
        """Return the model; there is no randomness, and a warm start changes nothing."""
        check_trainable(train)
        mean = global_mean(train)
        residual = train.values.double() - mean
        item_bias = damped_means(residual, train.item_idx, train.item_counts, self.damping)
        residual = residual - item_bias[train.item_idx.long()]
        user_bias = damped_means(residual, train.user_idx, train.user_counts, self.damping)
        residual = residual - user_bias[train.user_idx.long()]
        prior = self._prior(self._noise_variance(residual, train), device)
        biases = (user_bias.float(), item_bias.float())
        model = _without_factors(self, train, seed, *biases, mean=mean, prior=prior, device=device)
        Reporter(train, 1, on_progress, should_stop, hold_out).report(1, "Averaged", lambda: model)
        return model

    def _noise_variance(self, residual: Tensor, train: Ratings) -> float:
        """The noise that left-out ratings show: a damped mean of n ratings follows each by h = 1 / (n + damping)."""
        shares = sum(
            1 / (counts[rows.long()] + self.damping)
            for rows, counts in ((train.user_idx, train.user_counts), (train.item_idx, train.item_counts))
        )
        return left_out_variance(residual, torch.as_tensor(shares))

    def _prior(self, noise_variance: float, device: str) -> UserPrior:
        precision = torch.full((1, 1, 1), max(self.damping, 1e-6) / noise_variance, device=device)
        noise_precision = torch.full((1,), 1 / noise_variance, device=device)
        return UserPrior(torch.zeros(1, 1, device=device), precision, noise_precision)


def _without_factors(
    trainer: Popularity | BiasOnly,
    train: Ratings,
    seed: int,
    user_bias: Tensor,
    item_bias: Tensor,
    *,
    mean: float,
    link: Link | None = None,
    prior: UserPrior | None = None,
    device: str,
) -> FactorModel:
    return FactorModel(
        user_factors=torch.zeros(1, train.n_users, 0, device=device),
        item_factors=torch.zeros(1, train.n_items, 0, device=device),
        user_bias=user_bias[None].to(device),
        item_bias=item_bias[None].to(device),
        global_mean=torch.tensor([mean], device=device),
        rated=train,
        card=make_card(trainer, train, seed=seed),
        link=link or Identity(),
        user_prior=prior,
    )
