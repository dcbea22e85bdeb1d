"""Everybody's ratings in a file and back, from each kind of database to each."""

from __future__ import annotations

import gzip
import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core import ALS, InvalidArgument, fold_in, load_dataset
from dashboard.backup import main
from dashboard.visitors import Given, Store, StoreError, as_json, new_visitor_id, open_store, restore, save
from tests.postgres import Server

ANNA, BEN = new_visitor_id(), new_visitor_id()
DATASET = "synthetic:60x80x3000"


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    """Two people with a past: ratings, an undo, a whole import, a name, a private link, a step of the walk."""
    store = open_store(place)
    for film, stars in enumerate((5.0, 1.0, 4.5, 2.0), start=1):
        store.rate(ANNA, DATASET, film, stars, source="search")
    store.undo(ANNA, DATASET)
    store.add_many(BEN, DATASET, [Given(7, 3.5, at=1_000), Given(9, 0.5)], batch="Æ Letterboxd")
    store.rate(BEN, DATASET, "tt0088846", 5.0, source="search")
    store.profiles.rename(ANNA, "Anna")
    store.profiles.new_link(ANNA)
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty database to restore into."""
    server: Callable[[], Server] = lambda: request.getfixturevalue("server")  # noqa: E731
    place = tmp_path / "other.sqlite" if request.param == "sqlite" else server().new_database()
    other = open_store(place)
    yield other
    other.close()


def test_everybody_finds_everything_again(store: Store, other: Store, tmp_path: Path) -> None:
    path = tmp_path / "visitors.jsonl.gz"
    kept = [as_json(store.database, who) for who in (ANNA, BEN)]
    assert save(store.database, path) == restore(other.database, path)
    assert [as_json(other.database, who) for who in (ANNA, BEN)] == kept
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".*")) == []

    other.rate(ANNA, DATASET, 20, 3.0, source="search")  # numbers go on, and so does undoing
    other.undo(ANNA, DATASET)
    other.undo(ANNA, DATASET)
    assert other.ratings(ANNA, DATASET) == {1: 5.0, 2: 1.0}
    other.rate(new_visitor_id(), DATASET, 1, 1.0, source="search")
    assert other.ratings(BEN, DATASET) == store.ratings(BEN, DATASET)


def test_recommendations_are_the_same(store: Store, other: Store, tmp_path: Path) -> None:
    model = ALS(n_factors=3).fit(load_dataset(DATASET).ratings, seed=0)
    save(store.database, tmp_path / "saved")
    restore(other.database, tmp_path / "saved")
    before, after = (fold_in(model, each.ratings(ANNA, DATASET)).top_n(10) for each in (store, other))
    assert before == after
    assert len(before) == 10


def test_a_database_in_use_is_not_overwritten(store: Store, tmp_path: Path) -> None:
    save(store.database, tmp_path / "saved")
    with pytest.raises(StoreError, match="holds people's ratings already; name an empty one"):
        restore(store.database, tmp_path / "saved")


def edited(change: Callable[[list[str]], list[str]]) -> Callable[[Path], None]:
    def edit(path: Path) -> None:
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        path.write_bytes(gzip.compress("\n".join(change(lines)).encode()))

    return edit


def newer(lines: list[str]) -> list[str]:
    header = json.loads(lines[0])
    header["columns"]["profile"][1] = "nickname"
    return [json.dumps(header), *lines[1:]]


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (Path.unlink, "there is no file"),
    "empty": (lambda path: path.write_bytes(b""), "does not begin with"),
    "something else": (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(99)), "Not a gzipped file"),
    "no columns": (edited(lambda lines: ['{"format": "reelspace visitors 1"}', *lines[1:]]), "names no columns"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-40]), "end"),
    "cut between lines": (edited(lambda lines: lines[:-1]), "it ends too early"),
    "a row gone": (edited(lambda lines: [*lines[:-3], *lines[-2:]]), "does not count its rows"),
    "a row with a value less": (edited(lambda lines: [lines[0], '["profile", 1]', *lines[2:]]), "has 1 values"),
    "an unknown table": (edited(lambda lines: [lines[0], '["other", 1]', *lines[1:]]), "a row of 'other'"),
    "no JSON": (edited(lambda lines: [lines[0], "{", *lines[1:]]), "nothing was restored"),
    "a newer program's": (edited(newer), "which keeps 'nickname': update Reelspace"),
}


@pytest.mark.parametrize(("break_it", "complaint"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_restores_nothing_and_says_why(
    store: Store, tmp_path: Path, break_it: Callable[[Path], object], complaint: str
) -> None:
    path, other = tmp_path / "saved", open_store(tmp_path / "other.sqlite")
    save(store.database, path)
    break_it(path)
    with pytest.raises(InvalidArgument, match=complaint):
        restore(other.database, path)
    assert other.ratings(ANNA, DATASET) == {}
    other.close()


def test_a_value_that_does_not_fit_restores_nothing(store: Store, tmp_path: Path) -> None:
    path, other = tmp_path / "saved", open_store(tmp_path / "other.sqlite")
    save(store.database, path)
    edited(lambda lines: [line.replace('"rate"', '"steal"') for line in lines])(path)
    with pytest.raises(StoreError, match="Nothing was saved"):
        restore(other.database, path)
    assert other.ratings(ANNA, DATASET) == {}
    other.close()


def test_the_command_saves_and_restores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REELSPACE_DATABASE", str(tmp_path / "one.sqlite"))
    store = open_store()
    store.rate(ANNA, DATASET, 1, 5.0, source="search")
    file = str(tmp_path / "visitors.jsonl.gz")
    assert main(["save", file]) == 0
    assert main(["restore", file]) == 2
    monkeypatch.setenv("REELSPACE_DATABASE", str(tmp_path / "two.sqlite"))
    assert main(["restore", file]) == 0
    assert main(["save", str(tmp_path / "nowhere" / "file")]) == 2
    told = capsys.readouterr()
    assert told.out.splitlines() == [f"saved 1 profile, 1 change: {file}", f"restored 1 profile, 1 change: {file}"]
    assert told.err.count("\n") == 2
    assert "No such file or directory" in told.err
    restored = open_store()
    assert restored.ratings(ANNA, DATASET) == {1: 5.0}
    restored.close()
    store.close()
