"""How the errors go with the switches of the step on better predictions: measured as jobs, kept on the disk."""

from __future__ import annotations

import hashlib

import streamlit as st

from core import Dataset, FactorModel
from core.lessons import AgainstTaste, Better, Curve, Switches, against_taste, every_switch
from dashboard import measured
from dashboard.finding_resources import finding, known_finding
from dashboard.jobs import JobContext

TRAINING = Better()
MOST_MODELS = 6
LEAST = 50  # ratings of a film that is listed
PATIENCE = 0.4  # seconds


def curve(dataset: Dataset, switches: Switches) -> tuple[str, Curve | None]:
    """Return the job's name and how the errors go, or None while it is measured. Raises ``TooManyJobs``."""
    name = curve_name(dataset, switches)

    def work(context: JobContext) -> Curve:
        split = measured.split_of(dataset)
        return TRAINING.curve(
            split.train, split.test, switches,
            seed=measured.SEED, on_progress=context.report, should_stop=context.should_stop,
        )  # fmt: skip

    return name, finding(name, Curve.from_json, work, patience=PATIENCE)


def curves_so_far(dataset: Dataset) -> dict[Switches, Curve]:
    """Return what was measured of these data before, by what was switched on."""
    found = {switches: known_finding(curve_name(dataset, switches), Curve.from_json) for switches in every_switch()}
    return {switches: curve for switches, curve in found.items() if curve is not None}


def curve_name(dataset: Dataset, switches: Switches) -> str:
    """Return the name that a curve goes by; other data or settings give another."""
    what = repr((measured.FORMAT, dataset.ratings.fingerprint, TRAINING, switches, measured.SEED))
    return f"curve:{hashlib.sha256(what.encode()).hexdigest()[:16]}"


@st.cache_resource(show_spinner=False, max_entries=MOST_MODELS)
def liked_anyway(version: str, _model: FactorModel) -> tuple[list[AgainstTaste], list[AgainstTaste]]:  # noqa: ARG001 - the cache's key
    """Return films that are loved against the taste of those who rated them, and the reverse, by the model's version."""
    return against_taste(_model, min_ratings=LEAST)
