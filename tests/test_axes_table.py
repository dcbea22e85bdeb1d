"""The page of axes is made from the command's JSON: nothing in it is written by hand, and titles stay text."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.axes_table import page

ROOT = Path(__file__).resolve().parents[1]


def proof(attribute: str, kind: str, value: float, *, passes: bool = True) -> dict[str, Any]:
    measure = "R²" if kind == "number" else "AUC"
    interval = {"low": value - 0.05, "high": value + 0.05}
    return {"attribute": attribute, "kind": kind, "measure": measure, "value": value, **interval, "end": "high",
            "n_films": 100, "p": 0.001 if passes else 0.4, "passes": passes}  # fmt: skip


def found(**changes: Any) -> dict[str, Any]:
    films = [{"item_id": number, "title": f"Film {number}"} for number in range(5)]
    evidence = [proof("popularity", "number", 0.4), proof("mean rating", "number", 0.01, passes=False)]
    evidence += [proof(name, "yes/no", 0.6 + place / 100) for place, name in enumerate("ABCDEF")]
    axis = {"index": 0, "name": "few ratings ↔ many ratings, F", "variance": 0.4567, "low": films, "high": films[::-1],
            "evidence": evidence, "stability": {"found_again": False, "by_seeds": 0.99, "by_people": 0.7,
                                                "lowest": 0.2}}  # fmt: skip
    return {"axes": [axis | changes], "angles": {"seeds": 12.4, "people": 33.3}, "rotation": "principal",
            "n_refits": 5, "model": "abc", "dataset": "d", "trainer": "Gibbs", "seed": 0}  # fmt: skip


def test_an_axis_is_a_row_of_each_table() -> None:
    lines = page(found()).splitlines()
    assert (
        "| 1 | 45.7% | few ratings ↔ many ratings, F | Film 0, Film 1, Film 2 | Film 4, Film 3, Film 2 | "
        "0.99 / 0.70, **no** |"
    ) in lines
    assert (
        "| 1 | 0.40 (0.35 to 0.45) high | 0.01 (-0.04 to 0.06), within chance | not known | F 0.65 (0.60 to 0.70) high; "
        "E 0.64 (0.59 to 0.69) high; D 0.63 (0.58 to 0.68) high; C 0.62 (0.57 to 0.67) high |"
    ) in lines
    assert "by 12° with the seed and by 33° with the people" in page(found())


def test_without_refits_and_without_anything_that_passes() -> None:
    bare = found(stability=None, evidence=[]) | {"angles": None}
    assert "| not refitted |" in page(bare) and "| 1 | not known | not known | not known | nothing |" in page(bare)
    assert "Found again" not in page(bare)


def test_a_value_that_rounds_to_nought_has_no_minus() -> None:
    assert "| 0.00 (-0.05 to 0.05) high |" in page(found(evidence=[proof("popularity", "number", -0.001)]))


def test_titles_are_shown_as_text() -> None:
    film = {"item_id": 1, "title": "<b>|*A*\n[x](y)"}
    assert "| \\<b\\>\\|\\*A\\* \\[x\\](y) |" in page(found(low=[film]))


def test_the_tool_reads_json_and_writes_markdown() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tools.axes_table"], input=json.dumps(found()), cwd=ROOT, capture_output=True, text=True,
        check=True, timeout=60,
    )  # fmt: skip
    assert ran.stdout == page(found())


def test_the_page_in_docs_is_what_the_tool_writes_of_six_axes() -> None:
    text = (ROOT / "docs" / "axes.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith(tuple(f"| {number} |" for number in range(1, 7)))]
    assert len(rows) == 12 and "not refitted" not in text and "ml-100k" in text
