"""What all benchmarks share: timing, percentiles, and how figures are shown.

Each benchmark prints a Markdown table for people and, as its last line, one JSON object for programs.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median, quantiles
from typing import Any, TypeVar

Result = TypeVar("Result")


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """Return what ``work`` gives and the seconds it took."""
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def milliseconds(works: Sequence[Callable[[], object]]) -> list[float]:
    """Return how long each piece of work took, done one after another."""
    return [1_000 * timed(work)[1] for work in works]


def percentile(values: Sequence[float], share: int) -> float:
    """Return the value that ``share`` percent of ``values`` do not exceed, between neighbours in proportion."""
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[share - 1]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the median, the 95th percentile and how many there were."""
    return {"p50": median(values), "p95": percentile(values, 95), "n": len(values)}


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),  # at the end: above the number of cores, others were working too
        "commit": _commit(),
    }


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return ``rows`` as a Markdown table; the keys of the first are its head."""
    head = list(rows[0])
    numeric = {name for name in head if any(isinstance(row[name], int | float) for row in rows)}
    lines = [head, ["--:" if name in numeric else "---" for name in head]]
    lines += [[_text(row[name]) for name in head] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def show(title: str, rows: Sequence[Mapping[str, Any]], figures: Mapping[str, Any]) -> dict[str, Any]:
    """Print the table under its title, what it was measured on, and the JSON line; return what the line holds."""
    here = machine()
    record = {**figures, "machine": here}
    print(f"\n## {title}\n\n{table(rows)}\n")
    print(f"{here['processor']}, {here['cores']} cores, Python {here['python']}, load {here['load']}\n")
    print(json.dumps(record, ensure_ascii=False, allow_nan=False), flush=True)
    return record


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) < 1 else f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"
    return "–" if value is None else str(value)


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 - a file of the system's, not ours
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def _commit() -> str:
    answer = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return answer.stdout.strip()
