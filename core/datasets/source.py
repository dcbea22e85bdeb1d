"""The files of a data set, in a folder or still in their zip. Nothing is ever unpacked to disk."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.errors import DataError

# MovieLens 25M, the largest here, unpacks to 1.2 GB in 8 files, about 5 to 1.
MAX_MEMBERS, MAX_BYTES, MAX_RATIO = 1_000, 4 * 1024**3, 100
# Bytes. Below this any ratio is harmless.
SMALL = 16 * 1024**2
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Source:
    """Files by name; ``archive`` is the open zip, or None for a folder."""

    path: Path
    names: tuple[str, ...]
    archive: zipfile.ZipFile | None = None

    def find(self, *wanted: str) -> str | None:
        """Return the first file called one of ``wanted``, at whatever depth; the shallowest wins, or None."""
        for name in wanted:
            found = [member for member in self.names if PurePosixPath(member).name.lower() == name.lower()]
            if found:
                return min(found, key=lambda member: member.count("/"))
        return None

    def read(self, name: str, n_bytes: int = -1) -> bytes:
        """Return the content of the file ``name``, or its first bytes; raise ``DataError`` if the zip is damaged."""
        if self.archive is None:
            with (self.path / name).open("rb") as file:
                return file.read(n_bytes)
        try:
            with self.archive.open(name) as member:
                return member.read(n_bytes)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
            raise DataError.at(
                self.path, None, f"the file {name} in it is damaged; a whole zip is needed, so fetch it again"
            ) from None


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Give the files under ``path``, a folder or a zip; raise ``DataError`` on a zip that is damaged or unsafe."""
    if path.is_dir():
        yield Source(path, tuple(sorted(_files_below(path))))
        return
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError):
        raise DataError.at(
            path, None, "the zip is cut short or damaged; a whole zip is needed, so fetch it again"
        ) from None
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        _check_members(path, members)
        yield Source(path, tuple(member.filename for member in members), archive)


def _files_below(folder: Path) -> Iterator[str]:
    """Names of files in the folder and one level below, where a zip's own folder would be."""
    for entry in folder.iterdir():
        if entry.is_file():
            yield entry.name
        elif entry.is_dir() and not entry.name.startswith("."):
            yield from (f"{entry.name}/{file.name}" for file in entry.iterdir() if file.is_file())


def _check_members(path: Path, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise DataError.at(path, None, f"the zip holds {len(members)} files, at most {MAX_MEMBERS} are allowed")
    # ZipFile never gives more than the declared size, so these bounds hold even where a zip lies.
    total = sum(member.file_size for member in members)
    if total > MAX_BYTES:
        raise DataError.at(path, None, f"the zip unpacks to {total} bytes, at most {MAX_BYTES} are allowed")
    for member in members:
        _check_member(path, member)


def _check_member(path: Path, member: zipfile.ZipInfo) -> None:
    name = member.filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        raise DataError.at(
            path, None, f"the file {name!r} in it points outside the zip, a plain relative name is allowed"
        )
    if member.flag_bits & _ENCRYPTED:
        raise DataError.at(
            path, None, f"the file {name!r} in it is locked with a password, only open files are allowed"
        )
    if member.file_size > SMALL and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        raise DataError.at(
            path,
            None,
            f"the file {name!r} in it unpacks from {member.compress_size} to {member.file_size} bytes, "
            f"at most {MAX_RATIO} times as much is allowed",
        )
