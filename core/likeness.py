"""People like you: whose taste is nearest to yours, what you both saw, and where you part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.model import FactorModel
from core.person import Person
from core.ratings import Id
from core.space.neighbours import nearest_to
from core.space.star_metric import side_by_side

# People with fewer ratings have a taste that is mostly the average one, which is near to everybody.
LEAST_RATINGS = 20
N_FILMS = 5


class BothRated(NamedTuple):
    """A film that both rated, in stars."""

    item_id: Id
    yours: float
    theirs: float


@dataclass(frozen=True)
class AlikePerson:
    """Somebody near: ``distance`` in stars, ``n_shared`` films both rated.

    ``agree``: films that both rated high and alike, the highest sum less difference first; ``differ``: films about
    which you disagree by at least a step of the scale, the most first.
    """

    user_id: Id
    distance: float
    n_shared: int
    agree: tuple[BothRated, ...]
    differ: tuple[BothRated, ...]


@dataclass(frozen=True, eq=False)
class PeopleSpace:
    """Where people stand relative to each other, in stars: the mirror image of the films' star metric.

    The distance between two people is the root mean square, over all films, of the difference of their mean predicted
    taste (without biases, before limits). ``coordinates`` (n_users, k), float64, have these distances: with Ũ and Q̃ as
    in ``film_coordinates`` they are ŨRᵀ / √n_items, R from the QR decomposition of Q̃ = [Q₁ … Q_D]; ``triangle`` is R.
    """

    model: FactorModel
    coordinates: Tensor
    triangle: Tensor

    @classmethod
    def of(cls, model: FactorModel) -> PeopleSpace:
        """Return the space of ``model``'s users; raises ``InvalidArgument`` if it has no factors."""
        if not model.n_factors:
            raise InvalidArgument(f"a {model.card.trainer} model has no factors, so people have no place in its space")
        films = model.item_factors.cpu().double()
        triangle = torch.linalg.qr(side_by_side(films - films.mean(1, keepdim=True)), mode="r").R
        return cls(model, _places(model, model.user_factors.cpu().double(), triangle), triangle)

    def place(self, person: Person) -> Tensor:
        """Return where ``person`` stands (k,)."""
        return _places(self.model, person.mean[:, None, :-1].cpu().double(), self.triangle)[0]

    def numbers(self, person: Person, *, n: int = 8) -> list[float]:
        """Return ``person`` as the ``n`` numbers that tell people apart most, in stars, 0 the mean person.

        They are the place along the first principal directions of all people; fewer where people differ in fewer. The
        sign of each direction is such that its largest part is positive: it means nothing by itself.
        """
        return (self.place(person) @ self._directions[:, :n]).tolist()

    @cached_property
    def _directions(self) -> Tensor:
        """(k, m), orthonormal columns, the direction in which people differ most first."""
        widest = torch.linalg.svd(self.coordinates, full_matrices=False).Vh
        largest = widest.gather(1, widest.abs().argmax(1, keepdim=True))
        return (widest * largest.sign()).mT

    def nearest(
        self, person: Person, *, n: int = 5, min_ratings: int = LEAST_RATINGS, without: Id | None = None
    ) -> list[AlikePerson]:
        """Return the ``n`` users nearest to ``person``, nearest first; ``without`` leaves one out: the person themselves.

        Only users with at least ``min_ratings`` training ratings. Raises ``InvalidArgument`` if ``n`` is below 1,
        ``UnknownId`` on an unknown ``without``.
        """
        counted = self.model.rated.user_counts >= min_ratings
        if without is not None:
            counted[self.model.users.row(without)] = False
        found = nearest_to(self.coordinates, self.place(person), n=n, allowed=counted)
        return [self._describe(person, self.model.users.labels[row], distance) for row, distance in found]

    def _describe(self, person: Person, user_id: Id, distance: float) -> AlikePerson:
        theirs, step = self.model.ratings_of(user_id), self.model.scale.step
        both = [BothRated(film, stars, theirs[film]) for film, stars in person.ratings.items() if film in theirs]
        liked = [film for film in both if min(film.yours, film.theirs) >= self.model.scale.relevant_from]
        apart = [film for film in both if abs(film.yours - film.theirs) >= step]
        return AlikePerson(
            user_id,
            distance,
            len(both),
            tuple(sorted(liked, key=lambda film: abs(film.yours - film.theirs) - film.yours - film.theirs)[:N_FILMS]),
            tuple(sorted(apart, key=lambda film: -abs(film.yours - film.theirs))[:N_FILMS]),
        )


def _places(model: FactorModel, vectors: Tensor, triangle: Tensor) -> Tensor:
    """Coordinates (n, k) of the user factors ``vectors`` (draws, n, d)."""
    apart = vectors - model.user_factors.cpu().double().mean(1, keepdim=True)
    return side_by_side(apart) / model.n_draws @ triangle.mT / len(model.items) ** 0.5
