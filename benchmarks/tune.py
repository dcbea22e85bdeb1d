"""Choose a trainer's settings inside training: `python -m benchmarks.tune als|sgd|neural|bias|category [--dataset ml-100k]`.

The ratings that the project is measured on are not looked at. For ml-100k that is the test part of u1; its training
part is cut into four, each held out once, which are the published test parts of u2 to u5. Other data sets: the test
part of the random split is put aside, and four random parts of the rest are held out in turn.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import TypeAlias

import torch

from core.datasets.dataset import Dataset
from core.datasets.registry import load_dataset
from core.evaluation.splits import make_split
from core.metrics import root_mean_square_error
from core.ratings import Ratings
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly
from core.trainers.category import Category
from core.trainers.neural import EmbeddingNN
from core.trainers.sgd import SGD

N_FOLDS = 4
# What is printed: the best settings.
N_SHOWN = 12

Settings: TypeAlias = ALS | SGD | EmbeddingNN | BiasOnly | Category
# A stage proposes settings, given the best so far.
Stage: TypeAlias = Callable[[Settings], Sequence[Settings]]


@dataclass(frozen=True)
class Result:
    """RMSE in stars, mean over the folds, and seconds of a fit."""

    settings: Settings
    rmse: float
    seconds: float


def penalties(_: Settings) -> list[Settings]:
    """ALS: both penalties, for each way of weighting them by a row's number of ratings."""
    grid = {0.0: ((8.0, 12.0, 16.0), (2.0, 4.0, 8.0)), 1.0: ((0.1, 0.15, 0.2), (0.02, 0.05, 0.1))}
    middle = ((1.0, 1.2, 1.35, 1.5, 1.7), (0.35, 0.5, 0.7, 1.0, 1.4))
    return [
        ALS(regularization=λ, bias_regularization=λ_b, count_power=c)
        for c, (choices, bias_choices) in {**grid, 0.5: middle}.items()
        for λ, λ_b in product(choices, bias_choices)
    ]


def steps(_: Settings) -> list[Settings]:
    """SGD: batch, step and decay, where batches of n take steps near 0.01 √(n / 256) and decay 0.7 to 2.8 an epoch."""
    book = SGD(n_epochs=5, batch_size=64, learning_rate=5e-3, weight_decay=0.1)
    near = [
        SGD(batch_size=batch, learning_rate=rate, weight_decay=decay)
        for batch, rate, decay in product(
            (64, 128, 256, 512, 1024, 2048), (0.0025, 0.005, 0.01, 0.015, 0.02, 0.04), (0.1, 0.2, 0.4, 0.6, 0.8, 1.2)
        )
        if 0.5 <= rate / (0.01 * (batch / 256) ** 0.5) <= 2 and 0.7 <= rate * decay * 60_000 / batch <= 2.8
    ]
    return [book, *near]


def network_steps(_: Settings) -> list[Settings]:
    """EmbeddingNN: width of the embeddings, step and decay."""
    return [
        EmbeddingNN(n_factors=width, learning_rate=rate, weight_decay=decay)
        for width, rate, decay in product((16, 32), (0.0025, 0.005, 0.01), (0.1, 0.3, 0.6, 1.0))
    ]


def epochs(best: Settings) -> list[Settings]:
    """The best so far with fewer and more passes."""
    if not isinstance(best, ALS | SGD | EmbeddingNN):
        return []
    return [replace(best, n_epochs=n) for n in (4, 5, 6, 8, 10, 15, 20) if n != best.n_epochs]


def dampings(_: Settings) -> list[Settings]:
    return [BiasOnly(damping=damping) for damping in (0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 25)]


def genre_penalties(first: Settings) -> list[Settings]:
    """Category: both penalties and the damping of the films' biases."""
    if not isinstance(first, Category):
        return []
    return [
        replace(first, regularization=λ, bias_regularization=λ_b, damping=damping)
        for λ, λ_b, damping in product((2.0, 3.0, 5.0, 8.0, 12.0), (2.0, 3.0, 5.0, 8.0), (2.0, 3.0, 5.0))
    ]


STAGES: dict[str, list[Stage]] = {
    "als": [penalties, epochs],
    "sgd": [steps, epochs],
    "neural": [network_steps, epochs],
    "bias": [dampings],
    "category": [genre_penalties],
}


def training_folds(dataset: Dataset) -> Iterator[tuple[Ratings, Ratings]]:
    """Yield (train, validation), all of it inside the training part that the project is measured with."""
    published = dataset.name == "ml-100k"
    inside = make_split(dataset.ratings, "u1" if published else "random").train
    order = torch.arange(len(inside))
    if not published:
        order = torch.randperm(len(inside), generator=torch.Generator().manual_seed(0))
    for held_out in order.chunk(N_FOLDS):
        mask = torch.zeros(len(inside), dtype=torch.bool)
        mask[held_out] = True
        yield inside.take(~mask), inside.take(mask)


def measure(settings: Settings, folds: Sequence[tuple[Ratings, Ratings]]) -> Result:
    """Fit on each fold's training part and predict what it holds out."""
    errors, started = [], time.perf_counter()
    for train, validation in folds:
        model = settings.fit(train, seed=0)
        predicted = model.predict(validation.user_idx, validation.item_idx)
        errors.append(root_mean_square_error(validation.values, predicted))
    return Result(settings, sum(errors) / len(errors), (time.perf_counter() - started) / len(errors))


def search(stages: Sequence[Stage], folds: Sequence[tuple[Ratings, Ratings]], first: Settings) -> list[Result]:
    """Return every result, best first; each stage starts from the best of those before."""
    results: list[Result] = []
    for stage in stages:
        best = min(results, key=lambda result: result.rmse).settings if results else first
        for settings in stage(best):
            results.append(measure(settings, folds))
            print(f"{results[-1].rmse:.4f}  {settings}", file=sys.stderr, flush=True)
    return sorted(results, key=lambda result: result.rmse)


def as_markdown(results: Sequence[Result]) -> str:
    """Return a table, one line per setting."""
    names = [field.name for field in fields(results[0].settings)]
    lines = [[*names, "RMSE", "fit s"], ["--:"] * (len(names) + 2)]
    lines += [
        [*(str(getattr(r.settings, name)) for name in names), f"{r.rmse:.4f}", f"{r.seconds:.2f}"] for r in results
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Choose a trainer's settings inside training.")
    parser.add_argument("trainer", choices=sorted(STAGES))
    parser.add_argument("--dataset", default="ml-100k")
    arguments = parser.parse_args()
    dataset = load_dataset(arguments.dataset)
    first: dict[str, Settings] = {
        "als": ALS(),
        "sgd": SGD(),
        "neural": EmbeddingNN(),
        "bias": BiasOnly(),
        "category": Category.of(dataset.films),
    }
    results = search(STAGES[arguments.trainer], list(training_folds(dataset)), first[arguments.trainer])
    print(as_markdown(results[:N_SHOWN]))
    print(f"\nOf {len(results)} settings, each the mean of {N_FOLDS} folds inside training, the best:")
    print(results[0].settings)


if __name__ == "__main__":
    main()
