"""Whether nine chances in ten are nine in ten: ``python -m benchmarks.bench_coverage``.

Each split's model says what it expects of the held-out ratings; all are pooled. The interval is the continuous 90 %
one, mean ± 1.645 rating_std, without limits. Thirds are of the pooled ratings. The last line of a trainer is asked of
a tenth of the first split's training ratings, put aside before training: what its ``rating_std`` would have to be
multiplied by there for exactly 90 %. A factor near 1 says that noise and posterior, both learned in training, need no
further scale, and none is applied.

``--new-people`` asks the same of people whom the model has never seen: held out whole, a fifth at a time, told by so many
of their ratings, the rest drawn equally often from each so that nobody dominates; ± is over people. Beside it stands the
scale that people put aside inside the first fold's training would have asked for, and what the interval holds with it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from benchmarks.report import show
from core import SPLITS, FactorModel, Ratings, Trainer, fold_in, load_dataset, make_split
from core.evaluation.calibration import (
    Calibration,
    Doubt,
    coverage,
    doubt_of,
    half_width,
    reliability,
    scale_for,
    thirds,
)
from core.stars import STAR_SET_SHARE
from core.trainers import NAMES, default_trainer

PUT_ASIDE = 0.1
ANSWERS, HIDDEN = (3, 5, 10, 20), 20  # ratings that a new person gives, and as many predicted of each
FOLDS = 5


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


def measure_new_people(trainer: Trainer[Any], dataset: str, *, seed: int) -> list[dict[str, Any]]:
    """Return a row for each number of answers."""
    ratings, generator = load_dataset(dataset).ratings, Generator().manual_seed(seed)
    everybody = (ratings.user_counts >= max(ANSWERS) + HIDDEN).nonzero()[:, 0]
    folds = everybody[torch.randperm(len(everybody), generator=generator)].tensor_split(FOLDS)
    inside = _held_out(trainer, ratings.take(~_of(ratings, folds[0])), folds[1], seed, generator)
    found = [_held_out(trainer, ratings, fold, seed, generator) for fold in folds]
    rows = []
    for n_answers in ANSWERS:
        doubt, scale = Doubt.join([part[n_answers] for part in found]), scale_for(inside[n_answers])
        held = (doubt.surprise.abs() <= half_width(STAR_SET_SHARE)).double().view(-1, HIDDEN).mean(1)
        over_people = {"people": len(held), "±": 1.96 * float(held.std()) / len(held) ** 0.5}
        widened = float((doubt.surprise.abs() <= scale * half_width(STAR_SET_SHARE)).double().mean())
        asked = {"scale asked for inside": scale, "holds with it": widened}
        rows.append({"answers": n_answers} | figures(doubt) | over_people | asked)
    return rows


def _of(ratings: Ratings, people: Tensor) -> Tensor:
    return torch.isin(ratings.user_idx, people.to(ratings.user_idx))


def _held_out(
    trainer: Trainer[Any], ratings: Ratings, people: Tensor, seed: int, generator: Generator
) -> dict[int, Doubt]:
    """Return by number of answers what a model that never saw ``people`` expects of their other ratings."""
    model = trainer.fit(ratings.take(~_of(ratings, people)), seed=seed)
    found: dict[int, list[Doubt]] = {n_answers: [] for n_answers in ANSWERS}
    for row in people.tolist():
        own = list(ratings.of_user(ratings.users.labels[row]).items())
        mixed = [own[place] for place in torch.randperm(len(own), generator=generator).tolist()]
        for n_answers, parts in found.items():
            parts.append(_doubt_of_one(model, mixed[:n_answers], mixed[-HIDDEN:]))
    return {n_answers: Doubt.join(parts) for n_answers, parts in found.items()}


def _doubt_of_one(
    model: FactorModel, answers: Sequence[tuple[Any, float]], hidden: Sequence[tuple[Any, float]]
) -> Doubt:
    """Films were put before the person, as the app does: which they are says nothing of them."""
    person = fold_in(model, dict(answers), chosen=())
    outlook = person.outlook(torch.tensor(model.items.rows(film for film, _ in hidden)))
    mean, std, rating_std = (column.double().cpu() for column in outlook)
    stars = torch.tensor([each for _, each in hidden], dtype=torch.float64)
    return Doubt(stars, mean, std, rating_std, torch.full_like(stars, len(answers)), model.scale)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", default="ml-100k")
    parser.add_argument("--trainers", nargs="+", choices=NAMES, default=("gibbs", "als"))
    parser.add_argument("--splits", nargs="+", choices=SPLITS, default=("u1", "u2", "u3", "u4", "u5"))
    parser.add_argument("--new-people", action="store_true", help="ask it of people the model never saw")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    dataset = load_dataset(chosen.dataset)
    for name in chosen.trainers:
        if chosen.new_people:
            rows = measure_new_people(default_trainer(name, dataset), chosen.dataset, seed=chosen.seed)
            title = f"Ratings of new people within their 90 % interval, {name}, people held out of {chosen.dataset}"
            show(title, rows, {"benchmark": "coverage", "trainer": name, **vars(chosen), "new": rows})
            continue
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
