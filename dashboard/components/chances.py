"""What a model holds likely, as rows with bars, and words with a window over them. Builds HTML, as ``markup`` does."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from dashboard.words import percent


class ChanceRow(NamedTuple):
    """Something with its chance, 0 to 1; ``before`` is what it was a step earlier, ``is_code`` sets it as code."""

    name: str
    chance: float
    note: str = ""
    before: float | None = None
    is_code: bool = False


class Near(NamedTuple):
    """One of the nearest: ``is_both`` where another list names it too."""

    name: str
    note: str = ""
    is_both: bool = False


def chances(caption: str, rows: Sequence[ChanceRow]) -> str:
    """Return ``rows`` as bars in lamp; a tick shows where a chance was before."""
    return (
        f'<table class="rs-chances"><caption class="rs-hidden">{escape(caption)}</caption>'
        f"<colgroup><col><col><col></colgroup><tbody>{''.join(map(_row, rows))}</tbody></table>"
    )


def window(words: Sequence[str], *, middle: int, reach: int) -> str:
    """Return ``words`` in a row, the one in the ``middle`` marked and those within ``reach`` of it outlined."""
    items = ""
    for place, word in enumerate(words):
        kind = "middle" if place == middle else "near" if abs(place - middle) <= reach else ""
        said = {"middle": "in the middle: ", "near": "near: "}.get(kind, "")
        hidden = f'<span class="rs-hidden">{said}</span>' if said else ""
        items += f'<li class="{kind}">{hidden}{escape(word)}</li>'
    return f'<ol class="rs-sentence">{items}</ol>'


def two_lists(left: tuple[str, Sequence[Near]], right: tuple[str, Sequence[Near]]) -> str:
    """Return two lists side by side, each under its name; what stands in both is marked."""
    return f'<div class="rs-two">{_list(*left)}{_list(*right)}</div>'


def _row(row: ChanceRow) -> str:
    name = f"<code>{escape(row.name)}</code>" if row.is_code else escape(row.name)
    note = f"<small>{escape(row.note)}</small>" if row.note else ""
    tick = "" if row.before is None else f'<i style="--at:{row.before * 100:.1f}"></i>'
    was = "" if row.before is None else f"<small>was {percent(row.before)}</small>"
    return (
        f'<tr><th scope="row">{name}{note}</th>'
        f'<td class="plot"><span class="rs-chance" aria-hidden="true" style="--w:{row.chance * 100:.1f}">{tick}</span></td>'
        f"<td>{percent(row.chance)}{was}</td></tr>"
    )


def _list(name: str, rows: Sequence[Near]) -> str:
    items = "".join(_near(row) for row in rows)
    return f'<div><p class="rs-h">{escape(name)}</p><ol class="rs-nearest">{items}</ol></div>'


def _near(row: Near) -> str:
    both = " <small>in both</small>" if row.is_both else ""
    note = f"<span>{escape(row.note)}</span>" if row.note else ""
    return f'<li class="{"both" if row.is_both else ""}"><b>{escape(row.name)}{both}</b>{note}</li>'
