"""How good the mean over a chain's draws is, told while it runs, at the price of one look-up per sweep."""

from __future__ import annotations

import torch
from torch import Tensor

from core.bayes.chain import Chain, sum_of_terms
from core.days import places_of
from core.metrics import root_mean_square_error
from core.ratings import Ratings


class RunningMean:
    """The mean prediction of some ratings over the draws since the last start."""

    def __init__(self, ratings: Ratings, global_mean: float, device: str) -> None:
        self.ratings = ratings
        self.global_mean = global_mean
        self.user_idx, self.item_idx = ratings.user_idx.to(device), ratings.item_idx.to(device)
        self.total, self.n_draws = torch.zeros(len(ratings)), 0

    def add(self, chain: Chain, *, start_again: bool) -> None:
        """Take the present state of ``chain`` in; ``start_again`` forgets the earlier ones."""
        stars = chain.stars(self._scores(chain), self.global_mean).cpu()
        if start_again:
            self.total, self.n_draws = torch.zeros_like(stars), 0
        self.total, self.n_draws = self.total + stars, self.n_draws + 1

    def _scores(self, chain: Chain) -> Tensor:
        tables, places = [table.rows for table in chain.tables], [self.user_idx, self.item_idx]
        if chain.days is not None and chain.day_numbers is not None and self.ratings.timestamps is not None:
            average = chain.days.rows[chain.day_idx].mean(0, keepdim=True)  # for days that nobody rated on
            tables[-1] = torch.cat([chain.days.rows, average])
            places.append(places_of(chain.day_numbers, self.ratings.timestamps))
        return sum_of_terms(tables, places)

    def rmse(self) -> float:
        """Root mean square error of the mean prediction, limited to the scale, in stars."""
        scale = self.ratings.scale
        predictions: Tensor = (self.total / self.n_draws).clamp(scale.low, scale.high)
        return root_mean_square_error(self.ratings.values, predictions)


class Figures:
    """Training loss and hold-out RMSE of the mean over draws; during burn-in of the last draw alone."""

    def __init__(self, train: Ratings, hold_out: Ratings | None, global_mean: float, device: str) -> None:
        self.train = RunningMean(train, global_mean, device)
        self.hold_out = None if hold_out is None else RunningMean(hold_out, global_mean, device)

    def add(self, chain: Chain, *, start_again: bool) -> tuple[float, float | None]:
        """Take the present state in and return (mean squared training error, RMSE on the hold-out)."""
        self.train.add(chain, start_again=start_again)
        if self.hold_out is None:
            return self.train.rmse() ** 2, None
        self.hold_out.add(chain, start_again=start_again)
        return self.train.rmse() ** 2, self.hold_out.rmse()
