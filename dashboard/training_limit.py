"""The one place that a visitor's training passes: it counts against what they may ask for within an hour."""

from __future__ import annotations

from collections.abc import Callable

from dashboard import resources, state
from dashboard.visitors import digest_of


def begin_training(begin: Callable[[], bool]) -> None:
    """Call ``begin`` if this visitor may train now, and count it if it says that something was begun.

    For callbacks: the visitor is the session's. Raises ``LimitReached``, and what ``begin`` raises; nothing is counted then.
    """
    allowance, asker = resources.trainings(), digest_of(state.visitor())
    allowance.check(asker)
    if begin():
        allowance.note(asker)
