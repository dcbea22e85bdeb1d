"""The parts of the scale benchmark, at a size that takes no time; nothing is installed, no time is judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import scale
from benchmarks.peers.environments import PeerMissing
from benchmarks.peers.race import Place
from benchmarks.report import table


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A drawn table of 200 ratings under the name 1m."""
    monkeypatch.setitem(scale.SIZES, "1m", (20, 30, 200))
    (tmp_path / "1m").mkdir()
    scale.draw("1m", str(tmp_path / "1m"))
    return Place(tmp_path, tmp_path)


def test_the_columns_are_the_drawn_table(place: Place) -> None:
    columns = {path.stem: np.load(path) for path in (place.folds / "1m").glob("*.npy")}
    assert {len(columns[name]) for name in ("user", "item", "stars")} == {200}
    assert {columns[name].dtype for name in ("user", "item")} == {np.dtype("int32")}
    assert columns["shape"].tolist() == [20, 30] and columns["user"].max() < 20 and columns["item"].max() < 30


def test_a_table_that_is_there_is_not_drawn_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("drawn again")

    monkeypatch.setattr(scale.subprocess, "run", refuse)
    assert scale.table("1m", place.folds) == place.folds / "1m"


def test_one_fit_gives_one_row(place: Place) -> None:
    run = scale.run("1m", "als", 8, place)
    assert run.missing is None and len(run.seconds["sweeps"]) == scale.N_SWEEPS - 1
    assert run.seconds["to_last"] <= run.seconds["whole"]
    assert run.row()["ns a rating"] == pytest.approx(run.row()["sweep, s"] / 200 * 1e9)


def test_what_cannot_be_had_is_a_row_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> Path:
        raise PeerMissing("not installed: no such release")

    monkeypatch.setattr("benchmarks.peers.race.environment", missing)
    rows = [run.row() for run in scale.measure(["1m"], [7], place, spark=True)]
    assert [row["factors"] for row in rows] == [8, 8, 8]
    assert "implicit ALS, **not run**: not installed: no such release" in table(rows)
    assert "Spark ALS, **not run**" in table(rows)


@pytest.mark.parametrize("arguments", [["3m"], ["--factors", "0"]])
def test_what_is_not_understood_ends_it(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        scale.parse(arguments)
    assert ended.value.code == 2
    assert arguments[-1] in capsys.readouterr().err
