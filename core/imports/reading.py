"""From an uploaded file, whatever it is, to a history; nothing is written to the disk and no name in a zip is trusted."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from core.datasets.table import Table
from core.errors import DataError
from core.imports.history import Entry, History, Source
from core.imports.imdb import is_imdb, read_imdb
from core.imports.letterboxd import FILES, NOT_WATCHED, is_letterboxd, read_letterboxd
from core.imports.netflix import is_netflix, read_netflix
from core.imports.sheet import header_of
from core.imports.trakt import read_trakt

# Ten thousand films are one megabyte as CSV. What is larger is something else, or holds far more than a history.
MOST_BYTES = 5 * 2**20
MOST_UNPACKED = 50 * 2**20
MOST_FILES = 5_000
LONGEST_NAME = 80
KNOWN = "a Letterboxd, IMDb or Netflix CSV, a Trakt JSON or the zip of one of them"
_CSV, _JSON = ".csv", ".json"
# Folders of Letterboxd's zip that hold no viewings, and what Trakt calls its lists.
_OTHER_FOLDERS = {"deleted", "orphaned", "likes", "lists", "__macosx"}
_TRAKT = ("ratings", "watched", "history")
_NETFLIX = ("viewingactivity.csv", "viewinghistory.csv", "netflixviewinghistory.csv")


def read_history(name: str, data: bytes) -> History:
    """Return what an export holds; which service it is from is read off its content.

    ``name`` is the file's, for messages and to tell watched.csv from watchlist.csv. Raises ``DataError``, one sentence
    with file, line, value and what is allowed, for anything that cannot be used.
    """
    name = _plain(name)
    if len(data) > MOST_BYTES:
        size, most = (f"{n_bytes / 2**20:.1f} MB" for n_bytes in (len(data), MOST_BYTES))
        raise DataError.at(name, None, f"the file has {size}, {most} is allowed; of a large zip, its files one by one")
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _joined([_read(table) for table in _unpacked(Table(name, data))], name)
    return _joined([_read(Table(name, data))], name)


def _read(table: Table) -> History:
    if table.name.lower().endswith(_JSON) or table.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        return _history("Trakt", table, read_trakt(table))
    header = header_of(table)
    if is_letterboxd(header):
        return _history("Letterboxd", table, read_letterboxd(table))
    if is_imdb(header):
        return _history("IMDb", table, read_imdb(table))
    if is_netflix(header):
        entries, not_viewings = read_netflix(table)
        return History("Netflix", tuple(entries), (table.name,), not_viewings)
    has = ", ".join(repr(column[:20]) for column in header[:6])
    raise DataError.at(table.name, 1, f"the columns {has} are of no known export, {KNOWN} is needed")


def _history(source: Source, table: Table, entries: Iterable[Entry]) -> History:
    return History(source, tuple(entries), (table.name,))


def _joined(parts: Sequence[History], name: str) -> History:
    sources = sorted({part.source for part in parts})
    if len(sources) > 1:
        raise DataError.at(name, None, f"it holds exports of {' and '.join(sources)}, one service at a time is allowed")
    entries = tuple(entry for part in parts for entry in part.entries)
    if not entries:
        raise DataError.at(name, None, "nothing rated or watched stands in it, at least one film is needed")
    files = tuple(file for part in parts for file in part.files)
    return History(sources[0], entries, files, sum(part.not_viewings for part in parts))


def _unpacked(table: Table) -> list[Table]:
    """Return the files of a zip that tell of viewings; refuse one that is damaged, locked or swells."""
    try:
        with zipfile.ZipFile(io.BytesIO(table.data)) as archive:
            members = archive.infolist()
            if len(members) > MOST_FILES:
                raise DataError.at(table.name, None, f"it holds {len(members):,} files, {MOST_FILES:,} are allowed")
            wanted = _wanted(members)
            if not wanted:
                raise DataError.at(
                    table.name, None, f"no file in it tells what was rated or watched, {KNOWN} is needed"
                )
            return _contents(archive, wanted, table.name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError.at(table.name, None, "it is damaged or no zip, a whole zip file is needed") from None


def _contents(archive: zipfile.ZipFile, wanted: Sequence[zipfile.ZipInfo], name: str) -> list[Table]:
    room, tables = MOST_UNPACKED, []
    for member in wanted:
        if member.flag_bits & 1:
            raise DataError.at(
                name, None, f"{_base(member)!r} in it is locked with a password, a zip without one is needed"
            )
        with archive.open(member) as file:
            data = file.read(room + 1)  # what the zip says of its size may be a lie
        room -= len(data)
        if room < 0:
            raise DataError.at(
                name, None, f"unpacked it has more than {MOST_UNPACKED // 2**20} MB, so many are allowed"
            )
        tables.append(Table(_base(member), data))
    return tables


def _wanted(members: Iterable[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Return the members to be read: one by name of each kind, no folder, no way out of the zip, no list."""
    by_name: dict[str, zipfile.ZipInfo] = {}
    for member in sorted(members, key=_order):
        path = PurePosixPath(member.filename)
        folders = {part.casefold() for part in path.parts[:-1]}
        base = path.name.casefold()
        is_odd = path.is_absolute() or ".." in folders or "\\" in member.filename or member.is_dir()
        if not is_odd and not folders & _OTHER_FOLDERS and _tells(base):
            by_name.setdefault(base, member)
    return list(by_name.values())


def _order(member: zipfile.ZipInfo) -> tuple[int, int]:
    """Outer files first; of rows of one day those read later count, so what the ratings say comes last."""
    base = _base(member).casefold()
    return member.filename.count("/"), FILES.index(base) if base in FILES else 0


def _tells(base: str) -> bool:
    """Return whether a file of this name tells of viewings."""
    if base.endswith(_JSON):
        return base.startswith(_TRAKT)
    return base in FILES or base in _NETFLIX or (base.endswith(_CSV) and "rating" in base and NOT_WATCHED not in base)


def _base(member: zipfile.ZipInfo) -> str:
    return _plain(PurePosixPath(member.filename).name)


def _plain(name: str) -> str:
    """Return a file's name as a sentence can hold it."""
    plain = "".join(letter for letter in name if letter.isprintable())
    return plain[-LONGEST_NAME:] or "the file"
