"""Runs: kept, named, stopped, deleted; a crash is told of; ten in the queue hold no more than one."""

from __future__ import annotations

import gc
import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import FactorModel, InvalidArgument, UnknownId, load_dataset
from dashboard import runs as runs_module
from dashboard.jobs import JobRunner
from dashboard.library import Library
from dashboard.runs import Run, Runs, RunSettings, RunState

SMALL = "synthetic:60x80x3000"
SECONDS = 60.0


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("models"))


@pytest.fixture
def runner() -> JobRunner:
    return JobRunner()


@pytest.fixture
def runs(tmp_path: Path, library: Library, runner: JobRunner) -> Runs:
    return Runs(tmp_path, library, runner)


def settings(**changes: Any) -> RunSettings:
    return RunSettings(**{"dataset": SMALL, "trainer": "als", "options": {"n_factors": 3, "n_epochs": 2}, **changes})


def finished(runs: Runs, runner: JobRunner, run: Run) -> Run:
    runner.wait(run.job, seconds=SECONDS)
    return runs.get(run.id)


class Gate:
    """Holds training at its first step until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.open, self.steps = threading.Event(), threading.Event(), 0
        make_trainer = RunSettings.make_trainer
        monkeypatch.setattr(RunSettings, "make_trainer", lambda own, dataset: _Held(make_trainer(own, dataset), self))


class _Held:
    def __init__(self, trainer: Any, gate: Gate) -> None:
        self._trainer, self._gate = trainer, gate

    def fit(self, *args: Any, on_progress: Callable[[Any], None], **options: Any) -> FactorModel:
        def held(progress: Any) -> None:
            self._gate.steps += 1
            self._gate.reached.set()
            self._gate.open.wait(SECONDS)
            on_progress(progress)

        model: FactorModel = self._trainer.fit(*args, on_progress=held, **options)
        return model


def test_a_run_is_trained_measured_and_found_again_after_a_restart(
    runs: Runs, runner: JobRunner, tmp_path: Path, library: Library
) -> None:
    done = finished(runs, runner, runs.submit(settings(), "Mine"))
    assert (done.state, done.name) == (RunState.DONE, "Mine")
    assert 0 < done.figures["rmse"] < 2
    assert done.figures["fit_seconds"] > 0
    (again,) = Runs(tmp_path, library, JobRunner()).all()
    assert again == done
    saved = runs.saved(again)
    assert saved.model.version == done.version
    assert saved.held_out is not None
    assert saved.held_out.fingerprint == settings().make_split(load_dataset(SMALL)).test.fingerprint


def test_ratings_kept_aside_give_a_curve_and_are_none_of_the_held_out(runs: Runs, runner: JobRunner) -> None:
    run = runs.submit(settings(watched=True))
    status = runner.wait(run.job, seconds=SECONDS)
    assert status is not None
    assert all(progress.rmse is not None for progress in status.history)
    part = settings().make_split(load_dataset(SMALL))
    assert len(runs.saved(runs.get(run.id)).model.rated) == len(part.train) - round(len(part.train) * 0.1)
    assert all(p.rmse is None for p in _history(runs, runner, settings()))


def _history(runs: Runs, runner: JobRunner, own: RunSettings) -> tuple[Any, ...]:
    status = runner.wait(runs.submit(own).job, seconds=SECONDS)
    return () if status is None else status.history


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"options": {"n_factors": 0}}, "n_factors must be 1 to 80, the number of films, got 0"),
        ({"options": {"n_factors": 81}}, "n_factors must be 1 to 80, the number of films, got 81"),
        ({"options": {"n_epochs": 0}}, "n_epochs must be at least 1, got 0"),
        ({"split": "u1"}, "split u1 is published for the rows of ml-100k"),
        ({"trainer": "magic"}, "trainer must be one of"),
    ],
)
def test_bad_settings_are_one_sentence_and_leave_nothing(
    runs: Runs, tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidArgument, match=sentence):
        runs.submit(settings(**changes))
    assert runs.all() == ()
    assert list(tmp_path.iterdir()) == []


def test_names_are_free_short_and_can_be_changed(runs: Runs, runner: JobRunner) -> None:
    one, two = runs.submit(settings()), runs.submit(settings())
    assert (one.name, two.name) == ("ALS, 3 factors", "ALS, 3 factors (2)")
    runs.rename(one.id, "  <b>First</b>  of all ")
    assert runs.get(one.id).name == "<b>First</b> of all"
    with pytest.raises(InvalidArgument, match="which another run has"):
        runs.rename(two.id, "<b>First</b> of all")
    for bad in ("", " ", "x" * 61):
        with pytest.raises(InvalidArgument, match="name must have 1 to 60 characters"):
            runs.rename(two.id, bad)
    finished(runs, runner, two)


def test_a_run_stops_within_one_step_and_one_that_waits_never_begins(
    runs: Runs, runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    first, second = runs.submit(settings()), runs.submit(settings())
    assert gate.reached.wait(SECONDS)
    assert [run.state for run in runs.all()] == [RunState.WAITING, RunState.RUNNING]
    runs.cancel(second.id)
    assert runs.get(second.id).state is RunState.STOPPED
    runs.cancel(first.id)
    gate.open.set()
    assert finished(runs, runner, first).state is RunState.STOPPED
    assert gate.steps == 1


def test_a_run_whose_process_is_gone_is_marked_and_one_whose_process_lives_is_left_alone(
    runs: Runs, runner: JobRunner, tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    run = runs.submit(settings())
    assert gate.reached.wait(SECONDS)
    other = Runs(tmp_path, library, JobRunner())
    assert other.get(run.id).state is RunState.RUNNING
    assert runs._alive is not None
    os.close(runs._alive)  # what the system does when a process dies
    assert other.get(run.id).state is RunState.INTERRUPTED
    gate.open.set()
    runner.wait(run.job, seconds=SECONDS)


def test_what_fails_says_so_in_its_own_words(runs: Runs, runner: JobRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise InvalidArgument("the disk is full")

    monkeypatch.setattr(runs_module, "save_model", full)
    failed = finished(runs, runner, runs.submit(settings()))
    assert (failed.state, failed.message) == (RunState.FAILED, "the disk is full")


def test_a_deleted_run_is_gone_even_while_it_trains(
    runs: Runs, runner: JobRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    run = runs.submit(settings())
    assert gate.reached.wait(SECONDS)
    runs.delete(run.id)
    gate.open.set()
    runner.wait(run.job, seconds=SECONDS)
    assert runs.all() == ()
    assert not (tmp_path / run.id).exists()
    with pytest.raises(UnknownId, match="there is no run"):
        runs.get(run.id)


def test_damaged_or_foreign_files_are_no_runs(runs: Runs, tmp_path: Path) -> None:
    for name, text in (("a", "{"), ("b", "[]"), ("c", '{"format": 99}'), ("d", '{"format": 1, "settings": {"x": 1}}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(text)
    assert runs.all() == ()


def test_ten_queued_runs_hold_one_model_at_a_time_and_nothing_afterwards(
    runs: Runs, runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[weakref.ref[Any]] = []
    alive: list[int] = []
    save = runs_module.save_model

    def counted(saved: Any, folder: Path) -> Path:
        made.append(weakref.ref(saved.model.item_factors))
        gc.collect()
        alive.append(sum(reference() is not None for reference in made))
        return save(saved, folder)

    monkeypatch.setattr(runs_module, "save_model", counted)
    queued = [runs.submit(settings(seed=seed)) for seed in range(10)]
    ended = [runner.wait(run.job, seconds=SECONDS) for run in queued]
    assert alive == [1] * 10
    gc.collect()
    assert [reference() for reference in made] == [None] * 10
    assert [status is not None and status.result for status in ended] == [None] * 10
    assert {run.state for run in runs.all()} == {RunState.DONE}
