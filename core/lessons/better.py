"""A dot product, and three things that make it better: ends of the scale, biases, a price on large numbers.

Source: Howard and Gugger, *Deep Learning for Coders with fastai and PyTorch*, 2020, chapter 8.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from core.descent import Descent, embedding, range_of
from core.errors import FitStopped, InvalidArgument
from core.evaluation.plain import Plain
from core.fitting import check_at_least, check_trainable, one_thread_inside
from core.metrics import root_mean_square_error
from core.progress import OnProgress, Progress, ShouldStop
from core.ratings import Ratings


def sigmoid_range(score: Tensor, low: float, high: float) -> Tensor:
    """Return ``score`` bent so that it stays between two ends: low + (high − low) / (1 + e^−score)."""
    return low + (high - low) * torch.sigmoid(score)


class Predictor(nn.Module):
    """A row of numbers and one bias for each person and each film; ``ends`` are those of the scale, or None."""

    def __init__(self, people: Tensor, films: Tensor, *, ends: tuple[float, float] | None, has_biases: bool) -> None:
        super().__init__()
        self.people, self.films = embedding(people), embedding(films)
        self.person_bias = embedding(torch.zeros(len(people), 1))
        self.film_bias = embedding(torch.zeros(len(films), 1))
        self.ends, self.has_biases = ends, has_biases

    def forward(self, person: Tensor, film: Tensor) -> Tensor:
        """Return the predicted stars of n people with n films."""
        score = (self.people(person) * self.films(film)).sum(1)
        if self.has_biases:
            score = score + self.person_bias(person)[:, 0] + self.film_bias(film)[:, 0]
        return score if self.ends is None else sigmoid_range(score, *self.ends)

    def what_learns(self, decay: float) -> list[dict[str, Any]]:
        """Return what each step moves; the rows shrink by learning rate · decay of themselves, biases do not."""
        rows = {"params": [self.people.weight, self.films.weight], "weight_decay": decay}
        biases = {"params": [self.person_bias.weight, self.film_bias.weight], "weight_decay": 0.0}
        return [rows, biases] if self.has_biases else [rows]


@dataclass(frozen=True, kw_only=True)
class Switches:
    """What is switched on; with none of them a prediction is the dot product and nothing else."""

    sigmoid: bool = False
    biases: bool = False
    decay: bool = False


@dataclass(frozen=True)
class Curve(Plain):
    """Typical errors after each epoch (RMSE, stars), and the mean of the squared numbers in all rows at the end."""

    train: tuple[float, ...]
    held_out: tuple[float, ...]
    mean_square: float

    def __post_init__(self) -> None:
        if not self.train or len(self.train) != len(self.held_out):
            n_errors = f"{len(self.train)} and {len(self.held_out)}"
            raise InvalidArgument(f"train and held_out must hold an error for each epoch, got {n_errors}")


@dataclass(frozen=True, kw_only=True)
class Better:
    """A training of ``Predictor`` by mini-batches, AdamW under a one-cycle learning rate.

    The settings are those of ``SGD`` but for more epochs, so that one sees what becomes of the error in the long run.
    """

    n_factors: int = 31
    n_epochs: int = 10
    batch_size: int = 512
    learning_rate: float = 0.01
    weight_decay: float = 0.6  # where it is switched on; times the learning rate, per step
    start_std: float = 0.1  # of the first numbers; from smaller ones a bare dot product hardly leaves zero

    def __post_init__(self) -> None:
        check_at_least(1, n_factors=self.n_factors)
        check_at_least(0, weight_decay=self.weight_decay, start_std=self.start_std)
        _ = self._descent  # checks the rest

    def begin(self, train: Ratings, switches: Switches, generator: torch.Generator) -> Predictor:
        """Return the predictor as it is before training: random rows, biases of zero."""
        link = range_of(train.scale)
        people = torch.randn(train.n_users, self.n_factors, generator=generator) * self.start_std
        films = torch.randn(train.n_items, self.n_factors, generator=generator) * self.start_std
        return Predictor(
            people, films, ends=(link.low, link.high) if switches.sigmoid else None, has_biases=switches.biases
        )

    @one_thread_inside()
    def curve(
        self,
        train: Ratings,
        held_out: Ratings,
        switches: Switches,
        *,
        seed: int,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Curve:
        """Return how the errors go with ``switches``; ``held_out`` is only measured on.

        Raises ``InvalidArgument`` where there is nothing to learn from or to measure on, ``FitStopped`` if stopped.
        """
        check_trainable(train)
        if not len(held_out):
            raise InvalidArgument("held_out must hold at least one rating, got 0")
        generator = torch.Generator().manual_seed(seed)
        net = self.begin(train, switches, generator)
        errors = list[tuple[float, float]]()

        def measure(epoch: int) -> None:
            errors.append((_error(net, train), _error(net, held_out)))
            loss, rmse = errors[-1][0] ** 2, errors[-1][1]
            if on_progress is not None:
                on_progress(Progress(epoch, self.n_epochs, f"Epoch {epoch} of {self.n_epochs}", loss, rmse))
            if should_stop is not None and should_stop():
                raise FitStopped(f"training was stopped after epoch {epoch} of {self.n_epochs}; nothing was kept")

        groups = net.what_learns(self.weight_decay if switches.decay else 0.0)
        self._descent.run(net, groups, train, generator=generator, device="cpu", after_epoch=measure)
        on_train, on_held_out = zip(*errors, strict=True)
        return Curve(on_train, on_held_out, _mean_square(net))

    @property
    def _descent(self) -> Descent:
        return Descent(n_epochs=self.n_epochs, batch_size=self.batch_size, learning_rate=self.learning_rate)


@torch.no_grad()
def _error(net: Predictor, ratings: Ratings) -> float:
    """The typical error, with predictions limited to the scale as everywhere in the program."""
    scale = ratings.scale
    predicted = net(ratings.user_idx, ratings.item_idx).clamp(scale.low, scale.high)
    return root_mean_square_error(ratings.values, predicted)


def _mean_square(net: Predictor) -> float:
    return float(torch.cat([net.people.weight, net.films.weight]).detach().square().mean())


def every_switch() -> Iterator[Switches]:
    """Yield all ways in which the three can stand."""
    for number in range(8):
        yield Switches(sigmoid=bool(number & 1), biases=bool(number & 2), decay=bool(number & 4))
