"""With what a model or a figure was made: versions of the programs, and the commit of this code where it is known."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

UNKNOWN = "unknown"
COMMIT_DIGITS = 12
_GIT = Path(__file__).resolve().parents[1] / ".git"


def versions() -> dict[str, str]:
    """Return the versions of Reelspace, Python and torch, and the commit that Reelspace's folder stands at."""
    found = {"reelspace": UNKNOWN, "commit": commit_of(_GIT), "Python": platform.python_version(), "torch": UNKNOWN}
    for name in ("reelspace", "torch"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a folder, not installed
            continue
    return found


def commit_of(git: Path) -> str:
    """Return the first digits of the commit that the ``.git`` folder's HEAD names; "unknown" without such a folder."""
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        name = head.removeprefix("ref: ")
        if name == head:  # a commit by itself
            return head[:COMMIT_DIGITS]
        if (git / name).is_file():
            return (git / name).read_text(encoding="utf-8").strip()[:COMMIT_DIGITS]
        packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
        return next((line[:COMMIT_DIGITS] for line in packed if line.endswith(f" {name}")), UNKNOWN)
    except OSError:
        return UNKNOWN
