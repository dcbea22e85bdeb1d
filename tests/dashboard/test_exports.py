"""Tables that leave the app are read back as they were, and run nothing."""

from __future__ import annotations

import csv
import io

import pytest

from dashboard.exports import csv_text


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_commas_quotes_and_line_breaks_come_back() -> None:
    title = 'Good, Bad "and"\nUgly é'
    assert read(csv_text(("title", "year", "stars"), [(title, None, 4.25)])) == [
        ["title", "year", "stars"],
        [title, "", "4.25"],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_title_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    assert read(csv_text(("title",), [(f"{start}HYPERLINK(1)",)]))[1] == [f"'{start}HYPERLINK(1)"]


def test_numbers_below_zero_stay_numbers_and_inner_signs_stay_as_they_are() -> None:
    assert read(csv_text(("a", "b"), [(-1.5, "Alien - the return = +1")]))[1] == ["-1.5", "Alien - the return = +1"]
