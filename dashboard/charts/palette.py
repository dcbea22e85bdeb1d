"""Kinds of films and the marks they have on a map; their colours are the theme's, read in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Group(NamedTuple):
    """Films of one kind on the map: told apart by colour and by shape."""

    name: str
    glyph: str
    genres: frozenset[str]


def _group(name: str, glyph: str, genres: str) -> Group:
    return Group(name, glyph, frozenset(genres.split(", ")))


# In the order of the theme's categorical colours and of the shapes in the map's points.js.
GLYPHS = ("●", "■", "◆", "▲", "✚", "✖", "★")
GROUPS = (
    _group("Drama", "●", "Drama, Romance, War"),
    _group("Comedy", "■", "Comedy, Musical"),
    _group("Action", "◆", "Action, Adventure, Western"),
    _group("Thriller & crime", "▲", "Thriller, Crime, Mystery, Film-Noir"),
    _group("Family", "✚", "Children's, Children, Animation, Fantasy"),
    _group("Horror & sci-fi", "✖", "Horror, Sci-Fi"),
    _group("Documentary & other", "★", "Documentary"),
)
# A film has several genres: the one that says most about it decides, drama last.
_MOST_TELLING = (6, 5, 4, 3, 2, 1, 0)


def group_of(genres: Sequence[str]) -> int:
    """Return the index in ``GROUPS`` of a film with these genres; the last one if none is known."""
    wanted = set(genres)
    return next((index for index in _MOST_TELLING if GROUPS[index].genres & wanted), len(GROUPS) - 1)
