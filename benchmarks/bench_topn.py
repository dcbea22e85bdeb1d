"""How long the ten best films of everybody take: ``python -m benchmarks.bench_topn``.

Every film that a person did not rate is ranked, a block of people at a time; the table of all scores, users × films, is
never there.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import Any

import torch

from benchmarks.report import show, timed
from benchmarks.results import keep
from core import ALS, limit_threads, load_dataset
from core.evaluation.best_films import best_films
from core.model import BLOCK_BYTES

# Films as many as ml-1m and ml-25m have.
DATASETS = ("synthetic:6040x3700x900000", "synthetic:10000x59000x1000000")
LISTED = 10


def list_times(dataset: str, *, n_repeats: int) -> dict[str, Any]:
    """Return the seconds that everybody's list takes, and what the largest table in it needs."""
    ratings = load_dataset(dataset).ratings
    model = ALS(n_epochs=1).fit(ratings, seed=0)
    seconds = [timed(partial(best_films, model, n=LISTED))[1] for _ in range(n_repeats)]
    most = max(len(block) for block in model.user_blocks(torch.arange(ratings.n_users))) * ratings.n_items * 4
    return {
        "dataset": dataset,
        "people": ratings.n_users,
        "films": ratings.n_items,
        "seconds": seconds,
        "milliseconds_a_person": 1_000 * median(seconds) / ratings.n_users,
        "largest_table_mib": most / 2**20,
        "all_scores_mib": ratings.n_users * ratings.n_items * 4 / 2**20,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--datasets", nargs="+", default=DATASETS)
    parser.add_argument("--keep", action="store_true", help="write benchmarks/RESULTS.md too")
    chosen = parser.parse_args(arguments)
    limit_threads(1)
    found = [list_times(name, n_repeats=chosen.repeats) for name in chosen.datasets]
    rows = [
        {
            "people": f"{each['people']:,}",
            "films": f"{each['films']:,}",
            "all lists, s": median(each["seconds"]),
            "ms a person": each["milliseconds_a_person"],
            "largest table, MiB": each["largest_table_mib"],
            "all scores would be, MiB": each["all_scores_mib"],
        }
        for each in found
    ]
    assert all(each["largest_table_mib"] * 2**20 <= BLOCK_BYTES for each in found)
    title = f"Everybody's {LISTED} best films that they have not rated, one thread, median of {chosen.repeats}"
    figures = show(title, rows, {"benchmark": "topn", "tables": found})
    if chosen.keep:
        keep(rows, figures, title=title, command="python -m benchmarks.bench_topn --keep")


if __name__ == "__main__":
    main()
