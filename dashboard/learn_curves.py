"""How the errors go with the switches of the step on better predictions: measured as jobs, kept on the disk."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path

import streamlit as st

from core import Dataset, FactorModel
from core.lessons import AgainstTaste, Better, Curve, Switches, against_taste, every_switch
from dashboard import measured
from dashboard.jobs import JobContext
from dashboard.map_resources import kept, result_of

TRAINING = Better()
MOST_MODELS = 6
LEAST = 50  # ratings of a film that is listed
PATIENCE = 0.4  # seconds; what is on the disk is read within them
_log = logging.getLogger(__name__)


def curve(dataset: Dataset, switches: Switches) -> tuple[str, Curve | None]:
    """Return the job's name and how the errors go, or None while it is measured. Raises ``TooManyJobs``."""
    name = curve_name(dataset, switches)
    return name, result_of(name, lambda context: measure(name, dataset, switches, context), patience=PATIENCE)


def curves_so_far(dataset: Dataset) -> dict[Switches, Curve]:
    """Return what was measured of these data before, by what was switched on."""
    found = {switches: _known(curve_name(dataset, switches)) for switches in every_switch()}
    return {switches: curve for switches, curve in found.items() if curve is not None}


def curve_name(dataset: Dataset, switches: Switches) -> str:
    """Return the name that a curve goes by; other data or settings give another."""
    what = repr((measured.FORMAT, dataset.ratings.fingerprint, TRAINING, switches, measured.SEED))
    return f"curve:{hashlib.sha256(what.encode()).hexdigest()[:16]}"


def measure(name: str, dataset: Dataset, switches: Switches, context: JobContext) -> Curve:
    """Return the curve, read from the disk or measured now."""
    found = _read(name)
    if found is not None:
        return found
    split = measured.split_of(dataset)
    found = TRAINING.curve(
        split.train, split.test, switches,
        seed=measured.SEED, on_progress=context.report, should_stop=context.should_stop,
    )  # fmt: skip
    _try_to_keep(name, found)
    return found


@st.cache_resource(show_spinner=False, max_entries=MOST_MODELS)
def liked_anyway(version: str, _model: FactorModel) -> tuple[list[AgainstTaste], list[AgainstTaste]]:  # noqa: ARG001 - the cache's key
    """Return films that are loved against the taste of those who rated them, and the reverse, by the model's version."""
    return against_taste(_model, min_ratings=LEAST)


def _known(name: str) -> Curve | None:
    found: Curve | None = kept().get(name)
    return found or _read(name)


def _read(name: str) -> Curve | None:
    """What is on the disk; None where nothing is, or it is damaged: it can be measured again."""
    try:
        return Curve.from_json(_place(name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _try_to_keep(name: str, found: Curve) -> None:
    path = _place(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part")
        temporary.write_text(json.dumps(found.as_dict()), encoding="utf-8")
        temporary.replace(path)
    except OSError as error:  # a full disk keeps nobody from reading on
        _log.warning("%s", error)


def _place(name: str) -> Path:
    return measured.folder() / f"{name.replace(':', '-')}.json"
