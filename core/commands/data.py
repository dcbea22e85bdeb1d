"""Which data there are, and bringing them here."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.commands.running import progress_bar
from core.datasets.registry import fetch_dataset, list_datasets


def datasets() -> list[dict[str, Any]]:
    """Return what is known, and what of it is here."""
    return [asdict(info) | {"path": None if info.path is None else str(info.path)} for info in list_datasets()]


def fetch(name: str) -> Path:
    """Return where the data set lies, fetched if need be."""
    with progress_bar() as on_progress:
        return fetch_dataset(name, on_progress=on_progress)
