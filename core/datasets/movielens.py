"""MovieLens in the layouts GroupLens has used over the years, from a folder or a zip.

100K: ``u.data`` (tab), ``u.item`` and, if it is there, ``u.user`` (pipe); 1M and 10M: ``ratings.dat`` and ``movies.dat`` ("::"); 20M, 25M, 32M and
latest: ``ratings.csv`` and ``movies.csv``. Rows keep the order of the file: the published splits go by it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.catalogue import Catalogue
from core.datasets.cells import decode
from core.datasets.delimited import Layout, read_delimited
from core.datasets.films import films_100k, films_csv, films_dat, with_links, with_tags
from core.datasets.movielens_facts import HALF_STARS, WHOLE_STARS, MovieLens
from core.datasets.people import Profile, people_100k
from core.datasets.problems import Rules
from core.datasets.source import Source
from core.errors import DataError
from core.ids import Id
from core.ratings import Ratings
from core.scale import RatingScale

RATINGS_HEADER = "userId,movieId,rating,timestamp"
PEOPLE_100K = "u.user"


@dataclass(frozen=True)
class Edition:
    """One layout: the two files it is known by, how each is read, and its scale, the widest where there are two."""

    ratings: str
    films: str
    layout: Layout
    scale: RatingScale
    read_films: Callable[[bytes, str], Catalogue]


EDITIONS = (
    Edition("u.data", "u.item", Layout("\t", 4), WHOLE_STARS, films_100k),
    Edition("ratings.dat", "movies.dat", Layout("::", 4), HALF_STARS, films_dat),
    Edition("ratings.csv", "movies.csv", Layout(",", 4, has_header=True, quoted=True), HALF_STARS, films_csv),
)


def is_movielens(source: Source) -> bool:
    """Return whether the files are in one of the layouts; a table of somebody's own may have the names alone."""
    edition = _edition_of(source)
    return edition is not None and (not edition.layout.has_header or _header(source, edition) == RATINGS_HEADER)


def read_movielens(source: Source, *, facts: MovieLens | None = None) -> tuple[Ratings, Catalogue, dict[Id, Profile]]:
    """Return ratings, in the order of the file, films and people; raise ``DataError`` for what cannot be used.

    With ``facts`` the scale and the numbers of people and ratings must be the published ones.
    """
    edition = _edition_of(source)
    if edition is None:
        pairs = ", ".join(f"{edition.ratings} with {edition.films}" for edition in EDITIONS)
        raise DataError.at(source.path, None, f"no MovieLens files are in it, {pairs} is allowed")
    if edition.layout.has_header and (header := _header(source, edition)) != RATINGS_HEADER:
        raise DataError.at(edition.ratings, 1, f"the header is {header!r}, {RATINGS_HEADER!r} is needed")
    films = _films(source, edition)
    scale = facts.scale if facts else edition.scale
    rules = Rules(edition.ratings, scale=scale, whole_ids=True, films=films.ids, films_name=edition.films)
    ratings = read_delimited(_content(source, edition.ratings), replace(edition.layout, rules=rules))
    if facts:
        _check_counts(source, ratings, facts)
    elif edition.ratings == "ratings.dat":  # 1M has whole stars, 10M half ones
        ratings = replace(ratings, scale=RatingScale.of(ratings.values.unique().tolist()))
    has_people = edition.ratings == "u.data" and source.find(PEOPLE_100K) is not None
    return ratings, films, people_100k(_content(source, PEOPLE_100K), PEOPLE_100K) if has_people else {}


def _edition_of(source: Source) -> Edition | None:
    found = (edition for edition in EDITIONS if source.find(edition.ratings) and source.find(edition.films))
    return next(found, None)


def _header(source: Source, edition: Edition) -> str:
    first = source.read(source.find(edition.ratings) or edition.ratings, 4096).splitlines()
    return decode(first[0], edition.ratings).strip() if first else ""


def _content(source: Source, file: str) -> bytes:
    return source.read(source.find(file) or file)


def _films(source: Source, edition: Edition) -> Catalogue:
    films = edition.read_films(_content(source, edition.films), edition.films)
    if edition.films == "movies.csv":
        for file, add in (("links.csv", with_links), ("tags.csv", with_tags)):
            if source.find(file):
                films = add(films, _content(source, file), file)
    return films


def _check_counts(source: Source, ratings: Ratings, facts: MovieLens) -> None:
    here, known = (len(ratings), ratings.n_users), (facts.n_ratings, facts.n_users)
    if here != known and not facts.grows:
        raise DataError.at(
            source.path,
            None,
            f"it holds {here[0]} ratings by {here[1]} people, {facts.title} has {known[0]} by {known[1]}",
        )
