"""What each direction of the space tracks: measured on films held out, and against what chance would give.

A direction is laid out from ratings alone. Whether it tracks an attribute, and towards which end, is learnt on some
of the films and measured on the others. How much chance would give is seen by shuffling the films: the attributes of a
film are dealt, all together, to another film, and everything is measured anew; the largest of all directions and
attributes is noted. What the true films show must beat that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from sklearn.model_selection import KFold
from torch import Generator, Tensor

from core.errors import InvalidArgument
from core.space.attributes import AttributeTable, Kind
from core.space.chance import held_out_z, shuffles, step_down
from core.space.measures import Measured, auc, r_squared, ranks

End: TypeAlias = Literal["low", "high"]

N_FOLDS = 5
# The chance that a whole set of directions gets any name it does not deserve.
FAMILY_ERROR = 0.05
# Fewer films cannot be cut into folds that say anything.
LEAST_IN_ALL = 20
# The fewest shuffles whose best of 5 % is more than one of them.
LEAST_PERMUTATIONS = 39


@dataclass(frozen=True)
class Evidence:
    """How well a direction tracks one attribute, on films held out.

    ``measure`` says what ``value`` is: R² (a number foretold from the place along the direction; 1 is all, 0 or less
    nothing) or AUC (the chance that a film that has it lies nearer to ``end`` than one that has not; ½ is nothing).
    ``low`` and ``high`` are its 95 % interval over films. ``p`` is the chance that shuffled films show anything as
    strong anywhere in the whole set of directions and attributes; it ``passes`` at 0.05.
    """

    attribute: str
    kind: Kind
    measure: Literal["R²", "AUC"]
    value: float
    low: float
    high: float
    end: End
    words: tuple[str, str]  # what the low and the high end of the direction are called after it; either may be empty
    n_films: int
    p: float

    @property
    def passes(self) -> bool:
        """Whether chance, over the whole set of directions, gives as much in at most 5 % of cases."""
        return self.p <= FAMILY_ERROR

    @property
    def strength(self) -> float:
        """What is surely there, comparable between kinds: the correlation, or 2 AUC − 1, at the interval's near end."""
        return max(0.0, self.low) ** 0.5 if self.measure == "R²" else max(0.0, 2 * self.low - 1)


def gather_evidence(
    points: Tensor, table: AttributeTable, *, seed: int, n_permutations: int = 999
) -> tuple[tuple[Evidence, ...], ...]:
    """Return, for each column of ``points`` (n_films, n_axes), the evidence on every attribute of ``table``.

    Films are cut at random into ``N_FOLDS`` parts; for each, the other parts decide the sign (AUC) or the line (R²).
    Raises ``InvalidArgument`` on fewer than 20 films or 39 permutations.
    """
    n_films = len(points)
    if n_films < LEAST_IN_ALL:
        raise InvalidArgument(f"points must hold at least {LEAST_IN_ALL} films, got {n_films}")
    if n_permutations < LEAST_PERMUTATIONS:
        raise InvalidArgument(f"n_permutations must be at least {LEAST_PERMUTATIONS}, got {n_permutations}")
    if not (points.std(0, correction=0) > 0).all():  # NaN is not above 0 either
        raise InvalidArgument("points must be finite and differ between films along every axis, they do not along one")
    fold_of = _folds(n_films, seed)
    chances = _chances(points, table, fold_of, n_permutations, seed)
    return tuple(
        tuple(
            _evidence(points[:, axis], table, place, fold_of, float(chances[axis, place]))
            for place in range(len(table.attributes))
        )
        for axis in range(points.shape[1])
    )


def _folds(n_films: int, seed: int) -> Tensor:
    """The fold (n_films,) of each film."""
    fold_of = torch.empty(n_films, dtype=torch.int64)
    cuts = KFold(N_FOLDS, shuffle=True, random_state=seed % 2**32).split(torch.empty(n_films, 1).numpy())
    for fold, (_, held_out) in enumerate(cuts):
        fold_of[torch.from_numpy(held_out)] = fold
    return fold_of


