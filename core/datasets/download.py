"""MovieLens from GroupLens' own site: with progress, a short patience for the connection, and a check of what came."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlparse

import pooch
import requests

from core.errors import DatasetUnavailable
from core.progress import OnProgress, Progress

# Seconds to connect, and between two pieces of the answer.
CONNECT_SECONDS, READ_SECONDS = 5, 30
# Bytes between two reports.
CHUNK = 2**18


def download(
    url: str, target: Path, *, title: str, check: Callable[[Path], object], on_progress: OnProgress | None = None
) -> Path:
    """Fetch ``url`` to ``target`` and return it; raise ``DatasetUnavailable`` if that fails.

    ``check`` raises if the file is not what it should be; only a checked file is ever seen under its name.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    pooch.get_logger().setLevel("WARNING")  # it would tell of a hash that nobody asked for
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as temporary:
        fetch = _fetcher(title, on_progress)
        try:
            # known_hash: GroupLens repacks its files now and then; what is in them is checked instead.
            arrived = Path(pooch.retrieve(url, None, fname=target.name, path=temporary, downloader=fetch))
        except OSError as error:  # of which every error of requests is one
            raise DatasetUnavailable(f"{urlparse(url).netloc} {_what_happened(error)}") from None
        check(arrived)
        arrived.replace(target)
    return target


def _fetcher(title: str, on_progress: OnProgress | None) -> Callable[[str, str, object], None]:
    """Return what pooch calls to fetch: its own downloader leaves the connection open when something fails."""

    def fetch(url: str, output_file: str, _: object) -> None:
        patience = (CONNECT_SECONDS, READ_SECONDS)
        with requests.get(url, stream=True, timeout=patience) as response, Path(output_file).open("wb") as file:
            response.raise_for_status()
            total, done = int(response.headers.get("content-length", 0)), 0
            for chunk in response.iter_content(CHUNK):
                done += file.write(chunk)
                if on_progress:
                    of = f" of {total / 1e6:.1f}" if total else ""
                    on_progress(Progress(done, total, f"Fetching {title}: {done / 1e6:.1f}{of} MB"))

    return fetch


def _what_happened(error: OSError) -> str:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"answered {error.response.status_code}"
    return f"did not answer within {CONNECT_SECONDS} seconds or broke off"
