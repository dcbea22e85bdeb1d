"""Whatever somebody uploads, reading it gives a history or a sentence, and the same one each time."""

from __future__ import annotations

import io
import json
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from core.errors import ReelspaceError
from core.imports.history import History
from core.imports.reading import read_history
from tests.test_imports import ACTIVITY, DIARY, IMDB, LETTERBOXD, WATCHED

NAMES = st.sampled_from(["ratings.csv", "watchlist.csv", "diary.csv", "t.json", "t.zip", "", "ä\n.csv"])
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "Alien", "1979", "7", "4.5", "2024-01-31", "1/31/24", "tt0078748", '"', "\r", "TV Series"]),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.floats(), st.text(max_size=8), st.integers(-(10**400), 10**400), st.just("2024-01-31")
)
KEYS = st.sampled_from(["movie", "show", "title", "year", "ids", "rating", "rated_at", "watched_at", "imdb", "type"])
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=20
)


def outcome(name: str, data: bytes) -> History | str:
    """What a person would get: the history or the sentence. Anything else that is raised fails the test."""
    try:
        return read_history(name, data)
    except ReelspaceError as error:
        sentence = str(error)
    assert sentence
    assert sentence.isprintable()
    return sentence


def same_twice(name: str, data: bytes) -> None:
    assert outcome(name, data) == outcome(name, data)


@given(NAMES, st.binary(max_size=300))
def test_any_bytes(name: str, data: bytes) -> None:
    same_twice(name, data)


@given(
    NAMES,
    st.sampled_from([LETTERBOXD, DIARY, WATCHED, IMDB, ACTIVITY, "Title,Date\n"]),
    st.lists(st.lists(CELLS, max_size=14), max_size=4),
)
def test_any_rows(name: str, header: str, rows: list[list[str]]) -> None:
    same_twice(name, (header + "\n".join(map(",".join, rows))).encode("utf-8", "surrogatepass"))


@given(st.data(), st.sampled_from([LETTERBOXD, DIARY, WATCHED, IMDB, ACTIVITY, "Title,Date\n"]))
def test_any_cells_in_as_many_columns_as_there_should_be(data: st.DataObject, header: str) -> None:
    n = header.count(",") + 1
    cells = data.draw(
        st.lists(st.lists(CELLS.filter(lambda cell: '"' not in cell), min_size=n, max_size=n), max_size=3)
    )
    quoted = [",".join(f'"{cell}"' for cell in row) for row in cells]
    same_twice("ratings.csv", (header + "\n".join(quoted)).encode("utf-8", "surrogatepass"))


@given(JSON)
def test_any_json(value: object) -> None:
    same_twice("t.json", json.dumps(value).encode())
    same_twice("t.json", json.dumps([value]).encode())


@given(st.data())
def test_any_damage_to_a_zip(data: st.DataObject) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ratings.csv", LETTERBOXD + "2024-01-31,Alien,1979,,4\n" * 3)
        archive.writestr("watched.csv", WATCHED)
    content = bytearray(stream.getvalue())
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=4)
    ):
        content[place] = byte
    end = data.draw(st.integers(0, len(content)))
    same_twice("t.zip", bytes(content[:end] if data.draw(st.booleans()) else content))
