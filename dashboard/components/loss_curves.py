"""Loss curves as two small pictures, one per unit, light enough to be redrawn while training runs."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from core import Progress
from dashboard.components.markup import glossed

WIDTH, HEIGHT = 240, 48  # units of the picture; the stylesheet stretches it
THIN, THICK = 1, 2  # px: training loss, what was measured


def loss_curves(history: Sequence[Progress], *, loss_unit: str = "mean squared error, in stars²") -> str:
    """Return the training loss (muted) and, where it was measured, the hold-out error (ink), each with its last value."""
    losses = [(report.step, report.loss) for report in history if report.loss is not None]
    errors = [(report.step, report.rmse) for report in history if report.rmse is not None]
    curves = _curve("Training loss", loss_unit, losses, thickness=THIN)
    curves += _curve("Error on ratings held out", "RMSE, in stars", errors, thickness=THICK)
    return f'<div class="rs-curves">{curves}</div>' if curves else ""


def _curve(name: str, unit: str, points: Sequence[tuple[int, float]], *, thickness: int) -> str:
    if len(points) < 2:
        return ""
    first, last = points[0][1], points[-1][1]
    label = escape(f"{name}: from {first:.3f} to {last:.3f}, {unit}")
    return (
        f"<figure><figcaption>{glossed(name)}<b>{last:.3f}</b><small>{escape(unit)}</small></figcaption>"
        f'<div class="rs-curve{"" if thickness == THICK else " thin"}" role="img" aria-label="{label}" '
        f'style="--line:url({_picture(points, thickness)})"></div></figure>'
    )


def _picture(points: Sequence[tuple[int, float]], thickness: int) -> str:
    """The line as a data URL. ``st.html`` drops SVG elements; as a mask the line takes the theme's colours."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -2 {WIDTH} {HEIGHT + 4}" preserveAspectRatio="none">'
        f'<polyline points="{_path(points)}" fill="none" stroke="black" stroke-width="{thickness}" '
        f'stroke-linejoin="round" vector-effect="non-scaling-stroke"/></svg>'
    )
    return f"data:image/svg+xml,{quote(svg)}"


def _path(points: Sequence[tuple[int, float]]) -> str:
    steps, values = zip(*points, strict=True)
    width, height = max(steps) - min(steps) or 1, max(values) - min(values) or 1.0
    return " ".join(
        f"{(step - min(steps)) / width * WIDTH:.1f},{(max(values) - value) / height * HEIGHT:.1f}"
        for step, value in points
    )
