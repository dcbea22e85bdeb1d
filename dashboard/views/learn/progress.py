"""Where somebody is on the walk, and what they have done of it."""

from __future__ import annotations

from dashboard import resources, state
from dashboard.visitors import StoreError

SUMMARY, GLOSSARY = "summary", "glossary"  # pages of the walk that are no steps


def current(slugs: tuple[str, ...]) -> str:
    """Return the step to show: the one in the address, else the last one of this session, else the first not yet done."""
    finished = done()
    ahead = next((slug for slug in slugs if slug not in finished), slugs[0] if slugs else SUMMARY)
    return state.always(state.STEP, allowed=(*slugs, SUMMARY, GLOSSARY), default=ahead)


def done() -> frozenset[str]:
    """Return the steps that the visitor has finished."""
    try:
        return frozenset(resources.store().walk.done(state.visitor()))
    except StoreError:  # told at the head of the page already
        return frozenset()


def go_to(slug: str, *, finishes: str | None = None) -> None:
    """Show another step in the run that follows; ``finishes`` is the one that is done with it."""
    if finishes is not None:
        try:
            resources.store().walk.finish(state.visitor(), finishes)
        except StoreError as error:
            state.complain(str(error))
    state.turn_to(slug)
