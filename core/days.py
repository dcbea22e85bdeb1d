"""What the day of a rating adds to its score: moods, fashions, and how the site looked that week."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

SECONDS = 86_400


def day_numbers(timestamps: Tensor) -> Tensor:
    """Return the days since 1970, in UTC, of ``timestamps`` (n,), seconds; (n,) int64."""
    return timestamps.div(SECONDS, rounding_mode="floor")


def places_of(days: Tensor, timestamps: Tensor) -> Tensor:
    """Return where the day of each of ``timestamps`` (n,) stands in ``days`` (n_days,), ascending; n_days if nowhere."""
    wanted = day_numbers(timestamps.to(days.device))
    places = torch.searchsorted(days, wanted)
    there = days[places.clamp(max=len(days) - 1)] == wanted
    return torch.where(there, places, len(days))


@dataclass(frozen=True, eq=False)
class DayEffects:
    """b_t + h_t·(p_u + q_i) for a rating of film i by person u on day t, in units of the score.

    Shapes: ``numbers`` (n_days,) int64 are days since 1970, ascending; ``factors`` h (draws, n_days, d), ``bias``
    (draws, n_days). Their mean over the training ratings is zero, so a rating without a date, or on a day that nobody
    else rated on, is one on the average day: nothing is added.
    Source: Koren, *Collaborative filtering with temporal dynamics*, 2009, with days as a third side of a
    factorisation machine (Rendle, *Factorization machines*, 2010, eq. 1).
    """

    numbers: Tensor
    factors: Tensor
    bias: Tensor

    def of(self, timestamps: Tensor, vectors: Tensor) -> Tensor:
        """Return what is added (draws, n) at ``timestamps`` (n,), seconds, to pairs whose p + q are ``vectors`` (draws, n, d)."""
        places = places_of(self.numbers, timestamps)
        factors, bias = _with_none(self.factors), _with_none(self.bias)
        added: Tensor = (factors[:, places] * vectors).sum(-1) + bias[:, places]
        return added


def _with_none(table: Tensor) -> Tensor:
    """Append the zeros of a day that is not known."""
    return torch.cat([table, torch.zeros_like(table[:, :1])], dim=1)
