"""Who can choose a film together: you, your other profiles in this browser, starting tastes, users of the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from core import Person, UnknownId, fold_in
from dashboard import resources, state
from dashboard.components.pickers import MOST_LISTED, person_name
from dashboard.components.scene import Scene, is_known, usable
from dashboard.visitors import Profile, StoreError, with_profile

PROFILE = "profile-"  # before the number of one of the visitor's own profiles; another's is not among the options
MOST = 6


def pick_company(scene: Scene, *, opens_with: Sequence[str]) -> Mapping[str, Person]:
    """Ask for up to six people; return them by name, in the order chosen."""
    profiles = _profiles(scene)
    names = {state.YOU: "You", **_names(profiles)}
    names |= {option: person_name(option) for option in scene.tastes}
    users = [str(user) for user in scene.base.model.users.labels[:MOST_LISTED]]
    chosen = st.multiselect(
        "People",
        [*names, *users],
        default=[option for option in opens_with if option in names or is_known(scene, option)],
        format_func=lambda option: names.get(option) or person_name(option),
        max_selections=MOST,
        key="company",
        bind="query-params",
        help="You and your other profiles in this browser, starting tastes, and users of the data. Nobody else's "
        "ratings can be chosen.",
    )
    found: dict[str, Person] = {}
    for option in chosen:
        person = _person(scene, option, profiles)
        if person is not None:
            found[names.get(option) or person_name(option)] = person
    return found


def _person(scene: Scene, option: str, profiles: Mapping[str, Profile]) -> Person | None:
    if option not in profiles:
        try:
            return scene.person(option)
        except UnknownId:  # an address of another data set
            return None
    try:
        shelf = resources.store().shelf(with_profile(state.visitor(), profiles[option].id), scene.data)
    except StoreError:
        return None
    return fold_in(scene.model, usable(shelf, scene.ready).stars, chosen=())


def _profiles(scene: Scene) -> dict[str, Profile]:
    """The visitor's profiles but the one in use, by what stands for them in the address."""
    try:
        known = resources.store().profiles.all(state.visitor())
    except StoreError:
        return {}
    in_use = None if scene.profile is None else scene.profile.id
    return {f"{PROFILE}{profile.id}": profile for profile in known if profile.id != in_use}


def _names(profiles: Mapping[str, Profile]) -> dict[str, str]:
    """How each profile is called; of two with one name, or called like somebody else here, each gets its number too."""
    called = Counter(profile.name for profile in profiles.values())
    return {
        option: profile.name
        if called[profile.name] == 1 and profile.name and profile.name != "You" and not profile.name.startswith("User ")
        else f"{profile.name or 'Profile'} · no. {profile.id}"
        for option, profile in profiles.items()
    }
