"""Tables that leave the app."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a CSV table; a text that a spreadsheet would run as a formula gets an apostrophe in front."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def tsv_text(header: Sequence[str] | None, rows: Iterable[Sequence[object]]) -> str:
    """Return a table with tabs between its cells, as Embedding Projector reads it; tabs and breaks in texts become spaces."""
    lines = [*([header] if header is not None else []), *rows]
    return "".join("\t".join(_plain(cell) for cell in line) + "\n" for line in lines)


def _plain(cell: object) -> str:
    text = " ".join(str(_safe(cell)).split()) if isinstance(cell, str) else str(_safe(cell))
    return text


def _safe(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return "" if cell is None else cell
