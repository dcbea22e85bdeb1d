"""What it costs to ask every rating what it does: ``python -m benchmarks.bench_influence``.

The influences of all ratings of a person with two hundred of them, on one film, beside fold-ins of the same person in the
same run, one after the other in turn. The differences from folding in again without each rating are given too.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import Any

from benchmarks.report import show, timed
from core import FactorModel, Id, fold_in, influences, limit_threads, load_dataset
from core.trainers import default_trainer

RATED = 200
REPEATS = 15


def measure(model: FactorModel, *, n_rated: int) -> dict[str, Any]:
    """Return the milliseconds of a fold-in and of all influences, their ratio, and the largest difference in stars."""
    counts = model.rated.user_counts
    user = model.users.labels[int((counts - n_rated).abs().argmin())]
    given = dict(list(model.ratings_of(user).items())[:n_rated])
    film = fold_in(model, given).top_n(1)[0].item_id
    seconds: dict[str, list[float]] = {"fold": [], "influences": []}
    for _ in range(REPEATS):
        person, fold = timed(partial(fold_in, model, given))
        found, every = timed(partial(influences, person, [film]))
        seconds["fold"].append(1_000 * fold)
        seconds["influences"].append(1_000 * every)
    middle = {name: median(each) for name, each in seconds.items()}
    whole, row = _score(model, given, film), found[film]
    differences = [
        abs(
            one.influence - (whole - _score(model, {item: s for item, s in given.items() if item != one.item_id}, film))
        )
        for one in row
    ]
    return {
        "ratings": len(given),
        "fold-in, ms": middle["fold"],
        "influences, ms": middle["influences"],
        "fold-ins' worth": middle["influences"] / middle["fold"],
        "largest difference, stars": max(differences),
    }


def _score(model: FactorModel, given: dict[Id, float], film: Id) -> float:
    return float(fold_in(model, given).scores()[:, model.items.row(film)].double().mean())


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", default="ml-100k")
    parser.add_argument("--trainers", nargs="+", default=("als", "gibbs"))
    parser.add_argument("--rated", type=int, default=RATED)
    chosen = parser.parse_args(arguments)
    limit_threads(1)  # as in the app
    dataset = load_dataset(chosen.dataset)
    rows = []
    for name in chosen.trainers:
        model = default_trainer(name, dataset.films).fit(dataset.ratings, seed=0)
        rows.append({"model": name, **measure(model, n_rated=chosen.rated)})
    show(f"Influence of every rating, {chosen.dataset}", rows, {"benchmark": "influence", "rows": rows})


if __name__ == "__main__":
    main()
