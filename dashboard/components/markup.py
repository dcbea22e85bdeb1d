"""HTML for ``st.html``, built here and nowhere else, so that every text from data is escaped in one place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from dashboard.glossary import Word, marked
from dashboard.words import Spread, percent, star_text


class Ticket(NamedTuple):
    """A film somebody rated."""

    title: str
    year: int | None
    meta: str
    stars: float


class Finding(NamedTuple):
    """A film of an export: its name there, a note, and the stars it came with."""

    title: str
    year: int | None
    note: str
    stars: float | None = None


class Clock(NamedTuple):
    """A measured time: what took it, the value with its unit, and one note of what stood still."""

    what: str
    value: str
    note: str


class Direction(NamedTuple):
    """One axis of the map: films at its two ends, what it holds, and where a person stands from 0 (low) to 1 (high)."""

    name: str
    low: Sequence[str]
    high: Sequence[str]
    evidence: str = ""
    where: float | None = None
    whose: str = ""


class Stage(NamedTuple):
    """One step of something that takes a while; ``state`` is done, now or next."""

    name: str
    note: str
    state: str


def lede(*sentences: str) -> str:
    """Return the sentences under the page title; the first mention of a word of the glossary says what it means."""
    known: set[str] = set()
    return "".join(f'<p class="rs-lede">{glossed(sentence, known)}</p>' for sentence in sentences)


def glossed(text: str, known: set[str] | None = None) -> str:
    """Return ``text`` with its words of the glossary marked, but those whose names are ``known`` already."""
    return "".join(escape(piece) if word is None else term(word, piece) for piece, word in marked(text, known=known))


def term(word: Word, text: str = "") -> str:
    """Return a word with its meaning for whoever points at it, tabs to it or taps it; ``text`` is how it is spelled here."""
    return (
        f'<button type="button" class="rs-term" aria-description="{escape(word.sentence)}" '
        f'data-means="{escape(word.sentence)}">{escape(text or word.name)}</button>'
    )


def words(entries: Iterable[tuple[Word, str, str]]) -> str:
    """Return a glossary: each word with its sentence, the address and the name of the step that explains it."""
    rows = "".join(
        f'<dt>{escape(word.name)}</dt><dd>{escape(word.sentence)} <a href="{escape(path)}" target="_self">{escape(name)}</a></dd>'
        for word, path, name in entries
    )
    return f'<dl class="rs-glossary">{rows}</dl>'


def note(text: str) -> str:
    """Return small grey text: where a number comes from, what to try."""
    return f'<p class="rs-note">{escape(text)}</p>'


def ways(items: Iterable[tuple[str, str, str]]) -> str:
    """Return links into the app: each a label, an address and a sentence on what one finds there."""
    rows = "".join(
        f'<li><a href="{escape(path)}" target="_self">{escape(label)}</a> <span>{escape(sentence)}</span></li>'
        for label, path, sentence in items
    )
    return f'<ul class="rs-ways">{rows}</ul>'


def numbered(sentences: Iterable[str]) -> str:
    """Return sentences that are to be read in order."""
    return f'<ol class="rs-numbered">{"".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)}</ol>'


def checklist(items: Iterable[tuple[str, str, bool]]) -> str:
    """Return what there is to do: each a title, its address, and whether it is done."""
    rows = "".join(
        f'<li class="{"done" if is_done else "open"}"><a href="{escape(path)}" target="_self">{escape(title)}</a>'
        f'<span class="rs-hidden">{", done" if is_done else ", not yet done"}</span></li>'
        for title, path, is_done in items
    )
    return f'<ol class="rs-numbered rs-checklist">{rows}</ol>'


def sources(items: Iterable[tuple[str, str, str]]) -> str:
    """Return what to read: each an author, a title, and where in it, or where it appeared."""
    rows = "".join(
        f"<li>{escape(author)}: <cite>{escape(title)}</cite>. {escape(where)}.</li>" for author, title, where in items
    )
    return f'<ul class="rs-sources">{rows}</ul>'


def provenance(*parts: str) -> str:
    """Return the grey line that ends every page: model version, data, seed; empty parts are left out."""
    return f'<p class="rs-note rs-provenance">{" · ".join(escape(part) for part in parts if part)}</p>'


def subheading(text: str) -> str:
    """Return the name of a part inside a card."""
    return f'<p class="rs-h">{escape(text)}</p>'


def heading(title: str, year: int | None, meta: str) -> str:
    """Return the name of a film at the head of a card."""
    return f'<div class="rs-title rs-large">{_titled(title, year)}</div><div class="rs-meta">{escape(meta)}</div>'


def strip(spread: Spread, *, big: bool = False) -> str:
    """Return one frame per level of the scale, each lit as far as it is likely; outlined: the star-set."""
    frames = f'<span class="rs-strip{" big" if big else ""}" role="img" aria-label="{escape(spread.sentence)}">{_frames(spread)}</span>'
    return frames + _scale(spread) if big else frames


def tickets(rated: Iterable[Ticket]) -> str:
    """Return ratings given as tickets with an ink stub."""
    return f'<ul class="rs-tickets">{"".join(map(_ticket, rated))}</ul>'


def findings(rows: Sequence[Finding]) -> str:
    """Return films of an export as a list: what was given, the title, a note."""
    bare = "" if any(row.stars is not None for row in rows) else " bare"
    return f'<ul class="rs-findings{bare}">{"".join(map(_finding, rows))}</ul>'


def clocks(readings: Iterable[Clock]) -> str:
    """Return measured times side by side."""
    cells = "".join(
        f"<div><dt>{glossed(what)}</dt><dd>{escape(value)}<small>{escape(text)}</small></dd></div>"
        for what, value, text in readings
    )
    return f'<dl class="rs-clocks">{cells}</dl>'


def facts(pairs: Iterable[tuple[str, str]], *, predicted: str = "") -> str:
    """Return names left and values right; the pair named ``predicted`` in lamp."""
    lines = "".join(
        f"<dt>{escape(name)}</dt><dd{_class('rs-predicted' if name == predicted else '')}>{escape(text)}</dd>"
        for name, text in pairs
    )
    return f'<dl class="rs-facts">{lines}</dl>'


def axis_card(direction: Direction) -> str:
    """Return one direction of taste: name, a person's place, films at both ends, evidence."""
    where = "" if direction.where is None else _place(direction.where, direction.whose)
    ends = "".join(f"<div>{'<br>'.join(map(escape, films))}</div>" for films in (direction.low, direction.high))
    evidence = note(direction.evidence) if direction.evidence else ""
    return f'<div class="rs-axis"><p class="rs-h">{escape(direction.name)}</p>{where}<div class="rs-ends">{ends}</div>{evidence}</div>'


