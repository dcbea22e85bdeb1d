"""The loop of every model that learns by small steps: predict a few ratings, measure the loss, step down its slope."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn

from core.errors import InvalidArgument
from core.fitting import check_at_least, global_mean
from core.links import SigmoidRange
from core.ratings import Ratings, RatingScale

# How fast AdamW forgets squared gradients, as in the book's library; 0.999 gave an RMSE 0.002 higher inside training.
BETAS = (0.9, 0.99)


@dataclass(frozen=True, kw_only=True)
class Descent:
    """Mini-batch gradient descent on the mean squared error, AdamW under a one-cycle learning rate.

    Source: Loshchilov and Hutter, *Decoupled weight decay regularization*, 2019; Smith and Topin,
    *Super-convergence*, 2018.
    """

    n_epochs: int
    batch_size: int
    learning_rate: float  # the highest of the cycle

    def __post_init__(self) -> None:
        check_at_least(1, n_epochs=self.n_epochs, batch_size=self.batch_size)
        if not self.learning_rate > 0:
            raise InvalidArgument(f"learning_rate must be above 0, got {self.learning_rate:g}")

    def run(
        self,
        net: nn.Module,
        groups: list[dict[str, Any]],
        train: Ratings,
        *,
        generator: Generator,
        device: str,
        after_epoch: Callable[[int], None],
    ) -> None:
        """Move the parameters of ``groups`` until ``net(user_idx, item_idx)`` gives the stars of ``train``."""
        optimiser = torch.optim.AdamW(groups, betas=BETAS, fused=True)
        n_steps = self.n_epochs * -(-len(train) // self.batch_size)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, self.learning_rate, total_steps=n_steps)
        for epoch in range(1, self.n_epochs + 1):
            for users, items, stars in self._batches(train, generator, device):
                optimiser.zero_grad()
                loss = (net(users, items) - stars).square().mean()
                loss.backward()
                optimiser.step()
                schedule.step()
            after_epoch(epoch)

    def _batches(self, train: Ratings, generator: Generator, device: str) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """The whole table in random order, cut into pieces: shuffled at once, which beats fetching row by row."""
        order = torch.randperm(len(train), generator=generator)
        columns = (train.user_idx, train.item_idx, train.values)
        yield from zip(*(column[order].to(device).split(self.batch_size) for column in columns), strict=True)


def embedding(weight: Tensor) -> nn.Embedding:
    """Return a table that starts with ``weight`` (n_rows, width) and is moved by training."""
    table: nn.Embedding = nn.Embedding.from_pretrained(weight, freeze=False)
    return table


def range_of(scale: RatingScale) -> SigmoidRange:
    """A sigmoid never reaches its ends, so the range is wider than the scale: (0, 5.5) for 1 to 5, as in the book."""
    return SigmoidRange(scale.low - scale.step, scale.high + scale.step / 2)


def first_score(train: Ratings) -> float:
    """Return the score of the mean rating: predictions start there, not at the middle of the range."""
    return range_of(train.scale).score(global_mean(train))
