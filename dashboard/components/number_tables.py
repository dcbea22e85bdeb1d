"""Tables of a model's own numbers and of shares, for ``st.html``: what matters now in lamp. Builds HTML, as ``markup`` does."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from dashboard.words import percent, signed


class NumberRow(NamedTuple):
    """A row of numbers; ``times`` is what it is multiplied by, if that is shown."""

    name: str
    values: Sequence[float]
    is_lit: bool = False
    times: str = ""


class Known(NamedTuple):
    """What is known of somebody after so many ratings: the first of their list, and two figures in stars."""

    n_ratings: int
    best: Sequence[str]
    unsure: float
    moved: float | None


class Share(NamedTuple):
    """A part of a whole, 0 to 1, and a note on it."""

    name: str
    share: float
    note: str


def numbers(
    caption: str,
    rows: Sequence[NumberRow],
    *,
    lit: str,
    times: str = "",
    total: NumberRow | None = None,
    heads: Sequence[str] = (),
) -> str:
    """Return rows of numbers, those that are lit in lamp; ``lit`` says what that means where it cannot be seen.

    ``heads`` stand above the columns, their numbers from 1 if there are none. ``times`` heads the column of what each row is multiplied by; ``total`` stands below under a rule.
    """
    width = max((len(row.values) for row in rows), default=0)
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in heads or range(1, width + 1))
    factor = f'<th scope="col" class="times">{escape(times)}</th>' if times else ""
    body = "".join(_row(row, lit, with_times=bool(times)) for row in rows)
    foot = "" if total is None else f"<tfoot>{_row(total, lit, with_times=bool(times))}</tfoot>"
    return (
        f'<table class="rs-numbers"><caption class="rs-note">{escape(caption)}</caption>'
        f"<thead><tr><td></td>{factor}{head}</tr></thead><tbody>{body}</tbody>{foot}</table>"
    )


def growing_known(caption: str, rows: Sequence[Known]) -> str:
    """Return what was known of somebody rating by rating, the last row in lamp."""
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Ratings", "First on the list", "Unsure by", "Moved by"))
    body = "".join(_known(row, is_last=row is rows[-1]) for row in rows)
    return (
        f'<table class="rs-numbers rs-known"><caption class="rs-note">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def shares(caption: str, rows: Sequence[Share]) -> str:
    """Return parts of a whole as bars on one scale from nothing to all: facts, so in grey."""
    body = "".join(
        f'<tr><th scope="row">{escape(row.name)}<small>{escape(row.note)}</small></th>'
        f'<td class="plot"><span class="rs-bar whole" style="--a:0;--w:{row.share * 100:.1f}"></span></td>'
        f"<td>{percent(row.share)}</td></tr>"
        for row in rows
    )
    return f'<table class="rs-ledger rs-shares"><caption class="rs-note">{escape(caption)}</caption><tbody>{body}</tbody></table>'


def side_by_side(*tables: str) -> str:
    """Return tables beside each other, below each other where there is no room."""
    return f'<div class="rs-tables">{"".join(tables)}</div>'


def _row(row: NumberRow, lit: str, *, with_times: bool) -> str:
    said = f'<span class="rs-hidden"> {escape(lit)}</span>' if row.is_lit else ""
    factor = f'<td class="times">{escape(row.times)}</td>' if with_times else ""
    cells = "".join(f"<td>{signed(value)}</td>" for value in row.values)
    return f'<tr{_lit(row.is_lit)}><th scope="row">{escape(row.name)}{said}</th>{factor}{cells}</tr>'


def _known(row: Known, *, is_last: bool) -> str:
    moved = "–" if row.moved is None else f"{row.moved:.2f}"
    films = "".join(f"<li>{escape(title)}</li>" for title in row.best)
    return (
        f'<tr{_lit(is_last)}><th scope="row">{row.n_ratings}</th><td><ol>{films}</ol></td>'
        f"<td>{row.unsure:.2f}</td><td>{moved}</td></tr>"
    )


def _lit(is_lit: bool) -> str:
    return ' class="lit"' if is_lit else ""
