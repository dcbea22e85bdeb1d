"""The rows of an export in CSV, by the names in its header; limits on what one file may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.datasets.cells import as_number, as_seconds, decode
from core.datasets.delimited import lines_of
from core.datasets.problems import shown
from core.datasets.table import Table
from core.errors import DataError
from core.scale import RatingScale

# Somebody who watches three things a day for eighty years stays below this.
MOST_ROWS = 100_000
# A review may be long, a title is not: what is longer has lost a quotation mark.
MOST_CHARACTERS = 5_000
FIRST_YEAR, LAST_YEAR = 1870, 2100
_YEAR = re.compile(r"\d{4}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}.*")


@dataclass(frozen=True)
class Row:
    """One line: its number, from 1 with the header counted, and its cells by column, names in small letters."""

    file: str
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return a cell without blanks around it; empty where there is no such column."""
        return self.cells.get(column, "").strip()

    def needed(self, column: str) -> str:
        """Return a cell that must not be empty."""
        return self.text(column) or self._refuse(f"the {column} is missing, text is allowed")

    def year(self, column: str = "year") -> int | None:
        """Return a year; None where the cell is empty."""
        text = self.text(column)
        if not text:
            return None
        if not _YEAR.fullmatch(text) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
            self._refuse(f"year {shown(text)} is not a year, one from {FIRST_YEAR} to {LAST_YEAR} is allowed")
        return int(text)

    def seconds(self, column: str) -> int | None:
        """Return a date as seconds since 1970; None where the cell is empty."""
        text = self.text(column)
        if not text:
            return None
        seconds = as_seconds(text) if _DATE.fullmatch(text) else None
        if seconds is None:
            self._refuse(f"date {shown(text)} is not a date, one like 2024-01-31 is allowed")
        return seconds

    def rating(self, column: str, scale: RatingScale) -> float | None:
        """Return a rating on ``scale``; None where the cell is empty."""
        text = self.text(column)
        return on_scale(text, scale, file=self.file, line=self.line) if text else None

    def _refuse(self, problem: str) -> str:
        raise DataError.at(self.file, self.line, problem)


def on_scale(cell: object, scale: RatingScale, *, file: str, line: int, unit: str = "Line") -> float:
    """Return the rating in a cell; raise ``DataError`` if it is no level of ``scale``."""
    steps = "whole stars" if scale.step == 1 else f"steps of {scale.step:g}"
    allowed = f"{scale.low:g} to {scale.high:g} in {steps} is allowed"
    number = None if isinstance(cell, bool) else as_number(cell)
    if number is None:
        raise DataError.at(file, line, f"rating {shown(str(cell))} is not a number, {allowed}", unit=unit)
    if number not in scale.levels:
        raise DataError.at(file, line, f"rating {number:g} is off the scale, {allowed}", unit=unit)
    return number


def header_of(table: Table) -> list[str]:
    """Return the names in the first line, in small letters; raise ``DataError`` on an empty file."""
    for _, header in _lines(table):
        return [name.strip().casefold() for name in header]
    raise DataError.at(table.name, None, "the file is empty, the export of a service is needed")


def rows_of(table: Table, *, needed: Sequence[str]) -> Iterator[Row]:
    """Give the rows under the header; raise ``DataError`` where columns are missing or limits are passed."""
    header = header_of(table)
    missing = [column for column in needed if column not in header]
    if missing:
        has = ", ".join(map(shown, header[:12]))
        raise DataError.at(table.name, 1, f"column {shown(missing[0])} is missing among {has}, it is needed")
    for count, (line, cells) in enumerate(_lines(table)):
        if len(cells) != len(header):
            raise DataError.at(table.name, line, f"the line has {len(cells)} columns, {len(header)} are needed")
        if count > MOST_ROWS:
            raise DataError.at(table.name, line, f"the file has more than {MOST_ROWS:,} rows, so many are allowed")
        if count:
            yield Row(table.name, line, dict(zip(header, cells, strict=True)))


def _lines(table: Table) -> Iterator[tuple[int, list[str]]]:
    text = decode(table.data, table.name)
    for line, cells in lines_of(text, ",", quoted=True, name=table.name):
        longest = max(map(len, cells))
        if longest > MOST_CHARACTERS:
            problem = (
                f"a cell has {longest:,} characters, {MOST_CHARACTERS:,} are allowed; a quotation mark may be missing"
            )
            raise DataError.at(table.name, line, problem)
        if any(map(str.strip, cells)):
            yield line, cells
