"""What the address says of the map: other people and models on it, films picked out, axes laid.

All of it is checked against what there is; what makes no sense is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import Id, IdMap, UnknownId

OTHER, BESIDE = "other", "beside"  # another person, another model
SET, LASSO, LOVED = "set", "lasso", "loves"  # films of one's own, a line around films, an archetype's films
LOW, HIGH, LOW_UP, HIGH_UP = "low", "high", "low2", "high2"  # axes by hand: from films to films, across and up
ACROSS, UP = "across", "up"  # axes laid from their cards, by number
TURNED = "turned"  # the axes laid are those turned by varimax
CONTOURS, TRAIL = "contours", "trail"  # switches; what is not the usual stands in the address
MOST_IDS, MOST_CORNERS, FARTHEST = 100, 64, 1e6


def films_in(name: str, films: IdMap) -> tuple[Id, ...]:
    """Return the films that the address lists under ``name``, each once; what names none of ``films`` is passed over."""
    found: dict[Id, None] = {}
    for text in st.query_params.get(name, "").split(",")[:MOST_IDS]:
        try:
            found[films.parse(text)] = None
        except UnknownId:
            continue
    return tuple(found)


def keep_films(name: str, films: Sequence[Id]) -> None:
    """List films in the address, the first hundred; none takes the name out of it."""
    _put(name, ",".join(str(film) for film in films[:MOST_IDS]))


def polygon_in() -> tuple[tuple[float, float], ...] | None:
    """Return the line around films that the address tells of, corner by corner; None if there is none that makes sense."""
    try:
        numbers = [float(part) for part in st.query_params.get(LASSO, "").split("_")]
    except ValueError:
        return None
    corners = tuple(zip(numbers[::2], numbers[1::2], strict=False))
    near = all(abs(number) < FARTHEST for number in numbers)  # neither infinite nor NaN
    return corners if near and len(numbers) % 2 == 0 and 3 <= len(corners) <= MOST_CORNERS else None


def keep_polygon(polygon: Sequence[tuple[float, float]]) -> None:
    """Write a line around films into the address; an empty one takes it out."""
    _put(LASSO, "_".join(f"{value:.5g}" for corner in polygon[:MOST_CORNERS] for value in corner))


def number_in(name: str, most: int) -> int | None:
    """Return the number under ``name``, 1 to ``most``; None if there is none."""
    text = st.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= most else None


def keep_number(name: str, number: int | None) -> None:
    """Write a number into the address, or take it out."""
    _put(name, "" if number is None else str(number))


def _put(name: str, text: str) -> None:
    if text:
        st.query_params[name] = text
    else:
        st.query_params.pop(name, None)


def is_on(name: str, *, usual: bool) -> bool:
    """Return whether the switch ``name`` is on; anything but "on" and "off" leaves it as usual."""
    return {"on": True, "off": False}.get(value_in(name), usual)


def keep_switch(name: str, on: bool, *, usual: bool) -> None:
    """Write a switch into the address unless it stands as usual."""
    _put(name, "" if on is usual else "on" if on else "off")


def value_in(name: str) -> str:
    """Return what the address says under ``name``, unchecked."""
    return str(st.query_params.get(name, ""))


def keep(name: str, text: str) -> None:
    """Write a choice into the address; an empty one takes it out."""
    _put(name, text)
