"""A training to step through, forward and back: all its moments lie in the browser, so a step waits for nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_JS = Path(__file__).with_name("player.js").read_text(encoding="utf-8")
Rows = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Shot:
    """One moment: numbers of each person and of each film, and which of the known cells the last step looked at."""

    users: Rows
    items: Rows
    batch: Sequence[int]


def player(
    caption: str,
    people: Sequence[str],
    films: Sequence[str],
    *,
    known: Sequence[tuple[int, int, float]],
    shots: Sequence[Shot],
    errors: Sequence[float],
    per_epoch: int,
    training: str,
    key: str,
) -> None:
    """Show ``people`` by ``films`` with the dot product of their numbers in each cell, and the way the error went.

    ``known`` are the cells with a rating (row, column, stars), ``errors`` the typical error of each shot in stars,
    ``per_epoch`` the shots of one pass. Another ``training`` begins anew; the same one stays where it stands.
    """
    data = {
        "caption": caption,
        "people": list(people),
        "films": list(films),
        "known": [list(cell) for cell in known],
        "n_factors": len(shots[0].users[0]),
        "moments": [asdict(shot) for shot in shots],
        "errors": list(errors),
        "per_epoch": per_epoch,
        "label": "Typical error on the ratings it learns from",
        "training": training,
    }
    _renderer()(key=key, data=data)


@lru_cache(maxsize=1)
def _renderer() -> ComponentRenderer:
    # No shadow root: the table uses the classes of reelspace.css.
    return st.components.v2.component("reelspace_player", js=_JS, isolate_styles=False)
