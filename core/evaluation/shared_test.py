"""The ratings that two saved models can be fairly compared on: held out of both."""

from __future__ import annotations

import torch
from torch import Tensor

from core.artefact import SavedModel
from core.errors import InvalidArgument
from core.ratings import Ratings


def neither_trained_on(baseline: SavedModel, candidate: SavedModel) -> Ratings:
    """Return the ratings held out of either model's training that neither was trained on, in the order of the table's cells.

    Raises ``InvalidArgument`` if the models know other people, films or ratings, or if there is no such rating.
    """
    one, other = baseline.model, candidate.model
    for what, ids in (("people", "users"), ("films", "items")):
        if getattr(one, ids).labels != getattr(other, ids).labels:
            raise InvalidArgument(
                f"baseline and candidate must come from the same data, got {one.card.dataset or 'data'} and "
                f"{other.card.dataset or 'data'} with other {what}"
            )
    if one.scale != other.scale:
        raise InvalidArgument("baseline and candidate must come from the same data, got two rating scales")
    held_out = [saved.held_out for saved in (baseline, candidate) if saved.held_out is not None]
    parts = [part.take(~_seen(part, one.rated) & ~_seen(part, other.rated)) for part in held_out]
    if not sum(map(len, parts)):
        raise InvalidArgument(
            "baseline and candidate have no ratings that neither was trained on; train both with one --split "
            "and, if it is random, one --split-seed"
        )
    return _joined(parts)


def _seen(part: Ratings, train: Ratings) -> Tensor:
    return torch.isin(part.cells, train.cells)


def _joined(parts: list[Ratings]) -> Ratings:
    """All ``parts`` as one, what stands in both once; raises where both give a cell other stars."""
    first = parts[0]
    if len(parts) == 2:
        second = parts[1]
        cells = [part.cells for part in parts]
        order = cells[0].argsort()
        place = torch.searchsorted(cells[0][order], cells[1]).clamp(max=max(0, len(first) - 1))
        also = torch.isin(cells[1], cells[0])
        twins = order[place[also]]
        if bool((first.values[twins] != second.values[also]).any()):
            raise InvalidArgument(
                "baseline and candidate must come from the same data, got other stars for held-out ratings"
            )
        first = _appended(first, second.take(~also))
    return first.take(first.cells.argsort())


def _appended(one: Ratings, other: Ratings) -> Ratings:
    if not len(other):
        return one
    times = None if one.timestamps is None or other.timestamps is None else (one.timestamps, other.timestamps)
    return Ratings(
        torch.cat([one.user_idx, other.user_idx]),
        torch.cat([one.item_idx, other.item_idx]),
        torch.cat([one.values, other.values]),
        None if times is None else torch.cat(times),
        *(one.users, one.items, one.scale),
    )
