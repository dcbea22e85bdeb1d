"""What somebody rated, told from the log of their changes; no database here.

The log only grows. Undoing appends a line that names the change it takes back, so that any number of changes can
be undone and nothing is ever lost: the ratings are what remains when the changes that were taken back are skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias

FilmId: TypeAlias = int | str
# How a film came to be rated: a person searched for it, the app put it before them, or it came with their own history.
Source: TypeAlias = Literal["search", "offered", "imported"]
SOURCES: tuple[Source, ...] = ("search", "offered", "imported")


@dataclass(frozen=True)
class Rating:
    """One film somebody rated: ``stars``, how the film came to be rated, and when (seconds since 1970)."""

    film: FilmId
    stars: float
    source: Source
    rated_at: int


@dataclass(frozen=True)
class Rated:
    """A line of the log: a film got stars, for the first time or anew."""

    id: int
    rating: Rating


@dataclass(frozen=True)
class Removed:
    """A line of the log: a film lost its stars."""

    id: int
    film: FilmId


@dataclass(frozen=True)
class Cleared:
    """A line of the log: all films lost their stars, in one step."""

    id: int


@dataclass(frozen=True)
class Undone:
    """A line of the log: the change ``undoes`` was taken back."""

    id: int
    undoes: int


Event: TypeAlias = Rated | Removed | Cleared | Undone


@dataclass(frozen=True)
class Change:
    """One change of a shelf: ``taken`` are the ratings it replaced or removed, ``given`` the one it set."""

    id: int
    kind: Literal["rate", "remove", "clear"]
    taken: tuple[Rating, ...]
    given: Rating | None = None


@dataclass(frozen=True)
class Shelf:
    """What somebody rated, the latest last, and the change that an undo would take back (None if there is none)."""

    ratings: tuple[Rating, ...] = ()
    last_change: Change | None = None

    @cached_property
    def stars(self) -> dict[FilmId, float]:
        """Stars by film id, the latest last."""
        return {rating.film: rating.stars for rating in self.ratings}

    @cached_property
    def chosen(self) -> frozenset[FilmId]:
        """The films that somebody chose to rate themselves: searched for or imported, not offered by the app."""
        return frozenset(rating.film for rating in self.ratings if rating.source != "offered")


def shelf_of(events: Sequence[Event]) -> Shelf:
    """Return the shelf that a log, oldest line first, leads to."""
    taken_back = {event.undoes for event in events if isinstance(event, Undone)}
    ratings: dict[FilmId, Rating] = {}
    last: Change | None = None
    for event in events:
        if not isinstance(event, Undone) and event.id not in taken_back:
            last = _apply(event, ratings)
    return Shelf(tuple(ratings.values()), last)


def _apply(event: Rated | Removed | Cleared, ratings: dict[FilmId, Rating]) -> Change:
    """Change ``ratings`` as ``event`` says; a film rated anew moves to the end."""
    match event:
        case Cleared():
            taken = tuple(ratings.values())
            ratings.clear()
            return Change(event.id, "clear", taken)
        case Removed():
            return Change(event.id, "remove", _take(event.film, ratings))
        case Rated(rating=rating):
            before = _take(rating.film, ratings)
            # How a film came to be rated stays: changing one's mind in the list is no new search.
            given = replace(rating, source=before[0].source) if before else rating
            ratings[given.film] = given
            return Change(event.id, "rate", before, given)


def _take(film: FilmId, ratings: dict[FilmId, Rating]) -> tuple[Rating, ...]:
    taken = ratings.pop(film, None)
    return (taken,) if taken else ()
