"""The best films of many people at once, a block of people at a time: the table of all scores is never there."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.model import TrainedModel
from core.ratings import Ratings

# What stands in a list where there are no more films.
NO_FILM = -1


def best_films(model: TrainedModel, user_idx: Tensor | None = None, *, n: int = 10) -> Tensor:
    """Return rows of the ``n`` best films that each user did not rate in training, best first: (n_users, n), int64.

    Ordered by the score's mean over draws, before limits; ties keep the order of film rows. ``user_idx`` (n_users,) are
    rows of users, all if absent. Where fewer films are left the list ends with ``NO_FILM``. Works through users in
    blocks whose scores take at most 64 MiB. Raises ``InvalidArgument`` on an n outside the catalogue.
    """
    if not 1 <= n <= len(model.items):
        raise InvalidArgument(f"n must be between 1 and n_items={len(model.items)}, got {n}")
    users = torch.arange(len(model.users)) if user_idx is None else user_idx
    lists = [torch.where(shown, best, NO_FILM) for _, best, shown in ranked_blocks(model, users, n)]
    return torch.cat(lists) if lists else torch.empty(0, n, dtype=torch.int64)


def ranked_blocks(model: TrainedModel, user_idx: Tensor, n: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield (users, their ``n`` best films, which of these are to be shown) for a block of users at a time.

    Shapes (B,), (B, n) and (B, n). What is not to be shown are films rated in training, behind all others.
    """
    seen = Cells(model.rated)
    for users in model.user_blocks(user_idx):
        scores = model.ranking_scores(users).cpu()
        scores[seen.of(users)] = -torch.inf
        best = first_columns(scores, n)
        yield users, best, scores.gather(1, best) > -torch.inf


def first_columns(scores: Tensor, n: int) -> Tensor:
    """Return the columns of the ``n`` largest of each row of ``scores`` (B, m), largest first: (B, n).

    Equal numbers keep the order of their columns, as in a stable sort, which takes ten times as long for many columns.
    """
    best = scores.topk(n)
    least = best.values[:, -1:]
    # topk leaves open which of several equal numbers it takes: where some were left over, a sort decides.
    unclear = ((scores >= least).sum(1) > n).nonzero()[:, 0]
    columns = best.indices.clone()
    for row in unclear.tolist():
        columns[row] = _order(scores[row])[:n]
    columns = columns.sort().values
    return columns.gather(1, _order(scores.gather(1, columns)))


def _order(scores: Tensor) -> Tensor:
    return scores.sort(descending=True, stable=True).indices


class Cells:
    """The filled cells of a table, looked up for a block of users at a time."""

    def __init__(self, ratings: Ratings) -> None:
        self._items = ratings.item_idx[ratings.user_order].long()
        self._counts = ratings.user_counts
        self._starts = self._counts.cumsum(0) - self._counts

    def of(self, users: Tensor) -> tuple[Tensor, Tensor]:
        """Return (row in the block, film row) of every filled cell of ``users``."""
        users = users.long()
        counts = self._counts[users]
        rows = torch.arange(len(users)).repeat_interleave(counts)
        place = torch.arange(len(rows)) - (counts.cumsum(0) - counts)[rows]
        return rows, self._items[self._starts[users][rows] + place]
