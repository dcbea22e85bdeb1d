"""The strip above a walk: where one is, what is done, and a way to every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_JS = Path(__file__).with_name("steps.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Stop:
    """One step on the strip: ``href`` is its own address, so that a ctrl-click opens a tab."""

    slug: str
    title: str
    href: str
    is_done: bool


def steps_strip(stops: Sequence[Stop], *, now: str, key: str, label: str) -> str | None:
    """Show ``stops`` in this order, the one called ``now`` marked; return the one chosen in this run, if any.

    When another step is shown than the run before, the page is scrolled to its head and the focus goes to the strip, so
    that keys and screen readers go on from there.
    """
    data = {
        "stops": [{"slug": stop.slug, "title": stop.title, "href": stop.href, "done": stop.is_done} for stop in stops],
        "now": now,
        "label": label,
    }
    result = _renderer()(key=key, data=data, on_chosen_change=lambda: None)
    return None if result.chosen is None else str(result.chosen)


@lru_cache(maxsize=1)
def _renderer() -> ComponentRenderer:
    # No shadow root: the strip uses the classes of reelspace.css.
    return st.components.v2.component("reelspace_steps", js=_JS, isolate_styles=False)
