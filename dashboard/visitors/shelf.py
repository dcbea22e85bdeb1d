"""What somebody rated, watched and wants to watch, told from the log of their changes; no database here.

The log only grows. Undoing appends a line that names the step it takes back, so that any number of steps can be
undone and nothing is ever lost: the shelf is what remains when the steps that were taken back are skipped. A step is
one line, or a batch of lines that came together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, TypeAlias

FilmId: TypeAlias = int | str
# How a film came to be rated: a person searched for it, the app put it before them, or it came with their own history.
Source: TypeAlias = Literal["search", "offered", "imported"]
SOURCES: tuple[Source, ...] = ("search", "offered", "imported")
# What can be noted of a film without stars: it was watched, or it is to be watched; and that neither holds any more.
Mark: TypeAlias = Literal["seen", "unseen", "want", "unwant"]
MARKS: tuple[Mark, ...] = ("seen", "unseen", "want", "unwant")
Kind: TypeAlias = Literal["rate", "remove", "clear", "seen", "unseen", "want", "unwant", "batch"]


@dataclass(frozen=True)
class Rating:
    """One film somebody rated: ``stars``, how the film came to be rated, and when (seconds since 1970)."""

    film: FilmId
    stars: float
    source: Source
    rated_at: int


@dataclass(frozen=True)
class Step:
    """What every line of the log has: its number, when it was written down, and the batch that it belongs to.

    ``batch`` is the number of the batch's first line, ``label`` what that line calls the whole.
    """

    id: int
    at: int = field(default=0, kw_only=True)
    batch: int | None = field(default=None, kw_only=True)
    label: str | None = field(default=None, kw_only=True)

    @property
    def step(self) -> int:
        """The number that an undo names: the batch's, where there is one."""
        return self.id if self.batch is None else self.batch


@dataclass(frozen=True)
class Rated(Step):
    """A line of the log: a film got stars, for the first time or anew."""

    rating: Rating


@dataclass(frozen=True)
class Removed(Step):
    """A line of the log: a film lost its stars."""

    film: FilmId


@dataclass(frozen=True)
class Cleared(Step):
    """A line of the log: all films lost their stars, in one step."""


@dataclass(frozen=True)
class Marked(Step):
    """A line of the log: a film was watched, or is to be watched, or neither any more."""

    film: FilmId
    mark: Mark


@dataclass(frozen=True)
class Undone(Step):
    """A line of the log: the step ``undoes`` was taken back."""

    undoes: int


Event: TypeAlias = Rated | Removed | Cleared | Marked | Undone


@dataclass(frozen=True)
class Change:
    """One step of a shelf: ``taken`` are the ratings it replaced or removed, ``given`` the last one it set.

    ``n`` is how many films it touched, ``film`` the last of them, ``label`` what a batch is called.
    """

    id: int
    kind: Kind
    taken: tuple[Rating, ...] = ()
    given: Rating | None = None
    at: int = 0
    film: FilmId | None = None
    n: int = 1
    label: str | None = None


@dataclass(frozen=True)
class Shelf:
    """What somebody rated, the latest last, and the change that an undo would take back (None if there is none).

    ``seen`` are the films they watched without giving stars, ``watchlist`` those they want to watch, the latest last.
    ``changes`` are the steps that stand, oldest first.
    """

    ratings: tuple[Rating, ...] = ()
    last_change: Change | None = None
    seen: tuple[FilmId, ...] = ()
    watchlist: tuple[FilmId, ...] = ()
    changes: tuple[Change, ...] = field(default=(), compare=False, repr=False)

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
    piles = _Piles()
    changes: dict[int, Change] = {}
    for event in events:
        if not isinstance(event, Undone) and event.step not in taken_back:
            change = piles.apply(event)
            before = changes.get(event.step)
            changes[event.step] = change if before is None else _joined(before, change)
    steps = tuple(changes.values())
    return Shelf(
        ratings=tuple(piles.ratings.values()),
        last_change=max(steps, key=lambda change: change.id, default=None),
        seen=tuple(film for film in piles.seen if film not in piles.ratings),
        watchlist=tuple(piles.wanted),
        changes=steps,
    )


def _joined(first: Change, more: Change) -> Change:
    """One change from the lines of a batch."""
    return replace(
        first,
        kind="batch",
        taken=(*first.taken, *more.taken),
        given=more.given or first.given,
        film=more.film,
        n=first.n + 1,
    )


@dataclass
class _Piles:
    """The shelf while the log is being read: dicts keep the order in which films came."""

    ratings: dict[FilmId, Rating] = field(default_factory=dict)
    seen: dict[FilmId, None] = field(default_factory=dict)
    wanted: dict[FilmId, None] = field(default_factory=dict)

    def apply(self, event: Rated | Removed | Cleared | Marked) -> Change:
        """Change the piles as ``event`` says; a film that is rated or marked anew moves to the end."""
        kind, taken, given, film = self._applied(event)
        return Change(
            event.step, kind if event.label is None else "batch", taken, given, event.at, film, 1, event.label
        )

    def _applied(
        self, event: Rated | Removed | Cleared | Marked
    ) -> tuple[Kind, tuple[Rating, ...], Rating | None, FilmId | None]:
        match event:
            case Cleared():
                taken = tuple(self.ratings.values())
                self.ratings.clear()
                return "clear", taken, None, None
            case Removed(film=film):
                return "remove", self._take(film), None, film
            case Marked(film=film, mark=mark):
                self._mark(film, mark)
                return mark, (), None, film
            case Rated(rating=rating):
                before = self._take(rating.film)
                # How a film came to be rated stays: changing one's mind in the list is no new search.
                given = replace(rating, source=before[0].source) if before else rating
                self.ratings[given.film] = given
                self.wanted.pop(given.film, None)  # who rates a film has watched it
                return "rate", before, given, given.film

    def _mark(self, film: FilmId, mark: Mark) -> None:
        pile = self.seen if mark in ("seen", "unseen") else self.wanted
        pile.pop(film, None)
        if mark in ("seen", "want"):
            pile[film] = None
        if mark == "seen":
            self.wanted.pop(film, None)

    def _take(self, film: FilmId) -> tuple[Rating, ...]:
        taken = self.ratings.pop(film, None)
        return (taken,) if taken else ()