def _chances(points: Tensor, table: AttributeTable, fold_of: Tensor, n_permutations: int, seed: int) -> Tensor:
    """The adjusted chance (n_axes, n_attributes) of what the true films show."""
    n_films, n_attributes = table.values.shape
    if not n_attributes:
        return points.new_zeros(points.shape[1], 0)
    observed = _statistics(points, table, fold_of, torch.arange(n_films)[None])[0]
    drawn = shuffles(n_films, n_permutations, width=n_attributes, generator=Generator().manual_seed(seed))
    null = torch.cat([_statistics(points, table, fold_of, orders) for orders in drawn])
    return step_down(observed.flatten(), null.flatten(1)).view_as(observed)


def _statistics(points: Tensor, table: AttributeTable, fold_of: Tensor, orders: Tensor) -> Tensor:
    """The held-out z (b, n_axes, n_attributes) of films whose attributes are dealt in ``orders`` (b, n_films)."""
    yes_no = torch.tensor([attribute.kind == "yes/no" for attribute in table.attributes], dtype=torch.bool)
    found = points.new_zeros(len(orders), points.shape[1], len(yes_no))
    ordered = torch.stack([ranks(column) for column in points.unbind(1)], 1)
    for places, along in ((~yes_no, points), (yes_no, ordered)):
        if places.any():
            found[:, :, places] = held_out_z(along, table.values[:, places], fold_of, orders)
    return found


def _evidence(points: Tensor, table: AttributeTable, place: int, fold_of: Tensor, p: float) -> Evidence:
    attribute, values = table.attributes[place], table.values[:, place]
    known = values.isfinite()
    measured, rising = _measure(attribute.kind, points[known], values[known], fold_of[known])
    low, high = (attribute.low, attribute.high) if rising else (attribute.high, attribute.low)
    return Evidence(
        attribute.name,
        attribute.kind,
        "R²" if attribute.kind == "number" else "AUC",
        measured.value,
        measured.low,
        measured.high,
        "high" if rising else "low",
        (low, high),
        int(known.sum()),
        p,
    )


def _measure(kind: Kind, points: Tensor, values: Tensor, fold_of: Tensor) -> tuple[Measured, bool]:
    """The held-out R² or AUC, and whether the attribute rises with the points."""
    along = points if kind == "number" else ranks(points)
    rising = bool(((along - along.mean()) * (values - values.mean())).sum() >= 0)
    if kind == "number":
        return r_squared(*_held_out_errors(points, values, fold_of)), rising
    return auc(_held_out_scores(along, values, fold_of), values), rising


def _held_out_scores(places: Tensor, values: Tensor, fold_of: Tensor) -> Tensor:
    """Each film's place (n,), turned round where the films of the other folds say that the attribute falls with it."""
    x = places - places.mean()
    n, sum_x, sum_y, sum_xy = _over_others(fold_of, torch.ones_like(x), x, values, x * values)
    return x * torch.where(sum_xy >= sum_x * sum_y / n, 1.0, -1.0).to(x)[fold_of]


def _held_out_errors(points: Tensor, values: Tensor, fold_of: Tensor) -> tuple[Tensor, Tensor]:
    """Squared errors (n,) of the line through the films of the other folds, and of their mean."""
    x, y = points - points.mean(), values - values.mean()
    n, sum_x, sum_y, sum_xy, sum_xx = _over_others(fold_of, torch.ones_like(x), x, y, x * y, x * x)
    slope = (sum_xy - sum_x * sum_y / n) / (sum_xx - sum_x.square() / n)
    line = (sum_y / n)[fold_of] + slope[fold_of] * (x - (sum_x / n)[fold_of])
    return (y - line).square(), (y - (sum_y / n)[fold_of]).square()


def _over_others(fold_of: Tensor, *columns: Tensor) -> Tensor:
    """The sum of each column (n,) over the films outside each fold: (n_columns, n_folds)."""
    stacked = torch.stack(columns)
    in_folds = stacked @ torch.nn.functional.one_hot(fold_of, N_FOLDS).to(stacked)
    return in_folds.sum(1, keepdim=True) - in_folds
