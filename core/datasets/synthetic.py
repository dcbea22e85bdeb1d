"""Ratings drawn from known factors, to see whether a trainer finds them again. Nothing here is about real films.

rating = global mean + user bias + item bias + user factors · item factors + noise, all of them Gaussian. Who rates and
what is rated follow a power law of the rank, as in real data: a few people and films have most of the ratings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from core.catalogue import Catalogue, Film
from core.datasets.dataset import DataCard, Dataset, Truth
from core.errors import InvalidArgument
from core.ids import IdMap
from core.ratings import Ratings
from core.scale import RatingScale

PREFIX = "synthetic:"
SCALE = RatingScale(0.5, 5.0, 0.5)
# Stars. So narrow that fewer than one rating in a thousand meets a limit of the scale (measured: 5 in 10,000), and the
# noise stays the floor of a model's error.
GLOBAL_MEAN, USER_BIAS_STD, ITEM_BIAS_STD, TASTE_STD, NOISE_STD = 2.75, 0.25, 0.3, 0.35, 0.3
# Weight of rank r is (r + offset) ** -exponent. On ml-100k the most active tenth of people gives 32 % of the ratings and
# the most popular tenth of films gets 43 %; a table of the same size drawn with these has 29 % and 42 %.
ACTIVITY_EXPONENT, POPULARITY_EXPONENT, RANK_OFFSET = 0.8, 1.0, 20.0
# Tables up to this many cells are drawn exactly, by a sort of all cells; beyond it, pairs are drawn until enough differ.
EXACT_CELLS = 4_000_000
# Beyond EXACT_CELLS a table may be at most this full, or drawing new pairs would take for ever.
MAX_DENSITY = 0.25
# Seconds since 1970: the invented ratings fall into 2020.
FIRST_SECOND, N_SECONDS = 1_577_836_800, 366 * 86_400
_WORDS = ("Amber", "Borrowed", "Crooked", "Distant", "Electric", "Forgotten", "Gentle", "Hollow", "Iron", "Jade")
_THINGS = ("Harbour", "Kingdom", "Letter", "Mirror", "Night", "Orchard", "Parade", "River", "Summer", "Tower")
_GENRES = ("Drama", "Comedy", "Thriller", "Romance", "Action", "Documentary", "Horror", "Musical")


@dataclass(frozen=True)
class Synthetic:
    """How to draw a table; ``rounded`` gives half stars, which adds to the noise."""

    n_users: int
    n_items: int
    n_ratings: int
    n_factors: int = 4
    noise_std: float = NOISE_STD
    rounded: bool = False

    def __post_init__(self) -> None:
        for name in ("n_users", "n_items", "n_ratings", "n_factors"):
            if getattr(self, name) < 1:
                raise InvalidArgument(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0 <= self.noise_std < float("inf"):
            raise InvalidArgument(f"noise_std must be 0 or more stars, got {self.noise_std:g}")
        cells = self.n_users * self.n_items
        most = cells if cells <= EXACT_CELLS else int(cells * MAX_DENSITY)
        if self.n_ratings > most:
            raise InvalidArgument(
                f"n_ratings must be at most {most} for {self.n_users} users and {self.n_items} films, got {self.n_ratings}"
            )

    @classmethod
    def from_name(cls, name: str) -> Synthetic:
        """Return the table that ``synthetic:USERSxITEMSxRATINGS`` asks for."""
        sizes = re.fullmatch(rf"{PREFIX}(\d+)x(\d+)x(\d+)", name)
        if not sizes:
            raise InvalidArgument(f"dataset {name!r} is not understood, synthetic:USERSxITEMSxRATINGS is allowed")
        n_users, n_items, n_ratings = map(int, sizes.groups())
        return cls(n_users, n_items, n_ratings)

    @property
    def name(self) -> str:
        """The data set's name."""
        return f"{PREFIX}{self.n_users}x{self.n_items}x{self.n_ratings}"

    def draw(self, *, seed: int) -> Dataset:
        """Return the data set with its truth; equal seeds give equal data."""
        generator = Generator().manual_seed(seed)
        truth = self._draw_truth(generator)
        users, items = self._draw_pairs(generator)
        values = truth.score(users, items) + self.noise_std * _normal(self.n_ratings, generator=generator)
        if self.rounded:
            values = (values / SCALE.step).round() * SCALE.step
        films = Catalogue(_invented_films(truth.item_factors))
        ratings = Ratings(
            users.to(torch.int32),
            items.to(torch.int32),
            values.clamp(SCALE.low, SCALE.high).to(torch.float32),
            torch.randint(FIRST_SECOND, FIRST_SECOND + N_SECONDS, (self.n_ratings,), generator=generator),
            IdMap(range(1, self.n_users + 1), kind="user"),
            IdMap((film.id for film in films), kind="film"),
            SCALE,
        )
        return Dataset(self.name, ratings, films, self._card(seed), truth)

    def _card(self, seed: int) -> DataCard:
        return DataCard(
            title=f"Synthetic ratings, {self.n_users} × {self.n_items}",
            licence="Free to use: invented numbers about invented films.",
            note=f"{self.n_ratings} ratings drawn from {self.n_factors} known factors with seed {seed}; no real people.",
        )

    def _draw_truth(self, generator: Generator) -> Truth:
        # The dot product of d pairs of Gaussians with variance v each has variance d v².
        spread = (TASTE_STD**2 / self.n_factors) ** 0.25
        return Truth(
            spread * _normal(self.n_users, self.n_factors, generator=generator),
            spread * _normal(self.n_items, self.n_factors, generator=generator),
            USER_BIAS_STD * _normal(self.n_users, generator=generator),
            ITEM_BIAS_STD * _normal(self.n_items, generator=generator),
            GLOBAL_MEAN,
            self.noise_std,
        )

    def _draw_pairs(self, generator: Generator) -> tuple[Tensor, Tensor]:
        activity = _long_tail(self.n_users, ACTIVITY_EXPONENT, generator)
        popularity = _long_tail(self.n_items, POPULARITY_EXPONENT, generator)
        if self.n_users * self.n_items <= EXACT_CELLS:
            cells = _draw_exactly(activity, popularity, self.n_ratings, generator)
        else:
            cells = _draw_until_enough(activity, popularity, self.n_ratings, generator)
        return cells // self.n_items, cells % self.n_items


