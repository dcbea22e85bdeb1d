"""Each bad input is answered with one sentence that names file, line, value and what is allowed."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.datasets import source as source_module
from core.datasets.registry import load_dataset
from core.datasets.table import Table, read_table
from core.errors import DataError

MOVIES = "movieId,title,genres\n1,Heat (1995),Action\n2,Paterson,(no genres listed)\n"
RATINGS = "userId,movieId,rating,timestamp\n"


def sentence(path: Path) -> str:
    """The error that loading ``path`` gives."""
    with pytest.raises(DataError) as error:
        load_dataset(str(path))
    assert "\n" not in str(error.value)
    return str(error.value)


def latest(folder: Path, *, ratings: str | bytes = RATINGS + "1,1,4.0,5\n", movies: str | bytes = MOVIES) -> Path:
    """A folder in the layout of MovieLens latest."""
    for name, content in (("ratings.csv", ratings), ("movies.csv", movies)):
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            "1,1,4.0,5\n1,2,5.5,6\n",
            "Line 3 of ratings.csv: rating 5.5 is off the scale, a number from 0.5 to 5 is allowed",
        ),
        ("1,1,nan,5\n", "Line 2 of ratings.csv: rating 'nan' is not a number, a number from 0.5 to 5 is allowed"),
        ("1,1,good,5\n", "Line 2 of ratings.csv: rating 'good' is not a number, a number from 0.5 to 5 is allowed"),
        ("1,1,,5\n", "Line 2 of ratings.csv: rating '' is not a number, a number from 0.5 to 5 is allowed"),
        ("1,1,4_0,5\n", "Line 2 of ratings.csv: rating '4_0' is not a number, a number from 0.5 to 5 is allowed"),
        ("ann,1,4.0,5\n", "Line 2 of ratings.csv: user id 'ann' is not a number, a whole number is allowed"),
        ("1,2.5,4.0,5\n", "Line 2 of ratings.csv: film id '2.5' is not a number, a whole number is allowed"),
        (",1,4.0,5\n", "Line 2 of ratings.csv: the user id is missing, a whole number or text is allowed"),
        (
            "1,1,4.0,noon\n",
            "Line 2 of ratings.csv: time 'noon' is not a time, seconds since 1970 or a date like 2024-01-31T20:15:00 "
            "is allowed",
        ),
        (
            "1,1,4.0,5\n2,1,3.0,5\n\n1,1,2.0,9\n",
            "Line 5 of ratings.csv: user 1 rates film 1 a second time (first in line 2), one rating a pair is allowed",
        ),
        (
            "1,1,4.0,5\n1,3,4.0,5\n",
            "Line 3 of ratings.csv: film 3 is not in movies.csv, one of its 2 films is allowed",
        ),
        ("1,1,4.0,5\n1,2,4.0\n", "Line 3 of ratings.csv: the line has 3 columns, 4 are needed"),
        ("1,1,4.0,5,6\n", "Line 2 of ratings.csv: the line has 5 columns, 4 are needed"),
        ("", "ratings.csv: the file is empty, at least one rating is needed"),
        ("\n \n", "ratings.csv: the file is empty, at least one rating is needed"),
    ],
)
def test_a_bad_rating_is_named_by_its_line(tmp_path: Path, rows: str, expected: str) -> None:
    assert sentence(latest(tmp_path, ratings=RATINGS + rows)) == expected


@pytest.mark.parametrize(
    ("movies", "expected"),
    [
        ("", "movies.csv: the file is empty, at least one film is needed"),
        ("movieId,title,genres\n", "movies.csv: the file is empty, at least one film is needed"),
        (
            "movieId,title\n1,Heat\n",
            "Line 1 of movies.csv: the header is 'movieId,title', 'movieId,title,genres' is needed",
        ),
        (MOVIES + "x,Ran,Drama\n", "Line 4 of movies.csv: film id 'x' is not a number, a whole number is allowed"),
        (MOVIES + "1,Ran,Drama\n", "Line 4 of movies.csv: film 1 stands a second time, each film once is allowed"),
        (MOVIES + "3,Ran\n", "Line 4 of movies.csv: the line has 2 columns, 3 are needed"),
        (MOVIES + '3,"Ran\n', "Line 4 of movies.csv: the line has 2 columns, 3 are needed"),
        (
            MOVIES.encode() + "3,Misérables,Drama\n".encode("latin-1"),
            "Line 4 of movies.csv: byte 0xe9 is not UTF-8, only text saved as UTF-8 is allowed",
        ),
    ],
)
def test_a_bad_film_is_named_by_its_line(tmp_path: Path, movies: str | bytes, expected: str) -> None:
    assert sentence(latest(tmp_path, movies=movies)) == expected


def test_the_older_layouts_are_checked_as_well(tmp_path: Path) -> None:
    (tmp_path / "u.item").write_text("1|Heat (1995)|01-Jan-1995||" + "|0" * 19 + "\n")
    (tmp_path / "u.data").write_text("1\t1\t3\t5\n1\t1\t9\t6\n")
    assert sentence(tmp_path) == "Line 2 of u.data: rating 9 is off the scale, a number from 1 to 5 is allowed"
    (tmp_path / "u.data").write_text("1\t1\t3\n")
    assert sentence(tmp_path) == "Line 1 of u.data: the line has 3 columns, 4 are needed"
    (tmp_path / "u.item").write_text("1|Heat (1995)\n")
    assert sentence(tmp_path) == "Line 1 of u.item: the line has 2 columns, 24 are needed"
    for file in ("u.item", "u.data"):
        (tmp_path / file).unlink()
    (tmp_path / "movies.dat").write_text("1::Heat (1995)::Action\n")
    (tmp_path / "ratings.dat").write_text("1::1::3::5\n1::2::3::5\n")
    assert sentence(tmp_path) == "Line 2 of ratings.dat: film 2 is not in movies.dat, one of its 1 films is allowed"
    (tmp_path / "ratings.dat").write_text("1::1::3::5\n1:1:3:5\n")
    assert sentence(tmp_path) == "Line 2 of ratings.dat: the line has 1 columns, 4 are needed"


# Somebody's own table


def write(path: Path, content: str | bytes) -> Path:
    """A file with this content."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "user,film,verdict\nann,Heat,4\n",
            "Line 1 of mine.csv: no column holds the rating among 'user', 'film', 'verdict', one of rating, stars, score "
            "is needed",
        ),
        (
            "who,film,stars\nann,Heat,4\n",
            "Line 1 of mine.csv: no column holds the user among 'who', 'film', 'stars', one of userid, user, person, "
            "personid, viewer is needed",
        ),
        (
            "user,film,stars\nann,Heat,4\nann,Ran,good\n",
            "Line 3 of mine.csv: rating 'good' is not a number, a finite number is allowed",
        ),
        (
            "user,film,stars\nann,Heat,inf\n",
            "Line 2 of mine.csv: rating 'inf' is not a number, a finite number is allowed",
        ),
        ("user,film,stars\nann,,4\n", "Line 2 of mine.csv: the film id is missing, a whole number or text is allowed"),
        (
            'user,film,stars\nann,"Heat,\n1995",4\nann,"Heat,\n1995",5\n',
            "Line 5 of mine.csv: user 'ann' rates film 'Heat,\\n1995' a second time (first in line 3), one rating a pair is "
            "allowed",
        ),
        (
            "user,film,stars,date\nann,Heat,4,2024-02-30\n",
            "Line 2 of mine.csv: time '2024-02-30' is not a time, seconds since 1970 or a date like 2024-01-31T20:15:00 "
            "is allowed",
        ),
        ("", "mine.csv: the file is empty, at least one rating is needed"),
        ("user,film,stars\n", "mine.csv: the file is empty, at least one rating is needed"),
        (b"\x89PNG\r\n\x1a\n\0\0", "Line 1 of mine.csv: byte 0x89 is not UTF-8, only text saved as UTF-8 is allowed"),
        (
            "user,film,stars\nann,Heat,4\nann,Misérables,5\n".encode("latin-1"),
            "Line 3 of mine.csv: byte 0xe9 is not UTF-8, only text saved as UTF-8 is allowed",
        ),
        (
            "user,film,stars\nann,Heat,4\n".encode("utf-16"),
            "Line 1 of mine.csv: byte 0xff is not UTF-8, only text saved as UTF-8 is allowed",
        ),
    ],
)
def test_a_bad_line_of_your_own_table_is_named(tmp_path: Path, content: str | bytes, expected: str) -> None:
    assert sentence(write(tmp_path / "mine.csv", content)) == expected


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        ("stars", [4.0, None], "Row 2 of mine.parquet: rating nan is not a number, a finite number is allowed"),
        ("stars", ["4", "good"], "Row 2 of mine.parquet: rating 'good' is not a number, a finite number is allowed"),
        ("film", ["Heat", None], "Row 2 of mine.parquet: the film id is missing, a whole number or text is allowed"),
        (
            "film",
            [1.0, 2.5],
            "mine.parquet: it cannot be read, film ids must be all whole numbers or all text, got float",
        ),
        (
            "film",
            ["Heat", "Heat"],
            "Row 2 of mine.parquet: user 'ann' rates film 'Heat' a second time (first in row 1), one rating a pair is allowed",
        ),
        (
            "date",
            ["2024-01-31", "soon"],
            "Row 2 of mine.parquet: time 'soon' is not a time, seconds since 1970 or a date like 2024-01-31T20:15:00 is "
            "allowed",
        ),
    ],
)
def test_a_bad_row_of_parquet_is_named(tmp_path: Path, column: str, cells: list[object], expected: str) -> None:
    table = pd.DataFrame(
        {"user": ["ann", "ann"], "film": ["Heat", "Ran"], "stars": [4.0, 5.0], "date": ["2024-01-31"] * 2}
    )
    path = tmp_path / "mine.parquet"
    table.assign(**{column: cells}).to_parquet(path)
    assert sentence(path) == expected


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.parquet", b"PAR1 and then something else")
    assert sentence(path) == "mine.parquet: it is damaged or not parquet, a whole parquet file is needed"
    pd.DataFrame({"user": [], "film": [], "stars": []}).to_parquet(path)
    assert sentence(path) == "mine.parquet: the file is empty, at least one rating is needed"


