"""Finds the first thing wrong with a ratings file, cell by cell. Slow, so it runs only after a fast reader gave up."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from core.datasets.cells import as_number, as_seconds, is_whole
from core.errors import DataError
from core.ids import Id
from core.scale import RatingScale

# Characters of a cell that a sentence quotes.
LONGEST = 40


class Row(NamedTuple):
    """One rating as the file writes it; ``number`` counts from 1. ``time`` is None where the file has none."""

    number: int
    user: Any
    item: Any
    rating: Any
    time: Any = None


@dataclass(frozen=True)
class Rules:
    """What a ratings file must keep: its name, how rows are counted, its scale and films where they are known."""

    name: str | Path
    unit: str = "Line"
    scale: RatingScale | None = None
    whole_ids: bool = False
    films: Collection[Id] | None = None
    films_name: str = "the film table"

    def error(self, number: int | None, problem: str) -> DataError:
        """Return the error at row ``number``."""
        return DataError.at(self.name, number, problem, unit=self.unit)


def first_problem(rows: Iterable[Row], rules: Rules) -> DataError | None:
    """Return the error of the first row that breaks the rules, or None if none does."""
    seen: dict[tuple[Any, Any], int] = {}
    films = None if rules.films is None else {str(film) for film in rules.films}
    for row in rows:
        problem = _id_problem(row, rules) or _rating_problem(row, rules) or _time_problem(row)
        if not problem and films is not None and str(row.item) not in films:
            problem = f"film {shown(row.item)} is not in {rules.films_name}, one of its {len(films)} films is allowed"
        first = seen.setdefault((row.user, row.item), row.number)
        if not problem and first != row.number:
            again = f"user {shown(row.user)} rates film {shown(row.item)} a second time (first in {rules.unit.lower()} {first})"
            problem = f"{again}, one rating a pair is allowed"
        if problem:
            return rules.error(row.number, problem)
    return None


def shown(cell: Any) -> str:
    """Return a cell as a sentence can hold it: on one line, without control characters, not too long."""
    if not isinstance(cell, str):
        return str(cell)
    return cell if is_whole(cell) else repr(cell if len(cell) <= LONGEST else cell[: LONGEST - 1] + "…")


def _id_problem(row: Row, rules: Rules) -> str | None:
    for kind, label in (("user", row.user), ("film", row.item)):
        if label is None or str(label) in ("", "nan", "<NA>"):
            return f"the {kind} id is missing, a whole number or text is allowed"
        if rules.whole_ids and not is_whole(str(label)):
            return f"{kind} id {shown(label)} is not a number, a whole number is allowed"
    return None


def _rating_problem(row: Row, rules: Rules) -> str | None:
    number, scale = as_number(row.rating), rules.scale
    allowed = f"a number from {scale.low:g} to {scale.high:g}" if scale else "a finite number"
    if number is None:
        return f"rating {shown(row.rating)} is not a number, {allowed} is allowed"
    if scale and not scale.low <= number <= scale.high:
        return f"rating {number:g} is off the scale, {allowed} is allowed"
    return None


def _time_problem(row: Row) -> str | None:
    if row.time is None or as_seconds(row.time) is not None:
        return None
    return f"time {shown(row.time)} is not a time, seconds since 1970 or a date like 2024-01-31T20:15:00 is allowed"
