"""What a person's own ratings say about them, against everybody else's: counts and means, no model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean

import torch
from torch import Tensor

from core.catalogue import Catalogue
from core.datasets.dataset import Dataset
from core.ratings import Id, Ratings

# A genre is worth naming only if the person rated at least this many of its films.
LEAST_FILMS_OF_GENRE = 3
# Who is shown first: ratings that fit on a page, and the share of them that a genre must fill to characterise.
READABLE = (40, 120)
TELLING_SHARE = 0.2


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


def telling_user(dataset: Dataset, *, among: int = 2_000) -> Id:
    """Return a user whose ratings say much at a glance: the most unusual favourite genre, from a list one can read.

    Of the first ``among`` users with 40 to 120 ratings, the one with the highest lift of a genre that fills at
    least a fifth of what they rated; the user with the most ratings if nobody is like that.
    """
    ratings = dataset.ratings
    counts = ratings.user_counts
    readable = ((counts >= READABLE[0]) & (counts <= READABLE[1])).nonzero()[:among, 0].tolist()
    order = torch.argsort(ratings.user_idx, stable=True)
    rows = ratings.item_idx[order].split(counts.tolist())
    best = max(
        ((lift, -user) for user in readable if (lift := _best_lift(dataset, rows[user])) is not None), default=None
    )
    return ratings.users.labels[-best[1] if best is not None else int(counts.argmax())]


def _best_lift(dataset: Dataset, rows: Tensor) -> float | None:
    items = {dataset.ratings.items.labels[row]: 0.0 for row in rows.tolist()}
    return max((share.lift for share in _unusual_genres(dataset, items) if share.share >= TELLING_SHARE), default=None)


def _unusual_genres(dataset: Dataset, ratings: Mapping[Id, float]) -> tuple[GenreShare, ...]:
    own = Counter(
        genre for item in ratings if item in dataset.films for genre in dict.fromkeys(dataset.films[item].genres)
    )
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
