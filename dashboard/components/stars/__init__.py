"""Half stars by mouse, touch and keys: native radio buttons drawn as stars."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_JS = Path(__file__).with_name("stars.js").read_text(encoding="utf-8")


def stars(
    title: str,
    *,
    key: str,
    current: float | None,
    on_rate: Callable[[float | None], None],
    lowest: float = 0.5,
    highest: float = 5.0,
) -> None:
    """Ask for a rating of ``title``, from ``lowest`` to ``highest`` in half stars.

    ``on_rate`` gets the new rating, or None when it is removed; it runs before the script, so the whole page that
    follows knows it. The stars show ``current``: pass what was kept, also after an undo.
    """

    def report() -> None:
        event = st.session_state[key].rated  # a trigger: {"rating": …}, since None alone would mean no event
        if event is not None:
            rating = event["rating"]
            on_rate(None if rating is None else float(rating))

    data = {"label": f"Your rating of {title}", "current": current, "lowest": lowest, "highest": highest}
    _renderer()(key=key, data=data, on_rated_change=report)


@lru_cache(maxsize=1)
def _renderer() -> ComponentRenderer:
    return st.components.v2.component("reelspace_stars", js=_JS, isolate_styles=False)
