"""Long work outside the script run."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from core import FitStopped, InvalidArgument, Progress
from dashboard import jobs
from dashboard.jobs import JobContext, JobRunner, JobState, JobStatus, TooManyJobs

SECONDS = 10  # far more than needed; only a hang takes so long


def end_of(runner: JobRunner, name: str) -> JobStatus:
    status = runner.wait(name, seconds=SECONDS)
    assert status is not None
    assert not status.is_active
    return status


class Gate:
    """Work that reports once, then goes on only when it is let or asked to stop."""

    def __init__(self) -> None:
        self.entered, self.open = threading.Event(), threading.Event()

    def __call__(self, context: JobContext) -> str:
        context.report(Progress(1, 4, "Sweep 1 of 4", loss=0.8, rmse=0.95))
        self.entered.set()
        while not self.open.wait(0.005):
            context.report(Progress(2, 4, "Sweep 2 of 4"))
        return "model"


@pytest.fixture
def gate() -> Gate:
    return Gate()


def test_a_result_is_kept_until_it_is_taken() -> None:
    runner = JobRunner()
    assert runner.start("good", lambda context: 42)
    assert end_of(runner, "good").result == 42
    assert runner.status("good") is not None
    taken = runner.take("good")
    assert taken is not None
    assert (taken.result, taken.share) == (42, 1.0)
    assert runner.status("good") is None
    assert runner.take("good") is None


def test_progress_and_its_history_are_seen_while_it_runs(gate: Gate) -> None:
    runner = JobRunner()
    runner.start("slow", gate)
    assert gate.entered.wait(SECONDS)
    status = runner.status("slow")
    assert status is not None
    assert status.state is JobState.RUNNING
    assert status.history[0] == Progress(1, 4, "Sweep 1 of 4", loss=0.8, rmse=0.95)
    assert 0.25 <= status.share <= 0.5
    assert runner.take("slow") is None, "an active job cannot be taken"
    gate.open.set()
    assert end_of(runner, "slow").result == "model"
    assert status.state is JobState.RUNNING, "a snapshot never changes"


def test_an_active_name_is_not_started_twice(gate: Gate) -> None:
    runner = JobRunner()
    assert runner.start("one", gate)
    assert not runner.start("one", lambda context: "other")
    gate.open.set()
    assert end_of(runner, "one").result == "model"
    assert runner.start("one", lambda context: "again")
    assert end_of(runner, "one").result == "again"


def test_stop_ends_a_running_job_and_one_that_waits(gate: Gate) -> None:
    runner = JobRunner()
    runner.start("running", gate)
    assert gate.entered.wait(SECONDS)
    ran = []
    runner.start("waiting", lambda context: ran.append(1))
    runner.stop("waiting")
    assert end_of(runner, "waiting").state is JobState.STOPPED
    runner.stop("running")
    assert end_of(runner, "running").state is JobState.STOPPED
    assert runner.start("after", lambda context: "fine")
    assert end_of(runner, "after").result == "fine"
    assert ran == []


def test_work_can_ask_whether_to_stop_and_stop_by_itself(gate: Gate) -> None:
    runner = JobRunner()

    def polite(context: JobContext) -> None:
        gate.entered.set()
        while not context.should_stop():
            time.sleep(0.002)
        raise FitStopped("training was stopped")

    runner.start("polite", polite)
    assert gate.entered.wait(SECONDS)
    runner.stop("polite")
    assert end_of(runner, "polite").state is JobState.STOPPED


def test_our_own_errors_are_told_as_written_others_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    runner = JobRunner()

    def ours(_context: JobContext) -> None:
        raise InvalidArgument("n_factors must be at least 1, got 0")

    def bug(_context: JobContext) -> None:
        raise ZeroDivisionError("secret")

    runner.start("ours", ours)
    assert (end_of(runner, "ours").state, end_of(runner, "ours").message) == (
        JobState.FAILED,
        "n_factors must be at least 1, got 0",
    )
    with caplog.at_level(logging.ERROR):
        runner.start("bug", bug)
        status = end_of(runner, "bug")
    assert status.state is JobState.FAILED
    assert "secret" not in status.message
    assert "secret" in caplog.text


def test_jobs_run_one_at_a_time_and_in_order() -> None:
    runner = JobRunner()
    order: list[str] = []
    for name in "abc":
        runner.start(name, lambda context, name=name: order.append(name))
    end_of(runner, "c")
    assert order == ["a", "b", "c"]


def test_the_worker_is_prepared_once_in_its_own_thread() -> None:
    seen: list[str] = []
    runner = JobRunner(prepare=lambda: seen.append(threading.current_thread().name))
    for name in "ab":
        runner.start(name, lambda context: None)
        end_of(runner, name)
    assert seen == ["jobs"]


def test_a_long_history_is_thinned_but_keeps_its_newest_point() -> None:
    runner = JobRunner()

    def chatty(context: JobContext) -> None:
        for step in range(5 * jobs.MOST_REPORTS):
            context.report(Progress(step, 5 * jobs.MOST_REPORTS))

    runner.start("chatty", chatty)
    history = end_of(runner, "chatty").history
    steps = [report.step for report in history]
    assert len(steps) <= jobs.MOST_REPORTS
    assert steps[-1] == 5 * jobs.MOST_REPORTS - 1
    assert steps == sorted(set(steps))


def test_a_result_nobody_came_for_is_dropped() -> None:
    runner = JobRunner(keep_seconds=0.05)
    runner.start("old", lambda context: "model")
    end_of(runner, "old")
    time.sleep(0.1)
    assert runner.status("old") is None


def test_a_full_queue_says_so(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_WAITING", 2)
    runner = JobRunner()
    runner.start("running", gate)
    assert gate.entered.wait(SECONDS)
    runner.start("a", lambda context: None)
    runner.start("b", lambda context: None)
    with pytest.raises(TooManyJobs, match="2 jobs are waiting already; try again in a minute"):
        runner.start("c", lambda context: None)
    runner.stop_all()
    assert end_of(runner, "running").state is JobState.STOPPED


def test_time_left_is_guessed_from_the_pace_so_far() -> None:
    now = time.monotonic()
    half = JobStatus(JobState.RUNNING, "", (Progress(50, 100),), started=now - 10)
    assert half.seconds_left == pytest.approx(10, abs=0.5)
    assert JobStatus(JobState.RUNNING, "", (Progress(1, 100),), started=now - 10).seconds_left is None
    assert JobStatus(JobState.DONE, started=now - 10, ended=now - 4).seconds == pytest.approx(6)


def test_a_stopping_server_stops_its_jobs_and_marks_one_that_does_not_listen(gate: Gate) -> None:
    runner, deaf = JobRunner(), JobRunner()
    hold = threading.Event()
    runner.start("running", gate)
    runner.start("waiting", gate)
    deaf.start("deaf", lambda context: hold.wait(SECONDS))
    assert gate.entered.wait(SECONDS)
    runner.close()
    deaf.close(seconds=0.05)
    assert [end_of(runner, name).state for name in ("running", "waiting")] == [JobState.STOPPED] * 2
    assert (end_of(deaf, "deaf").state, end_of(deaf, "deaf").message) == (JobState.STOPPED, "Stopped with the server")
    assert runner.counts() == {"stopped": 2}
    hold.set()
    deaf.start("after", lambda context: None)
    end_of(deaf, "after")
    assert end_of(deaf, "deaf").state is JobState.STOPPED, "what was marked stays so"


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: …")])
def test_a_job_without_memory_says_so_and_the_next_one_runs(error: Exception) -> None:
    runner = JobRunner()

    def greedy(_context: JobContext) -> None:
        raise error

    runner.start("greedy", greedy)
    assert (end_of(runner, "greedy").state, end_of(runner, "greedy").message) == (JobState.FAILED, jobs.NO_MEMORY)
    runner.start("modest", lambda context: "fine")
    assert end_of(runner, "modest").result == "fine"


def test_what_a_job_does_is_told_without_for_whom() -> None:
    names = ("retrain:0123456789ab:ml-100k", "probe-v1-50-172", "umap:v1:stars:5", "7")
    assert [jobs.kind_of_job(name) for name in names] == ["retrain", "probe", "umap", "other"]
