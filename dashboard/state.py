"""Every session key and query parameter of the app. The address bar is the truth; the session only remembers.

A choice stands in the address as long as it is not the default, so that the address reproduces what is on screen.
What an address says is checked against what there is; anything else falls back to the default.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from math import isfinite
from typing import Any

import streamlit as st

from core import Id, IdMap, UnknownId
from dashboard.visitors import account_key, digest_of, new_visitor_id, profile_in, visitor_in, with_profile

PERSON, FILM, MODEL, DATA = "person", "film", "model", "data"
STEP = "step"  # of the guided walk
SOMEBODY = "somebody"  # whom the walk takes for an example
ROW = "row"  # of the table of people's numbers, from 0
VIEW = "view"  # the part of the map that is seen: the browser writes it, numbers with _ between
YOU = "you"
TASTE = "taste-"  # before the genre or the films that a starting taste is told by, where a person could stand
MINE, SHARED = "mine", "shared"
_PROFILE, _SECRET = "profile_shown", "private_link"
_TOKEN, _PAGE, _SHOWN, _BEFORE, _OFFERED = "visitor_token", "page", "list_shown", "list_before", "offered"
_COMPLAINT, _UPLOAD = "complaint", "uploads"


def enter(page: str, *, with_film: bool) -> None:
    """Begin a whole run of ``page``; a page without a film takes none over from the one before.

    A choice that is missing in the address is taken along from page to page. Where the last run showed the same
    page, it was the browser's Back button that took it away: then it goes.
    """
    if not with_film:
        show_film(None)
    if st.session_state.get(_PAGE) == page:
        for name in (PERSON, MODEL, DATA):
            if name not in st.query_params:
                st.session_state.pop(_last(name), None)


def leave(page: str) -> None:
    """Note, at the end of a whole run, which page it showed."""
    st.session_state[_PAGE] = page


def choice(name: str, *, allowed: Collection[str] | Callable[[str], bool], default: str) -> str:
    """Return the choice called ``name``: from the address, else the one this session made before, else ``default``."""
    is_allowed = allowed if callable(allowed) else allowed.__contains__
    for candidate in (st.query_params.get(name), st.session_state.get(_last(name))):
        if candidate is not None and is_allowed(candidate):
            return keep(name, candidate, default=default)
    return keep(name, default, default=default)


def always(name: str, *, allowed: Collection[str], default: str) -> str:
    """Return a choice like ``choice`` does, but let it stand in the address even when it is the default."""
    candidates = (st.query_params.get(name), st.session_state.get(_last(name)))
    value = next((str(candidate) for candidate in candidates if candidate in allowed), default)
    set_choice(name, value)  # never taken out in between: each change of the address is a step of the Back button
    return value


def turn_to(step: str) -> None:
    """Go to another step of the walk, in one change of the address; what only the step before asks for is let go."""
    st.session_state[_last(STEP)] = step
    somebody = {SOMEBODY: st.query_params[SOMEBODY]} if SOMEBODY in st.query_params else {}
    st.query_params.from_dict({**carried(), **somebody, STEP: step})


def keep(name: str, value: str, *, default: str) -> str:
    """Write a choice into the address and remember it for other pages, unless it is the default; return it."""
    if value == default:
        forget_choice(name)
    else:
        set_choice(name, value)
    return value


def set_choice(name: str, value: str) -> None:
    """Make a choice; from a callback, the run that follows finds it in the address."""
    st.session_state[_last(name)] = value
    if st.query_params.get(name) != value:
        st.query_params[name] = value


def remembers(name: str) -> bool:
    """Return whether this session made the choice called ``name`` before."""
    return _last(name) in st.session_state


def forget_choice(name: str) -> None:
    """Go back to the default of a choice."""
    st.session_state.pop(_last(name), None)
    st.query_params.pop(name, None)


def film_in(films: IdMap) -> Id | None:
    """Return the film that the address names; if it names none of ``films``, None, and the address lets go of it."""
    text = st.query_params.get(FILM)
    try:
        return None if text is None else films.parse(text)
    except UnknownId:
        show_film(None)
        return None


def view_in() -> tuple[float, ...] | None:
    """Return what the address says of the part of the map that is seen; None if it says nothing that makes sense."""
    try:
        numbers = tuple(float(part) for part in st.query_params.get(VIEW, "").split("_"))
    except ValueError:
        return None
    sensible = len(numbers) in (3, 6) and all(map(isfinite, numbers)) and numbers[2 if len(numbers) == 3 else 3] > 0
    return numbers if sensible else None


def show_film(film: Id | None) -> None:
    """Put a film into the address, or none."""
    if film is None:
        st.query_params.pop(FILM, None)
    elif st.query_params.get(FILM) != str(film):
        st.query_params[FILM] = str(film)


def carried() -> dict[str, str]:
    """Return the choices that a link to another page takes along."""
    return {name: st.query_params[name] for name in (PERSON, MODEL, DATA) if name in st.query_params}


def widget(name: str, value: Any) -> str:
    """Return the key of the widget for ``name``, set to show ``value``; call before the widget is drawn."""
    key = f"pick_{name}"
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    return key


def picked(name: str) -> Any:
    """Return what the widget for ``name`` shows, in its ``on_change``."""
    return st.session_state[f"pick_{name}"]


def is_on(key: str) -> bool:
    """Return whether the toggle ``key``, which stands further down the page, is on."""
    return bool(st.session_state.get(key))


def visitor() -> str:
    """Return the visitor's key: their account's or their browser's, with the profile that this tab shows.

    Where cookies are refused, it is a token of this session alone.
    """
    holder = _holder()
    whose, profile = st.session_state.get(_PROFILE, (None, None))
    return with_profile(holder, profile) if whose == digest_of(holder) and profile is not None else holder


def show_profile(profile: int | None) -> None:
    """Let this tab show a profile from now on, whatever other tabs do; None: the one that was used last."""
    st.session_state[_PROFILE] = (digest_of(_holder()), profile)


def owner() -> str:
    """Return what models made for the visitor are filed under: their profile's number, else their key."""
    key = visitor()
    profile = profile_in(key)
    return key if profile is None else f"profile {profile}"


