"""What visitors rate: the laws of rating, undoing and clearing, and who can reach what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core import InvalidArgument, ReelspaceError
from dashboard.visitors import Shelf, Store, StoreError, is_visitor_id, new_visitor_id, open_store

VISITOR, OTHER = new_visitor_id(), new_visitor_id()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty database."""
    store = open_store(tmp_path / "visitors.sqlite")
    yield store
    store.close()


def rate(store: Store, *films: int | str, visitor: str = VISITOR, stars: float = 4.0) -> None:
    for film in films:
        store.rate(visitor, "d", film, stars, source="search")


def rows_in(store: Store, *tables: str) -> dict[str, int]:
    with store.database.reading() as connection:
        return {name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in tables}  # noqa: S608


# What a person sees


def test_ratings_come_back_the_latest_last_and_outlive_the_program(store: Store) -> None:
    rate(store, 3, 1, 2)
    store.rate(VISITOR, "d", 3, 0.5, source="search")
    assert list(store.ratings(VISITOR, "d").items()) == [(1, 4.0), (2, 4.0), (3, 0.5)]
    store.close()
    again = open_store(store.engine.url.database)
    assert list(again.ratings(VISITOR, "d").items()) == [(1, 4.0), (2, 4.0), (3, 0.5)]
    again.close()


def test_a_number_and_the_text_that_spells_it_are_two_films(store: Store) -> None:
    rate(store, 50, "50", "tt0076759", "Misérables, Les (1995)", -1)
    assert list(store.ratings(VISITOR, "d")) == [50, "50", "tt0076759", "Misérables, Les (1995)", -1]
    assert store.remove(VISITOR, "d", "50")
    assert 50 in store.ratings(VISITOR, "d")


def test_each_data_set_has_its_own_shelf(store: Store) -> None:
    rate(store, 1)
    assert store.ratings(VISITOR, "another") == {}
    assert store.undo(VISITOR, "another") is None
    assert store.ratings(VISITOR, "d") == {1: 4.0}


def test_what_changes_nothing_leaves_nothing_to_undo(store: Store) -> None:
    assert store.rate(VISITOR, "d", 1, 4, source="search")
    assert not store.rate(VISITOR, "d", 1, 4, source="search")
    assert not store.remove(VISITOR, "d", 2)
    assert store.undo(VISITOR, "d")
    assert not store.clear(VISITOR, "d")
    assert store.undo(VISITOR, "d") is None


def test_undo_says_what_it_took_back(store: Store) -> None:
    store.rate(VISITOR, "d", 1, 4, source="search")
    store.rate(VISITOR, "d", 1, 2, source="offered")
    store.remove(VISITOR, "d", 1)
    removed, changed, given, nothing = (store.undo(VISITOR, "d") for _ in range(4))
    assert removed and changed and given and nothing is None
    assert (removed.kind, [rating.stars for rating in removed.taken]) == ("remove", [2])
    assert changed.given and (changed.kind, changed.taken[0].stars, changed.given.stars) == ("rate", 4, 2)
    assert (given.kind, given.taken, given.given and given.given.film) == ("rate", (), 1)


def test_clearing_is_one_step_back(store: Store) -> None:
    rate(store, 1, 2, 3)
    assert store.clear(VISITOR, "d")
    assert store.ratings(VISITOR, "d") == {}
    change = store.undo(VISITOR, "d")
    assert change and change.kind == "clear" and len(change.taken) == 3
    assert list(store.ratings(VISITOR, "d")) == [1, 2, 3]


def test_how_a_film_came_to_be_rated_stays_while_it_is_rated(store: Store) -> None:
    store.rate(VISITOR, "d", 1, 4, source="search")
    store.rate(VISITOR, "d", 2, 4, source="offered")
    store.rate(VISITOR, "d", 3, 4, source="imported")
    store.rate(VISITOR, "d", 1, 3, source="offered")
    store.rate(VISITOR, "d", 2, 3, source="search")
    shelf = store.shelf(VISITOR, "d")
    assert {rating.film: rating.source for rating in shelf.ratings} == {3: "imported", 1: "search", 2: "offered"}
    assert shelf.chosen == {1, 3}
    store.remove(VISITOR, "d", 2)
    store.rate(VISITOR, "d", 2, 5, source="search")
    assert store.shelf(VISITOR, "d").chosen == {1, 2, 3}


def test_the_model_in_use_is_kept_by_visitor_and_data_set(store: Store) -> None:
    assert store.model(VISITOR, "d") is None
    store.set_model(VISITOR, "d", "/models/one")
    store.set_model(VISITOR, "d", Path("/models/two"))
    store.set_model(VISITOR, "e", "/models/three")
    assert (store.model(VISITOR, "d"), store.model(VISITOR, "e")) == ("/models/two", "/models/three")
    assert store.model(OTHER, "d") is None
    store.set_model(VISITOR, "d", None)
    assert (store.model(VISITOR, "d"), store.model(VISITOR, "e")) == (None, "/models/three")


# Who reaches what


def test_a_token_reaches_only_its_own_ratings(store: Store) -> None:
    rate(store, 1, 2)
    rate(store, 9, visitor=OTHER)
    store.set_model(VISITOR, "d", "/models/mine")
    for change in (store.clear, store.undo, store.undo):
        change(OTHER, "d")
    store.remove(OTHER, "d", 1)
    store.forget(OTHER)
    assert store.ratings(VISITOR, "d") == {1: 4.0, 2: 4.0}
    assert store.shelf(OTHER, "d") == Shelf()
    assert store.model(OTHER, "d") is None


