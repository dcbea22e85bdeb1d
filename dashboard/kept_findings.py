"""What was measured, kept on the disk by name: whoever asks again reads it, and what is damaged is measured again.

A full disk keeps nobody from reading what was measured just now; it is measured again by the next process.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from core import ArtefactError, InvalidArgument, cache_folder

_log = logging.getLogger(__name__)
Result = TypeVar("Result")


class Plain(Protocol):
    """What can be written as JSON."""

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as JSON takes it."""
        ...


Finding = TypeVar("Finding", bound=Plain)


def place(name: str, suffix: str = "") -> Path:
    """Return where what was measured as ``name`` lies, such as ``race:0f3a``."""
    return cache_folder() / "measured" / f"{name.replace(':', '-')}{suffix}"


def read(name: str, decode: Callable[[str], Finding]) -> Finding | None:
    """Return the finding ``name``; None where it is not there, or damaged."""
    return read_if_whole(lambda: decode(_file(name).read_text(encoding="utf-8")))


def keep(name: str, finding: Finding) -> Finding:
    """Write ``finding`` down, if the disk takes it, and return it."""
    try_to_keep(lambda: write_json(_file(name), finding.as_dict()))
    return finding


def is_kept(name: str) -> bool:
    """Return whether there is a file of the finding ``name``."""
    return _file(name).exists()


def read_if_whole(read: Callable[[], Result]) -> Result | None:
    """Return what ``read`` gives; None where there is nothing yet, or it is damaged: it can be made again."""
    try:
        return read()
    except (OSError, ArtefactError, InvalidArgument, UnicodeDecodeError):
        return None


def try_to_keep(write: Callable[[], object]) -> None:
    """Call ``write``; where the disk does not take it, the log says so and nobody else is kept from going on."""
    try:
        write()
    except OSError as error:
        _log.warning("%s", error)


def write_json(path: Path, what: Mapping[str, Any]) -> None:
    """Write ``what`` so that a reader meets all of it or what was there before. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        draft.write_text(json.dumps(what, ensure_ascii=False, allow_nan=False), encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _file(name: str) -> Path:
    return place(name, ".json")
