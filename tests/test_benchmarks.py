"""Each benchmark runs, at its smallest, and prints a table and one JSON object; how long things take is not tested."""

from __future__ import annotations

import json

import pytest

from benchmarks import bench_accuracy, bench_speed
from benchmarks.report import percentile, spread, table

TINY = "synthetic:60x80x1200"


def json_lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_speed_measures_fits_and_lists(capsys: pytest.CaptureFixture[str]) -> None:
    bench_speed.main(["--fits", "1", "--people", "3", "--datasets", TINY])
    fits, lists = json_lines(capsys.readouterr().out)
    assert fits["ratio"] == pytest.approx(fits["als"] / fits["sgd"])  # type: ignore[operator]  # both are seconds
    assert [row["n_films"] for row in lists["catalogues"]] == [80]  # type: ignore[attr-defined]  # a list of rows


def test_accuracy_measures_what_the_command_line_does(capsys: pytest.CaptureFixture[str]) -> None:
    bench_accuracy.main(["--trainers", "bias", "als", "--splits", "random", "time", "--dataset", TINY])
    printed = capsys.readouterr().out
    (measured,) = json_lines(printed)
    folds = measured["trainers"]["bias"]  # type: ignore[index]  # a dict by trainer
    assert [fold["split"] for fold in folds] == ["random", "time"]
    mean = (folds[0]["rmse"] + folds[1]["rmse"]) / 2
    assert f"| bias | mean of random to time | {mean:.4f} |" in printed


def test_percentiles_lie_between_neighbours_in_proportion() -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0, 5.0], 50) == 3.0
    assert percentile([7.0], 95) == 7.0
    assert spread([1.0, 3.0]) == {"p50": 2.0, "p95": pytest.approx(2.9), "n": 2}


def test_a_table_aligns_numbers_and_keeps_words() -> None:
    assert table([{"name": "als", "s": 0.5}, {"name": "sgd", "s": None}]) == (
        "| name | s |\n| --- | --: |\n| als | 0.5000 |\n| sgd | – |"
    )