def test_a_film_missing_from_your_own_film_table_is_named(tmp_path: Path) -> None:
    write(tmp_path / "films.csv", "id,title\nh,Heat\n")
    write(tmp_path / "ratings.csv", "user,film,stars\nann,h,4\nann,r,4\n")
    assert sentence(tmp_path) == "Line 3 of ratings.csv: film 'r' is not in films.csv, one of its 1 films is allowed"
    write(tmp_path / "films.csv", "id,title\nh,Heat\nh,Ran\n")
    assert sentence(tmp_path) == "Line 3 of films.csv: film 'h' stands a second time, each film once is allowed"
    write(tmp_path / "films.csv", "id,name,year\nh,Heat\n")
    assert sentence(tmp_path) == "Line 2 of films.csv: the line has 2 columns, 3 are needed"
    write(tmp_path / "films.csv", "id,year\nh,1995\n")
    assert sentence(tmp_path) == (
        "Line 1 of films.csv: no column holds the title among 'id', 'year', one of title, name, movietitle, filmtitle is needed"
    )


def test_a_folder_without_ratings_says_what_it_wants(tmp_path: Path) -> None:
    assert sentence(tmp_path) == (
        f"{tmp_path.name}: no ratings are in it, one of ratings.csv, ratings.parquet, ratings.tsv is needed"
    )


