"""A chain small enough to be checked by loops, drawn from its own priors in numpy: core's draws are not used here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy import stats
from torch import Tensor

from core.bayes.chain import Chain
from core.bayes.hyperpriors import Gamma, NormalWishart, RowPrior
from core.bayes.rated_prior import RatedBasis, RatedPrior, table_of_choices
from core.bayes.table import Table
from core.row_batches import RowBatches
from tests.reference import Matrix

# Film 4 is rated by nobody.
PAIRS = [(0, 0), (0, 1), (0, 3), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2), (2, 3), (3, 0), (3, 2)]
N_USERS, N_ITEMS, WIDTH = 4, 5, 2
# The day of each pair; three days.
DAYS, N_DAYS = [0, 0, 2, 1, 1, 0, 1, 2, 2, 1, 0], 3
# Words that hold of people and films; of the last person and of film 2 nothing is known.
PEOPLE_WORDS = torch.tensor([[1, 0, 1], [0, 1, 1], [1, 0, 0], [0, 0, 0]], dtype=torch.float64)
FILM_WORDS = torch.tensor([[1, 1], [0, 1], [0, 0], [1, 0], [1, 0]], dtype=torch.float64)
# Heavier than the trainer's, so that every moment that a test compares exists.
HYPERPRIOR = NormalWishart(WIDTH, n_degrees=9.0, mean_strength=2.0, scale=4.0)
NOISE, FILM_NOISE, STRENGTH = Gamma(5.0, 4.0), Gamma(6.0, 6.0), Gamma(5.0, 3.0)


@dataclass
class World:
    """Draws of everything from the prior, and of ratings given it."""

    rng: np.random.Generator
    rated: bool = True
    traits: bool = False
    days: bool = False

    def chain(self) -> Chain:
        """A chain whose state and targets are drawn from the joint distribution."""
        users, items = (torch.tensor(column, dtype=torch.int32) for column in zip(*PAIRS, strict=True))
        empty = torch.zeros(len(PAIRS), dtype=torch.float64)
        people = self._table(users, items, N_USERS, self._basis(users, items, N_USERS, N_ITEMS, PEOPLE_WORDS))
        films = self._table(items, users, N_ITEMS, self._basis(items, users, N_ITEMS, N_USERS, FILM_WORDS))
        films.noise = torch.from_numpy(self.rng.gamma(FILM_NOISE.shape, 1 / FILM_NOISE.rate, N_ITEMS))
        precision = float(self.rng.gamma(NOISE.shape, 1 / NOISE.rate))
        chain = Chain(people, films, users, items, empty, precision, NOISE, FILM_NOISE)
        if self.days:
            chain.day_idx = torch.tensor(DAYS)
            chain.days = self._table(chain.day_idx.int(), items, N_DAYS, None)
        chain.set_targets(self.ratings(chain))
        return chain

    def ratings(self, chain: Chain) -> Tensor:
        """Targets given all else, one by one."""
        people, films = chain.users.rows.numpy(), chain.films.rows.numpy()
        targets = []
        for (user, item), day in zip(PAIRS, DAYS, strict=True):
            score = float(people[user, :-1] @ films[item, :-1] + people[user, -1] + films[item, -1])
            if chain.days is not None:
                own = chain.days.rows[day].numpy()
                score += float(people[user, :-1] @ own[:-1] + films[item, :-1] @ own[:-1] + own[-1])
            std = (chain.noise_precision * float(chain.films.noise[item])) ** -0.5
            targets.append(score + std * float(self.rng.standard_normal()))
        return torch.tensor(targets, dtype=torch.float64)

    def _table(self, row_idx: Tensor, column_idx: Tensor, n: int, basis: RatedBasis | None) -> Table:
        precision = stats.wishart(HYPERPRIOR.n_degrees, np.eye(WIDTH) / HYPERPRIOR.scale).rvs(random_state=self.rng)
        covariance = np.linalg.inv(precision)
        mean = self.rng.multivariate_normal(np.zeros(WIDTH), covariance / HYPERPRIOR.mean_strength)
        shift, rated = np.zeros((n, WIDTH)), None
        if basis is not None:
            rated = self._rated_prior(basis, covariance)
            shift = rated.shift.numpy()
        columns = torch.arange(len(PAIRS), dtype=torch.int32) if self.days else column_idx  # one for each rating
        n_columns = len(PAIRS) if self.days else N_USERS + N_ITEMS - n
        values = torch.zeros(len(PAIRS), dtype=torch.float64)
        rows = mean + shift + self.rng.multivariate_normal(np.zeros(WIDTH), covariance, size=n)
        return Table(
            rows=torch.from_numpy(rows),
            noise=torch.ones(n, dtype=torch.float64),
            layout=RowBatches.build(row_idx, columns, values, n_rows=n, n_columns=n_columns),
            prior=RowPrior(torch.from_numpy(mean), torch.from_numpy(precision)),
            hyperprior=HYPERPRIOR,
            rated=rated,
        )

    def _basis(
        self, row_idx: Tensor, column_idx: Tensor, n_rows: int, n_columns: int, words: Tensor
    ) -> RatedBasis | None:
        if not self.rated:
            return None
        chosen = table_of_choices(row_idx, column_idx, n_rows=n_rows, n_columns=n_columns)
        basis = RatedBasis.of(chosen=chosen, traits=words if self.traits else None)
        return RatedBasis(
            basis.rows.double(), basis.sizes.double(), basis.columns.double(), basis.centre.double(), basis.n_chosen
        )

    def _rated_prior(self, basis: RatedBasis, covariance: Matrix) -> RatedPrior:
        rated = RatedPrior(basis, WIDTH, STRENGTH)
        rated.strength = float(self.rng.gamma(STRENGTH.shape, 1 / STRENGTH.rate))
        weights = self.rng.multivariate_normal(np.zeros(WIDTH), covariance / rated.strength, size=basis.rank)
        rated.weights = torch.from_numpy(weights)
        rated.shift = rated.basis.shift_by(rated.weights)
        return rated
