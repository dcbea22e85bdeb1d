"""The database of visitors when things go wrong: two writers, a killed writer, a full disk, a locked or foreign file."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from core import InvalidArgument
from dashboard.visitors import (
    Rating,
    Store,
    StoreError,
    digest_of,
    engine,
    migrations,
    new_visitor_id,
    open_store,
    schema,
)
from dashboard.visitors.engine import database_url, open_engine
from tests.postgres import NONE_FOUND, Server, find_programs, serve

VISITOR = new_visitor_id()
NOBODY = 65534  # the user id that owns nothing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "visitors.sqlite"


@contextmanager
def opened(path: Path | str) -> Iterator[Store]:
    store = open_store(path)
    try:
        yield store
    finally:
        store.close()


def rate(store: Store, film: int) -> None:
    store.rate(VISITOR, "d", film, 4, source="search")


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Start ``program`` in another process; it waits for a line on its input, so that several begin at once."""
    lines = [
        "import sys",
        "from dashboard.visitors import open_store",
        "print('ready', flush=True)",
        "input()",
        program,
    ]
    command = [sys.executable, "-c", "\n".join(lines), *map(str, arguments)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


def open_and_go(*processes: subprocess.Popen[str]) -> None:
    """Let each open the database first: else the one that opens sooner is done before the other begins."""
    go(*processes)
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
    go(*processes)


# Many at once

# Between two ratings others get their turn: who asks SQLite again at once may have it for long.
RATE_MANY = """
import time
path, visitor, first, n = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
store = open_store(path)
print("open", flush=True)
input()
for film in range(first, first + n):
    store.rate(visitor, "d", film, 4.0, source="search")
    print(film, flush=True)
    time.sleep(0.001)
store.close()
"""


def test_two_tabs_rating_at_once_lose_nothing(place: str) -> None:
    tabs = [start(RATE_MANY, place, VISITOR, first, 200) for first in (0, 1000)]
    open_and_go(*tabs)
    for tab in tabs:
        tab.communicate(timeout=60)
        assert tab.returncode == 0
    with opened(place) as store:
        films = list(store.ratings(VISITOR, "d"))
        assert sorted(films) == [*range(200), *range(1000, 1200)]
        assert films != sorted(films)  # they did write at the same time
        for _ in range(400):  # and each change can be undone by itself
            assert store.undo(VISITOR, "d")
        assert store.undo(VISITOR, "d") is None


READ_THEN_WRITE = """
store = open_store(sys.argv[1])
for _ in range(100):
    store.undo(sys.argv[2], "d")
store.close()
"""


def test_two_tabs_undoing_at_once_take_back_two_different_changes(place: str) -> None:
    with opened(place) as store:
        for film in range(220):
            rate(store, film)
    tabs = [start(READ_THEN_WRITE, place, VISITOR) for _ in range(2)]
    go(*tabs)
    for tab in tabs:
        tab.communicate(timeout=60)
        assert tab.returncode == 0
    with opened(place) as store:
        assert list(store.ratings(VISITOR, "d")) == list(range(20))


def test_processes_may_open_a_new_database_at_once(place: str) -> None:
    openers = [start("open_store(sys.argv[1]).close()", place) for _ in range(2)]
    go(*openers)
    for opener in openers:
        opener.communicate(timeout=60)
        assert opener.returncode == 0
    with opened(place) as store:
        rate(store, 1)


def test_opening_waits_for_a_process_that_is_just_making_the_file(path: Path) -> None:
    first = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    first.execute("BEGIN IMMEDIATE")  # here SQLite refuses the change to WAL at once, whatever time it may wait
    first.execute("CREATE TABLE other (x)")
    release = threading.Timer(0.3, lambda: first.execute("COMMIT"))
    release.start()
    with opened(path) as store:
        rate(store, 1)
    release.join()
    first.close()


def test_what_was_confirmed_survives_a_killed_writer(place: str) -> None:
    writer = start(RATE_MANY, place, VISITOR, 0, 100_000)
    open_and_go(writer)
    assert writer.stdout is not None
    confirmed = [int(writer.stdout.readline()) for _ in range(50)]
    writer.send_signal(signal.SIGKILL)
    confirmed += [int(line) for line in writer.stdout.read().splitlines()]
    writer.communicate()
    with opened(place) as store:
        kept = list(store.ratings(VISITOR, "d"))
        assert kept[: len(confirmed)] == confirmed
        assert len(kept) <= len(confirmed) + 1  # at most the one that was written but not yet reported
        rate(store, 200_000)


RATE_IN_A_CROWD = """
import os, threading
place, visitors = sys.argv[1], sys.argv[2:]
store = open_store(place)
def visit(visitor):
    for film in range(10):
        store.rate(visitor, "d", film, 4.0, source="search")
        os.write(1, f"{visitor} {film}\\n".encode())
threads = [threading.Thread(target=visit, args=(visitor,)) for visitor in visitors]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def test_of_fifty_visitors_rating_at_once_every_confirmed_rating_survives_a_kill(place: str) -> None:
    visitors = [new_visitor_id() for _ in range(50)]
    crowd = start(RATE_IN_A_CROWD, place, *visitors)
    go(crowd)
    assert crowd.stdout is not None
    confirmed = [crowd.stdout.readline() for _ in range(250)]
    crowd.send_signal(signal.SIGKILL)
    confirmed += [line for line in crowd.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    crowd.communicate()
    kept = {visitor: set[str]() for visitor in visitors}
    for line in confirmed:
        visitor, film = line.split()
        kept[visitor].add(film)
    with opened(place) as store:
        for visitor, films in kept.items():
            there = {str(film) for film in store.ratings(visitor, "d")}
            assert films <= there, "a confirmed rating is gone"
            assert len(there - films) <= 1  # the one that was written but not yet reported
        rate(store, 1)


def test_every_connection_waits_for_the_disk_and_lets_reads_go_on(path: Path) -> None:
    with opened(path) as store, store.engine.connect() as one, store.engine.connect() as two:
        for connection in (one, two):
            pragmas = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
            assert pragmas == ["wal", 2, 1]  # 2 is FULL
            connection.rollback()


def test_a_read_does_not_wait_for_a_writer(place: str) -> None:
    with opened(place) as store:
        rate(store, 1)
        with store.engine.begin() as writer:  # holds the write lock
            writer.exec_driver_sql("UPDATE profile SET created_at = 0")
            assert store.ratings(VISITOR, "d") == {1: 4.0}


# What refuses


def _limit_pages(store: Store, n_pages: int) -> None:
    """Let the file grow no further, as a full disk would."""

    def limit(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={n_pages}")

    event.listen(store.engine, "connect", limit)
    store.engine.dispose()


def test_a_full_disk_is_a_sentence_and_the_last_confirmed_state_stands(path: Path) -> None:
    with opened(path) as store:
        rate(store, 0)
        with store.engine.connect() as connection:
            n_pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        _limit_pages(store, n_pages)
        n_kept = 1
        with pytest.raises(StoreError) as refusal:
            for film in range(1, 10_000):
                rate(store, film)
                n_kept += 1
        assert str(refusal.value) == "Nothing was saved: the disk is full; free some space and try again."
        assert list(store.ratings(VISITOR, "d")) == list(range(n_kept))
        with pytest.raises(StoreError, match="disk is full"):
            for _ in range(10_000):
                store.clear(VISITOR, "d")
                store.undo(VISITOR, "d")
    with opened(path) as store:  # with space again, all goes on
        before = store.ratings(VISITOR, "d")
        rate(store, 20_000)
        assert store.ratings(VISITOR, "d") == {**before, 20_000: 4.0}


def test_a_lock_that_nobody_gives_back_is_a_sentence(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_SECONDS", 0.1)
    with opened(path) as store:
        rate(store, 1)
        blocker = sqlite3.connect(path, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as refusal:
            rate(store, 2)
        assert str(refusal.value) == "Nothing was saved: the database is busy with another change; please try again."
        assert store.ratings(VISITOR, "d") == {1: 4.0}
        blocker.execute("ROLLBACK")
        blocker.close()
        rate(store, 2)


def test_a_database_that_became_read_only_still_answers(path: Path) -> None:
    with opened(path) as store:
        rate(store, 1)
        event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only=ON"))
        store.engine.dispose()
        with pytest.raises(StoreError) as refusal:
            rate(store, 2)
        assert str(refusal.value).startswith("Nothing was saved: the database may only be read; ")
        assert store.ratings(VISITOR, "d") == {1: 4.0}


@contextmanager
def _without_privileges() -> Iterator[None]:
    """The superuser may write everywhere: step back to somebody who may not."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    """A folder that everybody may look into and nobody may write to."""
    folder = Path(tempfile.mkdtemp())
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_read_only_folder_is_a_sentence_that_names_it(locked_folder: Path) -> None:
    locked_folder.chmod(0o555)
    with _without_privileges(), pytest.raises(StoreError) as refusal:
        open_store(locked_folder / "visitors.sqlite")
    assert str(refusal.value) == (
        f"The database of visitors {locked_folder}/visitors.sqlite could not be opened (REELSPACE_DATABASE may name "
        "another): the database cannot be opened; its folder must exist and be writable."
    )


def test_a_folder_that_cannot_be_made_is_a_sentence(locked_folder: Path) -> None:
    locked_folder.chmod(0o555)
    with _without_privileges(), pytest.raises(StoreError, match=r"could not be opened .*: Permission denied\.$"):
        open_store(locked_folder / "new" / "visitors.sqlite")


def test_an_existing_database_in_a_read_only_folder_is_a_sentence(locked_folder: Path) -> None:
    path = locked_folder / "visitors.sqlite"
    with opened(path) as store:
        rate(store, 1)
    path.chmod(0o444)
    locked_folder.chmod(0o555)
    with _without_privileges(), pytest.raises(StoreError, match=r"writable\.$"):
        open_store(path)


@pytest.mark.parametrize("content", [b"user,item,rating\n1,2,3\n" * 100, bytes(range(256)) * 40])
def test_a_file_that_is_no_database_is_left_as_it_was(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"its file is not a database; move it away or name another\.$"):
        open_store(path)
    assert path.read_bytes() == content


def test_a_damaged_database_is_a_sentence(path: Path) -> None:
    with opened(path) as store:
        for film in range(300):
            rate(store, film)
    damaged = bytearray(path.read_bytes())
    damaged[4096:] = b"\xff" * (len(damaged) - 4096)  # the first page still looks right
    path.write_bytes(damaged)
    with pytest.raises(StoreError, match="damaged"), opened(path) as store:
        store.ratings(VISITOR, "d")


# Where it lies, and its versions


def test_the_place_is_a_path_a_url_or_what_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REELSPACE_DATABASE", str(tmp_path / "named" / "by environment.sqlite"))
    open_store().close()
    open_store(f"sqlite:///{tmp_path}/url.sqlite").close()
    open_store(str(tmp_path / "50%.sqlite")).close()
    assert (tmp_path / "named" / "by environment.sqlite").exists()
    assert (tmp_path / "url.sqlite").exists()
    assert (tmp_path / "50%.sqlite").exists()


def test_without_a_word_it_lies_in_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REELSPACE_DATABASE", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(engine.platformdirs, "user_data_path", lambda name, **_: tmp_path / name)
    open_store().close()
    assert (tmp_path / "reelspace" / "visitors.sqlite").exists()
    assert (tmp_path / "reelspace").stat().st_mode & 0o077 == 0  # nobody else looks in


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("mysql://me:secret@host/db", "mysql://me:***@host/db"),
        ("postgresql://me:secret@host", "postgresql://me:***@host"),
        ("sqlite://", "sqlite://"),
        ("://", "unknown://"),
    ],
)
def test_another_kind_of_database_is_refused_without_its_password(place: str, shown: str) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        open_store(place)
    assert str(refusal.value) == (
        "REELSPACE_DATABASE must be a path, a sqlite:/// URL with a path or a postgresql:// URL with a database, "
        f"got {shown}"
    )


def test_an_empty_file_becomes_a_database(path: Path) -> None:
    path.touch()
    with opened(path) as store:
        rate(store, 1)
        assert store.ratings(VISITOR, "d") == {1: 4.0}


def test_the_steps_lead_to_the_tables_that_the_program_uses(place: str) -> None:
    with opened(place) as store, store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []


@pytest.mark.parametrize(
    "line",
    [
        "'rate', NULL, 4, NULL",
        "'rate', '1', NULL, NULL",
        "'undo', NULL, NULL, NULL",
        "'undo', '1', NULL, 1",
        "'seen', NULL, NULL, NULL",
        "'clear', '1', NULL, NULL",
        "'?', '1', NULL, NULL",
    ],
)
def test_the_log_refuses_a_line_that_says_nothing(place: str, line: str) -> None:
    with opened(place) as store:
        rate(store, 1)
        columns = "(profile_id, dataset, at, kind, film, stars, undoes)"
        with pytest.raises(IntegrityError), store.engine.begin() as connection:
            connection.exec_driver_sql(f"INSERT INTO event {columns} VALUES (1, 'd', 0, {line})")  # noqa: S608


def test_a_newer_version_is_refused_and_left_as_it_was(place: str) -> None:
    with opened(place) as store:
        rate(store, 1)
        with store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(StoreError) as refusal:
            open_store(place)
        assert str(refusal.value) == (
            "The database of visitors has version 9999, this program knows versions up to 0004: update Reelspace, or "
            "name another database in REELSPACE_DATABASE."
        )
        assert store.ratings(VISITOR, "d") == {1: 4.0}


def test_what_the_first_version_kept_is_carried_over(place: str) -> None:
    engine = open_engine(database_url(place))
    with engine.begin() as connection:
        command.upgrade(migrations.config(connection), "0001")
        for statement in [
            f"INSERT INTO visitor (id, token_digest, created_at) VALUES (7, '{digest_of(VISITOR)}', 1)",  # noqa: S608
            "INSERT INTO change (id, visitor_id, dataset, kind, at, film, film_is_number, stars, source) "
            "VALUES (3, 7, 'd', 'rate', 5, '1', TRUE, 4.5, 'offered'), (4, 7, 'd', 'rate', 6, 'x', FALSE, 2, 'search')",
            "INSERT INTO change (id, visitor_id, dataset, kind, at, undoes) VALUES (5, 7, 'd', 'undo', 7, 4)",
            "INSERT INTO model_in_use (visitor_id, dataset, folder) VALUES (7, 'd', 'mine')",
        ]:
            connection.exec_driver_sql(statement)
    engine.dispose()
    with opened(place) as store:
        assert store.shelf(VISITOR, "d").ratings == (Rating(1, 4.5, "offered", 5),)
        assert store.model(VISITOR, "d") == "mine"
        rate(store, 2)  # the numbers go on where they were
        assert [change.id for change in store.shelf(VISITOR, "d").changes] == [3, 6]
        assert store.undo(VISITOR, "d") and store.undo(VISITOR, "d") and not store.undo(VISITOR, "d")
        store.rate(new_visitor_id(), "d", 1, 3, source="search")


# A server that is not there, does not answer or refuses


def test_a_server_that_cannot_be_reached_is_a_sentence_without_the_password() -> None:
    with pytest.raises(StoreError) as refusal:
        open_store("postgresql://me:secret@127.0.0.1:9/films")
    assert str(refusal.value) == (
        "The database of visitors postgresql+psycopg://me:***@127.0.0.1:9/films could not be opened "
        "(REELSPACE_DATABASE may name another): the database server cannot be reached; it must be running, and its "
        "address right."
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("reelspace:", "reelspace:wrong", "the database server does not accept this name and password."),
        ("/postgres?", "/nothing?", "the database server has no database of this name."),
    ],
)
def test_a_server_that_lets_nobody_in_is_a_sentence(server: Server, old: str, new: str, sentence: str) -> None:
    with pytest.raises(StoreError) as refusal:
        open_store(server.url().replace(old, new))
    assert str(refusal.value).endswith(sentence)
    assert server.password not in str(refusal.value)


def test_a_server_that_may_only_be_read_still_answers(server: Server) -> None:
    url = server.new_database()
    with opened(url) as store:
        rate(store, 1)
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(
                f"ALTER DATABASE {store.engine.url.database} SET default_transaction_read_only = on"
            )
        store.engine.dispose()
        with pytest.raises(StoreError, match=r"^Nothing was saved: the database may only be read;"):
            rate(store, 2)
        assert store.ratings(VISITOR, "d") == {1: 4.0}


def test_a_row_that_nobody_gives_back_is_a_sentence(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_SECONDS", 1)
    with opened(server.new_database()) as store:
        rate(store, 1)
        with store.engine.begin() as blocker:
            blocker.exec_driver_sql("SELECT * FROM profile FOR UPDATE")
            with pytest.raises(StoreError, match=r"^Nothing was saved: the database is busy with another change;"):
                rate(store, 2)
        rate(store, 2)
        assert list(store.ratings(VISITOR, "d")) == [1, 2]


def test_what_was_confirmed_survives_a_server_that_loses_its_power() -> None:
    programs = find_programs()
    if programs is None:
        pytest.skip(NONE_FOUND)
    with serve(programs) as own, opened(own.new_database()) as store:
        confirmed: list[int] = []

        def write(first: int) -> None:
            with suppress(StoreError):
                for film in range(first, first + 10_000):
                    rate(store, film)
                    confirmed.append(film)

        writers = [threading.Thread(target=write, args=(first,)) for first in range(0, 80_000, 10_000)]
        for writer in writers:
            writer.start()
        while len(confirmed) < 50:
            time.sleep(0.001)
        own.kill()
        for writer in writers:
            writer.join()
        with pytest.raises(StoreError, match="the database server cannot be reached"):
            rate(store, 100_000)
        own.start()
        assert set(confirmed) <= set(store.ratings(VISITOR, "d"))
        rate(store, 100_000)  # and the program goes on as it is
