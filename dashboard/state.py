"""Every session key and query parameter of the app. The address bar is the truth; the session only remembers.

A choice stands in the address as long as it is not the default, so that the address reproduces what is on screen.
What an address says is checked against what there is; anything else falls back to the default.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import streamlit as st

from core import Id, IdMap, UnknownId
from dashboard.visitors import new_visitor_id, visitor_in

PERSON, FILM, MODEL, DATA = "person", "film", "model", "data"
YOU = "you"
MINE = "mine"
_TOKEN, _SHOWN, _BEFORE, _SOURCE, _COMPLAINT = "visitor_token", "list_shown", "list_before", "offered", "complaint"


def choice(name: str, *, allowed: Collection[str] | Callable[[str], bool], default: str) -> str:
    """Return the choice called ``name``: from the address, else the one this session made before, else ``default``."""
    is_allowed = allowed if callable(allowed) else allowed.__contains__
    for candidate in (st.query_params.get(name), st.session_state.get(_last(name))):
        if candidate is not None and is_allowed(candidate):
            return keep(name, candidate, default=default)
    return keep(name, default, default=default)


def keep(name: str, value: str, *, default: str) -> str:
    """Write a choice into the address and remember it for other pages; return it."""
    st.session_state[_last(name)] = value
    if value == default:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value
    return value


def film_in(films: IdMap) -> Id | None:
    """Return the film that the address names, None if it names none of ``films``."""
    text = st.query_params.get(FILM)
    try:
        return None if text is None else films.parse(text)
    except UnknownId:
        return None


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


def set_choice(name: str, value: str) -> None:
    """Change a choice from a callback; the run that follows finds it in the address."""
    st.session_state[_last(name)] = value
    st.query_params[name] = value


def visitor() -> str:
    """Return the visitor's token: from the cookie, or one of this session alone where cookies are refused."""
    token = visitor_in(st.context.cookies)
    if token is None:
        token = st.session_state.setdefault(_TOKEN, new_visitor_id())
    return token


def keeps_ratings() -> bool:
    """Return whether ratings will be found again after a reload."""
    return visitor_in(st.context.cookies) is not None


def _last(name: str) -> str:
    return f"last_{name}"


def forget_choice(name: str) -> None:
    """Go back to the default of a choice."""
    st.session_state.pop(_last(name), None)
    st.query_params.pop(name, None)


def note_offer(film: str) -> None:
    """Note that the app put this film before the visitor: the person did not search for it."""
    st.session_state[_SOURCE] = film


def was_offered(film: object) -> bool:
    """Return whether the film being rated was picked from what the app offered."""
    return bool(st.session_state.get(_SOURCE) == str(film))


def remember_list(now: Sequence[Id]) -> None:
    """Note the list as it is shown."""
    st.session_state[_SHOWN] = tuple(now)


def shift_list() -> None:
    """A rating changed: what is shown now becomes the list to compare with."""
    st.session_state[_BEFORE] = st.session_state.get(_SHOWN, ())


def list_before() -> tuple[Id, ...]:
    """Return the list before the last change; empty at first."""
    return tuple(st.session_state.get(_BEFORE, ()))


def complain(message: str) -> None:
    """Keep bad news from a callback for the run that follows."""
    st.session_state[_COMPLAINT] = message


def complaint() -> str | None:
    """Return the bad news of the last callback, once."""
    message = st.session_state.pop(_COMPLAINT, None)
    return None if message is None else str(message)
