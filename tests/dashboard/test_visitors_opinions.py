"""What reviewers say: seen by all, taken back by whoever said it, gone with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import InvalidArgument
from dashboard.visitors import Store, as_json, new_visitor_id, open_store, restore, save

ANNA, BEN = new_visitor_id(), new_visitor_id()


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    store = open_store(place)
    yield store
    store.close()


def say(store: Store, visitor: str, text: str = "Too alike.", **changes: str) -> None:
    values = {"author": "Anna", "kind": "note", "about": "Lists", **changes}
    store.opinions.add(visitor, "a:b", text=text, **values)  # type: ignore[arg-type]


def test_everybody_reads_what_was_said_of_one_comparison_in_order(store: Store) -> None:
    say(store, ANNA, "First\nline, second line")
    say(store, BEN, "Fine.", author=" Ben  B. ", kind="ship", about="All of it")
    store.opinions.add(ANNA, "c:d", author="Anna", kind="hold", about="x", text="Elsewhere.")
    first, second = store.opinions.about(BEN, "a:b")
    assert (first.author, first.kind, first.about, first.text, first.is_mine) == (
        "Anna", "note", "Lists", "First\nline, second line", False,
    )  # fmt: skip
    assert (second.author, second.kind, second.is_mine) == ("Ben B.", "ship", True)
    assert second.at >= first.at > 1_700_000_000


def test_one_takes_back_ones_own_and_nobody_elses(store: Store) -> None:
    say(store, ANNA)
    (said,) = store.opinions.about(ANNA, "a:b")
    store.opinions.take_back(BEN, said.id)
    assert len(store.opinions.about(ANNA, "a:b")) == 1
    store.opinions.take_back(ANNA, said.id)
    assert store.opinions.about(ANNA, "a:b") == ()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "maybe"}, "kind must be one of note, ship, hold, needs work, got 'maybe'"),
        ({"author": " "}, "your name must have 1 to 60 visible characters, got 0"),
        ({"author": "x" * 61}, "your name must have 1 to 60 visible characters, got 61"),
        ({"about": "a\x07b"}, "about must have 1 to 120 visible characters, got 3"),
        ({"text": "\n"}, "the note must have 1 to 4000 characters, got 0"),
        ({"kind": "hold", "text": ""}, "the reasons must have 1 to 4000 characters, got 0"),
    ],
)
def test_what_is_empty_or_too_long_is_one_sentence(store: Store, changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidArgument, match=f"^{sentence}$"):
        say(store, ANNA, **changes)
    assert store.opinions.about(ANNA, "a:b") == ()


def test_what_somebody_said_is_theirs_to_take_along_and_is_in_the_backup(store: Store, tmp_path: Path) -> None:
    say(store, ANNA)
    (mine,) = json.loads(as_json(store.database, ANNA))["opinions"]
    assert (mine["text"], mine["author"]) == ("Too alike.", "Anna")
    assert "id" not in mine
    save(store.database, tmp_path / "all.gz")
    other = open_store(str(tmp_path / "other.sqlite"))
    assert restore(other.database, tmp_path / "all.gz")["opinion"] == 1
    assert other.opinions.about(ANNA, "a:b")[0].text == "Too alike."
    other.close()
