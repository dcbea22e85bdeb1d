"""What takes many fits of a run's settings: growing shares of the ratings, and a search for better ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import streamlit as st

from core import Search, learning_curve, search_settings, spans_of
from dashboard import lab_resources, state
from dashboard.components import lab_table, markup
from dashboard.components.job_panel import job_panel
from dashboard.components.scene import Scene
from dashboard.jobs import JobContext, JobRunner, TooManyJobs
from dashboard.lab_figures import Curve
from dashboard.limits import LimitReached
from dashboard.runs import Run, RunSettings
from dashboard.training_limit import begin_training
from dashboard.views.lab_parts.train import submit
from dashboard.words import count, percent, signed

N_TRIALS, BEST = 20, 10


def learning(scene: Scene, run: Run) -> None:
    """Show how the error falls as the run is given more ratings, if asked."""
    dataset = scene.base.dataset
    name = f"shares:{run.version}"

    def work(context: JobContext) -> Curve:
        part = run.settings.make_split(dataset)
        trainer = run.settings.make_trainer(dataset)
        points = learning_curve(trainer, part.train, part.test, seed=run.settings.seed, on_progress=context.report,
                                should_stop=context.should_stop)  # fmt: skip
        return Curve(points)

    find = partial(lab_resources.found, name, Curve.from_json, work)
    meaning = "Trains this run's settings on six growing shares of its ratings."
    if not _asked(name, "Draw the learning curve", meaning, find):
        return
    curve = find()
    if curve is None:
        waiting(lab_resources.queue(), name, "Training on growing shares")
        return
    rows = [
        (percent(point.share), f"{point.n_train:,}", lab_table.figure_text(point.rmse), f"{point.train_rmse:.3f}")
        for point in curve.points
    ]
    st.html(
        lab_table.plain_table(
            "Learning curve", ("Share of the ratings", "Ratings", "Typical error, held out", "On its own ratings"), rows
        )
    )
    last, before = curve.points[-1].rmse, curve.points[-2].rmse
    st.html(
        markup.note(
            f"The last step, from {percent(curve.points[-2].share)} to all, changed the error by {signed(last.value - before.value, decimals=3)} stars."
        )
    )


def searching(scene: Scene, run: Run) -> None:
    """Look for better settings inside the training ratings, if asked."""
    dataset, settings = scene.base.dataset, run.settings
    trainer = settings.make_trainer(dataset)
    if not spans_of(trainer):
        st.html(markup.note("This trainer has nothing to choose."))
        return
    name = f"search:{run.version}:{N_TRIALS}"

    def work(context: JobContext) -> Search:
        train = settings.make_split(dataset).train  # the held-out ratings are not even passed in
        return search_settings(trainer, train, n_trials=N_TRIALS, seed=settings.seed, on_progress=context.report,
                               should_stop=context.should_stop)  # fmt: skip

    find = partial(lab_resources.found, name, Search.from_json, work)
    meaning = f"{N_TRIALS} fits on a part of its training ratings, judged on the rest of them; the held-out ratings are not looked at."
    if not _asked(name, "Look for better settings", meaning, find):
        return
    found = find()
    if found is None:
        waiting(lab_resources.queue(), name, "Looking for better settings")
        return
    fields = list(found.best.settings)
    best = sorted(found.trials, key=lambda trial: math.inf if math.isnan(trial.rmse) else trial.rmse)[:BEST]
    rows = [
        (f"Trial {trial.number + 1}", f"{trial.rmse:.4f}", *(f"{trial.settings[field]:.4g}" for field in fields))
        for trial in best
    ]
    st.html(lab_table.plain_table("Trials, best first", ("Trial", "Error inside training, stars", *fields), rows))
    st.html(markup.note(f"{count(len(found.trials), 'trial')}, the best first; trial 1 is the run as it is. The smallest of many errors "
                        "flatters: train it and see it in the table."))  # fmt: skip
    better = RunSettings(settings.dataset, settings.trainer, {**found.best.settings}, settings.seed, settings.split)
    st.button("Train a run with the best settings", on_click=submit, args=(better, f"{run.name[:40]}, searched"))


def _asked(name: str, label: str, meaning: str, find: Callable[[], object]) -> bool:
    """Whether somebody asked for what takes long, here or in another tab, or it is known from before."""
    if lab_resources.is_known(name) or lab_resources.queue().status(name) is not None:
        return True
    st.html(markup.note(meaning))
    st.button(label, key=f"asked_{name}", on_click=_begin, args=(find,))
    return False


def _begin(find: Callable[[], object]) -> None:
    """Begin what takes many fits: one training more that the visitor asked for, however many fits it takes."""

    def begin() -> bool:
        find()
        return True

    try:
        begin_training(begin)
    except (LimitReached, TooManyJobs) as error:
        state.complain(str(error))


def waiting(runner: JobRunner, name: str, what: str) -> None:
    """Show how far a job is, or a way to begin it again."""
    job_panel(runner, name, what=what, stop="Stop", stays="Nothing was kept.", again="Try again")
