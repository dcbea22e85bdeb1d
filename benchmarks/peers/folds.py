"""The folds, written once, so that every process reads the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core import Ratings, load_dataset
from core.evaluation.splits import PUBLISHED_FOLDS, make_split

FOLDS = {"u1": PUBLISHED_FOLDS[:1], "all": PUBLISHED_FOLDS}


def write_folds(folder: Path, names: tuple[str, ...], *, dataset: str = "ml-100k") -> None:
    """Write each fold as ``folder/NAME.npz``: rows of users and films, and stars, of both parts."""
    folder.mkdir(parents=True, exist_ok=True)
    ratings = load_dataset(dataset).ratings
    for name in names:
        split = make_split(ratings, name)
        columns: dict[str, Any] = {**_columns("train", split.train), **_columns("test", split.test)}
        np.savez(folder / f"{name}.npz", shape=(ratings.n_users, ratings.n_items), **columns)


def _columns(part: str, ratings: Ratings) -> dict[str, np.ndarray]:
    columns = {"user": ratings.user_idx, "item": ratings.item_idx, "stars": ratings.values}
    return {f"{part}_{name}": column.numpy() for name, column in columns.items()}
