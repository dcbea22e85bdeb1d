"""Python's own standard library as reading matter: there on every machine, and nobody's secret."""

from __future__ import annotations

import hashlib
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import DataError
from core.language.tokens import Vocabulary, tokens_of

# Tests repeat themselves, and generated tables are no language.
_TESTS = frozenset({"test", "tests", "idle_test"})
_LEFT_OUT = _TESTS | {"site-packages", "ensurepip", "encodings", "pydoc_data", "lib2to3", "idlelib", "turtledemo"}
HELD_OUT, VALIDATION = 10, 10  # of a hundred modules each
FEWEST_TOKENS = 100


@dataclass(frozen=True)
class Corpus:
    """Rows of tokens by module, in three parts that share no module; ``vocabulary`` is counted in ``train`` alone."""

    vocabulary: Vocabulary
    train: tuple[tuple[int, ...], ...]
    validation: tuple[tuple[int, ...], ...]
    held_out: tuple[tuple[int, ...], ...]
    python: str


def standard_library() -> Corpus:
    """Return the standard library of the running Python; raises ``DataError`` if its source is not there.

    A module's part follows from a hash of its name, so that it does not depend on what else is installed.
    """
    parts: dict[str, list[list[str]]] = {"train": [], "validation": [], "held_out": []}
    for name, source in _modules(Path(sysconfig.get_path("stdlib"))):
        tokens = tokens_of(source)
        if len(tokens) >= FEWEST_TOKENS:
            parts[part_of(name)].append(tokens)
    if not all(parts.values()):
        raise DataError("the source of Python's standard library is not on this machine; install it to train")
    vocabulary = Vocabulary.of(parts["train"])
    rows = {part: tuple(tuple(vocabulary.rows(tokens)) for tokens in modules) for part, modules in parts.items()}
    return Corpus(vocabulary, **rows, python=".".join(map(str, sys.version_info[:3])))


def part_of(name: str) -> str:
    """Return the part of the corpus that the module ``name`` (a path inside the library) belongs to."""
    place = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % 100
    return "held_out" if place < HELD_OUT else "validation" if place < HELD_OUT + VALIDATION else "train"


def _modules(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root)
        if not _LEFT_OUT.intersection(inside.parts):
            try:
                yield inside.as_posix(), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:  # a handful of old files in other encodings
                continue
