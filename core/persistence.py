"""Saved models: numbers in safetensors, the rest in JSON, written so that a reader never meets half of one.

A folder holds ``model.json`` and the tensor file it names. The tensor file is written first, under the digest of
its content; replacing ``model.json`` by a rename is the moment the new model is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from core.catalogue import Catalogue, Film
from core.errors import ArtefactError, InvalidArgument
from core.links import Constant, Identity, Link, SigmoidRange
from core.model import FactorModel, ModelCard, UserPrior
from core.ratings import IdMap, Ratings, RatingScale

FORMAT_VERSION = 1
CARD_FILE = "model.json"
_LINKS: dict[str, type[Identity] | type[SigmoidRange] | type[Constant]] = {
    "identity": Identity,
    "sigmoid_range": SigmoidRange,
    "constant": Constant,
}
_MODEL_TENSORS = ("user_factors", "item_factors", "user_bias", "item_bias", "global_mean")
_PRIOR_TENSORS = ("mean", "precision", "noise_precision")
_COLUMNS = ("user_idx", "item_idx", "values")


@dataclass(frozen=True, eq=False)
class SavedModel:
    """A model with the films it speaks of, its measured figures, and the ratings held out of its training."""

    model: FactorModel
    films: Catalogue
    metrics: Mapping[str, Any] = field(default_factory=dict)
    held_out: Ratings | None = None


def save_model(saved: SavedModel, folder: Path) -> Path:
    """Write ``saved`` into ``folder`` (made if missing), replacing a model there in one step; return the folder.

    The artefact holds the training ratings: it stays on the machine of whoever may hold those. Raises
    ``ArtefactError`` if the folder cannot be written.
    """
    content = save(_tensors(saved))
    digest = hashlib.sha256(content).hexdigest()
    name = f"tensors-{digest[:16]}.safetensors"
    card = json.dumps({**_describe(saved), "tensors": name, "sha256": digest}, ensure_ascii=False, indent=1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / name, content)
        _write(folder / CARD_FILE, card.encode())
        for old in folder.glob("tensors-*.safetensors"):
            if old.name != name:
                old.unlink(missing_ok=True)
    except OSError as error:
        raise ArtefactError(f"the model could not be saved in {folder}: {error.strerror or error}") from error
    return folder


def load_model(folder: Path) -> SavedModel:
    """Read the model in ``folder``; its tensors are mapped into memory, not copied.

    Raises ``ArtefactError`` if there is none, if a file is damaged or missing, or on another format version.
    """
    card = _read_card(folder)
    tensors = _read_tensors(folder, card)
    try:
        return _rebuild(card, tensors)
    except (KeyError, TypeError, ValueError, InvalidArgument) as error:
        raise ArtefactError(f"the model in {folder} is damaged: {error}") from error


def _tensors(saved: SavedModel) -> dict[str, Tensor]:
    model = saved.model
    tensors = {name: getattr(model, name) for name in _MODEL_TENSORS}
    if model.user_prior is not None:
        tensors |= {f"prior.{name}": getattr(model.user_prior, name) for name in _PRIOR_TENSORS}
    tensors |= _columns("rated", model.rated)
    if saved.held_out is not None:
        tensors |= _columns("held_out", saved.held_out)
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def _columns(part: str, ratings: Ratings) -> dict[str, Tensor]:
    columns = {f"{part}.{name}": getattr(ratings, name) for name in _COLUMNS}
    return columns if ratings.timestamps is None else {**columns, f"{part}.timestamps": ratings.timestamps}


def _describe(saved: SavedModel) -> dict[str, Any]:
    model = saved.model
    names = {kind: name for name, kind in _LINKS.items()}
    return {
        "format_version": FORMAT_VERSION,
        "version": model.version,
        "card": asdict(model.card),
        "link": {"name": names[type(model.link)], **vars(model.link)},  # type: ignore[index]  # every link is listed
        "count_power": None if model.user_prior is None else model.user_prior.count_power,
        "scale": asdict(model.scale),
        "metrics": dict(saved.metrics),
        "users": list(model.users),
        "items": list(model.items),
        "films": [asdict(film) for film in saved.films],
    }


def _write(path: Path, content: bytes) -> None:
    """Write under a temporary name, force it to the disk, then rename."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _read_card(folder: Path) -> dict[str, Any]:
    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtefactError(f"there is no model in {folder}: {CARD_FILE} is missing") from None
    except (OSError, ValueError) as error:
        raise ArtefactError(f"the model in {folder} is damaged: {CARD_FILE} cannot be read") from error
    version = card.get("format_version") if isinstance(card, dict) else None
    if version != FORMAT_VERSION:
        raise ArtefactError(f"the model in {folder} has format version {version!r}; {FORMAT_VERSION} is readable")
    return dict(card)


def _read_tensors(folder: Path, card: dict[str, Any]) -> dict[str, Tensor]:
    name = card.get("tensors")
    path = folder / Path(str(name)).name
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != card.get("sha256"):
            raise ArtefactError(f"the model in {folder} is damaged: {path.name} is not what {CARD_FILE} names")
        return load_file(path)
    except FileNotFoundError:
        raise ArtefactError(f"the model in {folder} is damaged: {path.name} is missing") from None
    except (OSError, SafetensorError) as error:
        if isinstance(error, ArtefactError):
            raise
        raise ArtefactError(f"the model in {folder} is damaged: {path.name} cannot be read") from error


def _rebuild(card: dict[str, Any], tensors: dict[str, Tensor]) -> SavedModel:
    users, items = IdMap(card["users"], kind="user"), IdMap(card["items"], kind="film")
    scale = RatingScale(**card["scale"])

    def ratings(part: str) -> Ratings:
        columns = {name: tensors[f"{part}.{name}"] for name in _COLUMNS}
        times = tensors.get(f"{part}.timestamps")
        return Ratings(**columns, timestamps=times, users=users, items=items, scale=scale)

    prior = None
    if card["count_power"] is not None:
        numbers = {name: tensors[f"prior.{name}"] for name in _PRIOR_TENSORS}
        prior = UserPrior(**numbers, count_power=card["count_power"])
    model = FactorModel(
        **{name: tensors[name] for name in _MODEL_TENSORS},
        rated=ratings("rated"),
        card=ModelCard(**card["card"]),
        link=_link(dict(card["link"])),
        user_prior=prior,
    )
    held_out = ratings("held_out") if "held_out.values" in tensors else None
    return SavedModel(model, Catalogue(_film(row) for row in card["films"]), card["metrics"], held_out)


def _link(described: dict[str, Any]) -> Link:
    return _LINKS[described.pop("name")](**described)


def _film(row: dict[str, Any]) -> Film:
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    return Film(**fields)
