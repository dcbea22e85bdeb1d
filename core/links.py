"""From a score to stars: what stands between bias + dot product and a predicted rating."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
from torch import Tensor


class Link(Protocol):
    """A function from scores to stars, element by element; ``is_linear`` where its slope is constant."""

    is_linear: ClassVar[bool]

    def stars(self, score: Tensor) -> Tensor:
        """Return predicted stars for ``score``, before the limits of the scale."""
        ...

    def slope(self, score: Tensor) -> Tensor:
        """Return the derivative of ``stars`` at ``score``, in stars per unit of score."""
        ...


@dataclass(frozen=True)
class Identity:
    """The score is the prediction."""

    is_linear: ClassVar[bool] = True

    def stars(self, score: Tensor) -> Tensor:
        """Return ``score`` itself."""
        return score

    def slope(self, score: Tensor) -> Tensor:
        """Return ones."""
        return torch.ones_like(score)


@dataclass(frozen=True)
class SigmoidRange:
    """low + (high − low) / (1 + e^−score): a prediction that cannot leave the range.

    Source: Howard and Gugger, *Deep Learning for Coders with fastai and PyTorch*, 2020, chapter 8 (``sigmoid_range``).
    """

    is_linear: ClassVar[bool] = False
    low: float
    high: float

    def stars(self, score: Tensor) -> Tensor:
        """Return stars between ``low`` and ``high``."""
        return self.low + (self.high - self.low) * torch.sigmoid(score)

    def slope(self, score: Tensor) -> Tensor:
        """Return (high − low) σ (1 − σ)."""
        share = torch.sigmoid(score)
        return (self.high - self.low) * share * (1 - share)

    def score(self, stars: float) -> float:
        """Return the score whose prediction is ``stars``, strictly between ``low`` and ``high``."""
        share = (stars - self.low) / (self.high - self.low)
        return math.log(share / (1 - share))


@dataclass(frozen=True)
class OrderedProbit:
    """The mean of levels whose chances a hidden number decides: score plus standard normal noise, between cut-points.

    ``levels`` (K) are stars, ``cutpoints`` (draws × (K − 1)) ascend. Scores have the draws first: (draws, …).
    Source: McKelvey and Zavoina, *A statistical model for the analysis of ordinal level dependent variables*, 1975.
    """

    is_linear: ClassVar[bool] = False
    levels: tuple[float, ...]
    cutpoints: tuple[tuple[float, ...], ...]

    def chances(self, score: Tensor, *, variance: Tensor | None = None) -> Tensor:
        """Return the chance of each level (draws, …, K); they sum to 1.

        ``variance`` (draws, …) is that of scores which are Gaussian around ``score`` instead of known: Φ((c − s) / √(1 + v)).
        """
        away = self._ends(score) - score[..., None]
        below = torch.special.ndtr(away if variance is None else away / (1 + variance[..., None]).sqrt())
        edges = torch.cat([torch.zeros_like(below[..., :1]), below, torch.ones_like(below[..., :1])], dim=-1)
        return edges.diff(dim=-1)

    def stars(self, score: Tensor) -> Tensor:
        """Return Σ level · chance."""
        steps = score.new_tensor(self.levels).diff()
        above = torch.special.ndtr(score[..., None] - self._ends(score))
        return self.levels[0] + (above * steps).sum(-1)

    def slope(self, score: Tensor) -> Tensor:
        """Return Σ (level above − level below a cut-point) · φ(cut-point − score)."""
        steps = score.new_tensor(self.levels).diff()
        densities = torch.exp(-(self._ends(score) - score[..., None]).square() / 2) / math.sqrt(2 * math.pi)
        return (densities * steps).sum(-1)

    def variance(self, score: Tensor) -> Tensor:
        """Return the variance of a rating around ``stars``, in squared stars (draws, …)."""
        levels = score.new_tensor(self.levels)
        return (self.chances(score) * levels.square()).sum(-1) - self.stars(score).square()

    def _ends(self, score: Tensor) -> Tensor:
        """The cut-points, shaped so as to meet scores (draws, …, 1)."""
        cutpoints = score.new_tensor(self.cutpoints)
        return cutpoints.view(len(cutpoints), *[1] * (score.dim() - 1), -1)


@dataclass(frozen=True)
class Constant:
    """The score only ranks (popularity, say); every predicted rating is ``value`` stars."""

    is_linear: ClassVar[bool] = True
    value: float

    def stars(self, score: Tensor) -> Tensor:
        """Return ``value`` everywhere."""
        return torch.full_like(score, self.value)

    def slope(self, score: Tensor) -> Tensor:
        """Return zeros."""
        return torch.zeros_like(score)