def empty(title: str, text: str) -> str:
    """Return an empty state: what is missing and what to do about it."""
    return f'<div class="rs-empty"><p class="rs-h">{escape(title)}</p><p class="rs-note">{escape(text)}</p></div>'


def stages(items: Iterable[Stage]) -> str:
    """Return the steps of something that takes a while, the one under way marked."""
    return f'<ol class="rs-stages">{"".join(map(_stage, items))}</ol>'


def list_legend(spread: Spread, *, given: str) -> str:
    """Return the line above a list of films that says what number, strip and (if ``given`` says it) filled square mean."""
    low, high = (star_text(spread.levels[index]) for index in (0, -1))
    parts = [
        f'<b class="rs-predicted">{spread.levels[spread.likely]:.1f}</b>predicted stars',
        f'<span aria-hidden="true" class="rs-strip small">{_frames(spread)}</span>chance of {low} to {high}; outlined: nine in ten',
    ]
    if given:
        parts.append(f'<b class="rs-given" aria-hidden="true">{high}</b>{escape(given)}')
    return _legend(parts)


def ramp_legend(low: str, high: str, *, fact: bool, more: Sequence[str] = ()) -> str:
    """Return the line below a map coloured by an amount: lamp for predictions, ink for facts; ``more`` are further notes."""
    ramp = f'<span class="rs-ramp{" fact" if fact else ""}" role="img" aria-label="to"></span>'
    return _legend([f"{escape(low)}{ramp}{escape(high)}", *map(escape, more)])


def group_legend(groups: Sequence[tuple[str, str]], *, more: Sequence[str] = ()) -> str:
    """Return the line below a map coloured by kind: (glyph, name) in the order of the theme's categorical colours."""
    parts = [
        f'<span aria-hidden="true" style="color:var(--rs-cat-{number})">{escape(glyph)}</span>{escape(name)}'
        for number, (glyph, name) in enumerate(groups, start=1)
    ]
    return _legend([*parts, *map(escape, more)])


def _legend(parts: Iterable[str]) -> str:
    return f'<p class="rs-legend">{"".join(f"<span>{part}</span>" for part in parts)}</p>'


def _titled(title: str, year: int | None) -> str:
    return f"{escape(title)} <span>{year}</span>" if year else escape(title)


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _frames(spread: Spread) -> str:
    low, high = spread.star_set
    return "".join(
        f'<i{_class("in" if low <= index <= high else "")} style="--p:{chance:.3f}"></i>'
        for index, chance in enumerate(spread.chances)
    )


def _scale(spread: Spread) -> str:
    """The levels under a big strip; between whole stars a half keeps its room but not its numeral."""
    cells = ""
    for index, level in enumerate(spread.levels):
        if index == spread.likely:
            cells += f"<b>{star_text(level)} ★</b>"
        else:
            cells += f"<span>{star_text(level) if level % 1 == 0 or len(spread.levels) <= 5 else ''}</span>"
    return f'<div class="rs-scale" aria-hidden="true">{cells}</div>'


def _ticket(rated: Ticket) -> str:
    return (
        f'<li class="rs-ticket"><b><span class="rs-hidden">rated </span>{star_text(rated.stars)}</b>'
        f'<div><div class="rs-title">{_titled(rated.title, rated.year)}</div><div class="rs-meta">{escape(rated.meta)}</div></div></li>'
    )


def _finding(row: Finding) -> str:
    given = (
        ""
        if row.stars is None
        else f'<b class="rs-given"><span class="rs-hidden">rated </span>{star_text(row.stars)}</b>'
    )
    return (
        f'<li><div>{given}</div><div><div class="rs-title">{_titled(row.title, row.year)}</div>'
        f'<div class="rs-meta">{escape(row.note)}</div></div></li>'
    )


def _place(where: float, whose: str) -> str:
    at = min(1.0, max(0.0, where)) * 100
    label = escape(f"{whose} stands at {percent(at / 100)} of the way")
    return f'<div class="rs-where" role="img" aria-label="{label}"><i style="--at:{at:.0f}"></i></div>'


def _stage(stage: Stage) -> str:
    now = ' aria-current="step"' if stage.state == "now" else ""
    return f'<li class="{escape(stage.state)}"{now}><b>{escape(stage.name)}</b><span>{escape(stage.note)}</span></li>'
