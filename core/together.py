"""A film for two, or for six: what each would give it, and whom it serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from core.catalogue import Catalogue
from core.errors import InvalidArgument
from core.person import Person
from core.ranking import ListWishes, allowed, best_rows, values_of
from core.ratings import Id

Strategy: TypeAlias = Literal["average", "least misery", "most pleasure"]

FEWEST, MOST = 2, 6


@dataclass(frozen=True)
class SharedFilm:
    """A film for all: ``value`` by the strategy, and each person's prediction by name, in stars.

    ``apart`` is the highest prediction less the lowest. ``serves`` names who gains most by it: whose prediction lies
    furthest above what they would give all films that come into question, on average.
    """

    item_id: Id
    value: float
    predictions: Mapping[str, float]
    apart: float
    serves: str


@dataclass(frozen=True)
class Pair:
    """How far two people agree: the correlation, −1 to 1, of what they would give all films in question."""

    one: str
    other: str
    agreement: float


@dataclass(frozen=True, eq=False)
class Group:
    """Two to six people of one model. ``values`` (people, n_items) are stars without limits, −∞ for films left out."""

    people: Mapping[str, Person]
    values: Tensor
    wishes: ListWishes

    @classmethod
    def of(cls, people: Mapping[str, Person], films: Catalogue, wishes: ListWishes | None = None) -> Group:
        """Return the group of ``people``, by name, and the films that meet ``wishes`` for every one of them.

        Seen films are those that any of them has rated. Raises ``InvalidArgument`` on fewer than two people or more
        than six, on different models, or if no two films are left.
        """
        wishes = wishes or ListWishes()
        if not FEWEST <= len(people) <= MOST:
            raise InvalidArgument(f"people must be {FEWEST} to {MOST}, got {len(people)}")
        if len({person.model.version for person in people.values()}) > 1:
            raise InvalidArgument("people must be of one model, got people of several")
        open_to_all = torch.stack([allowed(person, films, wishes) for person in people.values()]).all(0)
        if int(open_to_all.sum()) < 2:
            raise InvalidArgument(f"wishes must leave at least 2 films, got {int(open_to_all.sum())}")
        values = torch.stack([values_of(person, wishes, in_stars=True) for person in people.values()])
        return cls(dict(people), values.masked_fill(~open_to_all, -torch.inf), wishes)

    def recommend(
        self, *, strategy: Strategy = "average", n: int = 10, coordinates: Tensor | None = None
    ) -> list[SharedFilm]:
        """Return the ``n`` best films for the group, best first.

        ``average``: the mean of their values; ``least misery``: the lowest, so that nobody suffers; ``most pleasure``:
        the highest, so that somebody is delighted. Variety and "less like this" as in ``ranking.recommend``.
        Raises ``InvalidArgument`` on another strategy or ``n`` below 1. Source: Masthoff, *Group modeling: selecting a
        sequence of television items to suit a group of viewers*, 2004; least misery: O'Connor et al., *PolyLens*, 2001.
        """
        _check_n(n)
        together = {
            "average": self.values.mean(0), "least misery": self.values.amin(0), "most pleasure": self.values.amax(0)
        }  # fmt: skip
        if strategy not in together:
            raise InvalidArgument(f"strategy must be average, least misery or most pleasure, got {strategy!r}")
        values = together[strategy]
        rows = best_rows(values, self._first.model, self.wishes, n=n, coordinates=coordinates)
        return list(self._shared(rows, values))

    def differences(self, *, n: int = 5) -> list[SharedFilm]:
        """Return the ``n`` films about which they disagree most, the widest apart first; ``value`` is the average."""
        _check_n(n)
        spread = self.values.amax(0) - self.values.amin(0)
        spread[self.values[0] == -torch.inf] = -torch.inf
        best = spread.topk(min(n, len(spread)))
        return list(self._shared(best.indices[best.values > -torch.inf], self.values.mean(0)))

    def pairs(self) -> list[Pair]:
        """Return how far each two of them agree, the most alike first; 0 where somebody gives all films the same."""
        names, kept = list(self.people), self.values[:, self._kept]
        correlations = torch.nan_to_num(torch.corrcoef(kept))
        found = [Pair(names[a], names[b], float(correlations[a, b])) for a, b in combinations(range(len(names)), 2)]
        return sorted(found, key=lambda pair: -pair.agreement)

    @property
    def _first(self) -> Person:
        return next(iter(self.people.values()))

    @property
    def _kept(self) -> Tensor:
        return self.values[0] > -torch.inf

    def _shared(self, rows: Tensor, values: Tensor) -> Iterator[SharedFilm]:
        usual = self.values[:, self._kept].mean(1)
        names, labels = list(self.people), self._first.model.items.labels
        ids = [labels[row] for row in rows.tolist()]
        stars = {name: [one.prediction for one in person.predict(ids)] for name, person in self.people.items()}
        for place, row in enumerate(rows.tolist()):
            given = {name: stars[name][place] for name in names}
            gains = self.values[:, row] - usual
            yield SharedFilm(
                labels[row],
                float(values[row]),
                given,
                max(given.values()) - min(given.values()),
                names[int(gains.argmax())],
            )


def _check_n(n: int) -> None:
    if n < 1:
        raise InvalidArgument(f"n must be at least 1, got {n}")
