"""Whose ratings they are: profiles, private links, merging, agreeing, taking everything along, and going."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from core import InvalidArgument
from dashboard.visitors import (
    Given,
    ProfileGone,
    Shelf,
    Store,
    StoreError,
    account_key,
    as_csv,
    as_json,
    holder_of,
    new_visitor_id,
    open_store,
    profile_in,
    with_profile,
)

ANNA, BEN = new_visitor_id(), new_visitor_id()


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    """An empty database."""
    store = open_store(place)
    yield store
    store.close()


def rate(store: Store, visitor: str, *films: int, stars: float = 4.0) -> None:
    for film in films:
        store.rate(visitor, "d", film, stars, source="search")


def names(store: Store, visitor: str) -> list[str | None]:
    return [profile.name for profile in store.profiles.all(visitor)]


# Several in one browser


def test_one_browser_has_several_profiles_each_with_its_own_ratings(store: Store) -> None:
    rate(store, ANNA, 1)
    first = store.profiles.all(ANNA)[0].id
    second = store.profiles.add(ANNA, "  The   children ")
    rate(store, ANNA, 2)
    assert names(store, ANNA) == ["The children", None]  # the one used last first
    assert list(store.ratings(ANNA, "d")) == [2]
    assert list(store.ratings(with_profile(ANNA, first), "d")) == [1]
    store.profiles.switch(ANNA, first)
    store.profiles.rename(ANNA, "Anna")
    assert names(store, ANNA) == ["Anna", "The children"]
    assert [profile.n_ratings for profile in store.profiles.all(ANNA)] == [1, 1]
    rate(store, with_profile(ANNA, second), 3)  # a page that still shows the children rates for the children
    assert list(store.ratings(ANNA, "d")) == [1]
    assert store.profiles.current(with_profile(ANNA, second)).name == "The children"  # type: ignore[union-attr]


def test_a_page_of_a_deleted_profile_writes_nowhere(store: Store) -> None:
    rate(store, ANNA, 1)
    gone = with_profile(ANNA, store.profiles.add(ANNA, "gone"))
    store.forget(gone)
    rate(store, ANNA, 2)
    new = store.profiles.add(ANNA, "new")
    assert with_profile(ANNA, new) != gone  # a number is never used twice
    changes: list[Callable[[], object]] = [
        lambda: store.rate(gone, "d", 1, 4, source="search"),
        lambda: store.remove(gone, "d", 1),
        lambda: store.add_many(gone, "d", [Given(1, 4)], batch="b"),
        lambda: store.mark(gone, "d", 1, "seen"),
        lambda: store.profiles.rename(gone, "x"),
        lambda: store.profiles.agree(gone, agrees=True),
        lambda: store.profiles.new_link(gone),
        lambda: store.profiles.merge(gone, with_profile(ANNA, new)),
    ]
    for change in changes:
        with pytest.raises(ProfileGone, match=r"^Nothing was saved: this profile is no longer in this browser;"):
            change()
    assert store.shelf(gone, "d") == Shelf()
    assert list(store.ratings(with_profile(ANNA, store.profiles.all(ANNA)[1].id), "d")) == [1, 2]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\u202eb", "a\x00b", "zero\u200bwidth"])
def test_a_name_is_one_line_of_visible_characters(store: Store, name: str) -> None:
    rate(store, ANNA, 1)
    with pytest.raises(InvalidArgument, match=r"^name must have 1 to 60 visible characters"):
        store.profiles.rename(ANNA, name)
    assert names(store, ANNA) == [None]


def test_a_browser_has_only_so_many_profiles(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.visitors.profiles.MOST_PROFILES", 2)
    store.profiles.add(ANNA, "a"), store.profiles.add(ANNA, "b")
    with pytest.raises(InvalidArgument, match="may have 2 profiles"):
        store.profiles.add(ANNA, "c")


# Who reaches what


def test_nobody_reaches_another_by_naming_their_profile(store: Store) -> None:
    rate(store, ANNA, 1)
    rate(store, BEN, 2)
    anna = store.profiles.all(ANNA)[0].id
    store.profiles.rename(ANNA, "Anna")
    stolen = with_profile(BEN, anna)
    assert store.shelf(stolen, "d") == Shelf()
    assert store.profiles.current(stolen) is None
    assert store.model(stolen, "d") is None
    assert json.loads(as_json(store.database, stolen)) == {
        "format": "reelspace visitor 1", "profile": None, "log": [], "models": [], "finished_steps": [], "opinions": [],
        "shelves": {},
    }  # fmt: skip
    assert as_csv(store.database, stolen, lambda _data, _film: ("", None)).count("\n") == 1
    changes: list[Callable[[], object]] = [
        lambda: store.rate(stolen, "d", 9, 4, source="search"),
        lambda: store.remove(stolen, "d", 1),
        lambda: store.clear(stolen, "d"),
        lambda: store.undo(stolen, "d"),
        lambda: store.undo(stolen, "d", step=1),
        lambda: store.set_model(stolen, "d", "mine"),
        lambda: store.walk.finish(stolen, "crosstab"),
        lambda: store.profiles.switch(BEN, anna),
        lambda: store.profiles.rename(stolen, "Ben"),
        lambda: store.profiles.new_link(stolen),
        lambda: store.profiles.agree(stolen, agrees=True),
        lambda: store.profiles.merge(BEN, stolen),
        lambda: store.profiles.merge(BEN, with_profile(ANNA[:-1] + ("a" if ANNA[-1] != "a" else "b"), anna)),
        lambda: store.forget(stolen),
    ]
    for change in changes:
        with pytest.raises(ProfileGone):
            change()
    assert store.undo(BEN, "d", step=store.shelf(ANNA, "d").changes[0].id) is None  # another's line of the log
    assert (names(store, ANNA), list(store.ratings(ANNA, "d"))) == (["Anna"], [1])
    assert list(store.ratings(BEN, "d")) == [2]


def test_an_account_is_reached_by_a_checked_sign_in_only(store: Store) -> None:
    key = account_key("https://id.example", "anna")
    rate(store, key, 1)
    assert list(store.ratings(account_key("https://id.example", "anna"), "d")) == [1]
    for other in (account_key("https://id.example", "ben"), account_key("https://other.example", "anna"), ANNA):
        assert store.ratings(other, "d") == {}
    with pytest.raises(InvalidArgument):
        store.profiles.open_link(key, new_visitor_id())


def test_a_key_keeps_its_parts_and_no_other_text_is_one() -> None:
    assert (holder_of(with_profile(ANNA, 7)), profile_in(with_profile(ANNA, 7)), profile_in(ANNA)) == (ANNA, 7, None)
    assert with_profile(with_profile(ANNA, 7), 8) == with_profile(ANNA, 8)
    for text in (
        f"{ANNA}.",
        f"{ANNA}.0",
        f"{ANNA}.-1",
        f"{ANNA}.1 OR 1=1",
        f"{ANNA}.1.2",
        "account:abc",
        quote(ANNA + "="),
    ):
        with pytest.raises(InvalidArgument):
            holder_of(text)


# Private links


def test_a_private_link_brings_the_same_profile_to_another_browser(store: Store) -> None:
    rate(store, ANNA, 1)
    rate(store, BEN, 2)
    secret = store.profiles.new_link(ANNA)
    assert store.profiles.behind(secret).id == store.profiles.all(ANNA)[0].id
    fresh = store.profiles.open_link(BEN, secret)
    rate(store, fresh, 3)
    assert list(store.ratings(ANNA, "d")) == [1, 3]
    assert len(store.profiles.all(fresh)) == 2  # Ben's own is still there, under the new token
    assert list(store.ratings(BEN, "d")) == [2]  # and the old token never saw Anna's


def test_a_token_that_was_planted_does_not_come_along(store: Store) -> None:
    planted = new_visitor_id()
    rate(store, ANNA, 1)
    fresh = store.profiles.open_link(planted, store.profiles.new_link(ANNA))
    assert fresh != planted
    assert store.ratings(planted, "d") == {}
    assert store.profiles.all(planted) == ()


def test_a_new_link_stops_the_old_one_and_puts_everybody_else_out(store: Store) -> None:
    rate(store, ANNA, 1)
    old = store.profiles.new_link(ANNA)
    thief = store.profiles.open_link(new_visitor_id(), old)
    store.profiles.new_link(ANNA)
    assert store.ratings(thief, "d") == {}
    for use in (store.profiles.behind, lambda link: store.profiles.open_link(BEN, link)):
        with pytest.raises(StoreError) as refusal:
            use(old)
        assert str(refusal.value) == (
            "This private link does not work: it was replaced by a newer one, or its profile was deleted."
        )
        assert old not in str(refusal.value)


@pytest.mark.parametrize("guess", ["", "x", pytest.param(ANNA, id="a visitor's own key"), "' OR 1=1 --", "%", None])
def test_a_guessed_link_opens_nothing(store: Store, guess: str) -> None:
    rate(store, ANNA, 1)
    store.profiles.new_link(ANNA)
    with pytest.raises(StoreError, match="does not work"):
        store.profiles.behind(guess)
    with pytest.raises(StoreError, match="does not work"):
        store.profiles.open_link(BEN, guess)


# Merging


def test_merging_keeps_the_later_rating_and_is_one_step_back(store: Store) -> None:
    kids = with_profile(ANNA, store.profiles.add(ANNA, "Kids"))
    store.add_many(kids, "d", [Given(1, 2.0, at=100), Given(2, 3.0, at=300), Given(3, 5.0, at=100)], batch="old")
    store.mark(kids, "d", 8, "seen"), store.mark(kids, "d", 9, "want"), store.mark(kids, "d", 1, "want")
    mine = with_profile(ANNA, store.profiles.add(ANNA, "Anna"))
    store.add_many(mine, "d", [Given(1, 4.0, at=200), Given(2, 1.0, at=200), Given(8, 4.5, at=1)], batch="mine")
    before = store.shelf(mine, "d")
    assert store.profiles.merge(mine, kids) == 3
    assert store.ratings(mine, "d") == {1: 4.0, 8: 4.5, 2: 3.0, 3: 5.0}
    shelf = store.shelf(mine, "d")
    assert (shelf.seen, shelf.watchlist) == ((), (9,))
    assert shelf.last_change and (shelf.last_change.label, shelf.last_change.n) == ("From Kids", 3)
    assert store.profiles.merge(mine, kids) == 0
    assert store.undo(mine, "d")
    assert store.shelf(mine, "d") == before
    assert len(store.ratings(kids, "d")) == 3


def test_an_anonymous_history_joins_an_account(store: Store) -> None:
    account = account_key("https://id.example", "anna")
    store.rate(ANNA, "d", 1, 4, source="offered")
    store.rate(ANNA, "e", "x", 2, source="search")
    assert store.profiles.merge(account, ANNA) == 2
    assert store.shelf(account, "d").ratings[0].source == "offered"
    assert store.ratings(account, "e") == {"x": 2}
    with pytest.raises(InvalidArgument, match="two different profiles"):
        store.profiles.merge(account, account)
    with pytest.raises(InvalidArgument, match="two different profiles"):
        store.profiles.merge(account, BEN)  # who has none yet


# Over time


def test_the_shelf_as_it_stood_then(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100, 200))
    monkeypatch.setattr("dashboard.visitors.log.now", lambda: next(clock))
    states = {}
    for change in (
        lambda: rate(store, ANNA, 1),
        lambda: rate(store, ANNA, 2),
        lambda: store.clear(ANNA, "d"),
        lambda: store.undo(ANNA, "d"),
        lambda: store.mark(ANNA, "d", 3, "seen"),
    ):
        change()
        states[next(clock)] = store.shelf(ANNA, "d")
    for moment, shelf in states.items():
        assert store.shelf(ANNA, "d", until=moment) == shelf
    assert store.shelf(ANNA, "d", until=0) == Shelf()


def test_any_step_can_be_undone_not_only_the_last(store: Store) -> None:
    rate(store, ANNA, 1, 2, 3)
    store.add_many(ANNA, "d", [Given(4, 2.0), Given(5, mark="seen")], batch="Letterboxd")
    steps = {change.film: change.id for change in store.shelf(ANNA, "d").changes}
    taken = store.undo(ANNA, "d", step=steps[2])
    assert taken and taken.given and taken.given.film == 2
    assert store.undo(ANNA, "d", step=steps[2]) is None  # once is enough
    assert store.undo(ANNA, "d", step=10**9) is None
    assert list(store.ratings(ANNA, "d")) == [1, 3, 4]


def test_a_batch_is_kept_whole_or_not_at_all(store: Store) -> None:
    for bad, sentence in [
        (Given(2, float("nan")), "stars must be a finite number, got nan"),
        (Given(2), "film 2 must come with stars or with one of seen, unseen, want, unwant"),
        (Given(2, 4.0, "seen"), "film 2 must come with stars or with one of seen, unseen, want, unwant"),
        (Given(2, mark="liked"), "mark must be one of seen, unseen, want, unwant, got 'liked'"),  # type: ignore[arg-type]
        (Given(2.5, 4.0), "film must be an int or a str, got 2.5"),  # type: ignore[arg-type]
        (Given(2, 4.0, at=10**30), f"at must be whole seconds since 1970, got {10**30}"),
    ]:
        with pytest.raises(InvalidArgument) as refusal:
            store.add_many(ANNA, "d", [Given(1, 4.0), bad], batch="b")
        assert str(refusal.value) == sentence
    with pytest.raises(InvalidArgument, match="batch must be a name"):
        store.add_many(ANNA, "d", [Given(1, 4.0)], batch=" ")
    assert store.add_many(ANNA, "d", [], batch="nothing") == 0
    assert store.shelf(ANNA, "d") == Shelf()
    assert store.profiles.all(ANNA) == ()


# Taking everything along, and going


def test_the_export_holds_every_line_and_no_secret(store: Store) -> None:
    rate(store, ANNA, 1, 2)
    store.undo(ANNA, "d")
    store.mark(ANNA, "e", "x", "want")
    store.profiles.rename(ANNA, "Änna")
    secret = store.profiles.new_link(ANNA)
    rate(store, BEN, 424242)
    text = as_json(store.database, ANNA)
    found = json.loads(text)
    assert found["profile"]["name"] == "Änna"
    assert [line["kind"] for line in found["log"]] == ["rate", "rate", "undo", "want"]
    assert found["log"][2]["undoes"] == found["log"][1]["id"]
    assert [rating["film"] for rating in found["shelves"]["d"]["ratings"]] == [1]
    assert found["shelves"]["e"]["watchlist"] == ["x"]
    assert secret not in text and ANNA not in text and "digest" not in text and "424242" not in json.dumps(found["log"])


def test_no_cell_of_the_table_runs_as_a_formula(store: Store) -> None:
    store.add_many(ANNA, "d", [Given("=1+1", 4.0, at=0), Given(2, mark="seen"), Given(3, mark="want")], batch="b")
    table = as_csv(store.database, ANNA, lambda _data, film: (f"@film {film}", 1999))
    rows = list(csv.reader(io.StringIO(table)))
    assert rows[0] == ["dataset", "item_id", "title", "year", "rating", "state", "when"]
    assert rows[1] == ["d", "'=1+1", "'@film =1+1", "1999", "4.0", "rated", rows[1][6]]
    assert [row[5] for row in rows[1:]] == ["rated", "seen", "wanted"]


def test_to_go_takes_one_profile_and_leaves_the_others(store: Store) -> None:
    rate(store, ANNA, 1)
    second = with_profile(ANNA, store.profiles.add(ANNA, "second"))
    rate(store, second, 2)
    rate(store, BEN, 3)
    link = store.profiles.new_link(second)
    elsewhere = store.profiles.open_link(BEN, link)
    store.forget(second)
    assert names(store, ANNA) == [None]
    assert list(store.ratings(ANNA, "d")) == [1]
    assert list(store.ratings(elsewhere, "d")) == [3]  # falls back to what is left
    with pytest.raises(StoreError, match="does not work"):
        store.profiles.behind(link)


def test_nothing_of_the_deleted_is_left_in_the_file(tmp_path: Path) -> None:
    store = open_store(tmp_path / "visitors.sqlite")
    for number in range(300):
        store.rate(ANNA, "d", f"a-secret-film-{number}", 4, source="search")
        store.rate(BEN, "d", f"another-{number}", 4, source="search")
    store.profiles.rename(ANNA, "Somebody Unmistakable")
    store.forget(ANNA)
    contents = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.close()
    assert b"another-299" in contents
    assert b"a-secret-film" not in contents
    assert b"Unmistakable" not in contents


# Training with those who agree


def test_only_those_who_agree_are_in_it_and_every_change_is_noticed(store: Store) -> None:
    rate(store, ANNA, 1), rate(store, BEN, 2)
    sharing = store.sharing
    assert sharing.basis("d") is None
    assert sharing.begin("d") is None
    store.profiles.agree(ANNA, agrees=True)
    seen = [sharing.basis("d")]
    for change in (
        lambda: rate(store, ANNA, 3),
        lambda: store.undo(ANNA, "d"),
        lambda: store.profiles.agree(BEN, agrees=True),
        lambda: store.forget(ANNA),
    ):
        change()
        seen.append(sharing.basis("d"))
    assert len(set(seen)) == 5 and None not in seen
    round_ = sharing.begin("d")
    assert round_ and [shelf.stars for shelf in round_.shelves] == [{2: 4.0}]
    store.profiles.agree(BEN, agrees=False)
    assert sharing.basis("d") is None
    assert sharing.basis("e") is None


def test_who_withdraws_while_a_version_is_made_is_not_in_it(store: Store) -> None:
    for visitor in (ANNA, BEN):
        rate(store, visitor, 1)
        store.profiles.agree(visitor, agrees=True)
    for change in (lambda: store.profiles.agree(ANNA, agrees=False), lambda: store.forget(BEN)):
        round_ = store.sharing.begin("d")
        assert round_
        change()
        assert not store.sharing.publish(round_, "with both")
    assert store.sharing.current("d") is None


def test_of_two_versions_the_one_begun_later_stands(store: Store) -> None:
    rate(store, ANNA, 1)
    store.profiles.agree(ANNA, agrees=True)
    early, late = store.sharing.begin("d"), store.sharing.begin("d")
    assert early and late
    assert store.sharing.publish(late, "late")
    assert not store.sharing.publish(early, "early")
    current = store.sharing.current("d")
    assert current and (current.folder, current.n_people, current.n_ratings) == ("late", 1, 1)
    newest = store.sharing.begin("d")
    assert newest and store.sharing.publish(newest, "newest")
    assert store.sharing.drop_before("d", newest.id) == ["late"]
    assert store.sharing.current("e") is None
    assert store.sharing.drop_before("d", None) == ["newest"]
    assert store.sharing.current("d") is None
