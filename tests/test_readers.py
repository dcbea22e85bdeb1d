"""The readers: every layout gives the same ratings, ids keep their type, order is the file's."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue import Film
from core.datasets.dataset import Dataset
from core.datasets.people import Profile
from core.datasets.registry import load_dataset
from core.datasets.table import Table, read_table
from core.errors import DataError
from core.ratings import Ratings, RatingScale

# One little data set, in each layout: (user, film, stars, seconds) in an order that is not sorted.
ROWS = [(2, 10, 4, 900), (1, 30, 5, 800), (1, 10, 1, 850), (3, 20, 3, 10)]
FILMS = [
    (10, "Misérables, Les (1995)", "Drama|Musical"),
    (20, "unknown", ""),
    (30, "Seven (a.k.a. Se7en) (1995)", "Crime"),
]
FLAGS = {"Drama|Musical": {8, 12}, "": {0}, "Crime": {6}}


def rows_of(ratings: Ratings) -> list[tuple[object, ...]]:
    """Ids, stars and times as the table gives them."""
    columns = [ratings.user_idx, ratings.item_idx, ratings.values, ratings.timestamps]
    lists = [column.tolist() for column in columns if column is not None]
    return [(ratings.users.labels[row[0]], ratings.items.labels[row[1]], *row[2:]) for row in zip(*lists, strict=True)]


def write_100k(folder: Path) -> None:
    (folder / "u.data").write_text("".join("\t".join(map(str, row)) + "\n" for row in ROWS))
    lines = []
    for film, title, genres in FILMS:
        flags = "|".join(str(int(place in FLAGS[genres])) for place in range(19))
        lines.append(f"{film}|{title}|01-Jan-1995|||{flags}\n")
    (folder / "u.item").write_bytes("".join(lines).encode("latin-1"))


def write_dat(folder: Path, encoding: str = "latin-1") -> None:
    (folder / "ratings.dat").write_text("".join("::".join(map(str, row)) + "\n" for row in ROWS))
    films = "".join("::".join(map(str, film)) + "\n" for film in FILMS)
    (folder / "movies.dat").write_bytes(films.encode(encoding))


def write_csv(folder: Path, newline: str = "\n") -> None:
    ratings = ["userId,movieId,rating,timestamp", *(",".join(map(str, row)) for row in ROWS)]
    films = [
        "movieId,title,genres",
        *(f'{film},"{title}",{genres or "(no genres listed)"}' for film, title, genres in FILMS),
    ]
    for name, lines in (("ratings.csv", ratings), ("movies.csv", films)):
        (folder / name).write_bytes((newline.join(lines) + newline).encode())


@pytest.mark.parametrize(
    "write",
    [
        write_100k,
        write_dat,
        lambda folder: write_dat(folder, "utf-8"),
        write_csv,
        lambda folder: write_csv(folder, "\r\n"),
    ],
    ids=["100K", "1M", "10M", "latest", "latest-crlf"],
)
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_every_layout_gives_the_same_ratings_and_films(tmp_path: Path, write: object, packed: bool) -> None:
    write(tmp_path)  # type: ignore[operator]
    path = tmp_path
    if packed:
        path = tmp_path / "data.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in sorted(tmp_path.glob("[rmu]*.*")):
                archive.write(file, f"ml-x/{file.name}")
    dataset = load_dataset(str(path))
    assert rows_of(dataset.ratings) == ROWS
    assert list(dataset.films) == [
        Film(10, "Les Misérables", 1995, ("Drama", "Musical")),
        Film(20, "unknown"),
        Film(30, "Seven", 1995, ("Crime",), ("Se7en",)),
    ]
    assert dataset.ratings.items.labels == (10, 20, 30)


def test_scales_follow_the_layout(tmp_path: Path) -> None:
    for number, (write, scale) in enumerate(
        ((write_100k, (1, 5, 1)), (write_dat, (1, 5, 1)), (write_csv, (0.5, 5, 0.5))), start=1
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        write(folder)
        assert load_dataset(str(folder)).ratings.scale == RatingScale(*scale)
    (tmp_path / "2" / "ratings.dat").write_text("1::10::3.5::9\n")
    assert load_dataset(str(tmp_path / "2")).ratings.scale == RatingScale(0.5, 5, 0.5)


def test_unrated_films_have_a_row(tmp_path: Path) -> None:
    write_csv(tmp_path)
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,30,2.0,5\n")
    ratings = load_dataset(str(tmp_path)).ratings
    assert (ratings.n_users, ratings.n_items, ratings.item_counts.tolist()) == (1, 3, [0, 0, 1])


def test_tags_and_links_stand_with_their_films(tmp_path: Path) -> None:
    write_csv(tmp_path)
    (tmp_path / "links.csv").write_text("movieId,imdbId,tmdbId\n10,0113828,4415\n20,,\n")
    tags = [
        (10, "Sad"),
        (10, "sad "),
        (10, "war"),
        (10, "Alps"),
        (30, "dark"),
        (99, "lost"),
        *((30, f"t{n}") for n in range(12)),
    ]
    lines = [f"1,{film},{tag},{n}" for n, (film, tag) in enumerate(tags)]
    (tmp_path / "tags.csv").write_text("\n".join(["userId,movieId,tag,timestamp", *lines]) + "\n")
    films = load_dataset(str(tmp_path)).films
    assert films[10].tags == ("sad", "alps", "war")
    assert (films[10].imdb_id, films[20].imdb_id, films[20].tags) == ("tt0113828", None, ())
    assert (films[10].tmdb_id, films[20].tmdb_id) == (4415, None)
    assert len(films[30].tags) == 10 and films[30].tags[0] == "dark"


# Your own table

OWN = [("ann", "Heat (1995)", 4.5), ("bob", "Ran", 3.0), ("ann", "Ran", 1.0)]


@pytest.mark.parametrize(
    "header", ["user,film,rating", "userId,movieId,rating", "User ID,item_id,Stars", "person,item,score"]
)
def test_columns_go_by_many_names(header: str) -> None:
    text = header + "\n" + "\n".join(f"{user},{film},{stars}" for user, film, stars in OWN)
    ratings, films = read_table(Table("mine.csv", text.encode()))
    assert rows_of(ratings) == OWN
    assert ratings.timestamps is None
    assert films["Heat (1995)"] == Film("Heat (1995)", "Heat", 1995)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "bom"])
def test_the_delimiter_is_seen_and_further_columns_are_passed_over(delimiter: str, mark: str) -> None:
    rows = [("note", "rating", "film", "user"), *(("…", str(stars), f'"{film}"', user) for user, film, stars in OWN)]
    text = mark + "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    assert rows_of(read_table(Table("mine.csv", text.encode()))[0]) == OWN


def test_ids_keep_the_file_s_type() -> None:
    def labels(column: list[str]) -> tuple[object, ...]:
        text = "user,film,rating\n" + "".join(f"1,{film},3\n" for film in column)
        return read_table(Table("mine.csv", text.encode()))[0].items.labels

    assert labels(["12", "7", "-3"]) == (-3, 7, 12)
    assert labels(["007", "12"]) == ("007", "12")
    assert labels(["12", "x"]) == ("12", "x")
    assert labels(["1e3", "2.0"]) == ("1e3", "2.0")
    assert labels(["9" * 30]) == ("9" * 30,)


@pytest.mark.parametrize(
    ("cells", "seconds"),
    [
        (["0", "978300760"], [0, 978300760]),
        (["978300760000", "978300761999"], [978300760, 978300761]),
        (["978300760.7", "1e3"], [978300760, 1000]),
        (["2001-01-01", "2001-01-01T00:00:01Z"], [978307200, 978307201]),
        (["2001-01-01 01:00:00+01:00", "5"], [978307200, 5]),
    ],
)
def test_times_are_seconds_milliseconds_or_dates(cells: list[str], seconds: list[int]) -> None:
    text = "user,film,rating,time\n" + "".join(f"1,{film},3,{cell}\n" for film, cell in enumerate(cells))
    ratings = read_table(Table("mine.csv", text.encode()))[0]
    assert ratings.timestamps is not None and ratings.timestamps.tolist() == seconds


def test_parquet_reads_like_csv(tmp_path: Path) -> None:
    moments = [datetime(2001, 1, 1, tzinfo=UTC), datetime(2001, 1, 2, tzinfo=UTC), datetime(2001, 1, 3, tzinfo=UTC)]
    table = pd.DataFrame(OWN, columns=["user", "film", "stars"]).assign(date=moments)
    table.to_parquet(tmp_path / "mine.parquet")
    ratings = load_dataset(str(tmp_path / "mine.parquet")).ratings
    assert rows_of(ratings) == [(*row, 978307200 + 86400 * day) for day, row in enumerate(OWN)]
    table["film"] = table["film"].astype("category")
    table["user"] = [7.0, 8.0, 7.0]  # whole numbers beside a gap
    table["date"] = [moment.date() for moment in moments]
    table.to_parquet(tmp_path / "mine.parquet")
    again = load_dataset(str(tmp_path / "mine.parquet")).ratings
    assert again.users.labels == (7, 8)
    assert rows_of(again) == [(7 + (user == "bob"), *row) for user, *row in rows_of(ratings)]


def test_a_film_table_gives_titles_years_and_genres(tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text("user,film,rating\n1,5,3\n1,6,4\n2,5,1\n")
    (tmp_path / "films.csv").write_text(
        'id,title,year,genres\n5,"Grand bleu, Le",1988,Drama|Sport\n6,Ran (1985),,\n7,,,\n'
    )
    dataset = load_dataset(str(tmp_path))
    assert list(dataset.films) == [
        Film(5, "Le Grand bleu", 1988, ("Drama", "Sport")),
        Film(6, "Ran", 1985),
        Film(7, "Film 7"),
    ]
    assert dataset.ratings.items.labels == (5, 6, 7)
    pd.DataFrame({"movieId": [5, 6], "name": ["Big Blue", None], "year": [1988.0, None]}).to_parquet(
        tmp_path / "films.parquet"
    )
    (tmp_path / "films.csv").unlink()
    films = load_dataset(str(tmp_path)).films
    assert [film.label for film in films] == ["Big Blue (1988)", "Film 6"]


@pytest.mark.parametrize("films", ["id,title\n5,Heat\n6,Ran\nx1,Big\n", "id,title\n05,Heat\n5,Heat\n6,Ran\n"])
def test_ids_are_text_where_the_film_table_says_so(tmp_path: Path, films: str) -> None:
    (tmp_path / "films.csv").write_text(films)
    table = pd.DataFrame({"user": [1, 1], "film": [5, 6], "rating": [3, 4]})
    table.to_csv(tmp_path / "ratings.csv", index=False)
    assert rows_of(load_dataset(str(tmp_path)).ratings) == [(1, "5", 3.0), (1, "6", 4.0)]
    (tmp_path / "ratings.csv").unlink()
    table.to_parquet(tmp_path / "ratings.parquet")
    assert rows_of(load_dataset(str(tmp_path)).ratings) == [(1, "5", 3.0), (1, "6", 4.0)]


def test_text_ids_meet_a_film_table_of_numbers(tmp_path: Path) -> None:
    (tmp_path / "films.csv").write_text("id,title\n5,Heat\n6,Ran\n")
    pd.DataFrame({"user": ["a", "a"], "film": ["5", "6"], "rating": [3, 4]}).to_parquet(tmp_path / "ratings.parquet")
    assert rows_of(load_dataset(str(tmp_path)).ratings) == [("a", 5, 3.0), ("a", 6, 4.0)]


names = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]), min_size=1, max_size=8
)
IDS = st.integers(-(10**17), 10**17) | names


@given(st.lists(st.tuples(IDS, IDS), min_size=1, max_size=20, unique_by=lambda pair: tuple(map(str, pair))), st.data())
def test_a_table_written_as_csv_reads_back_the_same(pairs: list[tuple[object, object]], data: st.DataObject) -> None:
    stars = data.draw(st.lists(st.sampled_from([0.5, 1.0, 3.5, 5.0]), min_size=len(pairs), max_size=len(pairs)))
    table = pd.DataFrame({"user": [str(u) for u, _ in pairs], "film": [str(f) for _, f in pairs], "rating": stars})
    ratings, films = read_table(Table("mine.csv", table.to_csv(index=False).encode()))
    assert [(str(u), str(f), r) for u, f, r in rows_of(ratings)] == list(table.itertuples(index=False, name=None))
    assert set(films.ids) == set(ratings.items)


# People


def write_people(folder: Path, *lines: str) -> None:
    write_100k(folder)
    (folder / "u.user").write_text("".join(f"{line}\n" for line in lines))


def test_people_are_read_where_there_are_any(tmp_path: Path) -> None:
    write_people(tmp_path, "1|24|M|technician|85711", "2|7|F|other|T8H1N", "3|73||none|06405")
    dataset = load_dataset(str(tmp_path))
    assert dataset.people == {
        1: Profile(24, "M", "technician"), 2: Profile(7, "F", "other"), 3: Profile(73, "", "none")
    }  # fmt: skip
    assert dict(dataset.people_traits) == {
        1: ("aged 20 to 29", "gender M", "occupation technician"),
        2: ("aged 0 to 9", "gender F", "occupation other"),
        3: ("aged 60 or more", "occupation none"),
    }
    (tmp_path / "u.user").unlink()
    assert load_dataset(str(tmp_path)).people == {}


def test_wheel_and_zip_know_the_same_people(ml100k: Dataset) -> None:
    assert len(ml100k.people) == 943
    assert ml100k.people[1] == Profile(24, "M", "technician") and ml100k.people[943] == Profile(22, "M", "student")


def test_films_have_genres_and_a_decade(tmp_path: Path) -> None:
    write_100k(tmp_path)
    assert dict(load_dataset(str(tmp_path)).film_traits) == {
        10: ("Drama", "Musical", "made in the 1990s"), 20: (), 30: ("Crime", "made in the 1990s")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("1|24|M|technician", "Line 2 of u.user: the line has 4 columns, 5 are needed"),
        ("one|24|M|other|1", "Line 2 of u.user: user id 'one' is not a number, a whole number is allowed"),
        ("2|old|M|other|1", "Line 2 of u.user: age 'old' is not a number, a whole number is allowed"),
        ("1|24|M|other|1", "Line 2 of u.user: user 1 stands a second time, each person once is allowed"),
    ],
)
def test_people_that_cannot_be_read_are_named(tmp_path: Path, line: str, sentence: str) -> None:
    write_people(tmp_path, "1|24|M|other|1", line)
    with pytest.raises(DataError) as error:
        load_dataset(str(tmp_path))
    assert str(error.value) == sentence
