"""Learning the numbers that nobody gave: begin at random, predict, see how wrong that is, and move a little."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.fitting import check_at_least

TOO_FAR = 100.0  # stars: an error beyond it comes from steps that are too long


class Known(NamedTuple):
    """The cells with a rating: person's row (n,), film's column (n,), stars (n,)."""

    people: Tensor
    films: Tensor
    stars: Tensor


class Moment(NamedTuple):
    """The tables after a step: people's numbers (n_people, d), films' (n_films, d), the cells that the step looked at."""

    user_factors: Tensor
    item_factors: Tensor
    batch: Tensor  # places in ``Known``; empty at the start


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """How the small table is learned: plain gradient descent, every batch as the last."""

    n_factors: int = 3
    learning_rate: float = 0.05
    n_epochs: int = 15
    batch_size: int = 8
    seed: int = 0

    def __post_init__(self) -> None:
        check_at_least(1, n_factors=self.n_factors, n_epochs=self.n_epochs, batch_size=self.batch_size)
        if not self.learning_rate > 0:
            raise InvalidArgument(f"learning_rate must be above 0, got {self.learning_rate:g}")

    def moments(self, known: Known, shape: tuple[int, int]) -> Iterator[Moment]:
        """Yield the tables (people, films) as they begin, then after each batch; ends early where steps are too long.

        ``shape`` is how many people and films there are. The same settings give the same moments.
        """
        generator = torch.Generator().manual_seed(self.seed)
        user_factors, item_factors = initialise(*shape, self.n_factors, generator)
        yield Moment(user_factors, item_factors, torch.empty(0, dtype=torch.long))
        for _ in range(self.n_epochs):
            for batch in torch.randperm(len(known.stars), generator=generator).split(self.batch_size):
                user_factors, item_factors = step(user_factors, item_factors, known, batch, self.learning_rate)
                if not loss(predict(user_factors, item_factors), known) < TOO_FAR**2:
                    return
                yield Moment(user_factors, item_factors, batch)

    def steps_in_all(self, known: Known) -> int:
        """Return how many batches that is, if none is too long."""
        return self.n_epochs * -(-len(known.stars) // self.batch_size)


def initialise(n_people: int, n_films: int, n_factors: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return a row of random numbers for each person, and one for each film, around zero and mostly below 1."""
    user_factors = 0.5 * torch.randn(n_people, n_factors, generator=generator)
    item_factors = 0.5 * torch.randn(n_films, n_factors, generator=generator)
    return user_factors, item_factors


def predict(user_factors: Tensor, item_factors: Tensor) -> Tensor:
    """Return the dot product of every person with every film, (n_people, n_films): the predicted stars."""
    return user_factors @ item_factors.t()


def loss(predicted: Tensor, known: Known) -> float:
    """Return the mean squared error over the cells with a rating, in stars²: Σ (predicted − rated)² / n."""
    return float((predicted[known.people, known.films] - known.stars).square().mean())


def step(
    user_factors: Tensor, item_factors: Tensor, known: Known, batch: Tensor, learning_rate: float
) -> tuple[Tensor, Tensor]:
    """Return both tables moved down the slope of ½ Σ error² over the ratings of one ``batch``.

    With error = p·q − rated, the slope along a person's numbers p is error · q, and along a film's q it is error · p.
    """
    people, films = known.people[batch], known.films[batch]
    p, q = user_factors[people], item_factors[films]
    error = ((p * q).sum(1) - known.stars[batch])[:, None]
    return (
        user_factors.index_add(0, people, -learning_rate * error * q),
        item_factors.index_add(0, films, -learning_rate * error * p),
    )


def known_cells(table: pd.DataFrame) -> Known:
    """Return the cells of a crosstab that hold a rating, row by row."""
    cells = torch.tensor(table.to_numpy(dtype="float32"))
    people, films = (~cells.isnan()).nonzero(as_tuple=True)
    return Known(people, films, cells[people, films])


@dataclass(frozen=True)
class Recording:
    """Every moment of a training, its typical error (the root of the loss, stars), and whether steps became too long."""

    moments: tuple[Moment, ...]
    errors: tuple[float, ...]
    fell_apart: bool


def record(trainer: ByHand, table: pd.DataFrame) -> Recording:
    """Return the training of a crosstab (people in rows, films in columns, NaN for a hole), moment by moment."""
    known = known_cells(table)
    moments = tuple(trainer.moments(known, (len(table.index), len(table.columns))))
    errors = tuple(loss(predict(now.user_factors, now.item_factors), known) ** 0.5 for now in moments)
    return Recording(moments, errors, len(moments) <= trainer.steps_in_all(known))
