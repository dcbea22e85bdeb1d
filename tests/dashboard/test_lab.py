"""The Lab: a run begins with a form, shows everywhere, is measured beside the baselines, and goes when asked to."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import FactorModel
from dashboard import lab_resources, resources
from dashboard.limits import Allowance
from dashboard.runs import RunSettings, RunState
from dashboard.visitors import digest_of
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html, press

pytestmark = pytest.mark.usefixtures("fresh_lab")
SECONDS = 90.0


def measured(app: AppTest) -> AppTest:
    """Wait until nothing is under way."""
    for _ in range(20):
        jobs = lab_resources.queue()
        for name in list(jobs._jobs):
            jobs.wait(name, seconds=SECONDS)
        app.run()
        if not any(status.is_active for name in list(jobs._jobs) if (status := jobs.status(name))):
            return app
    raise AssertionError("the Lab never comes to rest")


def fill(app: AppTest, **values: float) -> AppTest:
    for name, value in values.items():
        next(field for field in app.number_input if field.key == f"run_als_{name}").set_value(value)
    return app


def test_the_baselines_are_in_the_table_before_anybody_trains(open_view: Open) -> None:
    app = measured(open_view("lab"))
    assert not app.exception
    assert not app.error
    for title in ("Bias only", "Popularity", "Favourite categories"):
        assert title in html(app)
    assert "not measured yet" not in html(app)
    assert "No run yet" in html(app)


def test_a_run_is_trained_measured_renamed_and_deleted(open_view: Open) -> None:
    app = open_view("lab")
    press(fill(app, n_factors=2, n_epochs=2), "Train")
    measured(app)
    assert not app.exception
    assert not app.error
    (run,) = lab_resources.runs().all()
    assert run.state is RunState.DONE
    assert run.settings.options["n_factors"] == 2
    assert html(app).count(run.name) >= 2, "in the table and in the list"
    next(field for field in app.text_input if field.key == f"name-{run.id}").set_value("<b>Mine</b>").run()
    assert "&lt;b&gt;Mine&lt;/b&gt;" in html(app)
    press(app, "Delete this run")
    assert lab_resources.runs().all() == ()
    assert "No run yet" in html(app)


@pytest.mark.parametrize(
    ("factors", "sentence"), [(0, "got 0"), (81, r"n\_factors must be 1 to 80\, the number of films\, got 81")]
)
def test_bad_settings_are_one_sentence(open_view: Open, factors: int, sentence: str) -> None:
    app = open_view("lab")
    press(fill(app, n_factors=factors), "Train")
    (error,) = app.error
    assert sentence in error.value
    assert lab_resources.runs().all() == ()


def test_a_run_shows_in_another_tab_and_stops_within_one_step(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    reached, go_on, steps = threading.Event(), threading.Event(), []
    make = RunSettings.make_trainer

    class Held:
        def __init__(self, trainer: Any) -> None:
            self.trainer = trainer

        def fit(self, *args: Any, on_progress: Any = None, **options: Any) -> FactorModel:
            def held(progress: Any) -> None:
                steps.append(progress.step)
                reached.set()
                go_on.wait(SECONDS)
                on_progress(progress)

            model: FactorModel = self.trainer.fit(*args, on_progress=held if on_progress else None, **options)
            return model

    monkeypatch.setattr(RunSettings, "make_trainer", lambda own, dataset: Held(make(own, dataset)))
    first = measured(open_view("lab"))
    press(first, "Train")
    assert reached.wait(SECONDS)
    other = open_view("lab")  # the first tab may be closed by now
    assert "trains now" in html(other)
    press(other, "Stop")
    go_on.set()
    measured(other)
    assert lab_resources.runs().all()[0].state is RunState.STOPPED
    assert "stopped, nothing was kept" in html(other)
    assert len(steps) == 1


def test_one_looks_closer_at_a_run(open_view: Open) -> None:
    lab_resources.runs.clear()
    app = open_view("lab")
    run = lab_resources.runs().submit(RunSettings(SMALL, "als", {"n_factors": 2, "n_epochs": 2}))
    lab_resources.queue().wait(run.job, seconds=SECONDS)
    for part, shown in (
        ("Where it errs", "all held-out ratings"),
        ("Is its doubt right?", "Ratings inside their 90 % interval"),
    ):
        app = measured(open_view("lab", lab_part=part))
        assert not app.exception, part
        assert not app.error, part
        assert shown in html(app), part
    assert len(run.settings.options) == 2


@pytest.mark.parametrize(
    ("part", "button", "shown"),
    [
        ("Would more ratings help?", "Draw the learning curve", "The last step"),
        ("Better settings", "Look for better settings", "Trials, best first"),
    ],
)
def test_what_takes_many_fits_is_asked_for(
    open_view: Open, monkeypatch: pytest.MonkeyPatch, part: str, button: str, shown: str
) -> None:
    monkeypatch.setattr("dashboard.views.lab_parts.trying_out.N_TRIALS", 2)
    app = open_view("lab")
    run = lab_resources.runs().submit(RunSettings(SMALL, "als", {"n_factors": 2, "n_epochs": 2}))
    lab_resources.queue().wait(run.job, seconds=SECONDS)
    app = measured(open_view("lab", lab_part=part))
    press(app, button)
    measured(app)
    assert not app.exception
    assert not app.error
    assert shown in html(app)


@pytest.mark.parametrize(
    ("part", "button"), [(None, "Train"), ("Would more ratings help?", "Draw the learning curve"), ("Better settings", "Look for better settings")]
)  # fmt: skip
def test_who_has_trained_enough_within_the_hour_is_told_so_and_nothing_is_begun(
    open_view: Open, visitor: str, monkeypatch: pytest.MonkeyPatch, part: str | None, button: str
) -> None:
    limit = Allowance("tests", each=1, everybody=9, told=lambda most: f"{most} models")
    monkeypatch.setattr(resources, "trainings", lambda: limit)
    open_view("lab")
    if part is not None:
        run = lab_resources.runs().submit(RunSettings(SMALL, "als", {"n_factors": 2, "n_epochs": 1}))
        lab_resources.queue().wait(run.job, seconds=SECONDS)
    app = measured(open_view("lab", **({} if part is None else {"lab_part": part})))
    limit.note(digest_of(visitor))
    started: list[str] = []
    monkeypatch.setattr(lab_resources.queue(), "start", lambda name, work: started.append(name))
    before = lab_resources.runs().all()
    press(app, button)
    assert not app.exception
    assert [
        error.value
        for error in app.error
        if "1 models within an hour is as much as one visitor may ask for" in error.value
    ]
    assert started == []
    assert lab_resources.runs().all() == before


def test_each_run_counts_and_one_that_cannot_be_trained_does_not(
    open_view: Open, visitor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = Allowance("tests", each=1, everybody=9, told=lambda most: f"{most} models")
    monkeypatch.setattr(resources, "trainings", lambda: limit)
    app = open_view("lab")
    press(fill(app, n_factors=0), "Train")
    assert limit.refusal(digest_of(visitor)) is None
    press(fill(app, n_factors=1, n_epochs=1), "Train")
    assert limit.refusal(digest_of(visitor)) is not None
    assert len(lab_resources.runs().all()) == 1
    measured(app)


def test_an_address_that_means_nothing_falls_back(open_view: Open) -> None:
    app = open_view("lab", reference="<script>", split="u1", lab_part="nonsense")
    assert not app.exception
    assert app.selectbox[1].value == "bias"
