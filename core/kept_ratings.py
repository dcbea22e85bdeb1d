"""A large table of ratings on disk, prepared once: columns mapped into memory, and its order both ways.

A folder holds one array a column (``user_idx``, ``item_idx``, the orders by user and by film: int32; ``values``:
float32) and ``table.json`` with ids, scale and fingerprint. Opening it reads nothing but ids: pages of the columns come
into memory when they are used, and the system may drop them again.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.errors import ArtefactError
from core.ratings import IdMap, Ratings, RatingScale

FORMAT_VERSION = 1
CARD_FILE = "table.json"
COLUMNS = {"user_idx": "int32", "item_idx": "int32", "values": "float32", "timestamps": "int64"}
ORDERS = {"user_order": "int32", "item_order": "int32"}
ARRAYS = COLUMNS | ORDERS


def keep_ratings(ratings: Ratings, folder: Path) -> Ratings:
    """Write ``ratings`` and its two orders into ``folder``, which must not be there yet; return what ``open_ratings`` does.

    Raises ``ArtefactError`` if the folder is there or cannot be written; nothing is left behind then.
    """
    arrays = {name: getattr(ratings, name) for name in ARRAYS if getattr(ratings, name) is not None}
    card = {
        "format_version": FORMAT_VERSION,
        "n_ratings": len(ratings),
        "arrays": list(arrays),
        "scale": asdict(ratings.scale),
        "users": list(ratings.users),
        "items": list(ratings.items),
        "fingerprint": ratings.fingerprint,
    }
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
        try:
            for name, array in arrays.items():
                np.save(unfinished / f"{name}.npy", array.numpy())
            (unfinished / CARD_FILE).write_text(json.dumps(card), encoding="utf-8")
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise ArtefactError(f"the ratings could not be kept in {folder}: {error.strerror or error}") from error
    return open_ratings(folder)


def open_ratings(folder: Path) -> Ratings:
    """Return the table in ``folder``; a fit on it sorts nothing.

    Raises ``ArtefactError`` if there is none, if an array is missing or has another length or type than it should, or
    on another format version. What the arrays hold is not read, so not checked.
    """
    card = _read_card(folder)
    try:
        arrays = {name: _map(folder, name, card["n_ratings"]) for name in card["arrays"]}
        columns: dict[str, Any] = {name: arrays.get(name) for name in COLUMNS}
        ratings = Ratings(
            **columns,
            users=IdMap(card["users"], kind="user"),
            items=IdMap(card["items"], kind="film"),
            scale=RatingScale(**card["scale"]),
        )
        known = {name: arrays[name] for name in ORDERS} | {"fingerprint": card["fingerprint"]}
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ArtefactError(f"the ratings in {folder} are damaged: {error}") from error
    vars(ratings).update(known)  # what its cached properties would give; a part taken of it reckons its own
    return ratings


def _read_card(folder: Path) -> dict[str, Any]:
    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        version = card["format_version"]
    except (FileNotFoundError, NotADirectoryError):
        raise ArtefactError(f"there are no ratings in {folder}: {CARD_FILE} is missing") from None
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ArtefactError(f"the ratings in {folder} are damaged: {CARD_FILE} cannot be read") from error
    if version != FORMAT_VERSION:
        raise ArtefactError(f"the ratings in {folder} have format {version}, and only {FORMAT_VERSION} can be read")
    return dict(card)


def _map(folder: Path, name: str, n: int) -> Tensor:
    # "c": what is written stays in this process, so torch does not warn of an array that may only be read
    array = np.load(folder / f"{name}.npy", mmap_mode="c", allow_pickle=False)
    if array.shape != (n,) or array.dtype != ARRAYS[name]:
        raise ValueError(f"{name} must hold {n} numbers of {ARRAYS[name]}, got {array.shape} of {array.dtype}")
    return torch.from_numpy(array)
