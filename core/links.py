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