def owner_digest() -> str:
    """Return a short name of the profile that tells nobody who it is, for what reaches the browser."""
    return hashlib.sha256(visitor().encode()).hexdigest()[:12]


def keep_secret(secret: str) -> None:
    """Keep a private link that was just made: it is shown by this session alone, for this profile alone."""
    st.session_state[_SECRET] = (owner(), secret)


def secret() -> str | None:
    """Return the private link that this session made for the profile it shows."""
    whose, kept = st.session_state.get(_SECRET, (None, None))
    return kept if whose == owner() else None


def pages(name: str) -> int:
    """Return how many pages of a list are shown."""
    return int(st.session_state.get(name, 1))


def show_more(name: str) -> None:
    """Let a list that is shown page by page show one page more."""
    st.session_state[name] = pages(name) + 1


def browser() -> str | None:
    """Return the key of the browser alone, signed in or not; None where it refuses cookies."""
    return visitor_in(st.context.cookies)


def is_signed_in() -> bool:
    """Return whether an identity provider vouches for the visitor."""
    return bool(st.user.get("is_logged_in", False)) and bool(st.user.get("sub"))


def keeps_ratings() -> bool:
    """Return whether ratings will be found again after a reload."""
    return is_signed_in() or browser() is not None


def _holder() -> str:
    if is_signed_in():
        return account_key(str(st.user.get("iss", "")), str(st.user["sub"]))
    token = browser()
    if token is None:
        token = st.session_state.setdefault(_TOKEN, new_visitor_id())
    return token


def note_offer(film: Id) -> None:
    """Note that the app put this film before the visitor: the person did not search for it."""
    st.session_state[_OFFERED] = str(film)


def was_offered(film: Id) -> bool:
    """Return whether the film being rated was picked from what the app offered."""
    return bool(st.session_state.get(_OFFERED) == str(film))


def list_before(now: Sequence[Id], *, data: str, version: str) -> tuple[Id, ...]:
    """Note the list as it is shown, by its data and the model's version; return the one to compare it with.

    That is the list before the last change: a rating (``shift_list``) or another model. ``now`` itself at first.
    """
    shown = st.session_state.get(_SHOWN)
    if shown is None or shown[0] != data:
        st.session_state[_BEFORE] = tuple(now)
    elif shown[1] != version:
        shift_list()
    st.session_state[_SHOWN] = (data, version, tuple(now))
    return tuple(st.session_state[_BEFORE])


def shift_list() -> None:
    """Ratings changed: the list shown now becomes the one to compare with."""
    if _SHOWN in st.session_state:
        st.session_state[_BEFORE] = st.session_state[_SHOWN][2]


def once(name: str, basis: object, make: Callable[[], Any]) -> Any:
    """Return what ``make`` gave for ``basis`` in this session; another basis takes its place.

    For what belongs to one person, such as the file they uploaded: a cache would share it.
    """
    held = st.session_state.get(f"once_{name}")
    if held is None or held[0] != basis:
        held = (basis, make())
        st.session_state[f"once_{name}"] = held
    return held[1]


def upload_key() -> str:
    """Return the key of the uploader: a new one, and with it an empty uploader, after each file that was saved."""
    return f"upload_{st.session_state.get(_UPLOAD, 0)}"


def holds_upload() -> bool:
    """Return whether a file was sent and is being looked at."""
    return st.session_state.get(upload_key()) is not None


def next_upload() -> None:
    """Let go of the uploaded file and of what was read from it."""
    st.session_state[_UPLOAD] = st.session_state.get(_UPLOAD, 0) + 1
    for key in [key for key in st.session_state if str(key).startswith("once_history")]:
        del st.session_state[key]


def complain(message: str) -> None:
    """Keep bad news from a callback for the run that follows."""
    st.session_state[_COMPLAINT] = message


def complaint() -> str | None:
    """Return the bad news of the last callback, once."""
    message = st.session_state.pop(_COMPLAINT, None)
    return None if message is None else str(message)


def _last(name: str) -> str:
    return f"last_{name}"
