"""Exports of four services: real formats are read, damaged ones answered in one sentence."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from core.datasets.table import Table
from core.errors import DataError
from core.imports import reading, sheet
from core.imports.history import Entry
from core.imports.netflix import read_netflix
from core.imports.reading import read_history

LETTERBOXD = "Date,Name,Year,Letterboxd URI,Rating\n"
DIARY = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
WATCHED = "Date,Name,Year,Letterboxd URI\n"
IMDB = (
    "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,"
    "Num Votes,Release Date,Directors\n"
)
ACTIVITY = (
    "Profile Name,Start Time,Duration,Attributes,Title,Supplemental Video Type,Device Type,Bookmark,"
    "Latest Bookmark,Country\n"
)
ALIEN = "2024-01-31,Alien,1979,https://boxd.it/2awY,4.5\n"
NOON = 1_706_659_200  # 2024-01-31, midnight UTC


def read(text: str, name: str = "ratings.csv") -> tuple[Entry, ...]:
    return read_history(name, text.encode()).entries


def zipped(files: dict[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def trakt(*records: object) -> bytes:
    return json.dumps(records).encode()


def movie(**more: object) -> dict[str, object]:
    film = {"title": "Alien", "year": 1979, "ids": {"trakt": 295, "imdb": "tt0078748", "tmdb": 348}}
    return {"type": "movie", "movie": film, **more}


# What each service writes


def test_letterboxd_ratings() -> None:
    assert read(LETTERBOXD + ALIEN) == (
        Entry("Alien", "ratings.csv", 2, year=1979, stars=4.5, rated_at=NOON, key="https://boxd.it/2awY"),
    )


def test_letterboxd_diary_with_a_rewatch_and_without_stars() -> None:
    rows = (
        "2024-01-31,Alien,1979,https://boxd.it/a,,,,2024-01-30\n"
        '2024-02-01,Alien,1979,https://boxd.it/b,5,Yes,"horror, space",2024-02-01\n'
    )
    first, second = read(DIARY + rows, "diary.csv")
    assert (first.stars, second.stars) == (None, 5.0)
    assert first.key == second.key == ""  # the diary's addresses are of viewings


def test_imdb_is_halved_and_tells_series_apart() -> None:
    rows = (
        'tt0078748,9,2024-01-31,Alien,Alien,https://www.imdb.com/title/tt0078748/,Movie,8.5,117,1979,"Horror, Sci-Fi",'
        "900000,1979-05-25,Ridley Scott\n"
        "tt0903747,10,2024-01-31,Breaking Bad,Breaking Bad,,TV Series,9.5,,2008,,,,\n"
        "tt0959621,8,2024-01-31,Pilot,Pilot,,tvEpisode,9,,2008,,,,\n"
        "tt0110912,,2024-01-31,Pulp Fiction,Pulp Fiction,,movie,8.9,,1994,,,,\n"
    )
    alien, *others = read(IMDB + rows)
    assert (alien.stars, alien.imdb_id, alien.other_title, alien.year) == (4.5, "tt0078748", "Alien", 1979)
    assert [entry.kind for entry in others] == ["series", "series"]  # and what has no rating is no viewing


def test_trakt_ratings_and_viewings() -> None:
    show = {"type": "episode", "rated_at": "2024-01-31T00:00:00.000Z", "rating": 7, "show": {"title": "Fargo"}}
    records = trakt(
        movie(rated_at="2024-01-31T00:00:00.000Z", rating=9),
        movie(plays=2, last_watched_at="2024-01-31T00:00:00Z"),
        movie(listed_at="2024-01-31T00:00:00Z"),
        show,
    )
    rated, watched, series = read_history("trakt.json", records).entries
    assert rated == Entry("Alien", "trakt.json", 1, year=1979, stars=4.5, rated_at=NOON, imdb_id="tt0078748",
                          tmdb_id=348, key="295")  # fmt: skip
    assert watched.stars is None
    assert series.kind == "series"


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["1/31/24"], [NOON]),  # the month first: no month has the number 31
        (["31/01/2024"], [NOON]),
        (["31.01.24", "01.02.24"], [NOON, NOON + 86_400]),
        (["2024-01-31"], [NOON]),
        (["1/2/24", "3/4/24"], [None, None]),  # either: nothing is guessed
    ],
)
def test_netflix_dates_as_countries_write_them(dates: list[str], expected: list[int | None]) -> None:
    rows = "".join(f'"Film {number}","{date}"\n' for number, date in enumerate(dates))
    assert [entry.rated_at for entry in read('"Title","Date"\n' + rows, "ViewingHistory.csv")] == expected


def test_netflix_long_export_leaves_trailers_out_and_knows_profiles() -> None:
    rows = (
        "Ann,2024-01-31 00:00:00,01:40:00,,Alien,,TV,01:40:00,01:40:00,DE (Germany)\n"
        "Ann,2024-01-31 00:00:00,00:00:40,,Alien: Trailer,TRAILER,TV,,,DE (Germany)\n"
        "Bob,2024-01-31 00:00:00,00:40:00,,Dark: Staffel 1: Geheimnisse,,TV,,,DE (Germany)\n"
    )
    history = read_history("ViewingActivity.csv", (ACTIVITY + rows).encode())
    assert [(entry.title, entry.kind) for entry in history.entries] == [
        ("Alien", "film"),
        ("Dark: Staffel 1: Geheimnisse", "series"),
    ]
    assert history.not_viewings == 1
    assert history.profiles == ("Ann", "Bob")
    assert [entry.title for entry in history.of_profile("Ann").entries] == ["Alien"]
    newer = (ACTIVITY + rows).replace("Start Time", "Start Time (UTC)")
    assert read_history("ViewingActivity.csv", newer.encode()).entries == history.entries


def test_a_film_only_begun_is_not_seen() -> None:
    sittings = [("Alien", "00:00:50"), ("Heat", "00:15:00"), ("Heat", "00:15:00"), ("Fargo", "1:38:00"), ("Brazil", "")]
    rows = "".join(f"Ann,2024-01-31 20:00:00,{time},,{title},,TV,,,\n" for title, time in sittings)
    history = read_history("ViewingActivity.csv", (ACTIVITY + rows).encode())
    assert {entry.title for entry in history.entries} == {"Heat", "Fargo", "Brazil"}
    assert history.not_viewings == 1
    newer = (ACTIVITY + rows).replace("Duration", "Duration (H:MM:SS)")
    assert read_history("ViewingActivity.csv", newer.encode()) == history


def test_titles_that_share_two_beginnings_are_episodes() -> None:
    rows = "".join(f'"Planet: Oceans: Part of {word}","1/31/24"\n' for word in ("sea", "ice", "sky"))
    entries, _ = read_netflix(Table("n.csv", ('Title,Date\n"Dune: Part Two","1/31/24"\n' + rows).encode()))
    assert [entry.kind for entry in entries] == ["film", "series", "series", "series"]


def test_the_whole_letterboxd_zip() -> None:
    data = zipped({
        "profile.csv": "Date Joined,Username\n2020-01-01,ann\n",
        "ratings.csv": LETTERBOXD + ALIEN,
        "watched.csv": WATCHED + "2024-01-30,Heat,1995,https://boxd.it/h\n",
        "watchlist.csv": WATCHED + "2024-01-30,Brazil,1985,https://boxd.it/w\n",
        "deleted/diary.csv": DIARY + "2024-01-30,Deleted,1995,https://boxd.it/d,1,,,2024-01-30\n",
        "lists/ratings.csv": "broken",
        "likes/films.csv": "broken",
        "inner.zip": zipped({"diary.csv": "broken"}),
    })  # fmt: skip
    history = read_history("letterboxd-ann.zip", data)
    assert [(entry.title, entry.stars, entry.file) for entry in history.entries] == [
        ("Heat", None, "watched.csv"),
        ("Alien", 4.5, "ratings.csv"),
    ]


def test_trakt_zips_old_and_new() -> None:
    rated, seen = (
        trakt(movie(rated_at="2024-01-31T00:00:00Z", rating=9)),
        trakt(movie(watched_at="2024-01-31T00:00:00Z")),
    )
    for folder, deeper in (("", ""), ("ann/", "ratings/")):
        data = zipped({f"{folder}{deeper}ratings-movies.json": rated, f"{folder}watched-history-1.json": seen,
                       f"{folder}lists/watchlist.json": b"broken", f"{folder}user-profile.json": b"{}"})  # fmt: skip
        assert [entry.stars for entry in read_history("t.zip", data).entries].count(4.5) == 1


# How files are written


@pytest.mark.parametrize(
    "data",
    [
        (LETTERBOXD + ALIEN).encode("utf-8-sig"),
        (LETTERBOXD + ALIEN).replace("\n", "\r\n").encode(),
        (LETTERBOXD + "\n\n" + ALIEN + "\n").encode(),
        (LETTERBOXD.upper() + ALIEN).encode(),
    ],
    ids=["mark", "windows", "blank lines", "capitals"],
)
def test_ways_to_write_the_same(data: bytes) -> None:
    (entry,) = read_history("ratings.csv", data).entries
    assert (entry.title, entry.stars) == ("Alien", 4.5)


def test_quoted_commas_quotes_and_line_breaks() -> None:
    row = '2024-01-31,"Well, ""Alien""\nagain",1979,https://boxd.it/a,4.5\n'
    (entry,) = read(LETTERBOXD + row)
    assert entry.title == 'Well, "Alien"\nagain'


def test_a_formula_is_a_title_like_any_other() -> None:
    (entry,) = read(LETTERBOXD + '2024-01-31,"=HYPERLINK(""x"")",1979,,4\n')
    assert entry.title == '=HYPERLINK("x")'


# One sentence each: where, value, what is allowed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (LETTERBOXD + ALIEN + "2024-01-31,Heat,1995,,7\n",
         "Line 3 of ratings.csv: rating 7 is off the scale, 0.5 to 5 in steps of 0.5 is allowed"),
        (LETTERBOXD + "2024-01-31,Heat,1995,,3.3\n",
         "Line 2 of ratings.csv: rating 3.3 is off the scale, 0.5 to 5 in steps of 0.5 is allowed"),
        (LETTERBOXD + "2024-01-31,Heat,1995,,good\n",
         "Line 2 of ratings.csv: rating 'good' is not a number, 0.5 to 5 in steps of 0.5 is allowed"),
        (LETTERBOXD + "31/01/2024,Heat,1995,,4\n",
         "Line 2 of ratings.csv: date '31/01/2024' is not a date, one like 2024-01-31 is allowed"),
        (LETTERBOXD + "2024-01-31,Heat,95,,4\n",
         "Line 2 of ratings.csv: year 95 is not a year, one from 1870 to 2100 is allowed"),
        (LETTERBOXD + "2024-01-31,,1995,,4\n", "Line 2 of ratings.csv: the name is missing, text is allowed"),
        (LETTERBOXD + "2024-01-31,Heat,1995\n", "Line 2 of ratings.csv: the line has 3 columns, 5 are needed"),
        ("Name,Letterboxd URI\nHeat,x\n",
         "Line 1 of ratings.csv: column 'date' is missing among 'name', 'letterboxd uri', it is needed"),
        (IMDB + "tt0078748,11,2024-01-31,Alien,Alien,,Movie,,,1979,,,,\n",
         "Line 2 of ratings.csv: rating 11 is off the scale, 1 to 10 in whole stars is allowed"),
        (IMDB + "78748,9,2024-01-31,Alien,Alien,,Movie,,,1979,,,,\n",
         "Line 2 of ratings.csv: const 78748 is no IMDb id, one like tt0111161 is allowed"),
        ("Title,Date\nAlien,tomorrow\n",
         "Line 2 of ratings.csv: date 'tomorrow' is not a date, one like 31/01/2024 is allowed"),
        ("a,b\n1,2\n", "Line 1 of ratings.csv: the columns 'a', 'b' are of no known export, "
         "a Letterboxd, IMDb or Netflix CSV, a Trakt JSON or the zip of one of them is needed"),
        ("", "ratings.csv: the file is empty, the export of a service is needed"),
        (" \n", "ratings.csv: the file is empty, the export of a service is needed"),
        (LETTERBOXD, "ratings.csv: nothing rated or watched stands in it, at least one film is needed"),
        (LETTERBOXD + '2024-01-31,"' + "x" * 6000, "Line 2 of ratings.csv: a cell has 6,000 characters, "
         "5,000 are allowed; a quotation mark may be missing"),
        ("[1]", "Entry 1 of ratings.csv: it is a number, an object is needed"),
        ('{"a": 1}', "ratings.csv: it holds an object, a list of films is needed"),
        ("[{]", "Line 1 of ratings.csv: the file is no JSON (Expecting property name enclosed in double quotes in "
         "column 3), a Trakt export is needed"),
        ('[{"rating": 11, "movie": {"title": "Alien"}}]',
         "Entry 1 of ratings.csv: rating 11 is off the scale, 1 to 10 in whole stars is allowed"),
        ('[{"rating": 5, "movie": {"title": 4}}]',
         "Entry 1 of ratings.csv: the title 4 is missing or not a title, text is allowed"),
        ('[{"rating": 5, "movie": {"title": "Alien", "year": "1979"}}]',
         "Entry 1 of ratings.csv: year 1979 is not a year, one from 1870 to 2100 is allowed"),
        ('[{"rating": 5, "rated_at": 7, "movie": {"title": "Alien"}}]',
         "Entry 1 of ratings.csv: time 7 is not a time, one like 2024-01-31T20:15:00Z is allowed"),
        ("[" * 100_000, "ratings.csv: the JSON is nested too deeply or has a number too long"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(DataError) as caught:
        read(text)
    assert str(caught.value) == sentence


def test_a_watchlist_is_no_viewing() -> None:
    with pytest.raises(DataError, match=r"watchlist.csv: a watchlist holds films to be watched"):
        read(WATCHED + "2024-01-30,Brazil,1985,https://boxd.it/w\n", "watchlist.csv")


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_another_encoding(encoding: str) -> None:
    with pytest.raises(DataError, match=r"Line \d of ratings.csv: byte 0x.. is not UTF-8, only text saved as UTF-8"):
        read_history("ratings.csv", (LETTERBOXD + "2024-01-31,Amélie,2001,,4\n").encode(encoding))


def test_what_is_too_large_is_refused_unread() -> None:
    with pytest.raises(DataError, match=r"^ratings.csv: the file has 500.0 MB, 5.0 MB is allowed"):
        read_history("ratings.csv", bytes(500 * 2**20))


def test_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MOST_ROWS", 2)
    assert len(read(LETTERBOXD + 2 * ALIEN)) == 2
    with pytest.raises(DataError, match=r"Line 4 of ratings.csv: the file has more than 2 rows"):
        read(LETTERBOXD + 3 * ALIEN)


# Zips


def test_a_zip_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped({"ratings.csv": bytes(60 * 2**20)})
    assert len(bomb) < 2**17
    with pytest.raises(DataError, match=r"^bomb.zip: unpacked it has more than 50 MB, so many are allowed$"):
        read_history("bomb.zip", bomb)


def test_a_zip_with_very_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_FILES", 2)
    with pytest.raises(DataError, match=r"^many.zip: it holds 3 files, 2 are allowed$"):
        read_history("many.zip", zipped({f"{number}.csv": "" for number in range(3)}))


@pytest.mark.parametrize("name", ["../ratings.csv", "/ratings.csv", "a/../../ratings.csv", "..\\ratings.csv"])
def test_a_way_out_of_a_zip_is_not_followed(name: str) -> None:
    with pytest.raises(DataError, match="no file in it tells what was rated or watched"):
        read_history("t.zip", zipped({name: LETTERBOXD + ALIEN}))


def test_a_zip_in_a_zip_is_not_opened() -> None:
    with pytest.raises(DataError, match="no file in it tells what was rated or watched"):
        read_history("t.zip", zipped({"ratings.zip": zipped({"ratings.csv": LETTERBOXD + ALIEN})}))


def test_a_locked_zip() -> None:
    data = bytearray(zipped({"ratings.csv": LETTERBOXD + ALIEN}))
    for place in (6, data.rindex(b"PK\x01\x02") + 8):  # the flags of the file and of its line in the directory
        data[place] |= 1
    with pytest.raises(DataError, match=r"^t.zip: 'ratings.csv' in it is locked with a password"):
        read_history("t.zip", bytes(data))


def test_a_damaged_zip() -> None:
    data = bytearray(zipped({"ratings.csv": LETTERBOXD + 50 * ALIEN}))
    for broken in (bytes(data[: len(data) // 2]), bytes(data[:45]) + b"\xff" * 8 + bytes(data[53:])):
        with pytest.raises(DataError, match=r"^t.zip: it is damaged or no zip, a whole zip file is needed$"):
            read_history("t.zip", broken)


def test_two_services_in_one_zip() -> None:
    data = zipped({"ratings.csv": LETTERBOXD + ALIEN, "ViewingHistory.csv": "Title,Date\nAlien,1/31/24\n"})
    with pytest.raises(DataError, match="it holds exports of Letterboxd and Netflix, one service at a time is allowed"):
        read_history("t.zip", data)


def test_an_error_in_a_zip_names_the_file_in_it() -> None:
    with pytest.raises(DataError, match=r"^Line 2 of diary.csv: rating 7 is off the scale"):
        read_history("t.zip", zipped({"export/diary.csv": DIARY + "2024-01-30,Alien,1979,,7,,,2024-01-30\n"}))
