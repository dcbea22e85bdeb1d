"""A Gibbs chain of Bayesian matrix factorisation: each sweep draws everything once, given all the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Generator, Tensor

from core.bayes.hyperpriors import Gamma
from core.bayes.probit import HiddenNumbers
from core.bayes.table import Against, Table

# Entries looked up at a time, as many as fit a core's second-level cache.
BLOCK_PAIRS = 8_192


@dataclass(eq=False)
class Chain:
    """y_ui ~ N(p_u·q_i + b_u + b_i, 1 / (noise_precision · noise_u · noise_i)) for the rated pairs (n,).

    With ``days`` a rating on day t also has the terms b_t + p_u·h_t + q_i·h_t, and layouts have a column for each
    rating; without, one for each row of the other side. ``day_numbers`` (n_days,) are the days since 1970.
    ``targets`` are the ratings less the global mean. ``film_noise`` is the prior of each film's noise_i, None where
    all are 1; people's noise_u is 1. With ``hidden`` the targets are hidden numbers behind the ratings, drawn too, and
    the noise precision is 1; ``adapting`` says that the chain is still in burn-in.
    """

    users: Table
    films: Table
    user_idx: Tensor
    item_idx: Tensor
    targets: Tensor
    noise_precision: float
    noise_prior: Gamma
    film_noise: Gamma | None = None
    hidden: HiddenNumbers | None = None
    days: Table | None = None
    day_idx: Tensor | None = None
    day_numbers: Tensor | None = None
    adapting: bool = True
    n_threads: int = 1

    def sweep(self, generator: Generator) -> None:
        """Draw each side's prior and rows, then the noise; hidden numbers first, if any."""
        if self.hidden is not None:
            scores = self.scores()
            self.hidden.draw_cutpoints(scores, generator, adapt=self.adapting)
            self.set_targets(self.hidden.draw(scores, generator))
        for side in self.tables:
            side.draw_prior(generator)
            side.draw_rows(self.against(side), self.noise_precision, generator, n_threads=self.n_threads)
        self.draw_noise(generator)

    @property
    def tables(self) -> list[Table]:
        """People, films and, if there are any, days."""
        return [self.users, self.films, *([] if self.days is None else [self.days])]

    @property
    def places(self) -> list[Tensor]:
        """Each rating's row in each of ``tables``, (n,)."""
        return [self.user_idx, self.item_idx, *([] if self.day_idx is None else [self.day_idx])]

    def against(self, side: Table) -> Against:
        """Return what the rows of ``side``, one of ``tables``, are regressed on."""
        if self.days is None:
            return (self.films if side is self.users else self.users).as_seen()
        others = [(table, place) for table, place in zip(self.tables, self.places, strict=True) if table is not side]
        (one, other) = (table.rows.index_select(0, place) for table, place in others)
        offsets = one[:, -1] + other[:, -1] + (one[:, :-1] * other[:, :-1]).sum(1)
        noise = self.films.noise.index_select(0, self.item_idx)
        # A row's own noise is its weight; here stands that of the others.
        return Against.of(one[:, :-1] + other[:, :-1], offsets, torch.ones_like(noise) if side is self.films else noise)

    def draw_noise(self, generator: Generator) -> None:
        """Draw the noise precision given films' noise, then films' noise."""
        squares = (self.targets - self.scores()).double().square()
        if self.hidden is None:
            weights = self.films.noise[self.item_idx] * self.users.noise[self.user_idx]
            n, total = torch.tensor(len(squares)), (weights.double() * squares).sum()
            self.noise_precision = float(self.noise_prior.draw(generator, n=n, sum_of_squares=total))
        if self.film_noise is None:
            return
        n_films = len(self.films.noise)
        sums = torch.bincount(self.item_idx, self.noise_precision * squares, minlength=n_films)
        drawn = self.film_noise.draw(generator, n=self.films.layout.counts, sum_of_squares=sums)
        self.films.noise = drawn.to(self.films.noise)

    def scores(self) -> Tensor:
        """The sum of all terms of every rating (n,)."""
        return sum_of_terms([table.rows for table in self.tables], self.places)

    def stars(self, scores: Tensor, global_mean: float) -> Tensor:
        """Return predicted stars (n,) for ``scores`` (n,), before limits."""
        return global_mean + scores if self.hidden is None else self.hidden.link.stars(scores[None])[0]

    def set_targets(self, targets: Tensor) -> None:
        """Go on with other ``targets`` (n,) for the same pairs."""
        self.targets = targets
        for side in self.tables:
            side.layout = side.layout.with_values(targets)


def sum_of_terms(tables: Sequence[Tensor], places: Sequence[Tensor]) -> Tensor:
    """Biases plus the dot products of every two rows, for entries that name a row of each table (n,).

    ``tables`` hold rows (factors, bias), each (n_rows, d + 1); ``places`` are (n,).
    """
    found = []
    for some in zip(*(place.split(BLOCK_PAIRS) for place in places), strict=True):
        rows = [table.index_select(0, place) for table, place in zip(tables, some, strict=True)]
        terms = [(one[:, :-1] * other[:, :-1]).sum(1) for one, other in combinations(rows, 2)]
        found.append(torch.stack([*terms, *(row[:, -1] for row in rows)]).sum(0))
    return torch.cat(found)
