"""Saved models: numbers in safetensors, the rest in JSON, written so that a reader never meets half of one.

A folder holds ``model.json`` and the tensor file it names. The tensor file is written first, under a name of its own;
replacing ``model.json`` by a rename is the moment the new model is there, and only then is the old tensor file removed.
A reader whose file was removed meanwhile finds the new one. Both files carry a SHA-256, so damage does not pass.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from core.artefact import LINKS, SavedModel, assemble, describe, to_tensors
from core.errors import ArtefactError
from core.files import write_whole

__all__ = ["SavedModel", "load_model", "save_model"]

FORMAT_VERSION = 1
CARD_FILE = "model.json"
TENSOR_FILES = "tensors-*.safetensors"
# Files of a writer that died, or that another one overtook, are removed by a later save when they are a day old.
LEFTOVER_SECONDS = 86_400.0
# How often a reader looks again when the model it was about to read has just been replaced.
MOST_LOOKS = 10


def save_model(saved: SavedModel, folder: Path) -> Path:
    """Write ``saved`` into ``folder`` (made if missing), replacing a model there in one step; return the folder.

    The artefact holds the training ratings: it stays on the machine of whoever may hold those. Raises
    ``ArtefactError`` if the folder cannot be written.
    """
    content = save(to_tensors(saved))
    digest = hashlib.sha256(content).hexdigest()
    # Never a name that was there before: another writer may be about to remove it.
    name = f"tensors-{digest[:16]}-{secrets.token_hex(4)}.safetensors"
    card = {"format_version": FORMAT_VERSION, **describe(saved), "tensors": name, "sha256": digest}
    text = json.dumps({**card, "checksum": _checksum(card)}, ensure_ascii=False, indent=1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replaced = _tensor_file_of(folder)
        write_whole(folder / name, content)
        try:
            write_whole(folder / CARD_FILE, text.encode())
        except BaseException:
            (folder / name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ArtefactError(f"the model could not be saved in {folder}: {error.strerror or error}") from error
    _tidy(folder, replaced, kept=name)
    return folder


def load_model(folder: Path) -> SavedModel:
    """Read the model in ``folder``; its tensors are mapped into memory, not copied.

    Raises ``ArtefactError`` if there is none, if a file is damaged or missing, or on another format version.
    """
    for _ in range(MOST_LOOKS):
        card = _read_card(folder)
        try:
            return _rebuild(folder, card, _read_tensors(folder, card))
        except FileNotFoundError:
            if _tensor_file_of(folder) == card["tensors"]:
                break
    raise ArtefactError(f"the model in {folder} is damaged: {card['tensors']} is missing")


def _tensor_file_of(folder: Path) -> str | None:
    """The tensor file that the folder's card names; None if there is no card that says."""
    try:
        return str(_read_card(folder)["tensors"])
    except ArtefactError:
        return None


def _tidy(folder: Path, replaced: str | None, *, kept: str) -> None:
    """Remove the replaced tensor file and old leftovers; what cannot be removed now is left for the next save."""
    for path in (*folder.glob(TENSOR_FILES), *folder.glob(f".{TENSOR_FILES}-*"), *folder.glob(f".{CARD_FILE}-*")):
        with suppress(OSError):
            if path.name == replaced or (path.name != kept and time.time() - path.stat().st_mtime > LEFTOVER_SECONDS):
                path.unlink()


def _checksum(card: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(card, sort_keys=True).encode()).hexdigest()


def _read_card(folder: Path) -> dict[str, Any]:
    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ArtefactError(f"there is no model in {folder}: {CARD_FILE} is missing") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ArtefactError(f"the model in {folder} is damaged: {CARD_FILE} cannot be read") from error
    version = card.get("format_version") if isinstance(card, dict) else None
    if version != FORMAT_VERSION:
        raise ArtefactError(f"the model in {folder} has format version {version!r}; {FORMAT_VERSION} is readable")
    if card.pop("checksum", None) != _checksum(card):
        raise ArtefactError(f"the model in {folder} is damaged: {CARD_FILE} is not as it was written")
    return dict(card)


def _read_tensors(folder: Path, card: dict[str, Any]) -> dict[str, Tensor]:
    """Map the tensors; raise ``FileNotFoundError`` if their file is gone, ``ArtefactError`` if it is damaged."""
    path = folder / Path(card["tensors"]).name
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest == card["sha256"]:
            return load_file(path)
    except FileNotFoundError:
        raise
    except (OSError, SafetensorError) as error:
        raise ArtefactError(f"the model in {folder} is damaged: {path.name} cannot be read") from error
    raise ArtefactError(f"the model in {folder} is damaged: {path.name} is not what {CARD_FILE} names")


def _rebuild(folder: Path, card: dict[str, Any], tensors: dict[str, Tensor]) -> SavedModel:
    """Put the parts together; what is wrong here was written so."""
    link = card["link"]["name"]
    if link not in LINKS:
        raise ArtefactError(f"the model in {folder} has the link {link!r}; {', '.join(LINKS)} are readable")
    try:
        return assemble(card, tensors)
    except (KeyError, TypeError, ValueError) as error:
        raise ArtefactError(f"the model in {folder} is damaged: its parts do not fit, {error}") from error
