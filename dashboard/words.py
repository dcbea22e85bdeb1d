"""Numbers as people read them, and the few facts about a prediction that every picture of it needs."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

MINUS = "\u2212"  # a true minus sign, as wide as a plus
PUNCTUATION = frozenset(string.punctuation)  # CommonMark takes a backslash before any of these
NO_BREAK_SPACE = "\u00a0"
NARROW_SPACE = "\u202f"  # narrow and no-break, between a number and its unit


def star_text(stars: float) -> str:
    """Return a rating as its numeral: ``4``, ``3½``, ``½``; finer steps keep their decimals."""
    whole, part = divmod(stars, 1)
    if part not in (0, 0.5):
        return f"{stars:g}"
    return f"{int(whole) if whole or not part else ''}{'½' if part else ''}"


def predicted_text(stars: float) -> str:
    """Return predicted stars with one decimal."""
    return f"{stars:.1f}"


def signed(value: float, *, decimals: int = 2) -> str:
    """Return ``+0.31`` or ``−0.20``; what rounds to nothing has no sign."""
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return text
    return f"{'+' if value > 0 else MINUS}{text}"


def percent(share: float, *, decimals: int = 0) -> str:
    """Return a share of one as ``53 %``."""
    return f"{share * 100:.{decimals}f}{NARROW_SPACE}%"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return ``1 rating``, ``1,682 ratings``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """Return a measured time with the unit that suits it: ``5 ms``, ``6.7 s``, ``2 min 10 s``."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f}{NARROW_SPACE}ms" if seconds >= 0.0095 else f"{seconds * 1000:.1f}{NARROW_SPACE}ms"
    if seconds < 59.5:
        return f"{seconds:.1f}{NARROW_SPACE}s" if seconds < 9.95 else f"{seconds:.0f}{NARROW_SPACE}s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}{NARROW_SPACE}min {rest}{NARROW_SPACE}s" if rest else f"{minutes}{NARROW_SPACE}min"


def literal(text: str) -> str:
    """Return ``text`` from data as Markdown that reads exactly like it: for labels, titles, toasts and messages."""
    return "".join(f"\\{letter}" if letter in PUNCTUATION else letter for letter in text)


@dataclass(frozen=True)
class Spread:
    """How likely each rating is: ``chances`` per level of the scale, and the star-set as indexes (low, high), inclusive."""

    levels: Sequence[float]
    chances: Sequence[float]
    star_set: tuple[int, int]

    @property
    def likely(self) -> int:
        """The index of the likeliest level."""
        return max(range(len(self.chances)), key=self.chances.__getitem__)

    @property
    def reach(self) -> str:
        """The star-set in words: ``3 to 5``."""
        low, high = (star_text(self.levels[index]) for index in self.star_set)
        return low if low == high else f"{low} to {high}"

    @property
    def sentence(self) -> str:
        """What stands for the strip where it cannot be seen."""
        return f"most likely {star_text(self.levels[self.likely])}; nine times in ten {self.reach}"
