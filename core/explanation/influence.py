"""Why a prediction is what it is: what each of a person's ratings does to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from core.errors import FoldInRefused
from core.folding import fold_in, leave_one_out_means
from core.model import FactorModel
from core.person import Person
from core.ratings import Id

# Stars below what was expected.
DISAPPOINTING = 0.5


class Influence(NamedTuple):
    """What one rating of the person adds to one prediction, in stars.

    ``by_choice`` is the part of ``influence`` that the film's having been chosen makes, whatever its stars; the rest is
    theirs. It is zero where the model has no rated prior, or does not know that the film was chosen. ``surprise`` is
    how far the rating lies above what all else foretold of it, below where negative.
    """

    item_id: Id
    rating: float
    influence: float
    by_choice: float = 0.0
    surprise: float = 0.0

    @property
    def in_spite_of_stars(self) -> bool:
        """Whether a disappointing film raises one like it: its few stars speak against that, its choice louder for it.

        Few stars that speak against a film are given to one that is like it: more stars would speak for it.
        """
        return self.surprise <= -DISAPPOINTING and self.influence > 0 > self.influence - self.by_choice


def influences(person: Person, item_ids: Iterable[Id]) -> dict[Id, list[Influence]]:
    """Return, for each film asked for, the influence of each of the person's ratings, strongest first.

    influence = prediction − prediction of the person solved again without that rating (penalty recomputed for one
    rating fewer, film vectors fixed), in stars, before the limits of the scale; they need not add up to anything.
    The person is solved from the ratings alone: a training user of a model that knows traits or days lies elsewhere.
    All of them are one batch of small solves. Empty lists if the person rated nothing. Raises ``UnknownId`` on an
    unknown film, ``FoldInRefused`` where leaving out is not one linear solve.
    """
    model, ids = person.model, list(item_ids)
    if not isinstance(model, FactorModel) or not model.link.is_linear:
        raise FoldInRefused(
            f"influences need a model whose prediction is linear in the ratings; {model.card.trainer} is not"
        )
    rows = torch.tensor(model.items.rows(ids), dtype=torch.int64)
    if not person.ratings:
        return {item_id: [] for item_id in ids}
    solved = fold_in(model, person.ratings, chosen=person.chosen).mean
    without = leave_one_out_means(person)  # (draws, L, d + 1)
    without_stars = _without_stars(person, without)
    effects, by_choice = (
        (change @ model.item_vectors[:, rows].to(change).mT).mean(0).T.tolist()
        for change in (solved[:, None].to(without) - without, without_stars - without)
    )  # (n, L) each
    surprises = _surprises(model, person, without_stars)
    given = list(person.ratings.items())
    return {
        item_id: sorted(
            (Influence(*what, *parts) for what, *parts in zip(given, *columns, surprises, strict=True)),
            key=lambda influence: -abs(influence.influence),
        )
        for item_id, *columns in zip(ids, effects, by_choice, strict=True)
    }


def _without_stars(person: Person, without: Tensor) -> Tensor:
    """``without`` (draws, L, d + 1), had it stayed known that the left-out film was chosen."""
    prior = person.model.user_prior
    if prior is None or prior.choice is None or not person.chosen:
        return without
    return leave_one_out_means(person, choice_known=True)


def _surprises(model: FactorModel, person: Person, without_stars: Tensor) -> list[float]:
    """Each rating less the mean over draws of what was foretold of it, in stars, before limits."""
    rows = person.rated_rows
    scores = (without_stars * model.item_vectors[:, rows].to(without_stars)).sum(-1) + model.item_offset[:, rows]
    foretold = model.link.stars(scores).mean(0).tolist()
    return [stars - expected for stars, expected in zip(person.ratings.values(), foretold, strict=True)]
