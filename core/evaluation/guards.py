"""Conditions under which a comparison fails, so that it can stand in a pipeline: ``rmse>+0.01``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import InvalidArgument
from core.evaluation.bench import METRICS
from core.evaluation.comparison import Comparison

GUARDED = tuple(metric.name for metric in METRICS)
_FORM = re.compile(r"\s*([a-z_]+)\s*(>|<)\s*([+\-\u2212]?)(\d+(?:\.\d*)?|\.\d+)\s*", re.ASCII)


@dataclass(frozen=True)
class Guard:
    """Fails if the metric ``name`` is more (``>``) or less (``<``) than ``bound``, as measured, without an interval.

    With ``of_change`` the difference candidate − baseline is meant, else the candidate's own figure.
    """

    name: str
    sign: str
    bound: float
    of_change: bool
    text: str

    @classmethod
    def parse(cls, text: str) -> Guard:
        """Return the guard that ``text`` writes down; raises ``InvalidArgument`` on any other text."""
        found = _FORM.fullmatch(text)
        if not found:
            raise InvalidArgument(f"must read like rmse>+0.01 or ndcg<0.3, got {text[:40]!r}")
        name, sign, plus, number = found.groups()
        if name not in GUARDED:
            raise InvalidArgument(f"must be about one of {', '.join(GUARDED)}, got {name!r}")
        return cls(name, sign, float(number) * (1 if plus in ("", "+") else -1), bool(plus), text.strip())

    def failure(self, found: Comparison) -> str | None:
        """Return the sentence that says what failed, None if nothing did.

        Raises ``InvalidArgument`` where the metric is not known of these models.
        """
        line = found[self.name]
        value = line.gap.value if self.of_change else line.candidate.value
        if math.isnan(value):
            raise InvalidArgument(f"--fail-if {self.text} asks for {self.name}, which is not known of these models")
        if not (value > self.bound if self.sign == ">" else value < self.bound):
            return None
        what = "changed by" if self.of_change else "is"
        shown = f"{value:+.4f}" if self.of_change else f"{value:.4f}"
        return f"Guard {self.text} failed: {self.name} {what} {shown} {line.unit}."


def failed_guards(found: Comparison, guards: Iterable[Guard]) -> list[str]:
    """Return a sentence for each of ``guards`` that fails."""
    return [sentence for guard in guards if (sentence := guard.failure(found)) is not None]
