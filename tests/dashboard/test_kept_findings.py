"""What was measured: read back by name, measured again where it is damaged, and read even where no disk takes it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from core import CurvePoint, Figure, InvalidArgument
from dashboard import finding_resources, kept_findings
from dashboard.finding_resources import finding, known_finding
from dashboard.jobs import JobContext, JobRunner, JobState
from dashboard.lab_figures import Curve

NAME = "shares:0f3a"
CURVE = Curve((CurvePoint(share=0.5, n_train=10, rmse=Figure(1.0, 0.9, 1.1), train_rmse=0.8),))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REELSPACE_CACHE", str(tmp_path))
    begin_anew()
    return tmp_path / "measured"


def begin_anew() -> None:
    """As a process that has just begun."""
    finding_resources.findings.clear()  # type: ignore[attr-defined]  # a function with a cache


def full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def measurer(jobs: JobRunner, times: list[int]) -> Callable[[], Curve | None]:
    """Asks for the finding, and notes how often it is measured."""

    def work(_context: JobContext) -> Curve:
        times.append(1)
        return CURVE

    return lambda: finding(NAME, Curve.from_json, work, patience=30, jobs=jobs)


def test_a_finding_is_read_back_and_nothing_else_lies_there(folder: Path) -> None:
    assert kept_findings.read(NAME, Curve.from_json) is None
    assert not kept_findings.is_kept(NAME)
    assert kept_findings.keep(NAME, CURVE) is CURVE
    assert kept_findings.read(NAME, Curve.from_json) == CURVE
    assert [path.name for path in folder.iterdir()] == ["shares-0f3a.json"]


def test_it_is_measured_once_and_the_next_process_reads_it() -> None:
    times: list[int] = []
    ask = measurer(JobRunner(), times)
    assert ask() == ask() == CURVE
    begin_anew()
    assert known_finding(NAME, Curve.from_json) == CURVE
    assert ask() == CURVE
    assert len(times) == 1


@pytest.mark.parametrize("harm", [b"{", b"[]", b"", b"\xff\xfe", b'{"points": [{"share": 1}]}'])
def test_what_is_damaged_is_measured_again(harm: bytes) -> None:
    times: list[int] = []
    ask = measurer(JobRunner(), times)
    ask()
    kept_findings.place(NAME, ".json").write_bytes(harm)
    begin_anew()
    assert known_finding(NAME, Curve.from_json) is None
    assert ask() == CURVE
    assert len(times) == 2
    assert kept_findings.read(NAME, Curve.from_json) == CURVE


def test_a_full_disk_keeps_nobody_from_reading(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Path, "replace", full)
    jobs, times = JobRunner(), list[int]()
    ask = measurer(jobs, times)
    with caplog.at_level(logging.WARNING):
        assert ask() == ask() == CURVE
    assert len(times) == 1
    assert "No space left" in caplog.text
    assert list(folder.iterdir()) == [], "half a file"
    status = jobs.status(NAME)
    assert status is not None
    assert status.state is JobState.DONE


def test_a_measurement_that_fails_leaves_nothing(folder: Path) -> None:
    def work(_context: JobContext) -> Curve:
        raise InvalidArgument("there is nothing to measure")

    jobs = JobRunner()
    for _ in range(2):  # it is not begun again by itself
        assert finding(NAME, Curve.from_json, work, patience=30, jobs=jobs) is None
        status = jobs.status(NAME)
        assert status is not None
        assert (status.state, status.message) == (JobState.FAILED, "there is nothing to measure")
    assert not folder.exists()
