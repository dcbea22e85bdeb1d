"""What visitors rate: the laws of rating, undoing and clearing, and who can reach what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core import InvalidArgument, ReelspaceError
from dashboard.visitors import MARKS, Given, Mark, Shelf, Store, StoreError, is_visitor_id, new_visitor_id, open_store

VISITOR, OTHER = new_visitor_id(), new_visitor_id()


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    """An empty database."""
    store = open_store(place)
    yield store
    store.close()


def rate(store: Store, *films: int | str, visitor: str = VISITOR, stars: float = 4.0) -> None:
    for film in films:
        store.rate(visitor, "d", film, stars, source="search")


def rows_in(store: Store, *tables: str) -> dict[str, int]:
    with store.database.reading() as connection:
        return {name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in tables}  # noqa: S608


# What a person sees


def test_ratings_come_back_the_latest_last_and_outlive_the_program(store: Store, place: str) -> None:
    rate(store, 3, 1, 2)
    store.rate(VISITOR, "d", 3, 0.5, source="search")
    assert list(store.ratings(VISITOR, "d").items()) == [(1, 4.0), (2, 4.0), (3, 0.5)]
    store.close()
    again = open_store(place)
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


@pytest.mark.parametrize(
    "guess",
    [
        "",
        "1",
        "admin",
        "%",
        "' OR 1=1 --",
        pytest.param(VISITOR[:-1], id="cut"),
        pytest.param(VISITOR + "=", id="padded"),
        None,
        1,
    ],
)
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


def test_the_file_does_not_hold_the_token(tmp_path: Path) -> None:
    store = open_store(tmp_path / "visitors.sqlite")
    rate(store, 1)
    contents = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"rate" in contents
    assert VISITOR.encode() not in contents
    store.close()


def test_to_look_around_leaves_no_trace(store: Store) -> None:
    store.ratings(VISITOR, "d"), store.undo(VISITOR, "d"), store.clear(VISITOR, "d"), store.model(VISITOR, "d")
    assert rows_in(store, "holder", "profile") == {"holder": 0, "profile": 0}


def test_to_forget_deletes_every_row(store: Store) -> None:
    rate(store, 1, 2)
    store.undo(VISITOR, "d")
    store.set_model(VISITOR, "d", "/models/one")
    store.walk.finish(VISITOR, "crosstab")
    store.opinions.add(VISITOR, "a:b", author="Ada", kind="note", about="Lists", text="Too alike.")
    store.forget(VISITOR)
    tables = ("profile", "holder", "holding", "event", "model_in_use", "finished_step", "opinion")
    assert not any(rows_in(store, *tables).values())


def test_finished_steps_are_the_persons_own_and_outlive_the_program(store: Store, place: str) -> None:
    assert [store.walk.finish(VISITOR, step) for step in ("tastes", "crosstab", "tastes")] == [True, True, False]
    assert store.walk.done(new_visitor_id()) == ()
    store.close()
    again = open_store(place)
    assert set(again.walk.done(VISITOR)) == {"tastes", "crosstab"}
    again.close()


@pytest.mark.parametrize("step", ["", "s" * 41])
def test_a_step_has_a_name(store: Store, step: str) -> None:
    with pytest.raises(InvalidArgument, match=r"^step must be a name of 1 to 40 characters, got \d+ characters$"):
        store.walk.finish(VISITOR, step)
    assert rows_in(store, "profile") == {"profile": 0}


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


@dataclass(frozen=True)
class Kept:
    """What one visitor has in one data set: stars, seen films and wishes, each the latest last."""

    stars: tuple[tuple[int | str, float], ...] = ()
    seen: tuple[int | str, ...] = ()
    wanted: tuple[int | str, ...] = ()

    def rated(self, film: int | str, stars: float) -> Kept:
        rest = tuple(entry for entry in self.stars if entry[0] != film)
        return replace(self, stars=(*rest, (film, stars)), wanted=without(self.wanted, film))

    def marked(self, film: int | str, mark: str) -> Kept:
        if mark in ("seen", "unseen"):
            rest = without(self.seen, film)
            kept = replace(self, seen=(*rest, film) if mark == "seen" else rest)
            return replace(kept, wanted=without(kept.wanted, film)) if mark == "seen" else kept
        rest = without(self.wanted, film)
        return replace(self, wanted=(*rest, film) if mark == "want" else rest)

    def shown(self) -> tuple[object, ...]:
        rated = {film for film, _ in self.stars}
        return list(self.stars), tuple(film for film in self.seen if film not in rated), self.wanted


def without(films: tuple[int | str, ...], film: int | str) -> tuple[int | str, ...]:
    return tuple(other for other in films if other != film)


class Shelves(RuleBasedStateMachine):
    """Two visitors, two data sets; each shelf's truth is the list of all its states, the first of them empty."""

    whose = st.tuples(st.sampled_from([VISITOR, OTHER]), st.sampled_from(["d", "e"]))
    films = st.sampled_from([1, 2, 3, "1", "2"])
    stars = st.sampled_from([0.5, 3.0, 5.0])
    marks = st.sampled_from(MARKS)
    open_one: Callable[[], Store]

    def __init__(self) -> None:
        super().__init__()
        self.store = type(self).open_one()
        self.states: dict[tuple[str, str], list[Kept]] = {}

    def _past(self, whose: tuple[str, str]) -> list[Kept]:
        return self.states.setdefault(whose, [Kept()])

    @rule(whose=whose, film=films, stars=stars)
    def rate(self, whose: tuple[str, str], film: int | str, stars: float) -> None:
        past = self._past(whose)
        changed = self.store.rate(*whose, film, stars, source="search")
        assert changed == ((film, stars) not in past[-1].stars)
        if changed:
            past.append(past[-1].rated(film, stars))

    @rule(whose=whose, film=films, mark=marks)
    def mark(self, whose: tuple[str, str], film: int | str, mark: Mark) -> None:
        past = self._past(whose)
        _, seen, wanted = past[-1].shown()
        pile = seen if mark in ("seen", "unseen") else wanted
        changed = self.store.mark(*whose, film, mark)
        assert changed == ((film in pile) != (mark in ("seen", "want")))
        if changed:
            past.append(past[-1].marked(film, mark))

    @rule(whose=whose, lines=st.lists(st.tuples(films, stars | marks), min_size=1, max_size=4))
    def add_many(self, whose: tuple[str, str], lines: list[tuple[int | str, float | Mark]]) -> None:
        past = self._past(whose)
        given = [Given(film, mark=it) if isinstance(it, str) else Given(film, it) for film, it in lines]
        assert self.store.add_many(*whose, given, batch="many") == len(lines)
        kept = past[-1]
        for film, it in lines:
            kept = kept.marked(film, it) if isinstance(it, str) else kept.rated(film, it)
        past.append(kept)

    @rule(whose=whose, film=films)
    def remove(self, whose: tuple[str, str], film: int | str) -> None:
        past = self._past(whose)
        rest = tuple(entry for entry in past[-1].stars if entry[0] != film)
        assert self.store.remove(*whose, film) == (rest != past[-1].stars)
        if rest != past[-1].stars:
            past.append(replace(past[-1], stars=rest))

    @rule(whose=whose)
    def clear(self, whose: tuple[str, str]) -> None:
        past = self._past(whose)
        assert self.store.clear(*whose) == bool(past[-1].stars)
        if past[-1].stars:
            past.append(replace(past[-1], stars=()))

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
            assert (list(shelf.stars.items()), shelf.seen, shelf.watchlist) == past[-1].shown()
            assert (shelf.last_change is not None) == (len(past) > 1)
            assert len(shelf.changes) == len(past) - 1

    def teardown(self) -> None:
        for visitor in (VISITOR, OTHER):
            self.store.forget(visitor)
        self.store.close()


def test_every_way_to_change_a_shelf_agrees_with_plain_lists(place: str) -> None:
    Shelves.open_one = lambda: open_store(place)  # type: ignore[method-assign]  # each example leaves it empty
    runner = Shelves.TestCase
    examples = 30 if place.endswith(".sqlite") else 8  # the log is told by the same lines; only the way there differs
    runner.settings = settings(max_examples=examples, stateful_step_count=30, deadline=None)
    runner().runTest()
