"""How good each trainer is on the published folds of ml-100k: ``python -m benchmarks.bench_accuracy``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from benchmarks.report import show
from core.commands import Settings, evaluate
from core.evaluation.splits import PUBLISHED_FOLDS
from core.trainers import NAMES

SHOWN = ("rmse", "mae", "ndcg", "recall", "coverage", "fit_seconds")
K = 10


def measure(
    trainers: Sequence[str], splits: Sequence[str], *, dataset: str = "ml-100k", seed: int = 0
) -> dict[str, list[dict[str, Any]]]:
    """Return, by trainer, the figures of each split; what the command line's ``evaluate`` gives."""
    return {
        name: [evaluate(Settings(dataset, name, seed=seed), split=split, k=K) for split in splits] for name in trainers
    }


def rows(measured: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return a table's rows: each trainer on the first split and, if there are more, their mean."""
    table = []
    for name, folds in measured.items():
        means = {figure: fmean(fold[figure] for fold in folds) for figure in SHOWN}
        parts = {folds[0]["split"]: folds[0]}
        if len(folds) > 1:
            parts[f"mean of {folds[0]['split']} to {folds[-1]['split']}"] = means
        for part, figures in parts.items():
            named = {f"{figure}@{K}" if figure in ("ndcg", "recall") else figure: figures[figure] for figure in SHOWN}
            table.append({"trainer": name, "split": part, **named})
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trainers", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--splits", nargs="+", default=PUBLISHED_FOLDS)
    parser.add_argument("--dataset", default="ml-100k")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    measured = measure(chosen.trainers, chosen.splits, dataset=chosen.dataset, seed=chosen.seed)
    title = f"Accuracy on {chosen.dataset}, errors in stars, seed {chosen.seed}"
    show(title, rows(measured), {"benchmark": "accuracy", "seed": chosen.seed, "trainers": measured})


if __name__ == "__main__":
    main()
