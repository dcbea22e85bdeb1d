"""Starting tastes for people who do not want to rate: a few real films liked, a few not, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from core.catalogue import Catalogue
from core.errors import InvalidArgument
from core.explanation.ledger import Axis
from core.folding import fold_in
from core.likeness import PeopleSpace
from core.model import FactorModel
from core.person import Person
from core.ratings import Id

Origin: TypeAlias = Literal["genre", "axis"]

# Films that somebody reads at a glance, and knows: from among the most rated.
N_LIKED, N_DISLIKED = 4, 4
KNOWN = 200


@dataclass(frozen=True)
class Archetype:
    """A readable taste: films ``liked`` and ``disliked``, best known first.

    ``origin`` says what they were chosen by: a genre, called ``name``, or an axis of the map, called so, of which
    ``liked`` are at the end ``end`` and ``disliked`` at the other.
    """

    name: str
    origin: Origin
    end: Literal["", "low", "high"]
    liked: tuple[Id, ...]
    disliked: tuple[Id, ...]
    ratings: tuple[tuple[Id, float], ...]

    def person(self, model: FactorModel) -> Person:
        """Return who rates so; which films they are tells nothing, for nobody chose them. Raises as ``fold_in`` does."""
        return fold_in(model, dict(self.ratings), chosen=())


def archetypes(model: FactorModel, films: Catalogue, *, axes: Sequence[Axis] = (), n: int = 6) -> list[Archetype]:
    """Return up to ``n`` tastes that differ as much as they can, made from the films of whatever data the model knows.

    Candidates are both ends of each of ``axes``, and each genre against all else, told by the most extreme and the
    most rated of the 200 best known films: liked gets the top of the scale, disliked a quarter of the way up. Of them
    the one furthest from the average person is taken first, then again and again the one furthest from all taken
    (Gonzalez, *Clustering to minimize the maximum intercluster distance*, 1985), in stars of taste. Fewer where films
    or genres are few, none where nothing can be told apart. Raises ``InvalidArgument`` if ``n`` is below 1 or the model
    has no factors, ``FoldInRefused`` if it cannot take a new person.
    """
    if n < 1:
        raise InvalidArgument(f"n must be at least 1, got {n}")
    space = PeopleSpace.of(model)
    counts = model.rated.item_counts
    known = counts.topk(min(KNOWN, len(counts))).indices
    known = known[counts[known] > 0]
    candidates = [*_ends(model, known, axes), *_genres(model, films, known)]
    if not candidates:
        return []
    places = torch.stack([space.place(each.person(model)) for each in candidates])
    return [candidates[row] for row in _furthest_first(places, n)]


def _ends(model: FactorModel, known: Tensor, axes: Sequence[Axis]) -> Iterator[Archetype]:
    if len(known) < N_LIKED + N_DISLIKED:
        return
    for axis in axes:
        order = known[axis.points[known].argsort(stable=True)].tolist()
        low, high = order[:N_LIKED], order[::-1][:N_LIKED]
        yield _archetype(model, axis.name, "axis", "low", low, high[:N_DISLIKED])
        yield _archetype(model, axis.name, "axis", "high", high, low[:N_DISLIKED])


def _genres(model: FactorModel, films: Catalogue, known: Tensor) -> Iterator[Archetype]:
    """Of each genre the best known films against the best known that do not share a genre with any of them."""
    labels, rows = model.items.labels, known.tolist()
    genres = {row: films[labels[row]].genres if labels[row] in films else () for row in rows}
    for genre in films.genres:
        liked = [row for row in rows if genre in genres[row]][:N_LIKED]
        theirs = {each for row in liked for each in genres[row]}
        disliked = [row for row in rows if genres[row] and not theirs.intersection(genres[row])][:N_DISLIKED]
        if len(liked) == N_LIKED and disliked:
            yield _archetype(model, genre, "genre", "", liked, disliked)


def _archetype(
    model: FactorModel,
    name: str,
    origin: Origin,
    end: Literal["", "low", "high"],
    liked: list[int],
    disliked: list[int],
) -> Archetype:
    scale, counts = model.scale, model.rated.item_counts
    low = min(scale.levels, key=lambda level: abs(level - (scale.low + (scale.high - scale.low) / 4)))

    def by_count(rows: Iterable[int]) -> tuple[Id, ...]:
        return tuple(model.items.labels[row] for row in sorted(rows, key=lambda row: -int(counts[row])))

    likes, dislikes = by_count(liked), by_count(disliked)
    ratings = (*((film, scale.high) for film in likes), *((film, low) for film in dislikes))
    return Archetype(name, origin, end, likes, dislikes, ratings)


def _furthest_first(places: Tensor, n: int) -> list[int]:
    """Rows of up to ``n`` places, each the furthest from those before it; the first the furthest from the origin."""
    distance, chosen = places.square().sum(1).sqrt(), list[int]()
    while len(chosen) < n and float(distance.max()) > 0:
        chosen.append(int(distance.argmax()))
        from_it = (places - places[chosen[-1]]).square().sum(1).sqrt()
        distance = from_it if len(chosen) == 1 else torch.minimum(distance, from_it)
    return chosen
