"""A virtual environment for each peer, made when it is first needed and kept in the cache."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "requirements"
LIMIT_SECONDS = 1_800


class PeerMissing(Exception):
    """A peer that cannot be installed or does not start; the message is the reason shown in the table."""


def environment(name: str, folder: Path) -> Path:
    """Return the Python that has what ``requirements/name.txt`` lists; raise ``PeerMissing`` if it cannot be made.

    Another list, or another Python, gives another environment. A half-made one is made again.
    """
    wanted = REQUIREMENTS / f"{name}.txt"
    digest = hashlib.sha256(wanted.read_bytes() + sys.version.encode()).hexdigest()[:8]
    place = folder / f"{name}-{digest}"
    python, ready = place / "bin" / "python", place / "ready"
    if ready.exists():
        return python
    shutil.rmtree(place, ignore_errors=True)
    venv.create(place, with_pip=True)
    for arguments in installs(wanted):
        _install(python, arguments, name)
    ready.touch()
    return python


def installs(wanted: Path) -> list[list[str]]:
    """Return what pip is asked for, in turn: torch alone and first, so that nothing else chooses its build."""
    torch = [line for line in wanted.read_text().splitlines() if line.startswith("torch==")]
    return [*([torch] if torch else []), ["--requirement", str(wanted)]]


def _install(python: Path, arguments: list[str], name: str) -> None:
    print(f"{name}: pip install {' '.join(arguments)}", file=sys.stderr, flush=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--no-input", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise PeerMissing(f"not installed within {LIMIT_SECONDS} s") from error
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "ERROR" in line]
        reason = errors[-1].removeprefix("ERROR: ") if errors else f"pip ended with {done.returncode}"
        raise PeerMissing(f"not installed: {reason}")
