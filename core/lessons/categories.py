"""Recommending by category: films are filed under kinds as people name them, and a person is what they give each kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch

from core.catalogue import Film
from core.ids import Id
from core.ratings import Ratings


def kinds_of(film: Film, popularity: float) -> tuple[str, ...]:
    """Return the kinds that people would file ``film`` under, the usual words instead of a catalogue's.

    ``popularity`` is the share of films that have fewer ratings, 0 to 1: what a blockbuster is, and what is not one.
    """
    kinds = {
        "action": {"Action", "Adventure", "Western"},
        "comic": {"Comedy"},
        "for children": {"Children's", "Children", "Animation"},
        "scary": {"Horror", "Thriller"},
        "science fiction": {"Sci-Fi", "Fantasy"},
        "crime": {"Crime", "Mystery", "Film-Noir"},
        "about love": {"Romance"},
        "serious": {"Drama", "War"},
        "with music": {"Musical"},
        "true": {"Documentary"},
    }
    found = [kind for kind, genres in kinds.items() if genres.intersection(film.genres)]
    if popularity >= 0.9:
        found.append("blockbuster")
    elif popularity < 0.6 and {"Drama", "Documentary"}.intersection(film.genres):
        found.append("arthouse")
    if film.year is not None and film.year < 1970:
        found.append("classic")
    return tuple(found)


def file_under_kinds(films: Iterable[Film], ratings: Ratings) -> dict[Id, tuple[str, ...]]:
    """Return the kinds of every film of ``films`` that stands in ``ratings``, which also say how known it is."""
    counts = ratings.item_counts
    fewer = torch.searchsorted(counts.sort().values, counts).double() / len(counts)
    popularity = dict(zip(ratings.items.labels, fewer.tolist(), strict=True))
    return {film.id: kinds_of(film, popularity[film.id]) for film in films if film.id in popularity}


def mean_by_kind(stars: Mapping[Id, float], kinds: Mapping[Id, tuple[str, ...]]) -> dict[str, float]:
    """Return what somebody gives each kind of film on average: the sum of their stars for it / how many these are.

    ``stars`` are what they rated, ``kinds`` what each film is filed under.
    """
    given: dict[str, list[float]] = {}
    for film, value in stars.items():
        for kind in kinds.get(film, ()):
            given.setdefault(kind, []).append(value)
    return {kind: sum(values) / len(values) for kind, values in given.items()}


def guess_by_kind(film: Id, means: Mapping[str, float], kinds: Mapping[Id, tuple[str, ...]]) -> float | None:
    """Return what categories say of ``film``: the mean of what somebody gives its kinds; None if they know none of them.

    ``means`` is what ``mean_by_kind`` gave.
    """
    known = [means[kind] for kind in kinds.get(film, ()) if kind in means]
    return sum(known) / len(known) if known else None


def best_by_kind(
    films: Iterable[Id], means: Mapping[str, float], kinds: Mapping[Id, tuple[str, ...]]
) -> list[tuple[Id, float]]:
    """Return ``films`` with what categories say of each, the best first; films without a known kind are left out.

    Films of the same kinds get the same number, and stand in the order given: nothing tells them apart.
    """
    guesses = [(film, guess_by_kind(film, means, kinds)) for film in films]
    known = [(film, guess) for film, guess in guesses if guess is not None]
    return sorted(known, key=lambda pair: -pair[1])


@dataclass(frozen=True)
class KindStars:
    """A kind of film: how often somebody gave it each level of the scale, and their mean, which is the guess."""

    kind: str
    counts: tuple[int, ...]
    mean: float

    @property
    def n_films(self) -> int:
        """How many films of the kind they rated."""
        return sum(self.counts)

    def span(self, levels: Sequence[float]) -> tuple[float, float]:
        """Return the lowest and the highest of ``levels`` that they gave the kind."""
        given = [level for level, n in zip(levels, self.counts, strict=True) if n]
        return given[0], given[-1]


def favourite_kinds(
    stars: Mapping[Id, float],
    kinds: Mapping[Id, tuple[str, ...]],
    levels: Sequence[float],
    *,
    min_films: int = 3,
) -> list[KindStars]:
    """Return the kinds that somebody rated at least ``min_films`` of, the one with the highest mean first.

    ``levels`` are those of the scale; a rating counts for the nearest.
    """
    means = mean_by_kind(stars, kinds)
    counts = {kind: [0] * len(levels) for kind in means}
    for film, value in stars.items():
        nearest = min(range(len(levels)), key=lambda place: abs(levels[place] - value))
        for kind in kinds.get(film, ()):
            counts[kind][nearest] += 1
    found = [KindStars(kind, tuple(counts[kind]), mean) for kind, mean in means.items()]
    return sorted((kind for kind in found if kind.n_films >= min_films), key=lambda kind: -kind.mean)


@dataclass(frozen=True)
class Miss:
    """What categories guessed of a film, and what somebody really gave it, in stars."""

    film: Id
    guess: float
    given: float

    @property
    def distance(self) -> float:
        """How far off the guess is, in stars."""
        return abs(self.guess - self.given)


def misses(hidden: Mapping[Id, float], means: Mapping[str, float], kinds: Mapping[Id, tuple[str, ...]]) -> list[Miss]:
    """Return the guesses for ratings that went into no mean, the worst first; films without a known kind are left out."""
    guesses = [(film, guess_by_kind(film, means, kinds), given) for film, given in hidden.items()]
    found = [Miss(film, guess, given) for film, guess, given in guesses if guess is not None]
    return sorted(found, key=lambda miss: -miss.distance)


def filed_alike(films: Iterable[Id], kinds: Mapping[Id, tuple[str, ...]]) -> list[Id]:
    """Return the most numerous of ``films`` that are filed under the very same kinds: to categories, one film."""
    groups: dict[tuple[str, ...], list[Id]] = {}
    for film in films:
        if kinds.get(film):
            groups.setdefault(tuple(sorted(kinds[film])), []).append(film)
    return max(groups.values(), key=len, default=[])
