"""Data that many tests share."""

from __future__ import annotations

import pytest
import torch
from hypothesis import settings

from core.datasets.dataset import Dataset
from core.datasets.registry import load_dataset
from core.datasets.synthetic import Synthetic

# The same examples on every machine; a busy one may take its time.
settings.register_profile("reelspace", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("reelspace")
# Small sums lose more by threads that wait for each other than they win, above all where other work wants the cores.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def ml100k() -> Dataset:
    """MovieLens 100K, real ratings: fetched once a machine, then from the cache."""
    return load_dataset("ml-100k")


@pytest.fixture(scope="session")
def synthetic_small() -> Dataset:
    """200 invented people, 100 invented films, 4,000 ratings with their truth."""
    return Synthetic(n_users=200, n_items=100, n_ratings=4_000).draw(seed=0)
