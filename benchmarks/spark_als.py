"""ALS here beside Spark's on the same cores: ``python -m benchmarks.spark_als [1m 10m] [--keep]``; needs `make test-spark` once.

Invented tables (see ``benchmarks.scale``), a tenth of the ratings held out, ten sweeps, 31 factors, penalties chosen for each
on a tenth of the smallest table's training part: invented ratings have less noise than people's. Each fit has a process of
its own. Times include everything from ratings in memory to a model, and for Spark the start of its machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.report import show
from benchmarks.results import keep
from benchmarks.scale import SIZES, table
from core import ALS, cache_folder, evaluate
from core.engines.spark import SparkALS
from core.ratings import Ratings

ROOT = Path(__file__).resolve().parents[1]
TRAINERS = {
    "ALS here": ALS(n_epochs=10, regularization=0.6, bias_regularization=0.3),
    "Spark's ALS": SparkALS(n_epochs=10, regularization=0.05, bias_regularization=0.05),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spark_als", description=__doc__)
    parser.add_argument("sizes", nargs="*", metavar="size", help=f"of {', '.join(SIZES)}; 1m if none is given")
    parser.add_argument("--keep", action="store_true", help="write benchmarks/RESULTS.md too")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if unknown := sorted({*chosen.sizes} - {*SIZES}):
        parser.error(f"size {unknown[0]!r} is not known, one of {', '.join(SIZES)} is allowed")
    sizes = chosen.sizes or ["1m"]
    if chosen.one:
        print(json.dumps(fit(sizes[0], chosen.one)))
        return
    rows = [row for size in sizes for name in TRAINERS if (row := in_a_process(size, name))]
    title = "ALS here and Spark's, ten sweeps on the same cores, RMSE on a tenth held out"
    figures = show(title, rows, {"benchmark": "spark-als", "rows": rows})
    if chosen.keep:
        command = f"python -m benchmarks.spark_als {' '.join(sizes)}"
        keep(rows, {**figures, "benchmark": "spark-als"}, title=title, command=command)


def in_a_process(size: str, name: str) -> dict[str, Any]:
    """Return the row of one fit, made by a process of its own."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / '.spark'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "benchmarks.spark_als", size, "--one", name]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def fit(size: str, name: str) -> dict[str, Any]:
    """Fit once; peak memory is this process's and, for Spark, its Java machine's, which is a child."""
    train, test = ratings_of(size).split(test_fraction=0.1, seed=0)
    start = time.perf_counter()
    model = TRAINERS[name].fit(train, seed=0)
    seconds = time.perf_counter() - start
    found = evaluate(model, test, k=10) if len(test) < 200_000 else None
    rmse = found.rmse if found else float((model.predict_ratings(test) - test.values).square().mean().sqrt())
    return {
        "ratings": f"{SIZES[size][2]:,}",
        "trainer": name,
        "fit, s": seconds,
        "RMSE, stars": rmse,
        "peak here, MiB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "peak of Java, MiB": java_peak(),
    }


def java_peak() -> int | None:
    """Return the most memory that a child of this process has held, MiB, as Linux tells; None where there is none."""
    peaks = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if lines["Name"].strip() == "java" and "VmHWM" in lines and is_ours(int(lines["PPid"])):
            peaks.append(int(lines["VmHWM"].split()[0]) // 1024)
    return max(peaks, default=None)


def is_ours(pid: int) -> bool:
    """Say whether ``pid`` is this process or started by it."""
    while pid > 1:
        if pid == os.getpid():
            return True
        stat = Path(f"/proc/{pid}/stat").read_text()
        pid = int(stat.rpartition(")")[2].split()[1])
    return False


def ratings_of(size: str) -> Ratings:
    """Return the invented table, drawn at first use."""
    folder = table(size, cache_folder() / "benchmarks" / "tables")
    user, item, stars = (np.load(folder / f"{name}.npy") for name in ("user", "item", "stars"))
    return Ratings.from_columns(user, item, torch.from_numpy(stars))


if __name__ == "__main__":
    main()
