"""Ratings as frozen columns: a users × films table with very few cells filled."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.ids import Id, IdMap
from core.scale import RatingScale

__all__ = ["Id", "IdMap", "RatingScale", "Ratings"]


@dataclass(frozen=True, eq=False)
class Ratings:
    """A users × films table with very few cells filled, one entry per filled cell.

    Shapes: ``user_idx``, ``item_idx`` (int32), ``values`` (float32, stars) and ``timestamps`` (int64, seconds
    since 1970, or None) are all (n,). Parts of a split share the id maps, so a row means the same in each.
    The tensors are read only by agreement: nothing in core writes into them.
    """

    user_idx: Tensor
    item_idx: Tensor
    values: Tensor
    timestamps: Tensor | None
    users: IdMap
    items: IdMap
    scale: RatingScale

    def __len__(self) -> int:
        return len(self.values)

    @property
    def n_users(self) -> int:
        """Rows of the table, people without ratings in this part included."""
        return len(self.users)

    @property
    def n_items(self) -> int:
        """Columns of the table, films without ratings in this part included."""
        return len(self.items)

    @classmethod
    def from_columns(
        cls,
        user_ids: Sequence[Id] | pd.Series,
        item_ids: Sequence[Id] | pd.Series,
        values: Sequence[float] | pd.Series,
        timestamps: Sequence[int] | pd.Series | None = None,
        *,
        scale: RatingScale | None = None,
        known_items: Iterable[Id] = (),
    ) -> Ratings:
        """Build the table from columns of equal length; rows are the sorted distinct ids.

        ``known_items`` are films that deserve a row though nobody rated them. Raises ``InvalidArgument`` on
        columns of different lengths, no rows, a missing id, a rating off the scale, or a pair given twice.
        """
        columns = {"user_ids": user_ids, "item_ids": item_ids, "values": values}
        if timestamps is not None:
            columns["timestamps"] = timestamps
        if len({len(column) for column in columns.values()}) != 1:
            lengths = ", ".join(f"{name} {len(column)}" for name, column in columns.items())
            raise InvalidArgument(f"columns must have equal lengths, got {lengths}")
        numbers = np.array(values, dtype=np.float32)
        scale = scale or RatingScale.of(np.unique(numbers).tolist())
        _check_on_scale(numbers, scale)
        user_rows, users = _factorise(user_ids, (), "user")
        item_rows, items = _factorise(item_ids, known_items, "film")
        _check_no_duplicates(user_rows, item_rows, users, items)
        return cls(
            torch.from_numpy(user_rows.astype(np.int32)),
            torch.from_numpy(item_rows.astype(np.int32)),
            torch.from_numpy(numbers),
            None if timestamps is None else torch.from_numpy(np.array(timestamps, dtype=np.int64)),
            IdMap(users, kind="user"),
            IdMap(items, kind="film"),
            scale,
        )

    def take(self, entries: Tensor) -> Ratings:
        """Return the part given by ``entries``: a boolean mask (n,) or positions; id maps are shared."""
        times = None if self.timestamps is None else self.timestamps[entries]
        return replace(
            self,
            user_idx=self.user_idx[entries],
            item_idx=self.item_idx[entries],
            values=self.values[entries],
            timestamps=times,
        )

    def split(self, *, test_fraction: float = 0.2, seed: int) -> tuple[Ratings, Ratings]:
        """Return (train, test), ratings drawn without regard to user or film."""
        if not 0 < test_fraction < 1:
            raise InvalidArgument(f"test_fraction must lie between 0 and 1, got {test_fraction:g}")
        shuffled = torch.randperm(len(self), generator=torch.Generator().manual_seed(seed))
        n_test = round(len(self) * test_fraction)
        if not 0 < n_test < len(self):
            raise InvalidArgument(f"test_fraction {test_fraction:g} of {len(self)} ratings leaves one part empty")
        return self.take(shuffled[n_test:].sort().values), self.take(shuffled[:n_test].sort().values)

    def of_user(self, user_id: Id) -> dict[Id, float]:
        """Return what one person rated, film id to stars, in the order of the table."""
        mask = self.user_idx == self.users.row(user_id)
        rows, values = self.item_idx[mask].tolist(), self.values[mask].tolist()
        return {self.items.labels[row]: value for row, value in zip(rows, values, strict=True)}

    def with_user(self, user_id: Id, stars: Mapping[Id, float]) -> Ratings:
        """Return a table that holds one more person; raises on a known user, an unknown film, a rating off the scale."""
        if user_id in self.users:
            raise InvalidArgument(f"user_id {user_id!r} is already in the data; a new person needs a new id")
        item_rows = torch.tensor(self.items.rows(stars), dtype=torch.int32)
        new = torch.tensor([self.scale.check(value) for value in stars.values()], dtype=torch.float32)
        times = self.timestamps
        if times is not None:  # the newest time known: this person came last
            latest = times.max() if len(times) else torch.tensor(0)
            times = torch.cat([times, latest.expand(len(new)).to(torch.int64)])
        return replace(
            self,
            user_idx=torch.cat([self.user_idx, torch.full((len(new),), self.n_users, dtype=torch.int32)]),
            item_idx=torch.cat([self.item_idx, item_rows]),
            values=torch.cat([self.values, new]),
            timestamps=times,
            users=IdMap([*self.users, user_id], kind="user"),
        )

    @property
    def cells(self) -> Tensor:
        """Where in the table, read row after row, each rating stands: person · n_items + film (n,), int64."""
        return self.user_idx.long() * self.n_items + self.item_idx.long()

    @cached_property
    def levels(self) -> Tensor:
        """Which level of the scale each rating is, the nearest one, counted from 0: (n,) int64."""
        return ((self.values.double() - self.scale.low) / self.scale.step).round().long()

    @cached_property
    def level_counts(self) -> Tensor:
        """Ratings per level of the scale (n_levels,)."""
        return torch.bincount(self.levels, minlength=len(self.scale.levels))

    @cached_property
    def user_counts(self) -> Tensor:
        """Ratings per user (n_users,)."""
        return torch.bincount(self.user_idx, minlength=self.n_users)

    @cached_property
    def item_counts(self) -> Tensor:
        """Ratings per film (n_items,)."""
        return torch.bincount(self.item_idx, minlength=self.n_items)

    @cached_property
    def user_order(self) -> Tensor:
        """Where each user's ratings stand, user after user, each user's in the table's order: (n,) int32."""
        return torch.argsort(self.user_idx, stable=True).int()

    @cached_property
    def item_order(self) -> Tensor:
        """Where each film's ratings stand, film after film, each film's in the table's order: (n,) int32."""
        return torch.argsort(self.item_idx, stable=True).int()

    @cached_property
    def item_means(self) -> Tensor:
        """Mean rating per film (n_items,), float64, in stars; NaN where there is none."""
        totals = torch.bincount(self.item_idx, self.values.double(), minlength=self.n_items)
        return totals / torch.where(self.item_counts > 0, self.item_counts, torch.nan)

    @cached_property
    def fingerprint(self) -> str:
        """The first 16 hexadecimal digits of a SHA-256 over ids, columns and scale: equal data, equal print."""
        digest = hashlib.sha256(repr((self.scale, self.users.labels, self.items.labels)).encode())
        for column in (self.user_idx, self.item_idx, self.values):
            digest.update(column.contiguous().numpy().data)
        return digest.hexdigest()[:16]


