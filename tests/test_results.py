"""What a benchmark keeps: figures for programs, a drawing, and one page of all tables; nothing without being told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import bench_topn, results, scale
from benchmarks.report import show

TINY = "synthetic:60x80x1200"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    return tmp_path


def test_each_benchmark_has_its_section_and_a_new_run_replaces_the_old(folder: Path) -> None:
    for name, seconds in (("speed", 2.0), ("growth", 1.0), ("speed", 3.5)):
        figures = show(name.title(), [{"s": seconds}], {"benchmark": name, "seconds": seconds})
        results.keep([{"s": seconds}], figures, title=name.title(), command=f"python -m benchmarks.{name}")
    page = (folder / "RESULTS.md").read_text()
    assert re.findall("^## (.*)$", page, flags=re.M) == ["Growth", "Speed"]
    assert "| 3.50 |" in page
    assert "| 2.00 |" not in page
    assert "`python -m benchmarks.speed`" in page
    record = json.loads((folder / "results" / "speed.json").read_text())
    assert record["figures"]["seconds"] == 3.5
    assert record["figures"]["machine"]["cores"] > 0
    assert "![" not in page  # there is no drawing to show


def test_a_drawing_stands_beside_its_table(folder: Path) -> None:
    figures = show("Growth", [{"s": 1.0}], {"benchmark": "growth"})
    results.keep([{"s": 1.0}], figures, title="Growth", command="x", drawing="<svg/>")
    assert "![Growth](results/growth.svg)" in (folder / "RESULTS.md").read_text()
    assert (folder / "results" / "growth.svg").read_text() == "<svg/>"


def test_bars_are_as_long_as_their_numbers_and_say_them() -> None:
    drawing = results.bars("Ours < theirs", {"small": {"ours": 1.0, "theirs": 2.0}, "large": {"ours": 4.0}}, unit="ns")
    root = ElementTree.fromstring(drawing)  # noqa: S314 - drawn here
    lengths = [float(bar.attrib["width"]) for bar in root.iter(f"{SVG}rect")]
    assert [length / lengths[0] for length in lengths] == pytest.approx([1, 2, 4], rel=1e-3)
    colours = [bar.attrib["fill"] for bar in root.iter(f"{SVG}rect")]
    assert colours[0] == colours[2] != colours[1]
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts == ["Ours < theirs", "small, ours", "1 ns", "small, theirs", "2 ns", "large, ours", "4 ns"]
    *_, width, height = map(float, root.attrib["viewBox"].split())
    ends = [float(text.attrib["y"]) for text in root.iter(f"{SVG}text")]
    assert max(ends) < height
    assert max(lengths) < width


def test_growth_is_drawn_table_by_table() -> None:
    told = {"sweeps": [0.9, 1.8, 1.8]}
    runs = [scale.Run("1m", "**Ours**", 32, told, 1.0), scale.Run("10m", "theirs", 32, {}, None, "not installed")]
    texts = [text.text for text in ElementTree.fromstring(scale.drawing(runs)).iter(f"{SVG}text")]  # noqa: S314
    assert texts[1:] == ["0.9 million ratings, Ours", "2,000 ns"]


@pytest.mark.parametrize("kept", [False, True])
def test_everybodys_lists_are_measured(folder: Path, capsys: pytest.CaptureFixture[str], kept: bool) -> None:
    bench_topn.main(["--repeats", "2", "--datasets", TINY, *(["--keep"] if kept else [])])
    (measured,) = (json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{"))
    (table,) = measured["tables"]
    assert (table["people"], table["films"], len(table["seconds"])) == (60, 80, 2)
    assert table["largest_table_mib"] == table["all_scores_mib"] == 60 * 80 * 4 / 2**20  # so few fit one block
    assert (folder / "RESULTS.md").exists() == kept
