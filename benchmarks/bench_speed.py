"""How long a fit takes, and a new person's list: ``python -m benchmarks.bench_speed``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import Any

import torch

from benchmarks.report import milliseconds, show, spread, timed
from benchmarks.results import bars, keep
from core import ALS, SGD, FactorModel, Gibbs, Id, Ratings, Trainer, fold_in, limit_threads, load_dataset

# Films as many as ml-100k, ml-1m and ml-25m have. A list's time depends on their number, not on who rated them, so
# the larger tables are invented and one sweep is enough of a fit.
CATALOGUES = ("ml-100k", "synthetic:2000x3700x200000", "synthetic:2000x59000x300000")
RATED, LISTED, KNOWN_FILMS = 20, 10, 300
WARM_UP = 50


def fit_times(ratings: Ratings, *, n_repeats: int) -> dict[str, Any]:
    """Return the seconds of each fit, ALS and SGD in turn so that both meet the same machine, and their ratio."""
    trainers: dict[str, Trainer] = {"als": ALS(), "sgd": SGD()}
    seconds: dict[str, list[float]] = {name: [] for name in trainers}
    for _ in range(n_repeats):
        for name, trainer in trainers.items():
            seconds[name].append(timed(partial(trainer.fit, ratings, seed=0))[1])
    middle = {name: median(each) for name, each in seconds.items()}
    return {**middle, "ratio": middle["als"] / middle["sgd"], "seconds": seconds, "n_ratings": len(ratings)}


def gibbs_draws() -> Gibbs:
    """As many draws as the app keeps, and the rated prior; how good they are makes no difference to their time."""
    return Gibbs(n_burn_in=0, n_between=1)


def list_times(dataset: str, trainer: ALS | Gibbs | None = None, *, n_people: int) -> dict[str, Any]:
    """Return the milliseconds from twenty ratings to the ten best films with their standard deviations.

    Every person is another one: nothing can be remembered from the last.
    """
    ratings = load_dataset(dataset).ratings
    model = (trainer or ALS(n_epochs=1)).fit(ratings, seed=0)
    everybody = people(model, WARM_UP + n_people)
    for person in everybody[:WARM_UP]:
        best(model, person)
    times = milliseconds([partial(best, model, person) for person in everybody[WARM_UP:]])
    return {
        "dataset": dataset,
        "model": f"{model.card.trainer}, {model.n_draws} draws" if model.n_draws > 1 else model.card.trainer,
        "n_films": len(model.items),
        "n_factors": model.n_factors,
        **spread(times),
    }


def people(model: FactorModel, n: int) -> list[dict[Id, float]]:
    """Return ratings of ``n`` invented people, each of twenty of the most rated films."""
    generator = torch.Generator().manual_seed(0)
    known = model.rated.item_counts.topk(min(KNOWN_FILMS, len(model.items))).indices
    levels = model.scale.levels
    invented = []
    for _ in range(n):
        rows = known[torch.randperm(len(known), generator=generator)[:RATED]].tolist()
        stars = torch.randint(len(levels), (RATED,), generator=generator).tolist()
        invented.append({model.items.labels[row]: levels[level] for row, level in zip(rows, stars, strict=False)})
    return invented


def best(model: FactorModel, ratings: dict[Id, float]) -> None:
    """Fold one person in, rank every film, and put a standard deviation to those shown."""
    shown = fold_in(model, ratings).top_n(LISTED)
    assert shown[0].std > 0


def drawing(lists: Sequence[dict[str, Any]]) -> str:
    """Return bars of the time that nineteen of twenty lists stay under."""
    groups: dict[str, dict[str, float]] = {}
    for row in lists:
        groups.setdefault(f"{row['n_films']:,} films", {})[row["model"]] = row["p95"]
    return bars("A new person's list: 95 % are there within", groups, unit="ms")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fits", type=int, default=5, help="fits of each trainer")
    parser.add_argument("--people", type=int, default=1_000, help="people for each catalogue")
    parser.add_argument("--keep", action="store_true", help="write benchmarks/RESULTS.md too")
    parser.add_argument("--datasets", nargs="+", default=CATALOGUES, help="the first is also fitted")
    chosen = parser.parse_args(arguments)
    limit_threads(1)  # as in the app, where many sessions share the cores; a fit shares out its batches by itself
    fits = fit_times(load_dataset(chosen.datasets[0]).ratings, n_repeats=chosen.fits)
    lists = [list_times(name, n_people=chosen.people) for name in chosen.datasets]
    lists += [list_times(name, gibbs_draws(), n_people=-(-chosen.people // 5)) for name in chosen.datasets[:2]]
    show(f"Fit of {chosen.datasets[0]}, median of {chosen.fits}", [
        {"ALS, s": fits["als"], "SGD, s": fits["sgd"], "ALS / SGD": fits["ratio"]}
    ], {"benchmark": "fit", **fits})  # fmt: skip
    title = f"From {RATED} ratings to the {LISTED} best of all films with standard deviations"
    rows = [
        {
            "model": row["model"],
            "films": row["n_films"],
            "p50, ms": row["p50"],
            "p95, ms": row["p95"],
            "people": row["n"],
        }
        for row in lists
    ]
    figures = show(title, rows, {"benchmark": "foldin", "catalogues": lists})
    if chosen.keep:
        keep(rows, figures, title=title, command="python -m benchmarks.bench_speed --keep", drawing=drawing(lists))


if __name__ == "__main__":
    main()