@pytest.mark.parametrize("guess", ["", "1", "admin", "%", "' OR 1=1 --", VISITOR[:-1], VISITOR + "=", None, 1])
def test_a_guess_is_refused_and_not_repeated(store: Store, guess: str) -> None:
    rate(store, 1)
    calls = [
        lambda: store.ratings(guess, "d"),
        lambda: store.rate(guess, "d", 1, 4, source="search"),
        lambda: store.undo(guess, "d"),
        lambda: store.model(guess, "d"),
        lambda: store.forget(guess),
    ]
    for call in calls:
        with pytest.raises(InvalidArgument) as refusal:
            call()
        assert str(refusal.value) == "visitor must be a token made by new_visitor_id(), got something else"


def test_the_file_does_not_hold_the_token(store: Store, tmp_path: Path) -> None:
    rate(store, 1)
    contents = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"rate" in contents
    assert VISITOR.encode() not in contents


def test_to_look_around_leaves_no_trace(store: Store) -> None:
    store.ratings(VISITOR, "d"), store.undo(VISITOR, "d"), store.clear(VISITOR, "d"), store.model(VISITOR, "d")
    assert rows_in(store, "holder", "profile") == {"holder": 0, "profile": 0}


def test_to_forget_deletes_every_row(store: Store) -> None:
    rate(store, 1, 2)
    store.undo(VISITOR, "d")
    store.set_model(VISITOR, "d", "/models/one")
    store.forget(VISITOR)
    assert not any(rows_in(store, "profile", "holder", "holding", "event", "model_in_use").values())


def test_tokens_are_long_random_and_known_by_their_form() -> None:
    tokens = {new_visitor_id() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(
        is_visitor_id(token) and len(token) == 43 for token in tokens
    )  # 43 characters of 6 bits: 256 and 2 spare
    assert not any(map(is_visitor_id, [None, 7, b"x" * 43, "x" * 42, "x" * 43 + "\n", "é" * 43]))


@pytest.mark.parametrize(
    ("film", "stars", "source", "sentence"),
    [
        (True, 4, "search", "film must be an int or a str, got True"),
        (None, 4, "search", "film must be an int or a str, got None"),
        (1.0, 4, "search", "film must be an int or a str, got 1.0"),
        (1, float("nan"), "search", "stars must be a finite number, got nan"),
        (1, float("inf"), "search", "stars must be a finite number, got inf"),
        (1, "4", "search", "stars must be a finite number, got '4'"),
        (1, 4, "guessed", "source must be one of search, offered, imported, got 'guessed'"),
    ],
)
def test_wrong_arguments_are_named(store: Store, film: int, stars: float, source: str, sentence: str) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        store.rate(VISITOR, "d", film, stars, source=source)  # type: ignore[arg-type]
    assert str(refusal.value) == sentence
    assert store.shelf(VISITOR, "d") == Shelf()


def test_a_store_error_is_one_of_ours_and_one_of_pythons() -> None:
    assert issubclass(StoreError, ReelspaceError)
    assert issubclass(StoreError, OSError)


# Laws, against a list of plain dicts


class Shelves(RuleBasedStateMachine):
    """Two visitors, two data sets; each shelf's truth is the list of all its states, the first of them empty."""

    whose = st.tuples(st.sampled_from([VISITOR, OTHER]), st.sampled_from(["d", "e"]))
    films = st.sampled_from([1, 2, 3, "1", "2"])

    def __init__(self) -> None:
        super().__init__()
        self.store = open_store(self.place / f"{new_visitor_id()}.sqlite")
        self.states: dict[tuple[str, str], list[list[tuple[int | str, float]]]] = {}

    place: Path

    def _past(self, whose: tuple[str, str]) -> list[list[tuple[int | str, float]]]:
        return self.states.setdefault(whose, [[]])

    @rule(whose=whose, film=films, stars=st.sampled_from([0.5, 3.0, 5.0]))
    def rate(self, whose: tuple[str, str], film: int | str, stars: float) -> None:
        past = self._past(whose)
        changed = self.store.rate(*whose, film, stars, source="search")
        assert changed == ((film, stars) not in past[-1])
        if changed:
            past.append([*(entry for entry in past[-1] if entry[0] != film), (film, stars)])

    @rule(whose=whose, film=films)
    def remove(self, whose: tuple[str, str], film: int | str) -> None:
        past = self._past(whose)
        rest = [entry for entry in past[-1] if entry[0] != film]
        assert self.store.remove(*whose, film) == (rest != past[-1])
        if rest != past[-1]:
            past.append(rest)

    @rule(whose=whose)
    def clear(self, whose: tuple[str, str]) -> None:
        past = self._past(whose)
        assert self.store.clear(*whose) == bool(past[-1])
        if past[-1]:
            past.append([])

    @rule(whose=whose)
    def undo(self, whose: tuple[str, str]) -> None:
        past = self._past(whose)
        assert (self.store.undo(*whose) is not None) == (len(past) > 1)
        if len(past) > 1:
            past.pop()

    @invariant()
    def every_shelf_is_as_it_should_be(self) -> None:
        for whose, past in self.states.items():
            shelf = self.store.shelf(*whose)
            assert list(shelf.stars.items()) == past[-1]
            assert (shelf.last_change is not None) == (len(past) > 1)

    def teardown(self) -> None:
        self.store.close()


def test_rating_removing_clearing_and_undoing_agree_with_plain_lists(tmp_path: Path) -> None:
    Shelves.place = tmp_path
    runner = Shelves.TestCase
    runner.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
    runner().runTest()
