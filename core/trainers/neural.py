"""A network in the place of the dot product: the book's second model for the same table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn

from core.descent import Descent, embedding, first_score, range_of
from core.errors import InvalidArgument
from core.fitting import Reporter, carry_over, check_at_least, check_trainable, make_card, one_thread_inside
from core.model import ModelCard, TrainedModel
from core.neural_model import NeuralModel
from core.progress import OnProgress, ShouldStop
from core.ratings import Ratings

# Standard deviation of the first factors, as in the book's library.
START_STD = 0.01


@dataclass(frozen=True, kw_only=True)
class EmbeddingNN:
    """Both embeddings side by side through linear, ReLU, linear and a sigmoid, by mini-batch gradient descent.

    Minimises the mean of (r − s(v·ReLU(W [p_u, q_i] + b) + c))², s a sigmoid onto a range a little wider than the
    scale, with AdamW (weight decay, decoupled, on all but b and c) under a one-cycle learning rate.
    Source: Howard and Gugger, *Deep Learning for Coders with fastai and PyTorch*, 2020, chapter 8 (``CollabNN``).
    """

    n_factors: int = 32  # of a user and of a film alike
    n_hidden: int = 100
    n_epochs: int = 6
    batch_size: int = 256
    learning_rate: float = 0.0025  # the highest of the cycle; it, width and decay by `python -m benchmarks.tune neural`
    weight_decay: float = 1.0  # times the learning rate, per step

    def __post_init__(self) -> None:
        check_at_least(0, weight_decay=self.weight_decay)
        check_at_least(1, n_factors=self.n_factors, n_hidden=self.n_hidden)
        _ = self._descent  # checks the rest

    @one_thread_inside()
    def fit(
        self,
        train: Ratings,
        *,
        seed: int,
        start: NeuralModel | None = None,
        hold_out: Ratings | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        device: str = "cpu",
    ) -> NeuralModel:
        """Return the model of ``train``; ``start`` warm-starts from an earlier one, matched by id.

        Raises ``InvalidArgument`` on empty or unusable input, ``FitStopped`` when asked to stop.
        """
        check_trainable(train)
        generator = Generator().manual_seed(seed)
        net = Network(train, self.n_factors, self.n_hidden, generator)
        if start is not None:
            net.take_over(start, train)
        net = net.to(device)
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
        return net.to_model(train, card)

    @property
    def _descent(self) -> Descent:
        return Descent(n_epochs=self.n_epochs, batch_size=self.batch_size, learning_rate=self.learning_rate)


class Network(nn.Module):
    """The book's model: an embedding for each side, side by side into two linear layers."""

    def __init__(self, train: Ratings, n_factors: int, n_hidden: int, generator: Generator) -> None:
        super().__init__()
        self.link = range_of(train.scale)
        self.user_factors = embedding(torch.randn(train.n_users, n_factors, generator=generator) * START_STD)
        self.item_factors = embedding(torch.randn(train.n_items, n_factors, generator=generator) * START_STD)
        self.hidden = _linear(2 * n_factors, n_hidden, generator)
        self.output = _linear(n_hidden, 1, generator)
        with torch.no_grad():  # predictions start at the mean
            self.hidden.bias.zero_()
            self.output.bias.fill_(first_score(train))

    def forward(self, user_idx: Tensor, item_idx: Tensor) -> Tensor:
        """Return predicted stars (n,) of n pairs, given as rows."""
        pairs = torch.cat([self.user_factors(user_idx), self.item_factors(item_idx)], dim=1)
        return self.link.stars(self.output(self.hidden(pairs).relu()).squeeze(1))

    def parameter_groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """Return what the optimiser moves: weights decay, biases do not."""
        weights = [part.weight for part in (self.user_factors, self.item_factors, self.hidden, self.output)]
        biases = [self.hidden.bias, self.output.bias]
        return [{"params": weights, "weight_decay": weight_decay}, {"params": biases, "weight_decay": 0.0}]

    def take_over(self, start: TrainedModel, train: Ratings) -> None:
        """Begin with the numbers of ``start``, rows by id; raises ``InvalidArgument`` if its layers are others."""
        if not isinstance(start, NeuralModel):
            raise InvalidArgument(f"start must be an EmbeddingNN model, got one of {start.card.trainer}")
        wanted, given = tuple(self.hidden.weight.shape), tuple(start.hidden_weight.shape)
        if (given, start.link) != (wanted, self.link):
            raise InvalidArgument(
                f"start must have a hidden layer of {wanted} and the link {self.link}, got {given} and {start.link}"
            )
        with torch.no_grad():
            carry_over(self.user_factors.weight, start.user_factors, start.users, train.users)
            carry_over(self.item_factors.weight, start.item_factors, start.items, train.items)
            self.hidden.weight.copy_(start.hidden_weight)
            self.hidden.bias.copy_(start.hidden_bias)
            self.output.weight.copy_(start.output_weight)
            self.output.bias.fill_(start.output_bias)

    def to_model(self, train: Ratings, card: ModelCard) -> NeuralModel:
        """Return a frozen copy of the numbers."""
        return NeuralModel(
            user_factors=self.user_factors.weight.detach().clone(),
            item_factors=self.item_factors.weight.detach().clone(),
            hidden_weight=self.hidden.weight.detach().clone(),
            hidden_bias=self.hidden.bias.detach().clone(),
            output_weight=self.output.weight.detach().clone().squeeze(0),
            output_bias=self.output.bias.detach().clone().squeeze(0),
            rated=train,
            card=card,
            link=self.link,
        )


def _linear(n_in: int, n_out: int, generator: Generator) -> nn.Linear:
    """A layer whose numbers are uniform within ±1/√n_in, torch's own first numbers, but from ``generator``."""
    layer: nn.Linear = torch.nn.utils.skip_init(nn.Linear, n_in, n_out)
    with torch.no_grad():
        for numbers in (layer.weight, layer.bias):
            numbers.copy_((2 * torch.rand(numbers.shape, generator=generator) - 1) / n_in**0.5)
    return layer
