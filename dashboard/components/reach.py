"""From where a profile is reached: this browser, a private link, an account."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urljoin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from dashboard import resources, state
from dashboard.components import markup
from dashboard.components.scene import Scene
from dashboard.components.whose import attempt
from dashboard.visitors import DOOR, Store
from dashboard.words import count


def private_link(scene: Scene) -> None:
    """Offer a link that opens this profile in another browser; it is shown once, since only its digest is kept."""
    st.header("Private link")
    made = scene.profile and scene.profile.link_made_at
    secret = state.secret()
    if secret is not None:
        st.html(
            markup.note(
                "Whoever has this link can read and change your ratings. Keep it as you keep a key: it is shown now and not again."
            )
        )
        st.code(f"{urljoin(st.context.url or '', DOOR)}#{secret}", language=None, wrap_lines=True)
    elif made:
        st.html(
            markup.note(
                f"You made a link on {moment(made)}. It cannot be shown again, only replaced: the old one then stops working, and every other browser that used it is out."
            )
        )
    else:
        st.html(
            markup.note(
                "With a link you find this profile in another browser, on your phone for instance. Without one, only this browser reaches it, as long as it keeps its cookie."
            )
        )
    st.button("Make a new link; the old one stops working" if made else "Make a private link", on_click=_make_link)


def account(scene: Scene) -> None:
    """Offer to sign in, where this deployment knows an identity provider; nothing else."""
    if not resources.offers_accounts():
        return
    st.header("Account")
    if not state.is_signed_in():
        st.html(markup.note("With an account you find your profile in every browser where you sign in."))
        st.button("Sign in", on_click=st.login)
        return
    st.html(
        markup.note(
            f"You are signed in as {st.user.get('email') or st.user.get('name') or 'somebody'}. Your profile is found wherever you sign in."
        )
    )
    with st.container(horizontal=True):
        st.button("Sign out", on_click=st.logout)
        anonymous = state.browser()
        n = 0 if anonymous is None else len(resources.store().ratings(anonymous, scene.data))
        if anonymous is not None and n:
            st.button(f"Bring in this browser's {count(n, 'rating')}", on_click=_join, args=(anonymous,))


def moment(seconds: int) -> str:
    """Return a time as a person reads it, in their own time zone: 3 May 2026, 14:05."""
    try:
        zone = ZoneInfo(st.context.timezone or "UTC")
        when = datetime.fromtimestamp(seconds, zone)
    except (ZoneInfoNotFoundError, ValueError, OverflowError, OSError):
        return "an unknown day"
    return f"{when.day} {when:%B %Y, %H:%M}"


def _make_link() -> None:
    attempt(lambda store: state.keep_secret(store.profiles.new_link(state.visitor())))


def _join(anonymous: str) -> None:
    def work(store: Store) -> None:
        n = store.profiles.merge(state.visitor(), anonymous)
        st.toast(f"{count(n, 'film')} brought in." if n else "Nothing new in it.")

    attempt(work)
