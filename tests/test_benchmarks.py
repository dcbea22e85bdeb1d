"""Each benchmark runs, at its smallest, and prints a table and one JSON object; how long things take is not tested."""

from __future__ import annotations

import json

import pytest

from benchmarks import (
    bench_accuracy,
    bench_coverage,
    bench_influence,
    bench_language,
    bench_next_films,
    bench_speed,
    bench_writes,
)
from benchmarks.report import percentile, spread, table

TINY = "synthetic:60x80x1200"


def json_lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_speed_measures_fits_and_lists(capsys: pytest.CaptureFixture[str]) -> None:
    bench_speed.main(["--fits", "1", "--people", "3", "--datasets", TINY])
    fits, lists = json_lines(capsys.readouterr().out)
    assert fits["ratio"] == pytest.approx(fits["als"] / fits["sgd"])  # type: ignore[operator]  # both are seconds
    models = [(row["n_films"], row["model"]) for row in lists["catalogues"]]  # type: ignore[attr-defined]  # of rows
    assert models == [(80, "ALS"), (80, "Gibbs, 32 draws")]


def test_accuracy_measures_what_the_command_line_does(capsys: pytest.CaptureFixture[str]) -> None:
    bench_accuracy.main(["--trainers", "bias", "als", "--splits", "random", "time", "--dataset", TINY])
    printed = capsys.readouterr().out
    (measured,) = json_lines(printed)
    folds = measured["trainers"]["bias"]  # type: ignore[index]  # a dict by trainer
    assert [fold["split"] for fold in folds] == ["random", "time"]
    mean = (folds[0]["rmse"] + folds[1]["rmse"]) / 2
    assert f"| bias | mean of random to time | {mean:.4f} |" in printed


def test_coverage_is_counted_in_every_slice(capsys: pytest.CaptureFixture[str]) -> None:
    bench_coverage.main(["--trainers", "als", "--splits", "random", "--dataset", TINY])
    (measured,) = json_lines(capsys.readouterr().out)
    slices = {row["slice"]: row for row in measured["slices"]}  # type: ignore[attr-defined]  # a list of rows
    assert len(slices) == 1 + 3 * 3
    thirds = [slices[f"activity, {third} third"]["ratings"] for third in ("low", "middle", "high")]
    assert sum(thirds) == slices["all"]["ratings"] == 240
    assert measured["inside_training"]["n"] == 96  # type: ignore[index]  # a tenth of the training ratings


def test_coverage_is_counted_for_new_people(capsys: pytest.CaptureFixture[str]) -> None:
    bench_coverage.main(["--trainers", "als", "--new-people", "--dataset", "synthetic:30x80x1500"])
    (measured,) = json_lines(capsys.readouterr().out)
    rows = measured["new"]
    assert [row["answers"] for row in rows] == [3, 5, 10, 20]  # type: ignore[attr-defined]  # a list of rows
    for row in rows:  # type: ignore[attr-defined]  # a list of rows
        assert row["ratings"] == 20 * row["people"] > 100
        assert 0.7 < row["interval holds"] <= 1


def test_influences_are_measured_beside_fold_ins(capsys: pytest.CaptureFixture[str]) -> None:
    bench_influence.main(["--trainers", "als", "--rated", "20", "--dataset", TINY])
    (measured,) = json_lines(capsys.readouterr().out)
    (row,) = measured["rows"]  # type: ignore[misc]  # a list of rows
    assert row["fold-ins' worth"] == pytest.approx(row["influences, ms"] / row["fold-in, ms"])
    assert row["largest difference, stars"] < 1e-4


def test_asking_is_measured_on_the_same_ratings(capsys: pytest.CaptureFixture[str]) -> None:
    bench_next_films.main(["--trainers", "als", "--people", "6", "--dataset", "synthetic:30x80x1800"])
    (measured,) = json_lines(capsys.readouterr().out)
    rows = measured["rows"]
    assert [(row["answers"], row["over"]) for row in rows] == [  # type: ignore[attr-defined]  # a list of rows
        (n, over) for n in (5, 10) for over in ("ratings", "people")
    ]
    for row in rows:  # type: ignore[attr-defined]  # a list of rows
        assert row["less random"] == pytest.approx(row["rate next"] - row["random"])


def test_writes_are_measured_beside_bare_commits(capsys: pytest.CaptureFixture[str]) -> None:
    bench_writes.main(["--visitors", "3", "--writes", "2", "--pause", "0.01", "--databases", "sqlite"])
    (measured,) = json_lines(capsys.readouterr().out)
    assert [(row["database"], row["pace"]) for row in measured["rows"]] == [  # type: ignore[attr-defined]  # a list of rows
        ("sqlite", "a rating every 0.01 s each"),
        ("sqlite", "without a pause"),
    ]
    for row in measured["rows"]:  # type: ignore[attr-defined]  # a list of rows
        assert row["writes"]["n"] == row["bare crowd"]["n"] == 6
        assert row["bare"]["p50"] > 0


def test_lines_that_the_model_has_not_read_are_completed(capsys: pytest.CaptureFixture[str]) -> None:
    bench_language.main(["--lines", "4", "--dataset", TINY, "--fits", "1"])
    (measured,) = json_lines(capsys.readouterr().out)
    assert [(row["asked"], row["of"], row["n"]) for row in measured["rows"]] == [  # type: ignore[attr-defined]  # a list of rows
        ("next tokens", "a line", 4),
        ("completion", "a line", 4),
        ("next tokens", "10,000 characters", 1),
        ("completion", "10,000 characters", 1),
    ]
    assert measured["item2vec_fit_seconds"] > 0  # type: ignore[operator]  # a number


def test_percentiles_lie_between_neighbours_in_proportion() -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0, 5.0], 50) == 3.0
    assert percentile([7.0], 95) == 7.0
    assert spread([1.0, 3.0]) == {"p50": 2.0, "p95": pytest.approx(2.9), "n": 2}


def test_a_table_aligns_numbers_and_keeps_words() -> None:
    assert table([{"name": "als", "s": 0.5}, {"name": "sgd", "s": None}]) == (
        "| name | s |\n| --- | --: |\n| als | 0.5000 |\n| sgd | – |"
    )
