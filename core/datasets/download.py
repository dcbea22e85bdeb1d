"""MovieLens from GroupLens' own site: with progress, a short patience for the connection, and a check of what came."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlparse

import pooch

from core.errors import DatasetUnavailable
from core.progress import OnProgress, Progress

# Seconds to connect, and between two pieces of the answer.
CONNECT_SECONDS, READ_SECONDS = 5, 30
# Bytes between two reports.
CHUNK = 2**18


class _Bar:
    """What pooch calls while it downloads, turned into ``Progress``."""

    def __init__(self, title: str, on_progress: OnProgress | None) -> None:
        self.title, self.on_progress = title, on_progress
        self.total = self.done = 0

    def update(self, n_bytes: int) -> None:
        """Report ``n_bytes`` more."""
        self.done += n_bytes
        if self.on_progress:
            of = f" of {self.total / 1e6:.1f}" if self.total else ""
            self.on_progress(Progress(self.done, self.total, f"Fetching {self.title}: {self.done / 1e6:.1f}{of} MB"))

    def reset(self) -> None:
        """Start to count again."""
        self.done = 0

    def close(self) -> None:
        """Nothing is open."""


def download(
    url: str, target: Path, *, title: str, check: Callable[[Path], object], on_progress: OnProgress | None = None
) -> Path:
    """Fetch ``url`` to ``target`` and return it; raise ``DatasetUnavailable`` if that fails.

    ``check`` raises if the file is not what it should be; only a checked file is ever seen under its name.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    downloader = pooch.HTTPDownloader(
        progressbar=_Bar(title, on_progress), timeout=(CONNECT_SECONDS, READ_SECONDS), chunk_size=CHUNK
    )
    pooch.get_logger().setLevel("WARNING")  # it would tell of a hash that nobody asked for
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as temporary:
        try:
            # known_hash: GroupLens repacks its files now and then; what is in them is checked instead.
            arrived = Path(pooch.retrieve(url, None, fname=target.name, path=temporary, downloader=downloader))
        except OSError:  # of which every error of requests is one
            host = urlparse(url).netloc
            raise DatasetUnavailable(f"{host} did not answer within {CONNECT_SECONDS} seconds or broke off") from None
        check(arrived)
        arrived.replace(target)
    return target
