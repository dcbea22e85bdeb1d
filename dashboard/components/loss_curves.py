"""Loss curves as two small pictures, one per unit, light enough to be redrawn while training runs."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from core.progress import Progress

WIDTH, HEIGHT = 240, 48  # units of the picture; the stylesheet stretches it


def loss_curves(history: Sequence[Progress], *, loss_unit: str = "mean squared error, in stars²") -> str:
    """Return the training loss (muted) and, where it was measured, the hold-out error (ink), each with its last value."""
    losses = [(report.step, report.loss) for report in history if report.loss is not None]
    errors = [(report.step, report.rmse) for report in history if report.rmse is not None]
    curves = _curve("Training loss", loss_unit, losses, "loss") + _curve(
        "Error on ratings held out", "RMSE, in stars", errors, "held-out"
    )
    return f'<div class="rs-curves">{curves}</div>' if curves else ""


def _curve(name: str, unit: str, points: Sequence[tuple[int, float]], kind: str) -> str:
    if len(points) < 2:
        return ""
    first, last = points[0][1], points[-1][1]
    label = escape(f"{name}: from {first:.3f} to {last:.3f}, {unit}")
    return (
        f'<figure class="{kind}"><figcaption>{escape(name)}<b>{last:.3f}</b><small>{escape(unit)}</small></figcaption>'
        f'<svg viewBox="0 -2 {WIDTH} {HEIGHT + 4}" preserveAspectRatio="none" role="img" aria-label="{label}">'
        f'<polyline points="{_path(points)}" vector-effect="non-scaling-stroke"></polyline></svg></figure>'
    )


def _path(points: Sequence[tuple[int, float]]) -> str:
    steps, values = zip(*points, strict=True)
    width, height = max(steps) - min(steps) or 1, max(values) - min(values) or 1.0
    return " ".join(
        f"{(step - min(steps)) / width * WIDTH:.1f},{(max(values) - value) / height * HEIGHT:.1f}"
        for step, value in points
    )
