"""Review: should the candidate replace the baseline? What changes, for whom, and what people say about it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import Comparison, Dataset, ReelspaceError, SavedModel, findings, review
from dashboard import lab_resources, state
from dashboard.components import markup
from dashboard.components.job_panel import job_panel
from dashboard.components.links import LAB, go_to
from dashboard.components.scene import Scene, open_scene
from dashboard.jobs import JobContext, TooManyJobs
from dashboard.report import html_page, make_report
from dashboard.runs import Run, RunSettings
from dashboard.views.lab_parts.train import submit
from dashboard.views.review_parts import changes
from dashboard.views.review_parts.cards import cards
from dashboard.views.review_parts.opinions import decisions_and_notes, for_report, opinions_on
from dashboard.words import literal

BASELINE, CANDIDATE = "baseline", "candidate"
FEW_FACTORS, USUAL_FACTORS = 8, 31  # of the two runs that a page without runs offers


def show() -> None:
    """Show the page."""
    scene = open_scene()
    runs = {run.id: run for run in lab_resources.runs().all() if run.is_done}
    if len(runs) < 2:
        _too_few(scene)
    else:
        _reviewed(scene, runs)


def _too_few(scene: Scene) -> None:
    st.title("Should the new model replace the old one?")
    st.html(markup.lede("A review puts two runs of the Lab beside each other: whose lists change, which films gain and lose, where "
                        "the candidate is worse, and what people say about it."))  # fmt: skip
    active = [run for run in lab_resources.runs().all() if run.is_active]
    if active:
        job_panel(lab_resources.queue(), active[-1].job, what=f"Training {active[-1].name}", stop="Stop this run")
    else:
        st.html(
            markup.empty(
                "A review needs two trained runs", "Train them in the Lab with your own settings, or these two now."
            )
        )
        with st.container(horizontal=True):
            st.button("Train two runs to compare", type="primary", on_click=_train_two, args=(scene.base.dataset,))
            if st.button("To the Lab"):
                go_to(LAB, state.carried())
    st.html(scene.provenance())


def _train_two(dataset: Dataset) -> None:
    split = "u1" if dataset.name == "ml-100k" else "random"
    for factors in (FEW_FACTORS, USUAL_FACTORS):
        submit(RunSettings(dataset.name, "als", {"n_factors": min(factors, dataset.ratings.n_items)}, split=split))


def _reviewed(scene: Scene, runs: Mapping[str, Run]) -> None:
    candidate = runs[state.choice(CANDIDATE, allowed=runs, default=next(iter(runs)))]
    others = {key: run for key, run in runs.items() if run is not candidate}
    baseline = others[state.choice(BASELINE, allowed=others, default=next(iter(others)))]
    st.title(f"Should {literal(candidate.name)} replace {literal(baseline.name)}?")
    said = st.empty()
    with st.container(horizontal=True, vertical_alignment="bottom", key="review_bar"):
        for name, label, known, chosen in (
            (BASELINE, "Baseline", others, baseline), (CANDIDATE, "Candidate", runs, candidate),
        ):  # fmt: skip
            st.selectbox(label, list(known), format_func=lambda key: runs[key].name, width=260,
                         key=state.widget(name, chosen.id), on_change=_pick, args=(name,))  # fmt: skip
        exports = st.container(horizontal=True, vertical_alignment="bottom")
    try:
        pair = (lab_resources.runs().saved(baseline), lab_resources.runs().saved(candidate))
        found = _compared(baseline, candidate, pair)
    except (ReelspaceError, TooManyJobs) as error:
        st.error(literal(f"{error}"))
        return
    if found is None:
        said.html(markup.lede("Both are measured on ratings that neither has seen, and fitted again with other seeds to tell chance "
                              "from change."))  # fmt: skip
        return
    _found(scene, (baseline, candidate), pair, found, said, exports)


def _pick(name: str) -> None:
    state.set_choice(name, state.picked(name))


def _compared(baseline: Run, candidate: Run, pair: tuple[SavedModel, SavedModel]) -> Comparison | None:
    name = f"review:{baseline.version}:{candidate.version}"

    def work(context: JobContext) -> Comparison:
        return review(*pair, on_progress=context.report, should_stop=context.should_stop)

    found = lab_resources.found(name, Comparison.from_json, work)
    if found is None:
        job_panel(
            lab_resources.queue(), name, what="Comparing", stop="Stop", stays="Choose other runs, or try again.",
            again="Try again",
        )  # fmt: skip
    return found


def _found(
    scene: Scene,
    runs: tuple[Run, Run],
    pair: tuple[SavedModel, SavedModel],
    found: Comparison,
    said: DeltaGenerator,
    exports: DeltaGenerator,
) -> None:
    sentences = findings(found)
    said.html(markup.lede(sentences[0]))
    subject = f"{found.baseline.version}:{found.candidate.version}"
    opinions = opinions_on(subject)
    notes, decision = for_report(opinions)
    report = make_report(found, pair[0], notes=notes, decision=decision)
    with exports:
        st.download_button("Report (HTML)", lambda: html_page(report), "review.html", "text/html", on_click="ignore",
                           icon=":material/download:")  # fmt: skip
        st.download_button("As JSON", lambda: json.dumps(report.as_dict(), ensure_ascii=False, allow_nan=False, indent=1),
                           "review.json", "application/json", on_click="ignore", type="tertiary")  # fmt: skip
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        st.header("What was found")
        st.html(markup.numbered(sentences))
    with right:
        decisions_and_notes(subject, opinions)
    st.header("Figures side by side")
    changes.figures(found)
    changes.sections(found, report.titles)
    cards(runs, found, report.data, report.versions)
    st.html(scene.provenance())
