"""The slim bar on every page while somebody presents: what to say, the next scene by keys, a timer, a blank screen."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import segno
import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from core import DataError
from dashboard import state
from dashboard.components.links import PAGES, PRESENT, address, go_to
from dashboard.scenes import Scene, Show, shows

SCENE, REHEARSAL = "scene", "rehearsal"
_JS = Path(__file__).with_name("presenter.js").read_text(encoding="utf-8")


def all_shows() -> tuple[Show, ...]:
    """Return the shows there are; raises ``DataError`` with a sentence where a file is not as it must be."""
    return shows(PAGES)


def presenter_bar() -> None:
    """Show the bar, if the address names a scene, and go where it says."""
    known = _by_scene() if SCENE in st.query_params or state.remembers(SCENE) else {}
    now = state.choice(SCENE, allowed=known, default="") if known else ""
    if not now:
        return
    show, place = known[now]
    scene = show.scenes[place - 1]
    link = full_address(scene)
    data = {
        "show": show.name, "seconds": round(show.minutes * 60), "n": len(show.scenes), "place": place, "title": scene.title,
        "sentence": scene.sentence, "rehearsal": st.session_state.get(REHEARSAL) is not None, "link": link, "code": code_of(link),
    }  # fmt: skip
    result = _renderer()(key="presenter", data=data, on_go_change=lambda: None, on_seen_change=lambda: None)
    if result.seen is not None:
        _rehearsed(show, place, result.seen)
    elif result.go == "end":
        end()
    elif result.go is not None:
        last = len(show.scenes)
        open_scene_of(show, {"next": min(last, place + 1), "back": max(1, place - 1)}.get(str(result.go), 1))


def rehearse(show: Show) -> NoReturn:
    """Walk through every scene by itself and note what each does."""
    st.session_state[REHEARSAL] = []
    open_scene_of(show, 1)


def open_scene_of(show: Show, place: int) -> NoReturn:
    """Go to a scene, counted from 1, in the state that its address says and no other."""
    for name in (state.PERSON, state.MODEL, state.DATA):
        state.forget_choice(name)
    scene = show.scenes[place - 1]
    state.set_choice(SCENE, f"{show.name}.{place}")
    go_to(scene.page, {**scene.query, SCENE: f"{show.name}.{place}"})


def end() -> NoReturn:
    """Go back to where shows begin."""
    state.forget_choice(SCENE)
    go_to(PRESENT, {})


def full_address(scene: Scene) -> str:
    """Return a scene's own address as somebody else opens it, without the bar."""
    parts = urlsplit(st.context.url or "http://localhost/")
    path = address(scene.page, scene.query)
    return f"{parts.scheme}://{parts.netloc}/{path.removeprefix('.')}"


@lru_cache(maxsize=64)
def code_of(link: str) -> str:
    """Return a QR code as a picture's address (ISO/IEC 18004, by segno): dark on light in every theme, as cameras want it."""
    return str(segno.make(link, micro=False).svg_data_uri(scale=8, border=4, dark="#000", light="#fff"))


def _by_scene() -> dict[str, tuple[Show, int]]:
    try:
        known = all_shows()
    except DataError:  # the page Present says so
        return {}
    return {f"{show.name}.{place}": (show, place) for show in known for place in range(1, len(show.scenes) + 1)}


def _rehearsed(show: Show, place: int, seen: dict[str, object]) -> None:
    found = st.session_state.get(REHEARSAL)
    if found is None or seen.get("place") != place:
        return
    found.append((show.scenes[place - 1].title, float(str(seen["seconds"])), str(seen["why"])))
    if place < len(show.scenes):
        open_scene_of(show, place + 1)
    st.session_state["rehearsed"] = (show.name, tuple(found))
    st.session_state.pop(REHEARSAL)
    end()


@lru_cache(maxsize=1)
def _renderer() -> ComponentRenderer:
    # No shadow root: the bar uses the classes of reelspace.css.
    return st.components.v2.component("reelspace_presenter", js=_JS, isolate_styles=False)
