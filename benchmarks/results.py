"""Results that are kept: a JSON file and, where it helps, a drawing for each benchmark, and one page with all tables.

Written only where a command is told ``--keep``: figures belong to one machine at rest, and to the commit that they name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from benchmarks.report import table

FOLDER = Path(__file__).parent
PAGE = "RESULTS.md"
HEAD = """# What was measured

Every table is written by the command above it, on the machine and the commit below it. Times on another machine differ;
ratios within one table differ less.
"""
# Okabe and Ito's blue and orange, told apart by colour-blind eyes, on white and on black.
COLOURS = ("#0072B2", "#E69F00", "#009E73")
WIDTH, LABEL, BAR, GAP = 760, 250, 20, 14
STYLE = "text{font:14px sans-serif;fill:#1f2328}@media(prefers-color-scheme:dark){text{fill:#e6edf3}}"


def keep(
    rows: Sequence[Mapping[str, Any]],
    figures: Mapping[str, Any],
    *,
    title: str,
    command: str,
    drawing: str | None = None,
) -> None:
    """Write ``results/NAME.json`` (NAME is ``figures["benchmark"]``), its drawing if there is one, and the page anew."""
    folder, name = FOLDER / "results", figures["benchmark"]
    folder.mkdir(exist_ok=True)
    record = {"title": title, "command": command, "rows": list(rows), "figures": dict(figures)}
    (folder / f"{name}.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if drawing is not None:
        (folder / f"{name}.svg").write_text(drawing, encoding="utf-8")
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    (FOLDER / PAGE).write_text("\n".join([HEAD, *map(_section, records)]), encoding="utf-8")


def bars(title: str, groups: Mapping[str, Mapping[str, float]], *, unit: str) -> str:
    """Return a drawing (SVG) of horizontal bars from zero: for each group one bar a series, with its figure at its end.

    It is its own caption: the title, each bar's name, and each number are written out.
    """
    names = list(dict.fromkeys(name for group in groups.values() for name in group))
    most = max(value for group in groups.values() for value in group.values())
    lines, y = [f'<text x="8" y="22" font-weight="bold">{escape(title)}</text>'], 44
    for label, group in groups.items():
        for name, value in group.items():
            length, colour = (WIDTH - LABEL - 130) * value / most, COLOURS[names.index(name) % len(COLOURS)]
            lines.append(f'<text x="{LABEL - 8}" y="{y + 15}" text-anchor="end">{escape(f"{label}, {name}")}</text>')
            lines.append(f'<rect x="{LABEL}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>')
            lines.append(f'<text x="{LABEL + length + 8:.1f}" y="{y + 15}">{_figure(value)} {escape(unit)}</text>')
            y += BAR + 4
        y += GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img" aria-label="{escape(title)}">'
    return "\n".join([head, f"<style>{STYLE}</style>", *lines, "</svg>"]) + "\n"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _section(record: Mapping[str, Any]) -> str:
    figures = record["figures"]
    here, name = figures["machine"], figures["benchmark"]
    drawing = f"![{record['title']}](results/{name}.svg)\n\n" if (FOLDER / "results" / f"{name}.svg").exists() else ""
    measured = f"{here['processor']}, {here['cores']} cores, Python {here['python']}, commit {here['commit']}"
    return f"## {record['title']}\n\n`{record['command']}`\n\n{drawing}{table(record['rows'])}\n\n{measured}\n"
