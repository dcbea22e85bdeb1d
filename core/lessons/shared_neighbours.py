"""Whether two spaces of films, learned in different ways, put the same films next to each other."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator
from torch.nn.functional import normalize

from core.errors import InvalidArgument
from core.evaluation.side_by_side import INTERVAL, N_RESAMPLES, Figure
from core.lessons.item2vec import FilmWords
from core.space.film_map import FilmSpace


@dataclass(frozen=True)
class Agreement:
    """How many of a film's ``n`` nearest two spaces share: the mean over ``n_films``, and what chance would give."""

    shared: Figure
    by_chance: float
    n: int
    n_films: int


def agreement(space: FilmSpace, words: FilmWords, *, n: int = 10, min_ratings: int = 20, seed: int = 0) -> Agreement:
    """Return how far ``words`` and the factor model's ``space`` name the same neighbours, both among well-known films.

    The interval is a percentile bootstrap over films; by chance, n of m others share n · n / m. Raises
    ``InvalidArgument`` if there are not more than ``n`` films with ``min_ratings``.
    """
    known = space.enough(min_ratings)
    ids = [words.films.labels[row] for row in known.nonzero()[:, 0].tolist()]
    if len(ids) <= n + 1:
        raise InvalidArgument(
            f"min_ratings must leave more than {n + 1} films, got {min_ratings}, which leaves {len(ids)}"
        )
    rows = torch.arange(len(ids))
    places, unit = space.coordinates[known], normalize(words.vectors[known], dim=1)
    apart, alike = torch.cdist(places, places), unit @ unit.mT
    apart[rows, rows], alike[rows, rows] = torch.inf, -torch.inf
    by_factors, by_words = apart.topk(n, largest=False).indices, alike.topk(n).indices
    both = (by_factors[:, :, None] == by_words[:, None, :]).any(2).sum(1)
    counted = both.double()
    draws = torch.randint(len(ids), (N_RESAMPLES, len(ids)), generator=Generator().manual_seed(seed))
    low, high = torch.quantile(counted[draws].mean(1), counted.new_tensor(INTERVAL)).tolist()
    return Agreement(Figure(float(counted.mean()), low, high), n * n / (len(ids) - 1), n, len(ids))
