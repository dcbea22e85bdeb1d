"""Where somebody is on the walk, and what they have done of it."""

from __future__ import annotations

import streamlit as st

from dashboard import state

SUMMARY = "summary"


def current(slugs: tuple[str, ...]) -> str:
    """Return the step to show: the one in the address, else the last one of this session, else the first not yet done."""
    done_already = done()
    ahead = next((slug for slug in slugs if slug not in done_already), slugs[0] if slugs else SUMMARY)
    return state.always(state.STEP, allowed=(*slugs, SUMMARY), default=ahead)


def done() -> frozenset[str]:
    """Return the steps that the visitor has finished."""
    return frozenset(st.session_state.get("steps_done", ()))


def go_to(slug: str, *, finishes: str | None = None) -> None:
    """Show another step in the run that follows; ``finishes`` is the one that is done with it."""
    if finishes is not None:
        st.session_state["steps_done"] = done() | {finishes}
    state.set_choice(state.STEP, slug)
