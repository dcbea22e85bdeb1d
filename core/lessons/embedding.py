"""An embedding built by hand: a table of numbers that can learn, asked by row."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.ids import Id
from core.ratings import Ratings


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
    rows: list[int] = gradient.abs().sum(1).nonzero()[:, 0].tolist()
    return rows


def difference_from_torch(numbers: Tensor) -> float:
    """Return by how much torch's embedding of ``numbers`` (n_rows, d) and ours differ at most, over every row."""
    rows = torch.arange(len(numbers))
    return float((Embedding(numbers)(rows) - torch_embedding(numbers)(rows)).detach().abs().max())


def first_raters(ratings: Ratings, film: Id, n: int) -> dict[Id, float]:
    """Return what the first ``n`` people of the data who rated ``film`` gave it, in stars."""
    theirs = (ratings.item_idx == ratings.items.row(film)).nonzero()[:, 0]
    users = ratings.user_idx[theirs].tolist()
    pairs = sorted(zip(users, ratings.values[theirs].tolist(), strict=True))[:n]
    return {ratings.users.labels[user]: stars for user, stars in pairs}


def fresh_batch(stars: Sequence[float], chosen: Sequence[int], *, n_factors: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return a fresh table of people (n_people, n_factors), and its gradient when those in ``chosen`` rated one film.

    ``stars`` is what each person of the table gave that film; ``chosen`` are their places. With nobody chosen the
    gradient is zero.
    """
    people = Embedding(random_table(len(stars), n_factors, seed=seed))
    film = Embedding(random_table(1, n_factors, seed=seed + 1))
    numbers = people.weight.detach()
    if not chosen:
        return numbers, torch.zeros_like(numbers)
    users = torch.tensor(chosen)
    return numbers, gradient_of_batch(people, film, users, torch.zeros_like(users), torch.tensor(stars)[users])
