"""Results that take long, kept on disk by what they were made from. They can always be made again."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.datasets.places import cache_folder
from core.files import write_whole

# Files kept; the ones longest unused go first. A map of 60,000 films takes half a megabyte.
MOST_KEPT = 64
# Part of every key: raise it when the same question gets another answer.
FORMAT = 1
_log = logging.getLogger(__name__)


def key_of(*parts: Tensor | object) -> str:
    """Return 32 hexadecimal digits of a SHA-256 over ``parts``: a tensor's shape and bytes, anything else's repr."""
    digest = hashlib.sha256(str(FORMAT).encode())
    for part in parts:
        digest.update(_bytes_of(part) if isinstance(part, Tensor) else repr(part).encode())
    return digest.hexdigest()[:32]


def _bytes_of(tensor: Tensor) -> bytes:
    whole = tensor.detach().cpu().contiguous()
    return repr((tuple(whole.shape), whole.dtype)).encode() + whole.numpy().tobytes()


@dataclass(frozen=True)
class Memory:
    """Tensors by key, one file each in ``folder``; safe to share between processes."""

    folder: Path

    @classmethod
    def default(cls) -> Memory:
        """Return the one in the user's cache."""
        return cls(cache_folder() / "space")

    def recall(self, kind: str, key: str, compute: Callable[[], dict[str, Tensor]]) -> dict[str, Tensor]:
        """Return what is kept as ``kind`` and ``key``; else compute it, and keep it.

        A file that is damaged is removed, computed again, and told in one line of the log; so is a folder that
        cannot be written, and the result is then not kept.
        """
        path = self.folder / f"{kind}-{key}.safetensors"
        kept = _read(path)
        if kept is not None:
            return kept
        made = {name: tensor.contiguous().clone() for name, tensor in compute().items()}  # what a file can hold
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(path, save(made, metadata={"sha256": _digest(made)}))
            self._tidy()
        except OSError as error:
            _log.warning("%s could not be kept: %s", path.name, error.strerror or error)
        return made

    def _tidy(self) -> None:
        files = sorted(self.folder.glob("*.safetensors"), key=lambda path: -path.stat().st_mtime)
        for path in files[MOST_KEPT:]:
            path.unlink(missing_ok=True)


def _digest(tensors: dict[str, Tensor]) -> str:
    return key_of(*(part for name in sorted(tensors) for part in (name, tensors[name])))  # a file has its own order


def _read(path: Path) -> dict[str, Tensor] | None:
    """The tensors, None if there are none; a damaged file is removed."""
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            kept = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118 - no dict
            whole = (file.metadata() or {}).get("sha256") == _digest(kept)
    except (OSError, SafetensorError, ValueError):
        whole, kept = False, {}
    if whole:
        with suppress(OSError):
            path.touch()
        return kept
    _log.warning("%s is damaged and was removed; it is computed again", path.name)
    path.unlink(missing_ok=True)
    return None
