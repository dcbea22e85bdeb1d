"""Tables of a model's own numbers, for ``st.html``: the rows that matter now in lamp. Builds HTML, as ``markup`` does."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from dashboard.words import signed


class NumberRow(NamedTuple):
    """A row of numbers; ``times`` is what it is multiplied by, if that is shown."""

    name: str
    values: Sequence[float]
    is_lit: bool = False
    times: str = ""


def numbers(
    caption: str, rows: Sequence[NumberRow], *, lit: str, times: str = "", total: NumberRow | None = None
) -> str:
    """Return rows of numbers, those that are lit in lamp; ``lit`` says what that means where it cannot be seen.

    ``times`` heads the column of what each row is multiplied by; ``total`` stands below under a rule.
    """
    width = max((len(row.values) for row in rows), default=0)
    head = "".join(f'<th scope="col">{number}</th>' for number in range(1, width + 1))
    factor = f'<th scope="col" class="times">{escape(times)}</th>' if times else ""
    body = "".join(_row(row, lit, with_times=bool(times)) for row in rows)
    foot = "" if total is None else f"<tfoot>{_row(total, lit, with_times=bool(times))}</tfoot>"
    return (
        f'<table class="rs-numbers"><caption class="rs-note">{escape(caption)}</caption>'
        f"<thead><tr><td></td>{factor}{head}</tr></thead><tbody>{body}</tbody>{foot}</table>"
    )


def side_by_side(*tables: str) -> str:
    """Return tables beside each other, below each other where there is no room."""
    return f'<div class="rs-tables">{"".join(tables)}</div>'


def _row(row: NumberRow, lit: str, *, with_times: bool) -> str:
    mark, said = (' class="lit"', f'<span class="rs-hidden"> {escape(lit)}</span>') if row.is_lit else ("", "")
    factor = f'<td class="times">{escape(row.times)}</td>' if with_times else ""
    cells = "".join(f"<td>{signed(value)}</td>" for value in row.values)
    return f'<tr{mark}><th scope="row">{escape(row.name)}{said}</th>{factor}{cells}</tr>'