# Zips


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    """A zip of these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def good(path: Path) -> Path:
    """A zip that loads."""
    rows = "".join(f"{user},{1 + user % 2},{1 + user % 5}.0,{user}\n" for user in range(500))
    return zipped(path, {"ml/ratings.csv": (RATINGS + rows).encode(), "ml/movies.csv": MOVIES.encode()})


def test_a_zip_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    path = good(tmp_path / "ml.zip")
    assert len(load_dataset(str(path)).ratings) == 500
    whole = path.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert sentence(path) == "ml.zip: the zip is cut short or damaged; a whole zip is needed, so fetch it again"


def test_a_zip_with_a_damaged_member_is_refused(tmp_path: Path) -> None:
    path = good(tmp_path / "ml.zip")
    whole = bytearray(path.read_bytes())
    whole[200:220] = bytes(20)
    path.write_bytes(whole)
    assert (
        sentence(path) == "ml.zip: the file ml/ratings.csv in it is damaged; a whole zip is needed, so fetch it again"
    )


def bomb(path: Path) -> Path:
    """17 MB of zeros in 17 kB."""
    return zipped(path, {"ratings.csv": bytes(17 * 1024**2), "movies.csv": MOVIES.encode()})


def test_a_zip_that_unpacks_to_something_huge_is_refused_unread(tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.zip")
    with zipfile.ZipFile(path) as archive:
        packed = archive.getinfo("ratings.csv").compress_size
    assert sentence(path) == (
        f"bomb.zip: the file 'ratings.csv' in it unpacks from {packed} to 17825792 bytes, at most 100 times as much is allowed"
    )


def test_a_zip_that_lies_about_its_size_is_not_unpacked_beyond_it(tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.zip")
    size = struct.pack("<L", 17 * 1024**2)
    path.write_bytes(path.read_bytes().replace(size, struct.pack("<L", 1000)))
    assert sentence(path) == "bomb.zip: the file ratings.csv in it is damaged; a whole zip is needed, so fetch it again"


@pytest.mark.parametrize(
    ("limit", "value", "expected"),
    [
        ("MAX_MEMBERS", 1, "ml.zip: the zip holds 2 files, at most 1 are allowed"),
        ("MAX_BYTES", 100, "ml.zip: the zip unpacks to {total} bytes, at most 100 are allowed"),
    ],
)
def test_a_zip_of_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, expected: str
) -> None:
    path = good(tmp_path / "ml.zip")
    with zipfile.ZipFile(path) as archive:
        total = sum(member.file_size for member in archive.infolist())
    monkeypatch.setattr(source_module, limit, value)
    assert sentence(path) == expected.format(total=total)


@pytest.mark.parametrize(
    "name", ["../ratings.csv", "a/../../ratings.csv", "/etc/ratings.csv", "C:/ratings.csv", "..\\r.csv"]
)
def test_a_name_that_points_outside_the_zip_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "sly.zip", {name: b"x"})
    assert sentence(path) == (
        f"sly.zip: the file {name!r} in it points outside the zip, a plain relative name is allowed"
    )


def test_a_locked_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "locked.zip", {"ratings.csv": b"x"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag in the central directory
    path.write_bytes(content)
    assert sentence(path) == (
        "locked.zip: the file 'ratings.csv' in it is locked with a password, only open files are allowed"
    )


def test_a_zip_within_a_zip_is_not_opened(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("ratings.csv", RATINGS)
    path = zipped(tmp_path / "outer.zip", {"inner.zip": inner.getvalue()})
    assert sentence(path).startswith("outer.zip: no ratings are in it")


def test_a_long_or_wild_cell_is_shown_short_and_on_one_line(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.csv", f"user,film,stars\nann,Heat,\x1b[31m{'x' * 1000}\n")
    shown = "'\\x1b[31m" + "x" * 34 + "…'"
    assert sentence(path) == f"Line 2 of mine.csv: rating {shown} is not a number, a finite number is allowed"


@given(st.data())
def test_no_damage_to_a_file_escapes_as_another_error(data: st.DataObject) -> None:
    """Whatever happens to the bytes: the table is read or refused in one line."""
    whole = bytearray(b'user,film,stars,date\nann,Heat,4.0,2024-01-31\nbob,"Ran, 1985",3.5,2024-02-01\n')
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=3))
    try:
        ratings, films = read_table(Table("mine.csv", bytes(whole)))
    except DataError as error:
        message = str(error)
    else:
        message = f"{len(ratings)} ratings of {len(films)} films"
    assert message.isprintable()
