"""Films: id, title as people say it, year, genres. Ids everywhere, titles only for eyes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from core.errors import UnknownId
from core.ids import Id
from core.titles import parse_title


@dataclass(frozen=True)
class Film:
    """One film as the catalogue knows it; ``alternatives`` are other names it goes by."""

    id: Id
    title: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    imdb_id: str | None = None
    tmdb_id: int | None = None

    @property
    def label(self) -> str:
        """The title with its year, where one is known."""
        return self.title if self.year is None else f"{self.title} ({self.year})"


def film_from_title(film_id: Id, text: str, genres: Iterable[str] = ()) -> Film:
    """Return the film whose title a catalogue files as ``text``, read as people say it."""
    name, year, alternatives = parse_title(text)
    return Film(film_id, name, year, tuple(genres), alternatives)


class Catalogue:
    """Films by id, in the order of the source. Read only."""

    def __init__(self, films: Iterable[Film]) -> None:
        self._films = {film.id: film for film in films}

    def __len__(self) -> int:
        return len(self._films)

    def __iter__(self) -> Iterator[Film]:
        return iter(self._films.values())

    def __contains__(self, film_id: object) -> bool:
        return film_id in self._films

    def __getitem__(self, film_id: Id) -> Film:
        try:
            return self._films[film_id]
        except (KeyError, TypeError):
            raise UnknownId(f"film {film_id!r} is not in this catalogue of {len(self)} films") from None

    @property
    def ids(self) -> KeysView[Id]:
        """The film ids, in the order of the source."""
        return self._films.keys()

    @cached_property
    def genres(self) -> tuple[str, ...]:
        """Every genre that a film has, in alphabetical order."""
        return tuple(sorted({genre for film in self for genre in film.genres}))

    @cached_property
    def years(self) -> tuple[int, int] | None:
        """The first and last year of a film; None if no year is known."""
        known = [film.year for film in self if film.year is not None]
        return (min(known), max(known)) if known else None

    def select(self, *, genres: Iterable[str] = (), years: tuple[int, int] | None = None) -> list[Id]:
        """Return the ids of films of any of ``genres`` (all films if none is named) made within ``years``, ends included.

        A film without a year is left out as soon as years are asked for.
        """
        wanted = set(genres)
        return [
            film.id
            for film in self
            if (not wanted or wanted.intersection(film.genres))
            and (years is None or (film.year is not None and years[0] <= film.year <= years[1]))
        ]

    def with_details(
        self,
        *,
        tags: Mapping[Id, tuple[str, ...]] | None = None,
        imdb_ids: Mapping[Id, str] | None = None,
        tmdb_ids: Mapping[Id, int] | None = None,
    ) -> Catalogue:
        """Return a catalogue whose films have these tags and ids elsewhere; films it does not hold are passed over."""
        tags, imdb_ids, tmdb_ids = tags or {}, imdb_ids or {}, tmdb_ids or {}
        return Catalogue(
            replace(
                film,
                tags=tags.get(film.id, film.tags),
                imdb_id=imdb_ids.get(film.id, film.imdb_id),
                tmdb_id=tmdb_ids.get(film.id, film.tmdb_id),
            )
            for film in self
        )
