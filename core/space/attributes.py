"""What is known of films besides their place: what a direction of the space may turn out to track."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from core.catalogue import Catalogue, Film
from core.ratings import Ratings

Kind: TypeAlias = Literal["number", "yes/no"]

POPULARITY, MEAN_RATING, YEAR = "popularity", "mean rating", "release year"
NOT_TASTE = (POPULARITY, MEAN_RATING)  # what people mistake for it
# A genre or tag needs as many films that have it, and as many that do not: with fewer, a direction's agreement with it
# is mostly chance, and its interval spans nearly everything.
LEAST_FILMS = 10
# The most used tags that are asked about: each one more raises the bar for all.
MOST_TAGS = 20


@dataclass(frozen=True)
class Attribute:
    """Something a film has more or less of, or has or has not; ``low`` and ``high`` are words for the two ends.

    ``low`` is empty for a yes/no attribute: a film without it is simply another film.
    """

    name: str
    kind: Kind
    low: str
    high: str


@dataclass(frozen=True, eq=False)
class AttributeTable:
    """``values`` (n_films, n_attributes), float64, NaN where not known; yes is 1, no is 0."""

    attributes: tuple[Attribute, ...]
    values: Tensor


def film_attributes(ratings: Ratings, films: Catalogue, rows: Tensor) -> AttributeTable:
    """Return what is known of the films in ``rows`` (n_films,) of ``ratings``, popularity and mean rating first.

    Popularity is the logarithm of the number of ``ratings``, the mean rating their mean in stars: both from training
    ratings alone, if these are. Then release year, genres in alphabetical order and the most used tags. What fewer
    than ``LEAST_FILMS`` films have, or lack, is left out. A film without any genre is one whose genres are not known;
    so with tags.
    """
    chosen = rows.tolist()
    known = [films[label] if (label := ratings.items.labels[row]) in films else None for row in chosen]
    numbers = [
        (Attribute(POPULARITY, "number", "few ratings", "many ratings"), ratings.item_counts[rows].double().log()),
        (Attribute(MEAN_RATING, "number", "rated low", "rated high"), ratings.item_means[rows]),
        (Attribute(YEAR, "number", "older", "newer"), _numbers(None if film is None else film.year for film in known)),
    ]
    columns = [(attribute, column) for attribute, column in numbers if _varies(column)]
    columns += _labels(known, lambda film: film.genres, "{}", most=None)
    columns += _labels(known, lambda film: film.tags, "“{}”", most=MOST_TAGS)
    if not columns:
        return AttributeTable((), torch.empty(len(chosen), 0, dtype=torch.float64))
    return AttributeTable(
        tuple(attribute for attribute, _ in columns), torch.stack([column for _, column in columns], 1)
    )


def _numbers(values: Iterable[float | None]) -> Tensor:
    return torch.tensor([torch.nan if value is None else value for value in values], dtype=torch.float64)


def _varies(column: Tensor) -> bool:
    """Whether enough films have a number, and they are not all the same."""
    there = column[column.isfinite()]
    return len(there) >= 2 * LEAST_FILMS and bool(there.max() > there.min())


def _labels(
    known: Sequence[Film | None], words_of: Callable[[Film], tuple[str, ...]], form: str, *, most: int | None
) -> list[tuple[Attribute, Tensor]]:
    """Return a yes/no column for each word that enough films have and enough lack, in alphabetical order."""
    words = [frozenset(words_of(film)) if film is not None else frozenset() for film in known]
    counts = Counter(word for each in words for word in each)
    n_known = sum(bool(each) for each in words)
    usable = [word for word, n in counts.items() if LEAST_FILMS <= n <= n_known - LEAST_FILMS]
    asked = sorted(usable, key=lambda word: (-counts[word], word))[:most]
    return [
        (
            Attribute(form.format(word), "yes/no", "", form.format(word)),
            _numbers(float(word in each) if each else None for each in words),
        )
        for word in sorted(asked)
    ]
