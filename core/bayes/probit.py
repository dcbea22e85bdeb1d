"""Ratings as steps of a hidden number: a rating is level k where the hidden number lies between cut-points k and k + 1.

z_ui = score + standard normal noise. Given z the rows are those of a Gaussian chain; given the scores, cut-points are
moved with z integrated out, which mixes far better, and z is drawn between the cut-points of its rating.
Source: Albert and Chib, *Bayesian analysis of binary and polychotomous response data*, 1993; Cowles, *Accelerating
Monte Carlo Markov chain convergence for cumulative-link generalized linear models*, 1996.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from core.links import OrderedProbit

# Prior standard deviation of a cut-point, in units of the hidden noise: wide against anything that ratings show.
CUTPOINT_STD = 5.0
# Metropolis moves a sweep, and how the step follows its success: about a third of the moves are accepted.
MOVES = 3
STEP, WIDER, NARROWER = 0.01, 1.1, 0.95
# Chances below this are rounding.
LEAST_CHANCE = 1e-12


class HiddenNumbers:
    """Cut-points (K − 1,), float64, of ratings that are the ``level``-th (n,) of ``levels`` (K) stars."""

    def __init__(self, level: Tensor, levels: tuple[float, ...]) -> None:
        self.level, self.levels = level.long(), levels
        shares = torch.bincount(self.level.cpu(), minlength=len(levels)).double() + 1  # no level without a place
        self.cutpoints: Tensor = torch.special.ndtri(shares.cumsum(0)[:-1] / shares.sum())
        self.step = STEP

    @property
    def link(self) -> OrderedProbit:
        """From scores (1, …) to stars at the present cut-points."""
        return OrderedProbit(self.levels, (tuple(self.cutpoints.tolist()),))

    def draw_cutpoints(self, scores: Tensor, generator: Generator, *, adapt: bool) -> None:
        """Move the cut-points by a random walk that keeps their distribution given ``scores`` (n,).

        ``adapt`` lets the step follow its success, which only burn-in may.
        """
        density = self.log_density(self.cutpoints, scores)
        for _ in range(MOVES):
            z = torch.randn(len(self.cutpoints), generator=generator, dtype=torch.float64)
            threshold = float(torch.rand(1, generator=generator, dtype=torch.float64).log())
            proposed = self.cutpoints + self.step * z
            new = self.log_density(proposed, scores) if bool((proposed.diff() > 0).all()) else -torch.inf
            accepted = threshold < new - density
            if accepted:
                self.cutpoints, density = proposed, new
            if adapt:
                self.step *= WIDER if accepted else NARROWER

    def log_density(self, cutpoints: Tensor, scores: Tensor) -> float:
        """Log of prior times likelihood of ``cutpoints``, z integrated out."""
        low, high = self._ends(cutpoints, scores)
        chances = (torch.special.ndtr(high) - torch.special.ndtr(low)).clamp(min=LEAST_CHANCE)
        prior = -(cutpoints / CUTPOINT_STD).square().sum() / 2
        return float(chances.log().sum()) + float(prior)

    def draw(self, scores: Tensor, generator: Generator) -> Tensor:
        """Draw z (n,) given ``scores``: normal, cut off at the cut-points of its rating."""
        low, high = self._ends(self.cutpoints, scores)
        mirrored = low > 0  # in the lower tail the normal distribution keeps its digits
        low, high = torch.where(mirrored, -high, low), torch.where(mirrored, -low, high)
        below, above = torch.special.ndtr(low), torch.special.ndtr(high)
        uniform = torch.rand(len(scores), generator=generator, dtype=torch.float64).to(below.device)
        moved = torch.special.ndtri((below + (above - below) * uniform).clamp(LEAST_CHANCE, 1 - LEAST_CHANCE))
        # Where the chance is too small for the inverse, the nearer end of the interval is all but certain.
        moved = torch.minimum(torch.maximum(moved, low), high)
        return (scores.double() + torch.where(mirrored, -moved, moved)).to(scores)

    def _ends(self, cutpoints: Tensor, scores: Tensor) -> tuple[Tensor, Tensor]:
        """The ends of each rating's interval, less its score, float64."""
        infinite = torch.full((1,), torch.inf, dtype=torch.float64)
        ends = torch.cat([-infinite, cutpoints, infinite]).to(scores.device)
        return ends[self.level] - scores.double(), ends[self.level + 1] - scores.double()
