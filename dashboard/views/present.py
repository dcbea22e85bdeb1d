"""Present: scenes of a demonstration, by keys or clicker, rehearsed before anybody looks."""

from __future__ import annotations

import streamlit as st

from core import DataError
from dashboard.components import markup
from dashboard.components.links import address
from dashboard.components.presenter import all_shows, code_of, full_address, open_scene_of, rehearse
from dashboard.scenes import Show
from dashboard.words import count, duration, literal

KEYS = (
    "Page down, right arrow or a clicker: the next scene. Page up or left arrow: the one before.",
    "B: a blank screen, any key brings the page back. Q: a code to scan that opens the scene.",
    "Home: back to the first scene in its first state, and the timer starts again.",
)


def show() -> None:
    """Show the page."""
    st.title("Show it to others")
    st.html(markup.lede("Each scene is a page of the app in a fixed state, with one sentence to say. A slim bar stays below every page; "
                        "all of it works with the network off."))  # fmt: skip
    try:
        known = all_shows()
    except DataError as error:
        st.error(literal(f"{error}."))
        return
    if not known:
        st.html(
            markup.empty("No show yet", "Write one: a file in assets/scenes, like those that come with the program.")
        )
        return
    for each in known:
        _one(each)
    st.header("Keys")
    st.html(markup.numbered(KEYS))
    _code(known)
    st.html(
        markup.provenance(f"{count(len(known), 'show')} in assets/scenes: plain files, so that you can write your own")
    )


def _one(each: Show) -> None:
    st.header(literal(each.title))
    st.html(markup.note(f"{count(len(each.scenes), 'scene')}, {each.minutes:g} minutes"))
    scenes = [(scene.title, address(scene.page, scene.query), scene.sentence) for scene in each.scenes]
    st.html(markup.ways(scenes))
    with st.container(horizontal=True, vertical_alignment="center", key=f"show-{each.name}"):
        if st.button("Begin", key=f"begin-{each.name}", type="primary", icon=":material/slideshow:"):
            open_scene_of(each, 1)
        if st.button("Rehearse", key=f"rehearse-{each.name}", help="Opens every scene once and says what is ready."):
            rehearse(each)
    _rehearsed(each)


def _rehearsed(each: Show) -> None:
    name, found = st.session_state.get("rehearsed", ("", ()))
    if name != each.name:
        return
    failed = [(title, why) for title, _, why in found if why]
    for title, why in failed:
        st.error(literal(f"{title}: {why}"))
    if not failed:
        slowest = max(found, key=lambda scene: scene[1])
        st.success(
            literal(
                f"Ready: {count(len(found), 'scene')} opened, the slowest, {slowest[0]}, in {duration(slowest[1])}."
            )
        )


def _code(known: tuple[Show, ...]) -> None:
    with st.expander("A code for one scene"):
        scenes = {
            f"{each.title}, {place}. {scene.title}": scene
            for each in known
            for place, scene in enumerate(each.scenes, start=1)
        }
        link = full_address(scenes[st.selectbox("Scene", list(scenes), key="code_scene")])
        st.image(code_of(link), width=220)
        st.code(link, language=None)
