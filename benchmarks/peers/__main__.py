"""Measure other recommenders beside ours: ``python -m benchmarks.peers [names…] [--folds u1|all]``.

Each runs in a virtual environment of its own, which the command makes in the cache folder. All get the same folds, all
predictions are limited to 1 to 5, and fit times are those of fits with the data in memory, after one that is not
counted. Our ALS is fitted just before each of a peer's fits; ratios compare these two.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from benchmarks.peers.folds import FOLDS, write_folds
from benchmarks.peers.listed import NAMES, PEERS, Peer, chosen
from benchmarks.peers.race import Place, Result, race
from benchmarks.peers.tables import chase, comparison, figures
from benchmarks.report import show
from benchmarks.results import keep
from core.datasets.registry import cache_folder


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the settings that the command line gives."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}; all if none is given")
    parser.add_argument("--folds", choices=tuple(FOLDS), default="u1", help="all: the mean of u1 to u5 as well")
    parser.add_argument("--keep", action="store_true", help="write the tables into benchmarks/RESULTS.md")
    parser.add_argument("--rounds", type=int, default=3, help="counted fits of each on u1")
    settings = parser.parse_args(arguments)
    unknown = sorted({*settings.names} - {*NAMES})
    if unknown:
        parser.error(f"name {unknown[0]!r} is not known, one of {', '.join(NAMES)} is allowed")
    if settings.rounds < 1:
        parser.error(f"--rounds must be at least 1, got {settings.rounds}")
    return settings


def measure(peers: Sequence[Peer], place: Place) -> list[Result]:
    """Return what each gave, one after another, beside one process that fits our ALS."""
    results = []
    with place.start(PEERS[0]) as reference:
        reference.ask(do="fit", fold="u1", seed=0)
        for peer in peers:
            results.append(race(peer, reference, place))
            print(f"{peer.name}: {results[-1].missing or results[-1].fit_seconds}", file=sys.stderr, flush=True)
    return results


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    settings = parse(arguments)
    cache, names = cache_folder() / "benchmarks", FOLDS[settings.folds]
    write_folds(cache / "folds", names)
    place = Place(cache / "folds", cache / "environments", settings.rounds, names)
    results = measure(chosen(settings.names), place)
    tell(f"Beside others, ml-100k, median of {settings.rounds}", comparison(results), figures(results), settings)
    if rows := chase(results):
        tell("Who catches up with whom, ml-100k u1", rows, {"benchmark": "chase", "rows": rows}, settings)


def tell(title: str, rows: list[dict[str, Any]], told: dict[str, Any], settings: argparse.Namespace) -> None:
    """Print a table, and keep it if that is asked for: the table alone, since every step of every fit is much."""
    record = show(title, rows, told)
    if settings.keep:
        kept = {"benchmark": told["benchmark"], "machine": record["machine"]}
        keep(rows, kept, title=title, command=f"python -m benchmarks.peers --folds {settings.folds}")


if __name__ == "__main__":
    main()
