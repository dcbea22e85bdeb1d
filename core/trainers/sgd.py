"""The teaching loop: embeddings, a loss, and small steps down its slope."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from core.descent import Descent, embedding, first_score, range_of
from core.fitting import (
    Reporter,
    carry_over,
    check_at_least,
    check_start,
    check_trainable,
    make_card,
    one_thread_inside,
)
from core.model import FactorModel, ModelCard
from core.people import prior_from_people
from core.progress import OnProgress, ShouldStop
from core.ratings import Ratings

# Standard deviation of the first factors, as in the book's library: what a factor says must come from the ratings.
START_STD = 0.01


@dataclass(frozen=True, kw_only=True)
class SGD:
    """Dot product with biases through a sigmoid, by mini-batch gradient descent.

    Minimises the mean of (r − s(b_u + b_i + p_u·q_i))², s a sigmoid onto a range a little wider than the scale, with
    AdamW (weight decay, decoupled, on the factors only) under a one-cycle learning rate.
    Source: Howard and Gugger, *Deep Learning for Coders with fastai and PyTorch*, 2020, chapter 8; Loshchilov and
    Hutter, *Decoupled weight decay regularization*, 2019; Smith and Topin, *Super-convergence*, 2018.
    """

    n_factors: int = 31
    # Chosen inside training by `python -m benchmarks.tune sgd`, batches of 128 aside: they take twice the time and
    # gain 0.0007 stars.
    n_epochs: int = 6
    batch_size: int = 256
    learning_rate: float = 0.01  # the highest of the cycle
    weight_decay: float = 0.6  # times the learning rate, per step

    def __post_init__(self) -> None:
        check_at_least(0, n_factors=self.n_factors, weight_decay=self.weight_decay)
        _ = self._descent  # checks the rest

    @one_thread_inside()
    def fit(
        self,
        train: Ratings,
        *,
        seed: int,
        start: FactorModel | None = None,
        hold_out: Ratings | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        device: str = "cpu",
    ) -> FactorModel:
        """Return the model of ``train``; ``start`` warm-starts from an earlier one, matched by id.

        Raises ``InvalidArgument`` on empty or unusable input, ``FitStopped`` when asked to stop.
        """
        check_trainable(train)
        check_start(start, self.n_factors, range_of(train.scale))
        generator = torch.Generator().manual_seed(seed)
        net = DotProductBias(train, self.n_factors, generator, start).to(device)
        card = make_card(self, train, seed=seed)
        reporter = Reporter(train, self.n_epochs, on_progress, should_stop, hold_out)
        self._descent.run(
            net,
            net.parameter_groups(self.weight_decay),
            train,
            generator=generator,
            device=device,
            after_epoch=lambda epoch: reporter.report(
                epoch, f"Epoch {epoch} of {self.n_epochs}", lambda: net.to_model(train, card)
            ),
        )
        model = net.to_model(train, card)
        return replace(model, user_prior=prior_from_people(model))

    @property
    def _descent(self) -> Descent:
        return Descent(n_epochs=self.n_epochs, batch_size=self.batch_size, learning_rate=self.learning_rate)


class DotProductBias(nn.Module):
    """The book's model: for each side an embedding of factors and one of biases."""

    def __init__(
        self, train: Ratings, n_factors: int, generator: torch.Generator, start: FactorModel | None = None
    ) -> None:
        super().__init__()
        self.link = range_of(train.scale)
        self.user_factors = embedding(torch.randn(train.n_users, n_factors, generator=generator) * START_STD)
        self.item_factors = embedding(torch.randn(train.n_items, n_factors, generator=generator) * START_STD)
        self.user_bias = embedding(torch.zeros(train.n_users, 1))
        self.item_bias = embedding(torch.zeros(train.n_items, 1))
        self.mean = first_score(train)
        if start is not None:
            self._carry_over(train, start)

    def forward(self, user_idx: Tensor, item_idx: Tensor) -> Tensor:
        """Return predicted stars (n,) of n pairs, given as rows."""
        dot = (self.user_factors(user_idx) * self.item_factors(item_idx)).sum(1, keepdim=True)
        score = self.mean + self.user_bias(user_idx) + self.item_bias(item_idx) + dot
        return self.link.stars(score).squeeze(1)

    def parameter_groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """Return what the optimiser moves: factors decay, biases do not."""
        factors = [self.user_factors.weight, self.item_factors.weight]
        biases = [self.user_bias.weight, self.item_bias.weight]
        return [{"params": factors, "weight_decay": weight_decay}, {"params": biases, "weight_decay": 0.0}]

    def to_model(self, train: Ratings, card: ModelCard) -> FactorModel:
        """Return a frozen copy of the tables."""
        return FactorModel(
            user_factors=_copy(self.user_factors),
            item_factors=_copy(self.item_factors),
            user_bias=_copy(self.user_bias).squeeze(-1),
            item_bias=_copy(self.item_bias).squeeze(-1),
            global_mean=self.user_bias.weight.new_full((1,), self.mean),
            rated=train,
            card=card,
            link=self.link,
        )

    def _carry_over(self, train: Ratings, start: FactorModel) -> None:
        shift = start.global_mean - self.mean  # the same predictions around another mean
        users, items = (start.users, train.users), (start.items, train.items)
        with torch.no_grad():
            carry_over(self.user_factors.weight, start.user_factors[0], *users)
            carry_over(self.user_bias.weight, start.user_bias[0][:, None], *users)
            carry_over(self.item_factors.weight, start.item_factors[0], *items)
            carry_over(self.item_bias.weight, start.item_bias[0][:, None] + shift, *items)


def _copy(table: nn.Embedding) -> Tensor:
    """The table as one draw of a model: (1, n, width)."""
    return table.weight.detach().clone()[None]
