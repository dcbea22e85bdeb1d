"""Tables of cells, for ``st.html``: what people gave in ink, holes hatched, predictions in lamp. Builds HTML, as ``markup``."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from dashboard.words import predicted_text, star_text

# Share of ink in a cell by how high its rating stands on the scale, from lowest to highest.
SHADES = (7, 19, 33, 64, 90)
DEEP = 50  # per cent of ink from which on the numeral is in the ground's colour


class KindRow(NamedTuple):
    """A kind of film: how often somebody gave it each level of stars, and their mean, which is the guess."""

    name: str
    counts: Sequence[int]
    guess: float


class Missed(NamedTuple):
    """A film that a guess was wrong about: both in stars."""

    title: str
    year: int | None
    meta: str
    guess: float
    given: float


def crosstab(
    caption: str, people: Sequence[str], films: Sequence[str], cells: Sequence[Sequence[float | None]], *, scale: tuple[float, float]
) -> str:  # fmt: skip
    """Return ``people`` by ``films`` as a table: a rating in ink, the darker the higher, and a hatched hole for none."""
    head = "".join(f'<th scope="col"><span>{escape(film)}</span></th>' for film in films)
    rows = "".join(
        f'<tr><th scope="row">{escape(person)}</th>{"".join(_cell(value, scale) for value in row)}</tr>'
        for person, row in zip(people, cells, strict=True)
    )
    return (
        f'<div class="rs-wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table class="rs-crosstab">'
        f'<caption class="rs-hidden">{escape(caption)}</caption>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def kinds(caption: str, levels: Sequence[float], rows: Sequence[KindRow]) -> str:
    """Return how often each kind got each rating: the more films, the darker; beside it what the kind predicts."""
    head = "".join(f'<th scope="col">{star_text(level)} ★</th>' for level in levels)
    most = max((count for row in rows for count in row.counts), default=1) or 1
    body = "".join(
        f'<tr><th scope="row">{escape(row.name)}</th>{"".join(_count(count, most) for count in row.counts)}'
        f'<td class="guess"><span class="rs-hidden">guess </span>{row.guess:.1f}</td></tr>'
        for row in rows
    )
    return (
        f'<div class="rs-wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table class="rs-crosstab rs-kinds">'
        f'<caption class="rs-hidden">{escape(caption)}</caption>'
        f'<thead><tr><td></td>{head}<th scope="col">guess</th></tr></thead><tbody>{body}</tbody></table></div>'
    )


def misses(rows: Sequence[Missed]) -> str:
    """Return films with what was guessed of them and what somebody gave them."""
    return f'<ul class="rs-misses">{"".join(map(_miss, rows))}</ul>'


def vector(label: str, numbers: Sequence[tuple[str, float]]) -> str:
    """Return a list of numbers as bars above and below a line, each with its text, on one scale."""
    reach = max((abs(number) for _, number in numbers), default=0) or 1
    bars = "".join(
        f'<li class="{"down" if number < 0 else "up"}" style="--v:{abs(number) / reach:.3f}"><i></i><span>{escape(text)}</span></li>'
        for text, number in numbers
    )
    return f'<ol class="rs-vector" aria-label="{escape(label)}">{bars}</ol>'


def to_scale(label: str, *, large: tuple[int, int], small: tuple[int, int]) -> str:
    """Return two tables drawn to one scale, ``small`` in a corner of ``large``; both (across, down) in cells."""
    across, down = (part / whole * 100 for part, whole in zip(small, large, strict=True))
    style = f"aspect-ratio:{large[0] / large[1]:.2f};--w:{across:.3f}%;--h:{down:.2f}%"
    return f'<div class="rs-to-scale" role="img" aria-label="{escape(label)}" style="{style}"><i></i></div>'


def _cell(value: float | None, scale: tuple[float, float]) -> str:
    if value is None:
        return '<td class="hole"><span class="rs-hidden">not rated</span></td>'
    low, high = scale
    shade = SHADES[round((value - low) / (high - low) * (len(SHADES) - 1))]
    return f'<td class="fact{" deep" if shade > DEEP else ""}" style="--v:{shade}%">{star_text(value)}</td>'


def _miss(row: Missed) -> str:
    return (
        f'<li><div><div class="rs-title">{escape(row.title)} <span>{row.year or ""}</span></div>'
        f'<div class="rs-meta">{escape(row.meta)}</div></div>'
        f'<span class="rs-predicted"><span class="rs-hidden">guess </span>{predicted_text(row.guess)}</span>'
        f'<b class="rs-given"><span class="rs-hidden">gave </span>{star_text(row.given)}</b></li>'
    )


def _count(count: int, most: int) -> str:
    if not count:
        return '<td><span class="rs-hidden">none</span></td>'
    shade = SHADES[0] + (SHADES[-1] - SHADES[0]) * count / most
    # Between these two neither colour of numeral would stand out enough.
    shade = min(shade, DEEP - 8) if shade <= DEEP + 4 else max(shade, DEEP + 12)
    return f'<td class="fact{" deep" if shade > DEEP else ""}" style="--v:{shade:.0f}%">{count}</td>'
