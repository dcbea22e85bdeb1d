"""What a data set is: ratings, films, where they come from and what one may do with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from torch import Tensor

from core.catalogue import Catalogue, Film
from core.datasets.people import Profile
from core.ids import Id
from core.ratings import Ratings
from core.traits import Traits


@dataclass(frozen=True)
class DataCard:
    """Who made the data, and what one may do with them; every text is meant for a person."""

    title: str
    licence: str
    url: str = ""
    citation: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Truth:
    """What synthetic ratings were drawn from: rating = global_mean + biases + dot product + noise, in stars.

    Shapes: ``user_factors`` (n_users, d), ``item_factors`` (n_items, d), ``user_bias`` (n_users,), ``item_bias``
    (n_items,), float64; rows are those of the ratings' id maps. ``noise_std`` is the noise's standard deviation:
    the root mean square error that no model can beat.
    """

    user_factors: Tensor
    item_factors: Tensor
    user_bias: Tensor
    item_bias: Tensor
    global_mean: float
    noise_std: float

    def score(self, user_idx: Tensor, item_idx: Tensor) -> Tensor:
        """Return the noiseless ratings (n,) of pairs of rows, before any limit of the scale."""
        taste = (self.user_factors[user_idx] * self.item_factors[item_idx]).sum(-1)
        return self.global_mean + self.user_bias[user_idx] + self.item_bias[item_idx] + taste


@dataclass(frozen=True, eq=False)
class Dataset:
    """Ratings with the films they are about.

    ``people`` says who rated, where the data tell; ``truth`` is there only where the ratings were drawn by us.
    """

    name: str
    ratings: Ratings
    films: Catalogue
    card: DataCard
    truth: Truth | None = None
    people: Mapping[Id, Profile] = field(default_factory=dict)

    @cached_property
    def film_traits(self) -> Traits:
        """What is known of films beside their ratings: genres, and the decade they were made in."""
        return Traits({film.id: _words(film) for film in self.films}, kind="films")

    @cached_property
    def people_traits(self) -> Traits:
        """What is known of people beside their ratings: age, gender and occupation in words; empty where nothing is."""
        return Traits({label: profile.words for label, profile in self.people.items()}, kind="people")


def _words(film: Film) -> list[str]:
    decade = [] if film.year is None else [f"made in the {film.year // 10 * 10}s"]
    return [*film.genres, *decade]


@dataclass(frozen=True)
class DatasetInfo:
    """One line of the list of data sets; ``path`` and ``size_bytes`` only where it is on this machine."""

    name: str
    title: str
    n_ratings: int
    licence: str
    is_here: bool
    path: Path | None = None
    size_bytes: int | None = None
