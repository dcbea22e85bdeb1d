"""Two tables solved in turn: with one side's rows fixed, each row of the other is a ridge regression of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.bayes.chain import sum_of_terms
from core.fitting import global_mean, lay_out, left_out_variance, n_threads_for
from core.model import FactorModel, ModelCard, UserPrior
from core.ratings import Ratings
from core.row_batches import RowBatches, leverages, solve_rows

# So many ratings show the noise well enough; all of 25 million would take as long as two sweeps.
NOISE_SAMPLE = 2**21


@dataclass(frozen=True, eq=False)
class Alternation:
    """The tables of a fit in progress, each row (factors, bias); solves overwrite them.

    Each side's rows are solved exactly while the other's stay, for the objective

        Σ (r − μ − b_u − b_i − p_u·q_i)² + Σ_u n_u^c x_uᵀ Λ x_u + Σ_i n_i^c x_iᵀ Λ x_i,    x = (factors, bias),

    with Λ = ``penalty`` (diagonal), c = ``count_power`` and n the numbers of ratings of a user and of a film.
    """

    train: Ratings
    mean: float
    users: Tensor
    items: Tensor
    by_user: RowBatches
    by_item: RowBatches
    penalty: Tensor  # (d + 1, d + 1), of a row with one rating
    count_power: float

    @classmethod
    def begin(
        cls, train: Ratings, items: Tensor, *, penalties: Sequence[float], count_power: float, device: str
    ) -> Alternation:
        """Lay the ratings out around film rows ``items`` (n_items, d + 1), which are written over; users' rows are zero.

        ``penalties`` (d + 1) are the penalty's diagonal, of a row with one rating. Sums are of ``items``' precision.
        """
        mean = global_mean(train)
        by_user, by_item = lay_out(train, (train.values.double() - mean).to(items), device=device)
        return cls(
            train=train,
            mean=mean,
            users=items.new_zeros(train.n_users, items.shape[1]).to(device),
            items=items.to(device),
            by_user=by_user,
            by_item=by_item,
            penalty=torch.diag(torch.tensor(penalties, dtype=items.dtype)).to(device),
            count_power=count_power,
        )

    def sweep(self) -> None:
        """Solve every user's row, then every film's."""
        self.solve_users()
        self.solve_items()

    def solve_users(self) -> None:
        """Solve every user's row for the films' rows as they stand."""
        self._solve(self.by_user, self.items, self.users)

    def solve_items(self) -> None:
        """Solve every film's row for the users' rows as they stand."""
        self._solve(self.by_item, self.users, self.items)

    def _solve(self, layout: RowBatches, fixed: Tensor, out: Tensor) -> None:
        solve_rows(
            layout,
            _with_ones(fixed),
            out,
            penalty=self.penalty,
            weights=self._weights(layout),
            offsets=fixed[:, -1].contiguous(),
            n_threads=n_threads_for(fixed),
        )

    def _weights(self, layout: RowBatches) -> Tensor:
        return layout.counts.to(self.penalty.dtype) ** self.count_power

    def noise_variance(self) -> float:
        """The noise that left-out ratings show, in squared stars: all ratings, or those of some people of every kind."""
        drawn = self.by_user.every(max(1, len(self.train) // NOISE_SAMPLE))
        wanted = None if len(drawn.batches) == len(self.by_user.batches) else drawn.held
        shares = self._leverages(drawn, self.items) + self._leverages(self.by_item, self.users, wanted)
        if wanted is None:
            return left_out_variance(self._residuals(self.train), shares)
        return left_out_variance(self._residuals(self.train.take(wanted.cpu())), shares[wanted])

    def _residuals(self, part: Ratings) -> Tensor:
        places = [column.to(self.users.device) for column in (part.user_idx, part.item_idx)]
        predicted = self.mean + sum_of_terms([self.users, self.items], places)
        return part.values.to(predicted) - predicted

    def _leverages(self, layout: RowBatches, fixed: Tensor, wanted: Tensor | None = None) -> Tensor:
        return leverages(
            layout,
            _with_ones(fixed),
            penalty=self.penalty,
            weights=self._weights(layout),
            wanted=wanted,
            n_threads=n_threads_for(fixed),
        )

    def user_prior(self) -> UserPrior:
        """The prior that the penalty stands for, at the noise that left-out ratings show."""
        noise_variance = self.noise_variance()
        return UserPrior(
            mean=self.penalty.new_zeros(1, len(self.penalty)),
            precision=self.penalty[None] / noise_variance,
            noise_precision=self.penalty.new_full((1,), 1 / noise_variance),
            count_power=self.count_power,
        )

    def to_model(self, card: ModelCard, prior: UserPrior | None) -> FactorModel:
        """Return the model that the tables are now."""
        return FactorModel(
            user_factors=self.users[None, :, :-1].clone(),
            item_factors=self.items[None, :, :-1].clone(),
            user_bias=self.users[None, :, -1].clone(),
            item_bias=self.items[None, :, -1].clone(),
            global_mean=self.users.new_full((1,), self.mean),
            rated=self.train,
            card=card,
            user_prior=prior,
        )


def _with_ones(side: Tensor) -> Tensor:
    """The features of a side's rows: its factors, and a constant whose weight is the other side's bias."""
    return torch.cat([side[:, :-1], torch.ones_like(side[:, -1:])], dim=1)
