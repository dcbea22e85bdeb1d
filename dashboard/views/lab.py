"""Lab: train with your own settings, and see which model predicts best on ratings that none of them has seen."""

from __future__ import annotations

import streamlit as st

from core import SPLITS
from dashboard import lab_resources, state
from dashboard.components import lab_table, markup
from dashboard.components.job_panel import job_panel
from dashboard.components.scene import Scene, open_scene
from dashboard.finding_resources import keep_finding, known_finding
from dashboard.jobs import JobState, TooManyJobs
from dashboard.lab_figures import Contestant, LabTable, contestants, row_of
from dashboard.runs import SPLIT_SEED, K, Run
from dashboard.views.lab_parts.looking_closer import look_closer
from dashboard.views.lab_parts.own_runs import own_runs
from dashboard.views.lab_parts.train import train_popover
from dashboard.words import count, literal

PUBLISHED = "ml-100k"  # its published folds are its own
SPLIT_NAMES = {"random": "A fifth, drawn at random", "time": "The latest fifth of each person"}
YARDSTICK = "bias"
REFERENCE, SPLIT, SHOWN = "reference", "split", "runs"


def show() -> None:
    """Show the page."""
    scene = open_scene()
    split = _split(scene.data)
    runs = lab_resources.runs().all()
    entered = contestants(runs, scene.data, split)
    reference = entered[state.choice(REFERENCE, allowed=entered, default=YARDSTICK)]
    shown = _shown(entered, reference)
    table = LabTable(lab_resources.runs(), scene.base.dataset, split, read=known_finding, keep=keep_finding)
    st.title("Which model predicts best, and is it sure?")
    lede = st.empty()
    _bar(scene, entered, reference, split)
    _training(runs)
    lines = _lines(table, reference, shown)
    lede.html(markup.lede(_answer(lines, reference), "Lines are intervals over people; a word is given only where a difference is "
                          "clear of chance, of seeds, and of what is too small to act on."))  # fmt: skip
    st.html(
        lab_table.overview(lines, reference=reference.title.lower() if reference.run is None else reference.title, k=K)
    )
    _measuring(table, reference, shown)
    own_runs(runs)
    look_closer(scene, shown, lines)
    st.html(_provenance(scene, split, runs))


def _split(data: str) -> str:
    allowed = SPLITS if data == PUBLISHED else ("random", "time")
    return state.choice(SPLIT, allowed=allowed, default="u1" if data == PUBLISHED else "random")


def _shown(entered: dict[str, Contestant], reference: Contestant) -> list[Contestant]:
    """The reference and those that are looked at: all baselines always, and the runs that nobody took out."""
    hidden = set(st.session_state.get("lab_hidden", ()))
    return [each for each in entered.values() if each.run is None or each is reference or each.key not in hidden]


def _bar(scene: Scene, entered: dict[str, Contestant], reference: Contestant, split: str) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab_bar"):
        train_popover(scene.base.dataset, split)
        mine = {key: each for key, each in entered.items() if each.run is not None}
        if mine:
            with st.popover(count(len(mine), "run"), icon=":material/checklist:"):
                st.multiselect("Leave out of the table", list(mine), format_func=lambda key: literal(mine[key].title),
                               key="lab_hidden", placeholder="All are shown")  # fmt: skip
        st.selectbox("Measured against", list(entered), format_func=lambda key: entered[key].title, width=240,
                     key=state.widget(REFERENCE, reference.key), on_change=_pick, args=(REFERENCE,))  # fmt: skip
        allowed = list(SPLITS if scene.data == PUBLISHED else ("random", "time"))
        st.selectbox("Held out", allowed, format_func=lambda name: SPLIT_NAMES.get(name, f"Published fold {name}"), width=240,
                     key=state.widget(SPLIT, split), on_change=_pick, args=(SPLIT,))  # fmt: skip


def _pick(name: str) -> None:
    state.set_choice(name, state.picked(name))


def _training(runs: tuple[Run, ...]) -> None:
    """The run that trains now, live, in every tab; those behind it are in the list below."""
    active = [run for run in reversed(runs) if run.is_active]
    for run in active:
        status = lab_resources.queue().status(run.job)
        if status is not None and status.is_active:
            behind = f", {count(len(active) - 1, 'run')} behind it" if len(active) > 1 else ""
            job_panel(lab_resources.queue(), run.job, what=f"Training {run.name}{behind}", stop="Stop this run")
            return


def _lines(table: LabTable, reference: Contestant, shown: list[Contestant]) -> list[lab_table.Line]:
    known = table.known(reference, shown)
    lines = [
        lab_table.Line(each.title, each.note, row_of(known[each.key]) if each.key in known else None, each.fit_seconds,
                       each is reference)
        for each in shown
    ]  # fmt: skip
    far = float("inf")
    return sorted(lines, key=lambda line: far if line.row is None else line.row["rmse"].candidate.value)


def _measuring(table: LabTable, reference: Contestant, shown: list[Contestant]) -> None:
    """Measure what the table lacks, as a job that anybody may stop."""
    known = table.known(reference, shown)
    missing = [each for each in shown if each.key not in known]
    if not missing:
        return
    jobs, job = lab_resources.queue(), table.job(reference, missing)
    status = jobs.status(job)
    if status is None or status.state is JobState.DONE:
        try:
            jobs.start(job, lambda context: table.measure(reference, missing, context))
        except TooManyJobs as error:
            st.error(literal(f"The table cannot be measured now: {error}."))
            return
    job_panel(
        jobs, job, what="Measuring", stop="Stop measuring", stays="What is measured stays.", again="Measure again"
    )


def _answer(lines: list[lab_table.Line], reference: Contestant) -> str:
    measured = [line for line in lines if line.row is not None]
    yardstick = next((line for line in measured if line.is_reference), None)
    if yardstick is None or yardstick.row is None:
        return "Models are put beside each other on the same held-out ratings, which none of them has seen."
    best = measured[0]
    own = yardstick.row["rmse"].candidate.value
    if best.row is None or best.is_reference:
        return f"On the same held-out ratings nothing here comes nearer than {reference.title}, typically {own:.2f} stars off."
    gap = best.row["rmse"]
    return (
        f"On the same held-out ratings {best.title} is typically {gap.candidate.value:.2f} stars off, {reference.title} {own:.2f}: "
        f"{lab_table.verdict_text(gap)}{' stars' if gap.verdict in ('better', 'worse') else ''}."
    )


def _provenance(scene: Scene, split: str, runs: tuple[Run, ...]) -> str:
    ratings = scene.base.dataset.ratings
    return markup.provenance(
        scene.base.dataset.card.title, f"{count(len(ratings), 'rating')}, split {split}", f"split seed {SPLIT_SEED}",
        count(len(runs), "run"), "relevant for lists: a held-out rating of "
        f"{ratings.scale.relevant_from:g} or more, among all films not rated in training",
    )  # fmt: skip
