"""What a comparison found, in sentences that change with the numbers; the weightiest first."""

from __future__ import annotations

import math
from collections.abc import Iterator

from core.evaluation.bootstrap import Figure
from core.evaluation.comparison import Comparison
from core.evaluation.scoreboard import MetricLine
from core.evaluation.verdicts import CALLED, NEEDS_REFITS, NO_DIFFERENCE

MOST_SLICES = 5
MINUS = "\u2212"  # as wide as a plus


def findings(found: Comparison) -> tuple[str, ...]:
    """Return a sentence on the typical error, then on each other thing that is called different, and on failed checks."""
    return tuple(
        sentence
        for part in (_error(found), _metrics(found), _slices(found), _groups(found), _lists(found), _checks(found))
        for sentence in part
    )


def summary_lines(found: Comparison) -> str:
    """Return a table of the metrics and the findings, for a terminal."""
    rows = [
        f"{line.name:<18}{_number(line.baseline.value)}{_number(line.candidate.value)}{_signed(line.gap.value)}  "
        f"{line.verdict}"
        for line in found.metrics
    ]
    head = f"{'':<18}{'baseline':>10}{'candidate':>10}{'change':>10}"
    return "\n".join([head, *rows, "", *findings(found)])


def _number(value: float) -> str:
    return f"{'–' if math.isnan(value) else f'{value:.4f}':>10}"


def _signed(value: float) -> str:
    return f"{'–' if math.isnan(value) else f'{value:+.4f}':>10}"


def interval_text(gap: Figure, *, decimals: int = 3) -> str:
    """Return a difference with its interval: ``+0.012 (+0.004 to +0.020)``; what rounds to nothing has no sign."""
    value, low, high = (_with_sign(number, decimals) for number in (gap.value, gap.low, gap.high))
    return f"{value} ({low} to {high})"


def _with_sign(value: float, decimals: int) -> str:
    text = f"{abs(value):.{decimals}f}"
    return text if not float(text) else f"{'+' if value > 0 else MINUS}{text}"


def spoken(kind: str, name: str) -> str:
    """Return what a slice or kind of film is called in a sentence: ``genre Horror``, ``films of the 1970s``."""
    return {"genre": f"genre {name}", "decade": f"films of the {name}"}.get(kind, name)


def _error(found: Comparison) -> Iterator[str]:
    line = found["rmse"]
    measured = f"{found.n_test:,} held-out ratings of {found.n_people:,} people"
    if line.verdict == NO_DIFFERENCE:
        yield f"Typical error: no difference worth acting on, {interval_text(line.gap)} stars on {measured}."
    elif line.verdict == NEEDS_REFITS:
        yield (
            f"Typical error: {interval_text(line.gap)} stars on {measured}; whether that is more than chance, refits with "
            "other seeds must tell."
        )
    else:
        yield f"Typical error: the candidate is {line.verdict}, {interval_text(line.gap)} stars on {measured}."


def _metrics(found: Comparison) -> Iterator[str]:
    for line in found.metrics[1:]:
        if line.verdict in CALLED:
            yield f"{line.title}: {line.verdict}, {_with_unit(line)}."


def _with_unit(line: MetricLine) -> str:
    return f"{interval_text(line.gap)}{'' if line.unit == '0 to 1' else f' {line.unit}'}"


def _slices(found: Comparison) -> Iterator[str]:
    for line in found.worse_slices[:MOST_SLICES]:
        yield (
            f"Worse for {spoken(line.kind, line.name)}: typical error {interval_text(line.gap)} stars, {line.n_ratings:,} ratings of "
            f"{line.n_people:,} people."
        )
    if len(found.worse_slices) > MOST_SLICES:
        yield f"Worse for {len(found.worse_slices) - MOST_SLICES} more slices."


def _groups(found: Comparison) -> Iterator[str]:
    for line in found.shifted_groups[:MOST_SLICES]:
        name, shares = spoken(line.kind, line.name), f"from {line.baseline:.1%} to {line.candidate:.1%} of all"
        yield f"{name[:1].upper()}{name[1:]}: {line.verdict} places in lists, {shares}."


def _lists(found: Comparison) -> Iterator[str]:
    changes = found.changes
    seeds = (
        ""
        if changes.seed_overlap is None
        else f"; between seeds of the baseline alone it is {changes.seed_overlap:.0%}"
    )
    yield f"Lists of {found.k} share {changes.overlap.value:.0%} of their films on average{seeds}."


def _checks(found: Comparison) -> Iterator[str]:
    for check in found.checks:
        if not check.passes:
            yield f"The {check.model} fails the check that {check.name}: {check.found}"
