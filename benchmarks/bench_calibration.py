"""Whether the chance of each star comes true: ``python -m benchmarks.bench_calibration``.

Each trainer gives the chances of every held-out rating as the pages show them: for no day in particular, from the
model's own probit where it has one, else Gaussian around the prediction. Per star, ratings are sorted by its chance
and cut into ten bins of equal count; the error is the mean distance between chance and share, and the last column
the mean over stars.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from statistics import fmean
from typing import Any

import torch

from benchmarks.report import show
from core.datasets.registry import load_dataset
from core.evaluation.splits import SPLITS, make_split
from core.evaluation.star_calibration import calibration_errors, chances_of
from core.trainers import NAMES, default_trainer


def measure(trainers: Sequence[str], splits: Sequence[str], *, dataset: str, seed: int) -> list[dict[str, Any]]:
    """Return a line for each trainer: the error of each star's chance over all ``splits`` together, and their mean."""
    data, rows = load_dataset(dataset), []
    for name in trainers:
        chances, levels = [], []
        for split in splits:
            part = make_split(data.ratings, split, seed=seed)
            model = default_trainer(name, data).fit(part.train, seed=seed)
            chances.append(chances_of(model, part.test))
            levels.append(part.test.levels)
        errors = calibration_errors(torch.cat(chances), torch.cat(levels)).tolist()
        by_star = {f"{level:g}": error for level, error in zip(data.ratings.scale.levels, errors, strict=True)}
        rows.append({"trainer": name, **by_star, "mean": fmean(errors), "ratings": sum(map(len, levels))})
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Whether the chance of each star comes true.")
    parser.add_argument("--dataset", default="ml-100k")
    parser.add_argument("--trainers", nargs="+", choices=NAMES, default=("gibbs", "gibbs-probit"))
    parser.add_argument("--splits", nargs="+", choices=SPLITS, default=("u1",))
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    rows = measure(chosen.trainers, chosen.splits, dataset=chosen.dataset, seed=chosen.seed)
    title = f"Expected calibration error of the chance of each star, {chosen.dataset}, {' '.join(chosen.splits)}"
    show(title, rows, {"benchmark": "calibration", **vars(chosen), "rows": rows})


if __name__ == "__main__":
    main()
