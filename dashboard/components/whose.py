"""Names, and several profiles in one browser."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core import InvalidArgument
from dashboard import resources, state
from dashboard.components import markup
from dashboard.components.scene import Scene
from dashboard.visitors import Profile, Store, StoreError, profile_in, with_profile
from dashboard.words import count, literal

LONGEST_NAME = 60


def profiles(scene: Scene) -> None:
    """Show whose page this is, with ways to rename, switch, add and merge."""
    st.header("Profile")
    known = _all()
    names = {profile.id: label(profile) for profile in sorted(known, key=lambda profile: profile.id)}
    if len(names) > 1:
        st.selectbox("In use", list(names), format_func=names.__getitem__, on_change=_switch,
                     key=state.widget("profile", scene.profile and scene.profile.id))  # fmt: skip
    st.text_input(
        "Name",
        key=state.widget("name", (scene.profile and scene.profile.name) or ""),
        max_chars=LONGEST_NAME,
        placeholder="How you want to be called here",
        on_change=_rename,
    )
    with st.container(horizontal=True):
        with st.popover("Add a profile"), st.form("add_profile", border=False, clear_on_submit=True):
            name = st.text_input("Name of the new profile", max_chars=LONGEST_NAME)
            if st.form_submit_button("Add it") and _add(name):
                st.rerun()
        if len(names) > 1:
            with st.popover("Bring in another profile"):
                _merging(scene, names)


def label(profile: Profile) -> str:
    """Return how a profile stands in a list."""
    return f"{profile.name or 'Without a name'} · {count(profile.n_ratings, 'rating')}"


def attempt(work: Callable[[Store], object]) -> str | None:
    """Do ``work`` with the store; keep bad news for the run that follows, and return it."""
    try:
        work(resources.store())
    except (StoreError, InvalidArgument) as error:
        state.complain(str(error))
        return str(error)
    return None


def _all() -> tuple[Profile, ...]:
    try:
        return resources.store().profiles.all(state.visitor())
    except StoreError:  # told at the head of the page already
        return ()


def _add(name: str) -> bool:
    """Add a profile and show it; bad news stays beside the field."""
    news = attempt(lambda store: state.show_profile(store.profiles.add(state.visitor(), name)))
    if news is not None:
        st.error(literal(str(state.complaint())))
    return news is None


def _rename() -> None:
    attempt(lambda store: store.profiles.rename(state.visitor(), state.picked("name")))


def _switch() -> None:
    chosen = state.picked("profile")

    def work(store: Store) -> None:
        store.profiles.switch(state.visitor(), chosen)
        state.show_profile(chosen)

    attempt(work)


def _merging(scene: Scene, names: dict[int, str]) -> None:
    others = [number for number in names if scene.profile is None or number != scene.profile.id]
    chosen = st.selectbox("From", others, format_func=names.__getitem__, key="merge_from")
    st.html(
        markup.note(
            "Its ratings, watched films and wishes are added to the profile in use; where both rated a film, the later "
            "rating stands. It is one step, which Undo takes back, and the other profile stays until you delete it."
        )
    )
    st.button("Bring them in", on_click=_merge, args=(chosen,))


def _merge(other: int) -> None:
    def work(store: Store) -> None:
        key = state.visitor()
        n = store.profiles.merge(key, with_profile(key, other))
        state.shift_list()
        st.toast(f"{count(n, 'film')} brought in." if n else "Nothing new in it.")

    if profile_in(state.visitor()) != other:
        attempt(work)
