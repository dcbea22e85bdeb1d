"""Sums as tables: bars where the numbers say, text as text."""

from __future__ import annotations

import re

from dashboard.components.tables import Change, Reason, Term, influences, ledger, list_changes


def bars(text: str) -> list[tuple[str, float, float]]:
    """Kind, start and width of each bar, in percent."""
    found = re.findall(r'class="rs-bar (\w+)" style="--a:([\d.]+);--w:([\d.]+)', text)
    return [(kind, float(start), float(width)) for kind, start, width in found]


def test_each_bar_of_a_ledger_starts_where_the_one_above_ends() -> None:
    text = ledger("sum", [Term("a", "", 3.0), Term("b", "why", -1.0), Term("c", "", 0.5)], Term("t", "", 2.5), whole=5)
    assert bars(text) == [("whole", 0, 60), ("down", 40, 20), ("up", 40, 10), ("sum", 0, 50)]
    assert re.findall(r"<td>([^<]+)</td>", text) == ["3.00", "−1.00", "+0.50", "2.50"]
    assert "<small>why</small>" in text
    assert text.count("--step:20.00%") == 4


def test_a_ledger_that_falls_below_zero_stays_inside_its_frame() -> None:
    text = ledger("sum", [Term("a", "", 1.0), Term("b", "", -2.0)], Term("t", "", -1.0), whole=3)
    assert bars(text) == [("whole", 25, 25), ("down", 0, 50), ("sum", 0, 25)]
    assert "--step:0.00%" in text


def test_influences_share_one_zero_line() -> None:
    text = influences("why", [Reason("up", 5, 0.3), Reason("down", 1, -0.1)], whose="you")
    assert bars(text) == [("up", 25, 75), ("down", 0, 25)]
    assert text.count("--zero:25.0%") == 2
    assert "you gave </span>5" in text
    assert bars(influences("why", [Reason("nothing", 3, 0.0)], whose="they")) == [("up", 0, 0)]


def test_changes_name_ranks_and_moves() -> None:
    text = list_changes(
        "list", [Change("new", None, 1), Change("fell", 1, 3), Change("won", 3, 2), Change("out", 2, None)]
    )
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", text)]
    assert cells == ["–", "1", "1", "3 ▼down 2", "3", "2 ▲up 1", "2", "–"]


def test_text_from_data_stays_text() -> None:
    bad = "<script>alert(1)</script>"
    for text in (
        ledger(bad, [Term(bad, bad, 1)], Term(bad, bad, 1), whole=5),
        influences(bad, [Reason(bad, 1, 1)], whose="you"),
        list_changes(bad, [Change(bad, 1, 1)]),
    ):
        assert "<script>" not in text
        assert "&lt;script&gt;" in text
