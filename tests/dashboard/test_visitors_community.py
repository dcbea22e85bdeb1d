"""Retraining with the ratings of visitors who agreed: who is in, who is out, and that none of them can be read off."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from core import fold_in
from dashboard.community import Community
from dashboard.jobs import JobContext, JobRunner
from dashboard.library import Library
from dashboard.visitors import Store, new_visitor_id, open_store
from tests.dashboard.conftest import SMALL

UNHEARD = JobContext(lambda _progress: None, threading.Event())
WAIT_SECONDS = 60


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "visitors.sqlite")
    yield store
    store.close()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "models")


@pytest.fixture
def community(store: Store, library: Library) -> Community:
    return Community(library, store, JobRunner(), kind_of=lambda _dataset: "als", quiet=0.05, most=1)


def agreeing(store: Store, *films: int, stars: float = 5.0) -> str:
    visitor = new_visitor_id()
    for film in films:
        store.rate(visitor, SMALL, film, stars, source="search")
    store.profiles.agree(visitor, agrees=True)
    return visitor


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def people_in(store: Store) -> int:
    current = store.sharing.current(SMALL)
    return 0 if current is None else current.n_people


def test_versions_follow_those_who_agree_and_the_old_ones_go(
    store: Store, library: Library, community: Community
) -> None:
    first = agreeing(store, 1, 2)
    silent = new_visitor_id()
    store.rate(silent, SMALL, 3, 1, source="search")
    wait_until(lambda: people_in(store) == 1)
    one = store.sharing.current(SMALL)
    second = agreeing(store, 3)
    wait_until(lambda: people_in(store) == 2)
    two = store.sharing.current(SMALL)
    assert one and two and one.folder != two.folder
    wait_until(lambda: not (library.folder() / one.folder).exists())
    store.forget(first)
    wait_until(lambda: people_in(store) == 1)
    store.profiles.agree(second, agrees=False)
    wait_until(lambda: store.sharing.current(SMALL) is None)
    wait_until(lambda: not list((library.folder() / "shared").glob("*/*")))
    assert store.ratings(silent, SMALL) == {3: 1}


def test_a_shared_model_knows_films_better_and_nobody_by_name(library: Library) -> None:
    base = library.prepare(SMALL, "als", UNHEARD)
    film = base.model.items.labels[0]
    loved = [{film: 5.0, "no such film": 5.0, base.model.items.labels[1]: 99.0}] * 30
    folder = library.retrain_shared(base, loved, UNHEARD)
    shared = library.retrained(SMALL, folder)
    assert shared
    assert shared.model.users.labels == base.model.users.labels
    assert shared.model.rated.fingerprint == base.dataset.ratings.fingerprint
    assert shared.model.user_factors.shape == base.model.user_factors.shape
    assert shared.model.version != base.model.version
    assert shared.model.card.n_ratings == base.model.card.n_ratings + 30
    means = [fold_in(ready.model, {}).predict([film])[0].prediction for ready in (base, shared)]
    assert means[1] > means[0]
    held = b"".join(path.read_bytes() for path in (library.folder() / folder).iterdir())
    assert torch.tensor([5.0]).numpy().tobytes() * 30 not in held  # thirty fives in a row are nowhere in it


def test_a_training_that_fails_is_not_tried_for_ever(
    store: Store, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fail(*_arguments: object) -> str:
        tries.append(1)
        raise OSError("disk full")

    monkeypatch.setattr(Library, "retrain_shared", fail)
    Community(library, store, JobRunner(), kind_of=lambda _dataset: "als", quiet=0.02, most=0.1)
    visitor = agreeing(store, 1)
    wait_until(lambda: len(tries) == 1)
    time.sleep(0.3)
    assert len(tries) == 1
    store.rate(visitor, SMALL, 2, 4, source="search")
    wait_until(lambda: len(tries) == 2)
    assert store.sharing.current(SMALL) is None
