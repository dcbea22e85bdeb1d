"""What somebody watched and how they rated it, as another service's export tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.scale import RatingScale

Kind: TypeAlias = Literal["film", "series"]
Source: TypeAlias = Literal["Letterboxd", "IMDb", "Trakt", "Netflix"]

# Stars as visitors give them; services that count to ten are halved.
STARS = RatingScale(0.5, 5.0, 0.5)
OUT_OF_TEN = RatingScale(1.0, 10.0, 1.0)


@dataclass(frozen=True)
class Entry:
    """One row of an export.

    ``stars`` (½ to 5 in halves) is None for what was watched but not rated; ``rated_at`` is in seconds since 1970.
    ``other_title`` is a second name that the export gives, ``key`` the service's own name for the film, ``file`` and
    ``line`` (an entry's number in JSON) say where it stood. ``profile`` is there where several people share a file.
    """

    title: str
    file: str
    line: int
    year: int | None = None
    stars: float | None = None
    rated_at: int | None = None
    kind: Kind = "film"
    imdb_id: str | None = None
    tmdb_id: int | None = None
    other_title: str = ""
    key: str = ""
    profile: str = ""

    @property
    def label(self) -> str:
        """The title with its year, where one is known."""
        return self.title if self.year is None else f"{self.title} ({self.year})"

    @property
    def film(self) -> tuple[object, ...]:
        """What tells one film from another as far as this row says."""
        return self.title, self.year, self.other_title, self.imdb_id


@dataclass(frozen=True)
class History:
    """An export: every row that was read, in the order of the files, and how many rows are no viewing at all.

    ``not_viewings`` are trailers, and films only begun: left out without a further word of each.
    """

    source: Source
    entries: tuple[Entry, ...]
    files: tuple[str, ...]
    not_viewings: int = 0

    @property
    def profiles(self) -> tuple[str, ...]:
        """The people whose viewings the export holds, where it tells them apart."""
        return tuple(sorted({entry.profile for entry in self.entries if entry.profile}))

    def of_profile(self, profile: str) -> History:
        """Return what one of ``profiles`` watched."""
        theirs = tuple(entry for entry in self.entries if entry.profile == profile)
        return History(self.source, theirs, self.files, self.not_viewings)
