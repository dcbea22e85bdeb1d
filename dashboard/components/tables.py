"""Sums drawn as tables, for ``st.html``: they read without eyes, too. With ``markup``, the place where HTML is built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import NamedTuple

from dashboard.words import predicted_text, signed, star_text

# Only a chart that would be a line of nothing has no reach; so that nothing is divided by it.
LEAST_REACH = 1e-9


class Term(NamedTuple):
    """One line of a sum: its name, a note below it, its value."""

    name: str
    note: str
    value: float


class Reason(NamedTuple):
    """A rating and what it does to one prediction, both in stars."""

    title: str
    stars: float
    influence: float


class Change(NamedTuple):
    """A film of a list and its ranks before and after, None where it has none."""

    title: str
    before: int | None
    after: int | None


class Shared(NamedTuple):
    """A film for several people: what each would give it, by name, and whom it serves most."""

    title: str
    predictions: Mapping[str, float]
    serves: str


def ledger(caption: str, terms: Sequence[Term], total: Term, *, whole: float) -> str:
    """Return terms that add up as a waterfall on one scale from 0 to ``whole``, a tick per unit; the first is grey."""
    levels = [0.0]
    for term in terms:
        levels.append(levels[-1] + term.value)
    low, high = min(0.0, *levels), max(whole, total.value, *levels)
    span = high - low
    step = 0.0 if low < 0 else 1 / span  # ticks start at the edge, so they would not stand on whole numbers
    lines = ""
    for index, term in enumerate(terms):
        kind = "whole" if index == 0 else "down" if term.value < 0 else "up"
        start = (min(levels[index], levels[index + 1]) - low) / span
        lines += _line(term, kind, start, abs(term.value) / span, step=step, plain=index == 0)
    lines += _line(total, "sum", (min(0.0, total.value) - low) / span, abs(total.value) / span, step=step, plain=True)
    return _table(caption, lines)


def influences(caption: str, reasons: Sequence[Reason], *, whose: str) -> str:
    """Return what each rating does to one prediction as bars from one zero line; ``whose`` is you or they."""
    low = min(0.0, *(reason.influence for reason in reasons), 0.0)
    span = max(max(0.0, *(reason.influence for reason in reasons), 0.0) - low, LEAST_REACH)
    return _table(caption, "".join(_reason(reason, low, span, whose) for reason in reasons))


def list_changes(caption: str, changes: Iterable[Change]) -> str:
    """Return a list's films with the ranks they had and would have."""
    head = '<thead><tr><th scope="col">Film</th><th scope="col">Now</th><th scope="col">Then</th></tr></thead>'
    lines = "".join(
        f'<tr><th scope="row">{escape(change.title)}</th><td>{change.before or "–"}</td>'
        f"<td>{change.after or '–'}{_move(change)}</td></tr>"
        for change in changes
    )
    return f'<table class="rs-ledger rs-changes"><caption class="rs-note">{escape(caption)}</caption>{head}<tbody>{lines}</tbody></table>'


def shared(caption: str, names: Sequence[str], films: Iterable[Shared]) -> str:
    """Return films with what each of ``names`` would give them; whom a film serves most stands out."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("Film", *names))
    lines = ""
    for film in films:
        cells = "".join(_given(film, name) for name in names)
        lines += f'<tr><th scope="row">{escape(film.title)}</th>{cells}</tr>'
    frame = '<div class="rs-wide" tabindex="0" role="region" aria-label="{}"><table class="rs-ledger rs-shared">{}</table></div>'
    body = f'<caption class="rs-note">{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{lines}</tbody>'
    return frame.format(escape(caption), body)


def _given(film: Shared, name: str) -> str:
    mark = ' class="serves"' if name == film.serves else ""
    served = '<span class="rs-hidden"> serves most</span>' if mark else ""
    return f"<td{mark}>{predicted_text(film.predictions[name])}{served}</td>"


def _table(caption: str, lines: str) -> str:
    return (
        f'<table class="rs-ledger"><caption class="rs-note">{escape(caption)}</caption><tbody>{lines}</tbody></table>'
    )


def _line(term: Term, kind: str, start: float, width: float, *, step: float, plain: bool) -> str:
    row = ' class="total"' if kind == "sum" else ""
    value = f"{term.value:.2f}" if plain else signed(term.value)
    small = f"<small>{escape(term.note)}</small>" if term.note else ""
    style = f"--a:{start * 100:.1f};--w:{width * 100:.1f};--step:{step * 100:.2f}%"
    bar = f'<td class="plot"><span class="rs-bar {kind}" style="{style}"></span></td>'
    return f'<tr{row}><th scope="row">{escape(term.name)}{small}</th>{bar}<td>{value}</td></tr>'


def _reason(reason: Reason, low: float, span: float, whose: str) -> str:
    given = f'<b class="rs-given"><span class="rs-hidden">{whose} gave </span>{star_text(reason.stars)}</b>'
    start, width = (min(0.0, reason.influence) - low) / span, abs(reason.influence) / span
    style = f"--a:{start * 100:.1f};--w:{width * 100:.1f};--zero:{-low / span * 100:.1f}%"
    kind = "down" if reason.influence < 0 else "up"
    name = f'<span class="rs-influence">{given}<span>{escape(reason.title)}</span></span>'
    bar = f'<td class="plot"><span class="rs-bar {kind}" style="{style}"></span></td>'
    return f'<tr><th scope="row">{name}</th>{bar}<td>{signed(reason.influence)}</td></tr>'


def _move(change: Change) -> str:
    if change.before is None or change.after is None or change.before == change.after:
        return ""
    won = change.before - change.after
    kind, sign, word = ("up", "▲", "up") if won > 0 else ("down", "▼", "down")
    return f' <span class="rs-move {kind}"><span aria-hidden="true">{sign}</span><span class="rs-hidden">{word} </span>{abs(won)}</span>'
