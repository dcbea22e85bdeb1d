"""Films: id, title as people say it, year, genres. Ids everywhere, titles only for eyes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.errors import UnknownId
from core.ratings import Id


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
