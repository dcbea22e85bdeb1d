"""The teaching loop: embeddings, a loss, and small steps down its slope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.errors import InvalidArgument
from core.fitting import (
    START_STD,
    Reporter,
    carry_over,
    check_at_least,
    check_start,
    check_trainable,
    global_mean,
    make_card,
    one_thread_inside,
)
from core.links import SigmoidRange
from core.model import FactorModel, ModelCard, UserPrior
from core.progress import OnProgress, ShouldStop
from core.ratings import Ratings, RatingScale

# Added to the variance of every direction of the user prior, as a share of their mean variance: with fewer people
# than directions the covariance alone could not be inverted.
PRIOR_SHRINKAGE = 0.01


@dataclass(frozen=True, kw_only=True)
class SGD:
    """Dot product with biases through a sigmoid, by mini-batch gradient descent.

    Minimises the mean of (r − s(b_u + b_i + p_u·q_i))², s a sigmoid onto a range a little wider than the scale, with
    AdamW (decoupled weight decay) under a one-cycle learning rate.
    Source: Howard and Gugger, *Deep Learning for Coders with fastai and PyTorch*, 2020, chapter 8; Loshchilov and
    Hutter, *Decoupled weight decay regularization*, 2019; Smith and Topin, *Super-convergence*, 2018.
    """

    n_factors: int = 31
    n_epochs: int = 8
    batch_size: int = 256
    learning_rate: float = 0.01  # the highest of the cycle; these four chosen by `python -m benchmarks.tune sgd`
    weight_decay: float = 0.3  # times the learning rate, per step

    def __post_init__(self) -> None:
        check_at_least(0, n_factors=self.n_factors, weight_decay=self.weight_decay)
        check_at_least(1, n_epochs=self.n_epochs, batch_size=self.batch_size)
        if not self.learning_rate > 0:
            raise InvalidArgument(f"learning_rate must be above 0, got {self.learning_rate:g}")

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
        check_start(start, self.n_factors, _range_of(train.scale))
        generator = torch.Generator().manual_seed(seed)
        net = DotProductBias(train, self.n_factors, generator, start).to(device)
        card = make_card(self, train, seed=seed)
        reporter = Reporter(train, self.n_epochs, on_progress, should_stop, hold_out)
        optimiser = torch.optim.AdamW(net.parameters(), weight_decay=self.weight_decay, fused=True)
        n_batches = -(-len(train) // self.batch_size)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, self.learning_rate, total_steps=self.n_epochs * n_batches
        )
        for epoch in range(1, self.n_epochs + 1):
            for users, items, stars in self._batches(train, generator, device):
                optimiser.zero_grad()
                loss = (net(users, items) - stars).square().mean()
                loss.backward()
                optimiser.step()
                schedule.step()
            reporter.report(epoch, f"Epoch {epoch} of {self.n_epochs}", lambda: net.to_model(train, card))
        return net.to_model(train, card)

    def _batches(
        self, train: Ratings, generator: torch.Generator, device: str
    ) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """The whole table in random order, cut into pieces: shuffled at once, which beats fetching row by row."""
        order = torch.randperm(len(train), generator=generator)
        columns = (train.user_idx, train.item_idx, train.values)
        yield from zip(*(column[order].to(device).split(self.batch_size) for column in columns), strict=True)


class DotProductBias(nn.Module):
    """The book's model: an embedding for each side, the bias its last column."""

    def __init__(
        self, train: Ratings, n_factors: int, generator: torch.Generator, start: FactorModel | None = None
    ) -> None:
        super().__init__()
        self.link = _range_of(train.scale)
        self.users = _embedding(train.n_users, n_factors, generator)
        self.items = _embedding(train.n_items, n_factors, generator)
        # Predictions start at the mean, not at the middle of the range.
        self.mean = self.link.score(_inside(global_mean(train), train.scale))
        if start is not None:
            self._carry_over(train, start)

    def forward(self, user_idx: Tensor, item_idx: Tensor) -> Tensor:
        """Return predicted stars (n,) of n pairs, given as rows."""
        users, items = self.users(user_idx), self.items(item_idx)
        dot = (users[:, :-1] * items[:, :-1]).sum(1)
        return self.link.stars(self.mean + users[:, -1] + items[:, -1] + dot)

    def to_model(self, train: Ratings, card: ModelCard) -> FactorModel:
        """Return a frozen copy of the tables."""
        users, items = self.users.weight.detach().clone(), self.items.weight.detach().clone()
        with torch.no_grad():
            error = self(train.user_idx.to(users.device), train.item_idx.to(users.device)).cpu() - train.values
        return FactorModel(
            user_factors=users[None, :, :-1],
            item_factors=items[None, :, :-1],
            user_bias=users[None, :, -1],
            item_bias=items[None, :, -1],
            global_mean=users.new_full((1,), self.mean),
            rated=train,
            card=card,
            link=self.link,
            user_prior=_prior_from(users, float(error.double().square().mean())),
        )

    def _carry_over(self, train: Ratings, start: FactorModel) -> None:
        shift = start.global_mean - self.mean  # the same predictions around another mean
        sides = (
            (self.users, start.user_factors, start.user_bias, start.users, train.users),
            (self.items, start.item_factors, start.item_bias + shift, start.items, train.items),
        )
        with torch.no_grad():
            for table, factors, bias, old_ids, new_ids in sides:
                carry_over(table.weight, torch.cat([factors[0], bias[0][:, None]], dim=1), old_ids, new_ids)


def _embedding(n_rows: int, n_factors: int, generator: torch.Generator) -> nn.Embedding:
    weight = torch.randn(n_rows, n_factors + 1, generator=generator) * START_STD
    weight[:, -1] = 0
    table: nn.Embedding = nn.Embedding.from_pretrained(weight, freeze=False)
    return table


def _range_of(scale: RatingScale) -> SigmoidRange:
    """A sigmoid never reaches its ends, so the range is wider than the scale: (0, 5.5) for 1 to 5, as in the book."""
    return SigmoidRange(scale.low - scale.step, scale.high + scale.step / 2)


def _inside(stars: float, scale: RatingScale) -> float:
    return min(max(stars, scale.low), scale.high)


def _prior_from(users: Tensor, squared_error: float) -> UserPrior:
    """The people of the training data as prior: their mean vector and covariance, and the noise of the fit (float64)."""
    rows = users.double().cpu()
    mean = rows.mean(0)
    away = rows - mean
    covariance = away.mT @ away / len(rows)
    spread = PRIOR_SHRINKAGE * covariance.diagonal().mean() + 1e-6
    precision = torch.linalg.inv(covariance + spread * torch.eye(len(mean), dtype=rows.dtype))
    noise_precision = torch.tensor([1 / max(squared_error, 1e-6)], dtype=rows.dtype)
    return UserPrior(mean[None], precision[None], noise_precision)
