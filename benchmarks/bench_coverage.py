"""Whether nine chances in ten are nine in ten: ``python -m benchmarks.bench_coverage``.

Each split's model says what it expects of the held-out ratings; all are pooled. The interval is the continuous 90 %
one, mean ± 1.645 rating_std, without limits. Thirds are of the pooled ratings. The last line of a trainer is asked of
a tenth of the first split's training ratings, put aside before training: what its ``rating_std`` would have to be
multiplied by there for exactly 90 %. A factor near 1 says that noise and posterior, both learned in training, need no
further scale, and none is applied.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from benchmarks.report import show
from core import SPLITS, Trainer, load_dataset, make_split
from core.evaluation.calibration import Calibration, Doubt, coverage, doubt_of, reliability, scale_for, thirds
from core.trainers import NAMES, default_trainer

PUT_ASIDE = 0.1


def measure(trainer: Trainer[Any], dataset: str, splits: Sequence[str], *, seed: int) -> dict[str, Any]:
    """Return coverage by slice, the reliability curve, and the scale that a part of the training ratings asks for."""
    ratings = load_dataset(dataset).ratings
    parts = [make_split(ratings, name, seed=seed) for name in splits]
    pooled = Doubt.join([doubt_of(trainer.fit(part.train, seed=seed), part.test) for part in parts])
    train, aside = parts[0].train.split(test_fraction=PUT_ASIDE, seed=seed)
    inside = doubt_of(trainer.fit(train, seed=seed), aside)
    slices = {"all": pooled}
    for name, column in (("rating_std", pooled.rating_std), ("std", pooled.std), ("activity", pooled.n_ratings)):
        slices |= dict(
            zip((f"{name}, {third} third" for third in ("low", "middle", "high")), thirds(pooled, column), strict=True)
        )
    return {
        "slices": [{"slice": name, **figures(part)} for name, part in slices.items()],
        "curve": reliability(pooled),
        "inside_training": {"coverage": coverage(inside), "n": len(inside), "scale": scale_for(inside)},
    }


def figures(doubt: Doubt) -> dict[str, Any]:
    """Return one line of the table."""
    found = Calibration.of(doubt)
    return {
        "ratings": found.n_ratings,
        "interval holds": found.coverage,
        "±": 1.96 * found.error,
        "its width": found.width,
        "star set holds": found.star_sets.coverage,
        "levels in it": found.star_sets.mean_size,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", default="ml-100k")
    parser.add_argument("--trainers", nargs="+", choices=NAMES, default=("gibbs", "als"))
    parser.add_argument("--splits", nargs="+", choices=SPLITS, default=("u1", "u2", "u3", "u4", "u5"))
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    dataset = load_dataset(chosen.dataset)
    for name in chosen.trainers:
        found = measure(default_trainer(name, dataset), chosen.dataset, chosen.splits, seed=chosen.seed)
        title = f"Held-out ratings of {chosen.dataset} within their 90 % interval, {name}, {' '.join(chosen.splits)}"
        show(title, found["slices"], {"benchmark": "coverage", "trainer": name, **vars(chosen), **found})
        inside = found["inside_training"]
        print(
            f"\nInside training, {inside['n']} ratings put aside: {inside['coverage']:.4f} held; "
            f"scale for 90 %: {inside['scale']:.3f}"
        )


if __name__ == "__main__":
    main()
