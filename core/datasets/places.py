"""Where data lie on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pooch

DATA_VARIABLE, CACHE_VARIABLE = "REELSPACE_DATA", "REELSPACE_CACHE"


def cache_folder() -> Path:
    """Return the folder for what can be made or fetched again: data under ``data``, models under ``models``.

    ``$REELSPACE_CACHE``, or the user's cache as the platform has it.
    """
    return Path(os.environ.get(CACHE_VARIABLE) or pooch.os_cache("reelspace")).expanduser()


def own_folder() -> Path | None:
    """Return the folder that ``$REELSPACE_DATA`` names, which is looked in first; None if it names none."""
    named = os.environ.get(DATA_VARIABLE)
    return Path(named).expanduser() if named else None


def cached(name: str) -> Path:
    """Return where the data set ``name`` is kept once fetched."""
    return cache_folder() / "data" / name
