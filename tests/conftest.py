"""Data that many tests share."""

from __future__ import annotations

import pytest

from core.datasets.registry import Dataset, load_dataset


@pytest.fixture(scope="session")
def ml100k() -> Dataset:
    """MovieLens 100K, real ratings: fetched once a machine, then from the cache."""
    return load_dataset("ml-100k")