def _check_on_scale(values: np.ndarray, scale: RatingScale) -> None:
    bad = ~((values >= scale.low) & (values <= scale.high))
    if bad.any():
        row = int(bad.argmax())
        raise InvalidArgument(
            f"rating {values[row]:g} in row {row + 1} is off the scale, {scale.low:g} to {scale.high:g} is allowed"
        )


def _factorise(ids: Sequence[Id] | pd.Series, known: Iterable[Id], kind: str) -> tuple[np.ndarray, list[Id]]:
    """Return the row of each id and the sorted distinct ids."""
    codes, distinct = pd.factorize(pd.Series(ids), sort=False)
    if (codes < 0).any():
        raise InvalidArgument(
            f"row {int((codes < 0).argmax()) + 1} has no {kind} id, a whole number or text is allowed"
        )
    labels = [label.item() if isinstance(label, np.generic) else label for label in distinct]
    everyone = {*labels, *known}
    if not (all(type(label) is int for label in everyone) or all(type(label) is str for label in everyone)):
        kinds = ", ".join(sorted({type(label).__name__ for label in everyone}))
        raise InvalidArgument(f"{kind} ids must be all whole numbers or all text, got {kinds}")
    ordered = sorted(everyone)
    place = {label: row for row, label in enumerate(ordered)}
    return np.array([place[label] for label in labels], dtype=np.int64)[codes], ordered


def _check_no_duplicates(user_rows: np.ndarray, item_rows: np.ndarray, users: list[Id], items: list[Id]) -> None:
    repeated = pd.Series(user_rows * len(items) + item_rows).duplicated()
    if repeated.any():
        row = int(repeated.to_numpy().argmax())
        user, item = users[user_rows[row]], items[item_rows[row]]
        raise InvalidArgument(
            f"row {row + 1} rates film {item!r} by user {user!r} a second time; one rating a pair is allowed"
        )
