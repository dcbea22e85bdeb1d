"""How much of something dear one visitor, and all visitors of a process, may ask for within an hour."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from time import monotonic

from core import ReelspaceError
from dashboard.metrics import REFUSALS
from dashboard.words import count

WINDOW_SECONDS = 3600.0


class LimitReached(ReelspaceError, RuntimeError):
    """Somebody, or everybody together, asked for as much as is allowed; the sentence says when to try again."""


@dataclass(frozen=True)
class _Use:
    at: float
    who: str
    amount: int


class Allowance:
    """What was asked for within the last hour: at most ``each`` by one visitor, ``everybody`` by all of them.

    ``what`` names it in the metrics, ``told`` turns an amount into words ("20 whole models were trained"). The clock is
    the monotonic one: a clock that is set back opens no door. Any thread may ask.
    """

    def __init__(
        self,
        what: str,
        *,
        each: int,
        everybody: int,
        told: Callable[[int], str],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._what, self._each, self._everybody, self._told, self._clock = what, each, everybody, told, clock
        self._lock = threading.Lock()
        self._uses: deque[_Use] = deque()

    def refusal(self, who: str, amount: int = 1) -> str | None:
        """Return why ``who`` may not have ``amount`` now, None if they may."""
        with self._lock:
            self._forget_old()
            for uses, most, whose in (
                ([use for use in self._uses if use.who == who], self._each, "one visitor may"),
                (self._uses, self._everybody, "all visitors together may"),
            ):
                if sum(use.amount for use in uses) + amount > most:
                    return (
                        f"{self._told(most)} within an hour is as much as {whose} ask for here; "
                        f"please try again in {self._wait(uses, most - amount)}."
                    )
        return None

    def check(self, who: str, amount: int = 1) -> None:
        """Raise ``LimitReached`` if ``who`` may not have ``amount`` now."""
        refusal = self.refusal(who, amount)
        if refusal is not None:
            REFUSALS.labels(self._what).inc()
            raise LimitReached(refusal)

    def note(self, who: str, amount: int = 1) -> None:
        """Remember that ``who`` had ``amount``."""
        with self._lock:
            self._uses.append(_Use(self._clock(), who, amount))

    def _forget_old(self) -> None:
        while self._uses and self._clock() - self._uses[0].at >= WINDOW_SECONDS:
            self._uses.popleft()

    def _wait(self, uses: Iterable[_Use], room: int) -> str:
        """How long until so many uses are forgotten that the others leave room."""
        used = sum(use.amount for use in uses)
        for use in uses:
            used -= use.amount
            if used <= room:
                return count(max(1, ceil((use.at + WINDOW_SECONDS - self._clock()) / 60)), "minute")
        return "an hour"
