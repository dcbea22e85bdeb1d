"""What if you had rated otherwise: the list that would be yours, and the smallest change that moves one film."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from core.errors import FoldInRefused, InvalidArgument
from core.folding import fold_in, leverage_of_ratings
from core.model import FactorModel
from core.person import Person
from core.ratings import Id


class Move(NamedTuple):
    """Where a film stands in a list before and after, counted from 1; None where it cannot stand there."""

    item_id: Id
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Tip:
    """The smallest change of one rating that puts a film into the list, or out of it.

    Film ``item_id`` was given ``rating`` stars; at ``needed`` the film that was asked about stands at ``rank`` (from
    1). ``exact`` is where it tips, in stars, if ratings were not held to the steps of the scale.
    """

    item_id: Id
    rating: float
    needed: float
    exact: float
    rank: int


def what_if(person: Person, changes: Mapping[Id, float | None]) -> Person:
    """Return the person had they rated ``changes`` otherwise: film id to stars, None for not rated at all.

    Folded in anew, film vectors held fixed. Which films they chose stays known of those that stay; a film that is
    only supposed to be rated was not chosen. Raises as ``fold_in`` does, and ``UnknownId`` on an unknown film.
    """
    person.model.items.rows(changes)
    stars = {item: changes.get(item, now) for item, now in person.ratings.items()}
    stars |= {item: new for item, new in changes.items() if item not in stars}
    rated = {item: new for item, new in stars.items() if new is not None}
    return fold_in(person.model, rated, chosen=person.chosen & rated.keys())


def list_moves(
    before: Person, after: Person, *, n: int = 10, min_ratings: int = 0, among: Iterable[Id] | None = None
) -> list[Move]:
    """Return where every film of either person's best ``n`` stands in both lists: the new list first, then who left.

    A film that one of them has rated has no place in their list.
    """
    if n < 1:
        raise InvalidArgument(f"n must be at least 1, got {n}")
    films = None if among is None else list(among)
    old, new = (_ranks(each.ranking(min_ratings=min_ratings, among=films)) for each in (before, after))
    listed = [row for ranks in (new, old) for row in sorted(ranks, key=ranks.__getitem__)[:n]]
    labels = after.model.items.labels
    return [Move(labels[row], old.get(row), new.get(row)) for row in dict.fromkeys(listed)]


def smallest_change(
    person: Person, item_id: Id, *, n: int = 10, min_ratings: int = 0, among: Iterable[Id] | None = None
) -> Tip | None:
    """Return the smallest change of one rating that would put film ``item_id`` into the best ``n``, or out of them.

    Exact for models whose link is linear: with A = XᵀGX + Λ, one more star for the rated film j moves the score of
    film i by k_ij = mean over draws of x_iᵀA⁻¹x_j g_j, whatever the stars are; so each level of the scale is tried for
    each rating without solving anything again. Of equal changes the one that tips soonest. None if no single change
    does it. Raises ``InvalidArgument`` on a film that is rated or left out of the list, ``FoldInRefused`` where
    predictions are not linear in the ratings.
    """
    model = person.model
    if not isinstance(model, FactorModel) or not model.link.is_linear:
        raise FoldInRefused(
            f"a smallest change needs a model whose prediction is linear in the ratings; {model.card.trainer} is not"
        )
    if n < 1:
        raise InvalidArgument(f"n must be at least 1, got {n}")
    base, row = what_if(person, {}), model.items.row(item_id)
    ranking = base.ranking(min_ratings=min_ratings, among=among).double()
    if not ranking[row] > -torch.inf:
        raise InvalidArgument(f"item_id must name a film that the list may hold, got {item_id!r}")
    rivals = (ranking > -torch.inf).nonzero()[:, 0]
    lead = ranking[rivals] - ranking[row]  # (rivals,): above 0 stands before the film
    pulls = leverage_of_ratings(base).double().cpu()
    pulls = pulls[rivals] - pulls[row]  # (rivals, L): what one more star adds to the lead
    tips = _tips(base, lead, pulls, n)
    return min(tips, key=lambda tip: (abs(tip.needed - tip.rating), abs(tip.exact - tip.rating)), default=None)


def _tips(base: Person, lead: Tensor, pulls: Tensor, n: int) -> list[Tip]:
    """For each rating, the level nearest to it, on either side, at which the film has changed sides."""
    listed = _rank(lead) <= n
    stars = torch.tensor(list(base.ratings.values()), dtype=torch.float64)
    best: dict[int, tuple[float, int]] = {}
    for level in base.model.scale.levels:
        ranks = 1 + (lead[:, None] + pulls * (level - stars) > 0).sum(0)
        for place in ((ranks <= n) != listed).nonzero()[:, 0].tolist():
            nearest = best.get(place)
            if nearest is None or abs(level - stars[place]) < abs(nearest[0] - stars[place]):
                best[place] = (level, int(ranks[place]))
    films = list(base.ratings)
    return [
        Tip(films[place], now, level, now + _turning(lead, pulls[:, place], level - now, n), rank)
        for place, (level, rank) in best.items()
        for now in (float(stars[place]),)
    ]


def _turning(lead: Tensor, pull: Tensor, change: float, n: int) -> float:
    """The first change, on the way to ``change`` stars, at which the film has changed sides: where a lead is zero."""
    listed = _rank(lead) <= n
    crossings = -lead / torch.where(pull == 0, torch.nan, pull)
    between = crossings[(crossings * change > 0) & (crossings.abs() <= abs(change))]
    ordered = between[between.abs().argsort()].tolist()
    for here, following in zip(ordered, [*ordered[1:], change], strict=True):
        if (_rank(lead + pull * (here + following) / 2) <= n) != listed:
            return float(here)
    return change


def _rank(lead: Tensor) -> int:
    return 1 + int((lead > 0).sum())


def _ranks(ranking: Tensor) -> dict[int, int]:
    """The rank, from 1, of each film row that is not left out."""
    order = ranking.sort(descending=True, stable=True)
    return {row: rank for rank, row in enumerate(order.indices[order.values > -torch.inf].tolist(), start=1)}
