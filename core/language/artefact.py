"""The trained language model as one small file: numbers as float16, words and figures beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from core.errors import ArtefactError
from core.language.model import LanguageModel
from core.language.network import TokenNetwork
from core.language.tokens import Vocabulary

FILE = Path(__file__).resolve().parents[2] / "assets" / "language" / "python.safetensors"
FORMAT = "1"


def save(model: LanguageModel, path: Path = FILE) -> None:
    """Write ``model``; a reader sees the old file or the new one, never half."""
    network = model.network
    tensors = {name: tensor.half().contiguous() for name, tensor in network.state_dict().items()}
    card = {"format": FORMAT, "hidden": network.memory.hidden_size, "figures": model.figures}
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    words = json.dumps(model.vocabulary.tokens, ensure_ascii=False)
    save_file(tensors, unfinished, metadata={"card": json.dumps(card), "tokens": words})
    unfinished.replace(path)


def load(path: Path = FILE) -> LanguageModel:
    """Return the model that ``save`` wrote; raises ``ArtefactError`` if there is none or it cannot be read."""
    if not path.exists():
        raise ArtefactError(f"{path} is not there; `python -m core.language train` makes it")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - not a dict
        return _assemble(json.loads(metadata["card"]), json.loads(metadata["tokens"]), tensors)
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ArtefactError(
            f"{path.name} is damaged or of another version; `python -m core.language train` makes it again"
        ) from error


def _assemble(card: dict[str, Any], tokens: list[str], tensors: dict[str, torch.Tensor]) -> LanguageModel:
    if card["format"] != FORMAT:
        raise ValueError(f"format {card['format']}")
    n_tokens, width = tensors["embedding.weight"].shape
    network = TokenNetwork(n_tokens, width=width, hidden=card["hidden"])
    network.load_state_dict(tensors)
    if n_tokens != len(tokens):
        raise ValueError(f"{n_tokens} vectors for {len(tokens)} tokens")
    return LanguageModel(network.eval(), Vocabulary(tuple(tokens)), card["figures"])
