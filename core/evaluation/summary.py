"""What a model is, for whoever reads figures about it: settings, data, versions, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.artefact import SavedModel

MIB = 2**20


@dataclass(frozen=True)
class ModelSummary:
    """Where a model comes from. ``model_mib``: its numbers in memory; ``peak_mib``: the most memory its training's process held.

    What was not written down when the model was trained is None; ``versions`` are those it was trained with.
    """

    version: str
    trainer: str
    config: dict[str, Any]
    seed: int
    dataset: str
    split: str
    split_seed: int | None
    n_ratings: int
    n_held_out: int
    fingerprint: str
    held_out_fingerprint: str | None
    fit_seconds: float | None
    peak_mib: float | None
    model_mib: float
    versions: dict[str, str]


def summary_of(saved: SavedModel) -> ModelSummary:
    """Return the summary of a model and its artefact."""
    model, card, held = saved.model, saved.model.card, saved.held_out
    return ModelSummary(
        version=model.version,
        trainer=card.trainer,
        config={name: value for name, value in card.config.items() if not isinstance(value, Mapping)},
        seed=card.seed,
        dataset=card.dataset,
        split=card.split,
        split_seed=saved.split_seed,
        n_ratings=card.n_ratings,
        n_held_out=0 if held is None else len(held),
        fingerprint=card.fingerprint,
        held_out_fingerprint=None if held is None else held.fingerprint,
        fit_seconds=saved.metrics.get("fit_seconds"),
        peak_mib=saved.metrics.get("peak_mib"),
        model_mib=sum(tensor.numel() * tensor.element_size() for tensor in model.tensors.values()) / MIB,
        versions=dict(saved.versions),
    )
