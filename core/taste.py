"""What a person's own ratings say about them, against everybody else's: counts and means, no model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean

from core.catalogue import Catalogue
from core.datasets.dataset import Dataset
from core.ratings import Id, Ratings

# A genre is worth naming only if the person rated at least this many of its films.
LEAST_FILMS_OF_GENRE = 3


@dataclass(frozen=True)
class GenreShare:
    """A genre's share of the films a person rated, and of all ratings in the data, 0 to 1."""

    genre: str
    share: float
    usual_share: float

    @property
    def lift(self) -> float:
        """How many times the usual share."""
        return self.share / self.usual_share


@dataclass(frozen=True)
class Taste:
    """``n_rated`` films, the mean stars given, and ``strictness``: the mean of rating − the film's mean rating."""

    n_rated: int
    mean_rating: float
    strictness: float
    genres: tuple[GenreShare, ...]


def describe_taste(dataset: Dataset, ratings: Mapping[Id, float]) -> Taste | None:
    """Return the taste behind ``ratings`` (film id to stars), the most unusual genre first; None if there are none.

    ``strictness`` is in stars: −1 means a whole star below what others give the same films.
    """
    if not ratings:
        return None
    means = dataset.ratings.item_means
    rows = dict(zip(ratings, dataset.ratings.items.rows(ratings), strict=True))
    differences = [stars - mean for item, stars in ratings.items() if (mean := float(means[rows[item]])) == mean]
    return Taste(
        n_rated=len(ratings),
        mean_rating=fmean(ratings.values()),
        strictness=fmean(differences) if differences else 0.0,
        genres=_unusual_genres(dataset, ratings),
    )


def _unusual_genres(dataset: Dataset, ratings: Mapping[Id, float]) -> tuple[GenreShare, ...]:
    own = Counter(genre for item in ratings if item in dataset.films for genre in dataset.films[item].genres)
    usual = _usual_shares(dataset.ratings, dataset.films)
    shares = [
        GenreShare(genre, count / len(ratings), usual[genre])
        for genre, count in own.items()
        if count >= LEAST_FILMS_OF_GENRE and usual.get(genre)
    ]
    return tuple(sorted(shares, key=lambda share: -share.lift))


@lru_cache(maxsize=8)
def _usual_shares(ratings: Ratings, films: Catalogue) -> Mapping[str, float]:
    """Each genre's share of all ratings."""
    totals: Counter[str] = Counter()
    for item, count in zip(ratings.items, ratings.item_counts.tolist(), strict=True):
        if item in films:
            totals.update(dict.fromkeys(films[item].genres, count))
    return {genre: total / len(ratings) for genre, total in totals.items()}
