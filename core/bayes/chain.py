"""A Gibbs chain of Bayesian matrix factorisation: each sweep draws everything once, given all the rest."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from core.bayes.hyperpriors import Gamma
from core.bayes.probit import HiddenNumbers
from core.bayes.table import Table

# Pairs looked up at a time, as many entries as fit a core's second-level cache.
BLOCK_PAIRS = 8_192


@dataclass(eq=False)
class Chain:
    """y_ui ~ N(p_u·q_i + b_u + b_i, 1 / (noise_precision · noise_u · noise_i)) for the rated pairs (n,).

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
    adapting: bool = True
    n_threads: int = 1

    def sweep(self, generator: Generator) -> None:
        """Draw people's prior and rows, films' prior and rows, then the noise; hidden numbers first, if any."""
        if self.hidden is not None:
            scores = self.scores()
            self.hidden.draw_cutpoints(scores, generator, adapt=self.adapting)
            self.set_targets(self.hidden.draw(scores, generator))
        for side, other in ((self.users, self.films), (self.films, self.users)):
            side.draw_prior(generator)
            side.draw_rows(other, self.noise_precision, generator, n_threads=self.n_threads)
        self.draw_noise(generator)

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
        """Bias + bias + dot product of every rated pair (n,)."""
        return pair_scores(self.users.rows, self.films.rows, self.user_idx, self.item_idx)

    def stars(self, scores: Tensor, global_mean: float) -> Tensor:
        """Return predicted stars (n,) for ``scores`` (n,), before limits."""
        return global_mean + scores if self.hidden is None else self.hidden.link.stars(scores[None])[0]

    def set_targets(self, targets: Tensor) -> None:
        """Go on with other ``targets`` (n,) for the same pairs."""
        self.targets = targets
        for side in (self.users, self.films):
            side.layout = side.layout.with_values(targets)


def pair_scores(users: Tensor, films: Tensor, user_idx: Tensor, item_idx: Tensor) -> Tensor:
    """Bias + bias + dot product of pairs of rows (n,); rows are (factors, bias)."""
    found = []
    for some_users, some_films in zip(user_idx.split(BLOCK_PAIRS), item_idx.split(BLOCK_PAIRS), strict=True):
        left, right = users.index_select(0, some_users), films.index_select(0, some_films)
        found.append((left[:, :-1] * right[:, :-1]).sum(1) + left[:, -1] + right[:, -1])
    return torch.cat(found)
