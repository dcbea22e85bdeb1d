"""Numbers and texts of a report as HTML, each read off the JSON by its path, which stays on it: so the two cannot differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from dashboard.words import NARROW_SPACE, percent, signed

UNKNOWN = "–"


class Reader:
    """Reads the plain report; a path names fields and places: ``comparison.metrics.0.gap.value``."""

    def __init__(self, plain: dict[str, Any]) -> None:
        self._plain = plain

    def at(self, path: str) -> Any:
        """Return what stands at ``path``."""
        found: Any = self._plain
        for part in path.split("."):
            found = found[int(part)] if isinstance(found, list) else found[part]
        return found

    def count(self, path: str) -> range:
        """Return the places of the list at ``path``."""
        return range(len(self.at(path)))

    def text(self, path: str) -> str:
        """Return the text at ``path``, escaped; a dash where there is none."""
        found = self.at(path)
        return UNKNOWN if found in (None, "") else escape(str(found))

    def number(self, path: str, form: str = "3") -> str:
        """Return the number at ``path`` with decimals (``3``), a sign (``+3``), as a share (``%``, ``+%``) or whole (``n``)."""
        value = self.at(path)
        return f'<span data-of="{escape(path)}">{UNKNOWN if value is None else _shown(value, form)}</span>'

    def figure(self, path: str, form: str = "3") -> str:
        """Return a value with its interval below it."""
        value, low, high = (self.number(f"{path}.{part}", form) for part in ("value", "low", "high"))
        return f"{value}<small>{low} to {high}</small>"


def _shown(value: float, form: str) -> str:
    if form == "n":
        return f"{value:,}"
    if form == "%":
        return percent(value, decimals=1)
    if form == "+%":
        return f"{signed(value * 100, decimals=1)}{NARROW_SPACE}%"
    return signed(value, decimals=int(form[1:])) if form.startswith("+") else f"{value:.{form}f}"


def table(name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column names its rows; cells are HTML already, ``name`` and ``head`` are not."""
    titles = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    lines = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>' for first, *rest in rows
    )
    if not lines:
        return '<p class="note">None.</p>'
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(name)}"><table><thead><tr>{titles}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def pairs(items: Iterable[tuple[str, str]]) -> str:
    """Return names and values one below the other; values are HTML already."""
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{value}</dd>' for name, value in items)}</dl>"
