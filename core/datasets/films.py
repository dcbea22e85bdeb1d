"""Film tables: from the MovieLens layouts and from somebody's own."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from core.catalogue import Catalogue, Film, film_from_title
from core.datasets.cells import decode, is_whole
from core.datasets.delimited import lines_of
from core.errors import DataError
from core.ids import Id

# The flags of u.item from its sixth column on; the first says that no genre is known.
GENRES_100K = (
    *(
        "unknown",
        "Action",
        "Adventure",
        "Animation",
        "Children's",
        "Comedy",
        "Crime",
        "Documentary",
        "Drama",
        "Fantasy",
    ),
    *("Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western"),
)
NO_GENRES = ("", "(no genres listed)")
# A film keeps its most used tags: enough to name a direction by, few enough for a hover card.
MAX_TAGS = 10
MOVIES_HEADER = ["movieId", "title", "genres"]


def films_100k(data: bytes, name: str) -> Catalogue:
    """Return the films of ``u.item``: id|title|date|video date|address|19 genre flags."""
    rows = _checked(
        lines_of(decode(data, name, fallback="latin-1"), "|", quoted=False, name=name), name, 5 + len(GENRES_100K)
    )
    return _catalogue(
        (
            (
                number,
                cells[0],
                cells[1],
                [genre for genre, flag in zip(GENRES_100K[1:], cells[6:], strict=True) if flag == "1"],
            )
            for number, cells in rows
        ),
        name,
    )


def films_dat(data: bytes, name: str) -> Catalogue:
    """Return the films of ``movies.dat``: id::title::genre|genre."""
    rows = _checked(lines_of(decode(data, name, fallback="latin-1"), "::", quoted=False, name=name), name, 3)
    return _catalogue(((number, cells[0], cells[1], genres_of(cells[2])) for number, cells in rows), name)


def films_csv(data: bytes, name: str) -> Catalogue:
    """Return the films of ``movies.csv``: movieId,title,genres under that header."""
    lines = lines_of(decode(data, name), ",", quoted=True, name=name)
    number, header = next(lines, (1, MOVIES_HEADER))
    if header != MOVIES_HEADER:
        raise DataError.at(name, number, f"the header is {','.join(header)!r}, {','.join(MOVIES_HEADER)!r} is needed")
    rows = _checked(lines, name, len(MOVIES_HEADER))
    return _catalogue(((number, cells[0], cells[1], genres_of(cells[2])) for number, cells in rows), name)


def genres_of(cell: str) -> list[str]:
    """Return the genres in a cell such as "Comedy|Drama"."""
    return [] if cell in NO_GENRES else [genre.strip() for genre in cell.split("|") if genre.strip()]


def with_links(films: Catalogue, data: bytes, name: str) -> Catalogue:
    """Return the films with the IMDb and TMDB ids of ``links.csv``: movieId,imdbId,tmdbId."""
    lines = lines_of(decode(data, name), ",", quoted=True, name=name)
    rows = [cells for _, cells in lines if len(cells) > 1 and is_whole(cells[0])]
    imdb: dict[Id, str] = {int(cells[0]): f"tt{cells[1]}" for cells in rows if cells[1]}
    tmdb: dict[Id, int] = {int(cells[0]): int(cells[2]) for cells in rows if len(cells) > 2 and is_whole(cells[2])}
    return films.with_details(imdb_ids=imdb, tmdb_ids=tmdb)


def with_tags(films: Catalogue, data: bytes, name: str) -> Catalogue:
    """Return the films with their most used tags out of ``tags.csv``: userId,movieId,tag,timestamp."""
    try:
        table = pd.read_csv(
            io.StringIO(decode(data, name)), usecols=["movieId", "tag"], dtype={"movieId": int, "tag": str}
        )
    except ValueError as error:  # pandas' parser errors are its children
        raise DataError.at(name, None, f"columns movieId and tag are needed, {str(error).splitlines()[0]}") from None
    table["tag"] = table["tag"].str.strip().str.lower()
    counts = table.dropna().value_counts(["movieId", "tag"], sort=False).reset_index(name="n")
    counts = counts.sort_values(["movieId", "n", "tag"], ascending=[True, False, True])
    tags = counts.groupby("movieId").head(MAX_TAGS).groupby("movieId")["tag"].agg(tuple)
    return films.with_details(tags={int(film): words for film, words in tags.items()})


def _checked(
    lines: Iterable[tuple[int, list[str]]], name: str | Path, n_columns: int
) -> Iterator[tuple[int, list[str]]]:
    for number, cells in lines:
        if len(cells) != n_columns:
            raise DataError.at(name, number, f"the line has {len(cells)} columns, {n_columns} are needed")
        yield number, cells


def _catalogue(rows: Iterable[tuple[int, str, str, list[str]]], name: str) -> Catalogue:
    """Return the films of rows (line, id, title, genres), ids being whole numbers and each there once."""
    films: dict[Id, Film] = {}
    for number, label, title, genres in rows:
        if not is_whole(label):
            raise DataError.at(name, number, f"film id {label!r} is not a number, a whole number is allowed")
        if int(label) in films:
            raise DataError.at(name, number, f"film {label} stands a second time, each film once is allowed")
        films[int(label)] = film_from_title(int(label), title, genres)
    if not films:
        raise DataError.at(name, None, "the file is empty, at least one film is needed")
    return Catalogue(films.values())