def _normal(*shape: int, generator: Generator) -> Tensor:
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def _long_tail(n: int, exponent: float, generator: Generator) -> Tensor:
    """Weights (n,) that sum to 1 and follow a power law of a rank which is itself drawn."""
    weights = (torch.randperm(n, generator=generator).to(torch.float64) + RANK_OFFSET) ** -exponent
    return weights / weights.sum()


def _draw_exactly(activity: Tensor, popularity: Tensor, n: int, generator: Generator) -> Tensor:
    """Draw n distinct cells with the products as weights: the largest of log weight + Gumbel noise."""
    weights = torch.outer(activity, popularity).flatten()
    noise = torch.empty_like(weights).exponential_(generator=generator)
    return (weights / noise).topk(n).indices


def _draw_until_enough(activity: Tensor, popularity: Tensor, n: int, generator: Generator) -> Tensor:
    """Draw cells until n differ."""
    cells = torch.empty(0, dtype=torch.int64)
    sides = [weights.cumsum(0) for weights in (activity, popularity)]
    while len(cells) < n:
        n_more = int((n - len(cells)) * 1.5) + 1
        users, items = (
            torch.searchsorted(side, torch.rand(n_more, generator=generator, dtype=torch.float64)).clamp_(
                max=len(side) - 1
            )
            for side in sides
        )
        cells = torch.cat([cells, users * len(popularity) + items]).unique()
    return cells[torch.randperm(len(cells), generator=generator)[:n]]


def _invented_films(item_factors: Tensor) -> Iterator[Film]:
    """Films whose genres follow their strongest factor, so that an axis of a map has something to show."""
    strongest = item_factors.abs().argmax(1)
    positive = item_factors.gather(1, strongest[:, None]).squeeze(1) > 0
    for number, (factor, up) in enumerate(zip(strongest.tolist(), positive.tolist(), strict=True), start=1):
        word, thing = _WORDS[number % 10], _THINGS[number // 10 % 10]
        genre = _GENRES[(2 * factor + up) % len(_GENRES)]
        yield Film(number, f"{word} {thing} (synthetic {number})", 1950 + number * 7 % 70, (genre,))
