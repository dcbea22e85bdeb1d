"""Colour words and marks of the figures.

The component that draws them puts the active theme's colours in place of these words, so that no theme is read in
Python: ink for facts, lamp for predictions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

INK, MUTED, LINE, GROUND, LAMP = "black", "dimgray", "gray", "white", "orange"
INK_SCALE = [[0, LINE], [1, INK]]  # amounts that are facts; predictions keep the theme's lamp scale


class Group(NamedTuple):
    """Films of one kind on the map: told apart by colour and by shape."""

    name: str
    glyph: str
    symbol: str
    symbol_3d: str  # three dimensions know fewer shapes
    genres: frozenset[str]


def _group(name: str, glyph: str, symbol: str, symbol_3d: str, genres: str) -> Group:
    return Group(name, glyph, symbol, symbol_3d, frozenset(genres.split(", ")))


# In the order of the theme's categorical colours.
GROUPS = (
    _group("Drama", "●", "circle", "circle", "Drama, Romance, War"),
    _group("Comedy", "■", "square", "square", "Comedy, Musical"),
    _group("Action", "◆", "diamond", "diamond", "Action, Adventure, Western"),
    _group("Thriller & crime", "▲", "triangle-up", "diamond-open", "Thriller, Crime, Mystery, Film-Noir"),
    _group("Family", "✚", "cross", "cross", "Children's, Children, Animation, Fantasy"),
    _group("Horror & sci-fi", "✖", "x", "x", "Horror, Sci-Fi"),
    _group("Documentary & other", "★", "star", "circle-open", "Documentary"),
)
# A film has several genres: the one that says most about it decides, drama last.
_MOST_TELLING = (6, 5, 4, 3, 2, 1, 0)


def group_of(genres: Sequence[str]) -> int:
    """Return the index in ``GROUPS`` of a film with these genres; the last one if none is known."""
    wanted = set(genres)
    return next((index for index in _MOST_TELLING if GROUPS[index].genres & wanted), len(GROUPS) - 1)
