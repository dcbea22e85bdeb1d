"""Data card and model cards of a comparison."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core import Comparison, ModelSummary
from dashboard.components import markup
from dashboard.runs import Run
from dashboard.words import duration


def cards(runs: tuple[Run, Run], found: Comparison, data: Mapping[str, str], versions: Mapping[str, str]) -> None:
    """Show where both models and the data come from."""
    st.header("Where it comes from")
    columns = st.columns(3, gap="large")
    for column, run, summary in zip(columns, runs, (found.baseline, found.candidate), strict=False):
        with column:
            st.subheader("Baseline" if run is runs[0] else "Candidate")
            st.html(markup.subheading(run.name) + markup.facts(_model(summary)))
    with columns[2]:
        st.subheader("Data")
        st.html(markup.subheading(data["title"]) + markup.facts([("Ratings trained on", f"{found.baseline.n_ratings:,}"),
                                                                 ("Ratings held out of both", f"{found.n_test:,}"),
                                                                 ("Fingerprint", found.baseline.fingerprint)]))  # fmt: skip
        st.html(markup.note(data["licence"]))
        st.html(markup.note(", ".join(f"{name} {version}" for name, version in versions.items())))


def _model(summary: ModelSummary) -> list[tuple[str, str]]:
    settings = [
        (name, f"{value:g}" if isinstance(value, int | float) else str(value)) for name, value in summary.config.items()
    ]
    return [("Trainer", summary.trainer), ("Version", summary.version), ("Seed", str(summary.seed)),
            ("Split", f"{summary.split}, seed {summary.split_seed}"),
            ("Trained in", "not known" if summary.fit_seconds is None else duration(summary.fit_seconds)),
            ("Numbers in memory", f"{summary.model_mib:.1f} MiB"), *settings]  # fmt: skip
