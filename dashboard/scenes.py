"""Shows: scenes in order, each a page of the app with a sentence; plain files that anybody can write."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from core import DataError

FOLDER = Path(__file__).resolve().parents[1] / "assets" / "scenes"
LONGEST = 200  # characters of a title or a sentence: it is read from afar


@dataclass(frozen=True)
class Scene:
    """One scene: ``page`` is the page's name in addresses, ``query`` what stands behind it."""

    title: str
    sentence: str
    page: str
    query: Mapping[str, str]


@dataclass(frozen=True)
class Show:
    """Scenes in order, for so many minutes; ``name`` is the file's, without its ending."""

    name: str
    title: str
    minutes: float
    scenes: tuple[Scene, ...]


def shows(pages: Collection[str], folder: Path = FOLDER) -> tuple[Show, ...]:
    """Return all shows in ``folder``, the shortest first.

    Raises ``DataError`` with a sentence that names the file, the scene and what is allowed; ``pages`` are those there are.
    """
    found = [read_show(path, pages) for path in sorted(folder.glob("*.toml"))]
    return tuple(sorted(found, key=lambda show: show.minutes))


def read_show(path: Path, pages: Collection[str]) -> Show:
    """Return the show in a file; raises ``DataError`` as ``shows`` does."""
    try:
        whole = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path.name} cannot be read as TOML: {error}") from error
    minutes, scenes = whole.get("minutes"), whole.get("scene")
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not 0 < minutes <= 600:
        raise DataError(f"{path.name}: minutes must be a number from above 0 to 600, got {minutes!r}")
    if not isinstance(scenes, list) or not scenes:
        raise DataError(f"{path.name} must hold at least one [[scene]], got none")
    read = tuple(_scene(f"{path.name}, scene {number}", each, pages) for number, each in enumerate(scenes, start=1))
    return Show(path.stem, _text(path.name, whole, "title"), float(minutes), read)


def _scene(where: str, given: Any, pages: Collection[str]) -> Scene:
    if not isinstance(given, dict):
        raise DataError(f"{where} must hold title, sentence and page, got {given!r}")
    address = urlsplit(_text(where, given, "page"))
    page = address.path.strip("/")
    if address.scheme or address.netloc or page not in pages:
        known = ", ".join(f"/{name}" for name in sorted(pages))
        raise DataError(f"{where}: page must be one of {known}, got {given['page'][:60]!r}")
    return Scene(_text(where, given, "title"), _text(where, given, "sentence"), page, dict(parse_qsl(address.query)))


def _text(where: str, given: Mapping[str, Any], name: str) -> str:
    text = given.get(name)
    if not isinstance(text, str) or not 1 <= len(text.strip()) <= LONGEST:
        raise DataError(f"{where}: {name} must be a text of 1 to {LONGEST} characters, got {text!r}"[:300])
    return text.strip()
