"""What the choice of films tells about new people: ``python -m benchmarks.bench_rated_prior``.

People are held out whole. Of each, some ratings drawn at random are folded in and all others predicted: with the prior
from what they chose to rate; by the same model as if nothing of their choice were known; and by a model trained
without such a prior.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from benchmarks.report import show
from core import FactorModel, Gibbs, Id, Ratings, fold_in, load_dataset

GIVEN = (1, 5, 10, 20, 50)
LEAST_LEFT = 10  # ratings to predict, or the person is passed over


@dataclass(frozen=True)
class Held:
    """A person nobody trained on: their ratings in random order."""

    ratings: tuple[tuple[Id, float], ...]


def hold_out(ratings: Ratings, n_people: int, *, seed: int) -> tuple[Ratings, list[Held]]:
    """Return the ratings of all others, and ``n_people`` held out."""
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randperm(ratings.n_users, generator=generator)[:n_people]
    people = []
    for row in rows.tolist():
        own = list(ratings.of_user(ratings.users.labels[row]).items())
        people.append(Held(tuple(own[place] for place in torch.randperm(len(own), generator=generator).tolist())))
    return ratings.take(~torch.isin(ratings.user_idx, rows.int())), people


def errors(model: FactorModel, people: Sequence[Held], n_given: int, *, chose: bool) -> list[float]:
    """Return the squared error of every rating that was not given."""
    found = []
    for person in people:
        if len(person.ratings) < n_given + LEAST_LEFT:
            continue
        folded = fold_in(model, dict(person.ratings[:n_given]), chosen=None if chose else ())
        left = person.ratings[n_given:]
        predicted = folded.predict(item_id for item_id, _ in left)
        found += [(stars - one.prediction) ** 2 for (_, stars), one in zip(left, predicted, strict=True)]
    return found


def measure(dataset: str, n_people: int, *, seed: int) -> list[dict[str, Any]]:
    """Return, by number of ratings given, the RMSE of the three ways in stars."""
    train, people = hold_out(load_dataset(dataset).ratings, n_people, seed=seed)
    model = Gibbs().fit(train, seed=seed)
    plain = Gibbs(rated_prior=False).fit(train, seed=seed)
    rows = []
    for n_given in GIVEN:
        ways = {
            "choice known": errors(model, people, n_given, chose=True),
            "choice unknown": errors(model, people, n_given, chose=False),
            "no rated prior": errors(plain, people, n_given, chose=False),
        }
        figures = {name: math.sqrt(math.fsum(way) / len(way)) for name, way in ways.items()}
        rows.append({"ratings given": n_given, **figures, "predicted": len(ways["choice known"])})
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What the choice of films tells about new people.")
    parser.add_argument("--dataset", default="ml-100k")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    rows = measure(chosen.dataset, chosen.people, seed=chosen.seed)
    title = f"RMSE in stars on {chosen.people} people held out of {chosen.dataset}, Gibbs, seed {chosen.seed}"
    show(title, rows, {"benchmark": "rated_prior", "dataset": chosen.dataset, "seed": chosen.seed, "rows": rows})


if __name__ == "__main__":
    main()
