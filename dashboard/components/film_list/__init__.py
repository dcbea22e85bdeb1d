"""Lists of films that glide when their order changes and say which film was chosen.

Streamlit would need four elements a row and would redraw them; this component keeps its rows by film id.
Text from data reaches the page as ``textContent`` only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from dashboard.components.links import MAP, address
from dashboard.words import Spread, predicted_text, signed, star_text

_JS = Path(__file__).with_name("film_list.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Reason:
    """One rating of the person and what it adds to the prediction, both in stars."""

    title: str
    rating: float
    influence: float


@dataclass(frozen=True)
class FilmRow:
    """One predicted film. ``move``: ranks won (lost below zero), "new", or None where ranks are not compared."""

    id: str
    title: str
    year: int | None
    meta: str
    predicted: float
    spread: Spread
    reasons: Sequence[Reason] = ()
    move: int | Literal["new"] | None = None


@dataclass(frozen=True)
class NearRow:
    """One film near another; ``distance`` as text."""

    id: str
    title: str
    year: int | None
    distance: str


def film_list(
    films: Sequence[FilmRow],
    *,
    key: str,
    label: str,
    whose: str = "they",
    page: str = MAP,
    query: Mapping[str, str] | None = None,
) -> str | None:
    """Show ``films`` in this order; return the id of the film chosen in this run, if any.

    Each row is a link to ``page`` with ``query`` and ``film=<id>``, so a ctrl-click opens a tab; a plain click
    only reports. ``whose`` says who gave the ratings that are reasons: they or you.
    """
    rows = [_film(film) for film in films]
    return _draw("programme", rows, key=key, label=label, whose=whose, page=page, query=query)


def near_list(
    films: Sequence[NearRow], *, key: str, label: str, page: str = MAP, query: Mapping[str, str] | None = None
) -> str | None:
    """Show the films nearest to another, nearest first; return the id of the one chosen in this run, if any."""
    rows = [{"id": film.id, **_name(film), "distance": film.distance} for film in films]
    return _draw("near", rows, key=key, label=label, whose="", page=page, query=query)


def _draw(
    kind: str,
    rows: Sequence[dict[str, Any]],
    *,
    key: str,
    label: str,
    whose: str,
    page: str,
    query: Mapping[str, str] | None,
) -> str | None:
    for row in rows:
        row["href"] = address(page, {**(query or {}), "film": row["id"]})
    data = {"kind": kind, "films": rows, "label": label, "whose": whose}
    result = _renderer()(key=key, data=data, on_chosen_change=lambda: None)
    return None if result.chosen is None else str(result.chosen)


def _film(film: FilmRow) -> dict[str, Any]:
    return {
        "id": film.id,
        **_name(film),
        "meta": film.meta,
        "stars": predicted_text(film.predicted),
        "chances": [round(chance, 3) for chance in film.spread.chances],
        "starSet": list(film.spread.star_set),
        "reach": film.spread.reach,
        "sure": film.spread.sentence,
        "reasons": [
            {"title": reason.title, "stars": star_text(reason.rating), "influence": signed(reason.influence)}
            for reason in film.reasons
        ],
        "move": film.move,
    }


def _name(film: FilmRow | NearRow) -> dict[str, str]:
    return {"title": film.title, "year": str(film.year or "")}


@lru_cache(maxsize=1)
def _renderer() -> ComponentRenderer:
    # No shadow root: the rows use the classes of reelspace.css.
    return st.components.v2.component("reelspace_film_list", js=_JS, isolate_styles=False)
