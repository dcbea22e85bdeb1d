"""Kinds of people, films and moments: where a model may be better or worse than its mean says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core.catalogue import Catalogue
from core.datasets.people import Profile
from core.ids import Id
from core.ratings import Ratings

THIRDS = 3
ACTIVITY = ("people with few ratings", "people with a middling number of ratings", "people with many ratings")
POPULARITY = ("least rated films", "films in between", "most rated films")
TIME = ("earliest third of the ratings", "middle third of the ratings", "latest third of the ratings")
# An error over fewer says little, and each slice more widens the intervals of all.
LEAST_PEOPLE, LEAST_RATINGS = 10, 50


@dataclass(frozen=True, eq=False)
class Group:
    """Films of one kind: ``rows`` (n_items,) says which."""

    kind: str
    name: str
    rows: Tensor


@dataclass(frozen=True, eq=False)
class Slice:
    """Held-out ratings of one kind: ``entries`` are their places in the test part."""

    kind: str
    name: str
    entries: Tensor


def film_groups(train: Ratings, films: Catalogue) -> tuple[Group, ...]:
    """Return the films by popularity, genre and decade, in this order.

    Each kind of popularity holds about a third of all ratings in ``train``: few films, more, and all the rest.
    """
    known = [films[label] if label in films else None for label in train.items]  # noqa: SIM401 - no mapping
    genres = _words(film.genres if film else () for film in known)
    decades = _words((f"{film.year // 10 * 10}s",) if film and film.year is not None else () for film in known)
    thirds = _popularity_thirds(train.item_counts)
    popularity = [(name, thirds == number) for number, name in enumerate(POPULARITY)]
    kinds = (("popularity", popularity), ("genre", genres), ("decade", decades))
    return tuple(Group(kind, name, rows) for kind, each in kinds for name, rows in each)


def make_slices(
    train: Ratings, test: Ratings, films: Catalogue, people: Mapping[Id, Profile] | None = None
) -> tuple[Slice, ...]:
    """Return the parts of ``test`` by people's activity, films' popularity, genre, decade, time, and age and gender if known.

    Activity and popularity are counted in ``train`` alone. People are cut into thirds of equal number, ratings by time
    into thirds, films as ``film_groups`` does. Ratings may stand in several slices, or in none. Slices of fewer than
    ``LEAST_PEOPLE`` people or ``LEAST_RATINGS`` ratings are left out.
    """
    slices = [*_by_person(train, test, people or {}), *_by_film(train, test, films), *_by_time(test)]
    return tuple(each for each in slices if _is_large_enough(each, test))


def by_rank(numbers: Tensor) -> Tensor:
    """Return 0, 1 or 2 for the lowest, middle and highest third of ``numbers`` (n,); ties keep their order."""
    thirds = torch.empty(len(numbers), dtype=torch.int64)
    for number, places in enumerate(numbers.argsort(stable=True).tensor_split(THIRDS)):
        thirds[places] = number
    return thirds


def _is_large_enough(one: Slice, test: Ratings) -> bool:
    return len(one.entries) >= LEAST_RATINGS and len(test.user_idx[one.entries].unique()) >= LEAST_PEOPLE


def _popularity_thirds(counts: Tensor) -> Tensor:
    """0 for the least rated films to 2 for the most: what stands before a film, and half its own, decides."""
    order = counts.argsort(stable=True)
    ordered = counts[order].double()
    middle = (ordered.cumsum(0) - ordered / 2) / ordered.sum().clamp(min=1)
    thirds = torch.empty_like(counts)
    thirds[order] = (middle * THIRDS).floor().clamp(max=THIRDS - 1).long()
    return thirds


def _words(words: Iterable[Iterable[str]]) -> list[tuple[str, Tensor]]:
    """Return for each word, in alphabetical order, which rows have it."""
    rows: dict[str, list[int]] = {}
    n = 0
    for row, each in enumerate(words):
        n = row + 1
        for word in set(each):
            rows.setdefault(word, []).append(row)
    return [(word, _mask(n, rows[word])) for word in sorted(rows)]


def _mask(n: int, rows: list[int]) -> Tensor:
    mask = torch.zeros(n, dtype=torch.bool)
    mask[rows] = True
    return mask


def _by_person(train: Ratings, test: Ratings, people: Mapping[Id, Profile]) -> Iterator[Slice]:
    users, place = test.user_idx.long().unique(return_inverse=True)
    thirds = by_rank(train.user_counts[users])[place]
    for number, name in enumerate(ACTIVITY):
        yield Slice("activity", name, (thirds == number).nonzero()[:, 0])
    profiles = [people.get(test.users.labels[row], Profile()) for row in users.tolist()]
    readings: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("age", lambda word: word.startswith("aged ")),
        ("gender", lambda word: word.startswith("gender ")),
    )
    for kind, belongs in readings:
        for word, rows in _words([filter(belongs, profile.words) for profile in profiles]):
            yield Slice(kind, word, rows[place].nonzero()[:, 0])


def _by_film(train: Ratings, test: Ratings, films: Catalogue) -> Iterator[Slice]:
    for group in film_groups(train, films):
        yield Slice(group.kind, group.name, group.rows[test.item_idx.long()].nonzero()[:, 0])


def _by_time(test: Ratings) -> Iterator[Slice]:
    if test.timestamps is None:
        return
    thirds = by_rank(test.timestamps)
    for number, name in enumerate(TIME):
        yield Slice("time", name, (thirds == number).nonzero()[:, 0])
