"""An embedding built by hand: a table of numbers that can learn, asked by row."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Embedding(nn.Module):
    """A table of numbers that can learn; asked for some rows, it gives these rows."""

    def __init__(self, numbers: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(numbers.clone())

    def forward(self, rows: Tensor) -> Tensor:
        """Return the rows asked for: (n,) row numbers → (n, d)."""
        return self.weight[rows]


def torch_embedding(numbers: Tensor) -> nn.Embedding:
    """Return torch's own embedding with the same ``numbers`` (n_rows, d) in it."""
    table: nn.Embedding = nn.Embedding.from_pretrained(numbers.clone(), freeze=False)
    return table


def gradient_of_batch(
    people: Embedding | nn.Embedding, films: Embedding | nn.Embedding, users: Tensor, items: Tensor, stars: Tensor
) -> Tensor:
    """Return how the loss of a batch would change with each number in the table of people: (n_people, d).

    The loss is the mean of (prediction − stars)², a prediction the dot product of a person's row and a film's.
    ``users``, ``items`` and ``stars`` (n,) are the batch: who rated what, and how. Rows outside it get zeros.
    """
    predictions = (people(users) * films(items)).sum(1)
    loss = (predictions - stars).square().mean()
    (gradient,) = torch.autograd.grad(loss, [people.weight])
    return gradient


def random_table(n_rows: int, n_factors: int, *, seed: int) -> Tensor:
    """Return small random numbers, as every table starts: (n_rows, n_factors), from −0.5 to 0.5."""
    return torch.rand(n_rows, n_factors, generator=torch.Generator().manual_seed(seed)) - 0.5


def rows_with_gradient(gradient: Tensor) -> list[int]:
    """Return the rows of a gradient (n_rows, d) in which any number is not zero."""
    return gradient.abs().sum(1).nonzero()[:, 0].tolist()
