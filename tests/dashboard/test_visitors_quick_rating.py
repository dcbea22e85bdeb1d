"""A rating in few statements: the same as the whole shelf would have it, whatever was done before."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from dashboard.visitors import FilmId, Given, Rating, Shelf, Store, new_visitor_id, open_store, repository
from dashboard.visitors.quick import AT_LENGTH, Quick, run
from dashboard.visitors.quick_rating import quick_rating

FILMS: tuple[FilmId, ...] = (1, "1", 2)  # a number and its text are two films


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    store = open_store(place)
    yield store
    store.close()


@pytest.fixture
def at_length(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whoever's rating was not quickly done."""
    found: list[str] = []
    usual = repository.owner_made

    def noted(connection: Any, key: str) -> int:
        found.append(key)
        return usual(connection, key)

    monkeypatch.setattr(repository, "owner_made", noted)
    return found


def something_else(store: Store, visitor: str, draw: random.Random, shelf: Shelf) -> None:
    """Change something that decides whether a rating stands."""
    film = draw.choice(FILMS)
    match draw.randrange(6):
        case 0:
            store.remove(visitor, "d", film)
        case 1:
            store.clear(visitor, "d")
        case 2:
            store.undo(visitor, "d")
        case 3 if shelf.changes:
            store.undo(visitor, "d", step=draw.choice(shelf.changes).id)
        case 4:
            lines = [Given(each, stars=draw.choice((3.0, 4.0))) for each in draw.sample(FILMS, 2)]
            store.add_many(visitor, "d", lines, batch="a file")
        case _:
            store.mark(visitor, "d", film, draw.choice(("seen", "want")))


def test_a_rating_changes_something_unless_the_shelf_has_it(store: Store, at_length: list[str]) -> None:
    draw, visitor = random.Random(0), new_visitor_id()
    store.rate(visitor, "d", 1, 4, source="search")
    told = []
    for _ in range(150):
        something_else(store, visitor, draw, store.shelf(visitor, "d"))
        film, stars = draw.choice(FILMS), draw.choice((3.0, 4.0))
        before = store.ratings(visitor, "d")
        at_length.clear()
        told.append(store.rate(visitor, "d", film, stars, source="search"))
        assert told[-1] == (before.get(film) != stars)
        assert store.ratings(visitor, "d") == before | {film: stars}
        assert not at_length
    assert 10 < sum(told) < 140  # both happened often


def test_another_data_set_or_person_decides_nothing(store: Store) -> None:
    one, other = new_visitor_id(), new_visitor_id()
    assert store.rate(one, "d", 1, 4, source="search")
    assert store.rate(one, "e", 1, 4, source="search")
    assert store.rate(other, "d", 1, 4, source="search")
    assert not store.rate(one, "d", 1, 4, source="search")


def test_a_newcomer_costs_a_server_no_more_than_anybody(store: Store, at_length: list[str]) -> None:
    visitor = new_visitor_id()
    store.rate(visitor, "d", 1, 4, source="offered")
    assert at_length == ([] if store.engine.dialect.name == "postgresql" else [visitor])
    assert [rating.source for rating in store.shelf(visitor, "d").ratings] == ["offered"]
    (profile,) = store.profiles.all(visitor)
    assert store.profiles.current(visitor) == profile


def test_a_newcomer_in_two_programs_at_once_is_one_person(place: str) -> None:
    stores = [open_store(place) for _ in range(2)]
    for _ in range(10):
        visitor, start = new_visitor_id(), threading.Barrier(2)

        def rate(store: Store, film: int, visitor: str = visitor, start: threading.Barrier = start) -> None:
            start.wait()
            store.rate(visitor, "d", film, 4, source="search")

        threads = [threading.Thread(target=rate, args=(store, film)) for film, store in enumerate(stores)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(stores[0].profiles.all(visitor)) == 1
        assert set(stores[0].ratings(visitor, "d")) == {0, 1}
    for store in stores:
        store.close()


def test_what_the_quick_way_cannot_do_is_done_at_length(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = new_visitor_id()
    store.rate(visitor, "d", 1, 4, source="search")
    monkeypatch.setattr("dashboard.visitors.database.run", lambda _, changes: [AT_LENGTH] * len(changes))
    assert store.rate(visitor, "d", 2, 4, source="search")
    assert not store.rate(visitor, "d", 2, 4, source="search")
    assert store.ratings(visitor, "d") == {1: 4.0, 2: 4.0}


def test_of_a_group_that_is_refused_nobody_loses_anything(store: Store) -> None:
    visitor = new_visitor_id()
    store.rate(visitor, "d", 1, 4, source="search")
    good = quick_rating(visitor, "d", Rating(2, 4.0, "search", 1), dialect=store.engine.dialect.name)
    prepared, values = good.statements[-1]
    bad = Quick((*good.statements[:-1], (prepared, values | {"stars": None})), good.told)
    with pytest.raises((sqlite3.Error, psycopg.Error)):
        run(store.engine, [good, bad])
    assert store.ratings(visitor, "d") == {1: 4.0}
    assert run(store.engine, [good, good]) == [True, False]  # the second sees what the first did
    assert store.ratings(visitor, "d") == {1: 4.0, 2: 4.0}
