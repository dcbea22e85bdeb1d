"""How ALS grows with the ratings: ``python -m benchmarks.scale [1m 10m 25m] [--factors 31 63] [--spark]``.

Invented tables as large as the MovieLens ones, drawn once and kept in the cache as memory-mapped columns. Each fit has
a process of its own, implicit's right after ours. Its ALS learns what people choose, not stars, by three steps of
conjugate gradients a sweep: only its time and its memory compare.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.peers.environments import PeerMissing
from benchmarks.peers.listed import PEERS
from benchmarks.peers.race import Place
from benchmarks.report import show
from benchmarks.results import bars, keep
from core.datasets.registry import SYNTHETIC_SEED, cache_folder
from core.datasets.synthetic import Synthetic

SIZES = {"1m": (6_040, 3_700, 900_000), "10m": (70_000, 25_000, 9_000_000), "25m": (162_000, 59_000, 22_400_000)}
N_SWEEPS = 10
DRAW = "from benchmarks.scale import draw; draw({size!r}, {folder!r})"


@dataclass(frozen=True)
class Run:
    """What one recommender needs for one table; ``seconds`` as its worker tells them."""

    size: str
    who: str
    n_factors: int
    seconds: dict[str, Any]
    peak_mib: float | None
    missing: str | None = None

    def row(self) -> dict[str, Any]:
        """Return a row of the table."""
        told, n = self.seconds, SIZES[self.size][2]
        sweep = median(told["sweeps"]) if told else None
        return {
            "ratings": f"{n:,}",
            "recommender": self.who if self.missing is None else f"{self.who}, **not run**: {self.missing}",
            "factors": self.n_factors,
            "preparation, s": told.get("preparation"),
            "sweep, s": sweep,
            "ns a rating": None if sweep is None else sweep / n * 1e9,
            "to the last sweep, s": told.get("to_last"),
            "whole fit, s": told.get("whole"),
            "peak, MiB": None if self.peak_mib is None else round(self.peak_mib),
            "cores others used": told.get("others"),
        }


def table(size: str, folder: Path) -> Path:
    """Return the folder of the columns of ``size``, drawn if they are not there, in a process that then ends."""
    place = folder / size
    if not (place / "shape.npy").exists():  # the last that is written
        place.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-c", DRAW.format(size=size, folder=str(place))], check=True)
    return place


def draw(size: str, folder: str) -> None:
    """Draw the table of ``size`` and write its columns."""
    ratings = Synthetic(*SIZES[size]).draw(seed=SYNTHETIC_SEED).ratings
    for name, column in (("user", ratings.user_idx), ("item", ratings.item_idx), ("stars", ratings.values)):
        np.save(Path(folder) / f"{name}.npy", column.numpy())
    np.save(Path(folder) / "shape.npy", (ratings.n_users, ratings.n_items))


def measure(sizes: Sequence[str], factors: Sequence[int], place: Place, *, spark: bool) -> Iterator[Run]:
    """Yield what each fit needs: ours, and implicit's right after it; Spark's for the smallest table only."""
    for size in sizes:
        table(size, place.folds)
        for n_factors in factors:
            for name in ("als", "implicit", *(["spark"] if spark and size == "1m" else [])):
                yield run(size, name, n_factors + 1, place)  # the bias is one more number


def run(size: str, name: str, n_factors: int, place: Place) -> Run:
    """Fit once in a fresh process; one that cannot be installed or ends early is a row too."""
    peer = next(peer for peer in PEERS if peer.name == name)
    try:
        with place.start(peer) as worker:
            told = worker.ask(do="sweeps", fold=size, n_factors=n_factors, n_sweeps=N_SWEEPS)
            done = Run(size, peer.title, n_factors, told, worker.peak_mib())
    except PeerMissing as missing:
        done = Run(size, peer.title, n_factors, {}, None, str(missing))
    print(done.row(), file=sys.stderr, flush=True)
    return done


def drawing(runs: Sequence[Run]) -> str:
    """Return bars of the time that a rating takes in a sweep, table by table."""
    groups: dict[str, dict[str, float]] = {}
    for each in runs:
        if each.missing is None:
            label = f"{SIZES[each.size][2] / 1e6:g} million ratings"
            groups.setdefault(label, {})[each.who.strip("*")] = each.row()["ns a rating"]
    return bars("A sweep's time for one rating: the less it grows, the better", groups, unit="ns")


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the settings that the command line gives."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("sizes", nargs="*", metavar="size", help=f"of {', '.join(SIZES)}; all if none is given")
    parser.add_argument("--factors", type=int, nargs="+", default=[31], help="without the bias; 31 and 63 suit")
    parser.add_argument("--spark", action="store_true", help="Spark's ALS too, at 1m; needs Java 17")
    parser.add_argument("--keep", action="store_true", help="write benchmarks/RESULTS.md too")
    settings = parser.parse_args(arguments)
    unknown = sorted({*settings.sizes} - {*SIZES})
    if unknown:
        parser.error(f"size {unknown[0]!r} is not known, one of {', '.join(SIZES)} is allowed")
    if min(settings.factors) < 1:
        parser.error(f"--factors must be at least 1, got {min(settings.factors)}")
    return settings


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    settings = parse(arguments)
    cache = cache_folder() / "benchmarks"
    place = Place(cache / "tables", cache / "environments")
    runs = list(measure(settings.sizes or tuple(SIZES), settings.factors, place, spark=settings.spark))
    title = f"ALS as the ratings grow, {N_SWEEPS} sweeps of invented ratings, median sweep"
    rows = [each.row() for each in runs]
    figures = show(title, rows, {"benchmark": "scale", "runs": [vars(each) for each in runs]})
    if settings.keep:
        name = "spark" if settings.spark else "scale"
        command = f"python -m benchmarks.scale {' '.join(sys.argv[1:] if arguments is None else arguments)}"
        keep(rows, {**figures, "benchmark": name}, title=title, command=command, drawing=drawing(runs))


if __name__ == "__main__":
    main()
