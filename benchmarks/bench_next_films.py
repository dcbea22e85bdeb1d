"""Whether asking the right films beats asking popular ones: ``python -m benchmarks.bench_next_films``.

People are held out whole, a fifth at a time, and a model is trained on all others. Of a held-out person's ratings a
quarter is hidden, each quarter in turn, and predicted from so many answers, whichever way asked; all others can be
asked for: the films they could answer about. Ways: ``films_to_rate``; the most rated films; films at random, drawn anew
for each quarter. A difference's 95 % interval is over people (paired bootstrap), drawn with all their ratings.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from benchmarks.report import show
from core import FactorModel, Id, Ratings, films_to_rate, fold_in, limit_threads, load_dataset
from core.trainers import default_trainer

ASKED = (5, 10)
FOLDS = 5
LEAST_RATINGS = 40  # thirty of them to be asked for
QUARTERS = 4
RESAMPLES, BOUNDS = 2_000, torch.tensor([0.025, 0.975], dtype=torch.float64)

Way = Callable[[FactorModel, Sequence[Id], int], Sequence[Id]]  # films to be asked about, the first ones first
WAYS: dict[str, Way] = {
    "rate next": lambda model, askable, n: films_to_rate(fold_in(model, {}), n=n, familiar=len(askable), among=askable),
    "popular": lambda model, askable, n: sorted(askable, key=lambda film: -_count(model, film))[:n],
    "random": lambda _, askable, n: askable[:n],  # they come in random order
}


def measure(dataset: str, trainer: str, *, n_people: int | None, seed: int) -> list[dict[str, Any]]:
    """Return, by number of answers, the RMSE in stars of each way and how it differs from the others."""
    loaded = load_dataset(dataset)
    generator = Generator().manual_seed(seed)
    enough = (loaded.ratings.user_counts >= LEAST_RATINGS).nonzero()[:, 0]
    everybody = enough[torch.randperm(len(enough), generator=generator)][:n_people]
    found: dict[tuple[str, int], list[Tensor]] = {}
    for rows in everybody.tensor_split(FOLDS):
        train = loaded.ratings.take(~torch.isin(loaded.ratings.user_idx, rows.int()))
        model = default_trainer(trainer, loaded.films).fit(train, seed=seed)
        for row in rows.tolist():
            for key, errors in _ask(model, loaded.ratings, row, generator):
                found.setdefault(key, []).append(errors)
    lines = []
    for n_asked in ASKED:
        lines += _lines(n_asked, {way: torch.stack(found[way, n_asked]) for way in WAYS}, generator)
    return lines


def _ask(
    model: FactorModel, ratings: Ratings, row: int, generator: Generator
) -> Iterator[tuple[tuple[str, int], Tensor]]:
    """Yield by way and number of answers the summed squared error and the number of ratings of one person."""
    own = list(ratings.of_user(ratings.users.labels[row]).items())
    parts = [part.tolist() for part in torch.randperm(len(own), generator=generator).tensor_split(QUARTERS)]
    totals = {(name, n_asked): torch.zeros(2, dtype=torch.float64) for name in WAYS for n_asked in ASKED}
    for hidden in parts:
        left = [place for part in parts if part is not hidden for place in part]
        mixed = [left[place] for place in torch.randperm(len(left), generator=generator).tolist()]
        answers, films = dict(own[place] for place in mixed), [own[place][0] for place in hidden]
        stars = torch.tensor([own[place][1] for place in hidden], dtype=torch.float64)
        for (name, n_asked), asked in _asked(model, list(answers)):
            person = fold_in(model, {film: answers[film] for film in asked}, chosen=())
            predicted = torch.tensor([one.prediction for one in person.predict(films)], dtype=torch.float64)
            totals[name, n_asked] += torch.tensor([float((predicted - stars).square().sum()), len(stars)])
    yield from totals.items()


def _asked(model: FactorModel, askable: Sequence[Id]) -> Iterator[tuple[tuple[str, int], Sequence[Id]]]:
    for name, way in WAYS.items():
        films = way(model, askable, max(ASKED))
        yield from (((name, n_asked), films[:n_asked]) for n_asked in ASKED)


def _lines(n_asked: int, errors: dict[str, Tensor], generator: Generator) -> Iterator[dict[str, Any]]:
    """Yield two lines of the table from (people, 2) of each way: all ratings pooled, and every person counting once."""
    n_people = len(errors["rate next"])
    draws = torch.randint(n_people, (RESAMPLES, n_people), generator=generator)
    for measure_of, rmse in (("ratings", _pooled), ("people", _mean_of_people)):
        line: dict[str, Any] = {"answers": n_asked, "over": measure_of, "people": n_people}
        line |= {name: float(rmse(each)) for name, each in errors.items()}
        ours = rmse(errors["rate next"][draws])
        for other in ("popular", "random"):
            low, high = (ours - rmse(errors[other][draws])).quantile(BOUNDS).tolist()
            line[f"less {other}"] = line["rate next"] - line[other]
            line[f"95 % of less {other}"] = f"{low:+.4f} to {high:+.4f}"
        yield line


def _pooled(errors: Tensor) -> Tensor:
    """RMSE (…) over all ratings of (…, people, 2): who rated much counts much."""
    return (errors[..., 0].sum(-1) / errors[..., 1].sum(-1)).sqrt()


def _mean_of_people(errors: Tensor) -> Tensor:
    """Mean (…) of people's own RMSE, of (…, people, 2)."""
    return (errors[..., 0] / errors[..., 1]).sqrt().mean(-1)


def _count(model: FactorModel, film: Id) -> int:
    return int(model.rated.item_counts[model.items.row(film)])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", default="ml-100k")
    parser.add_argument("--trainers", nargs="+", default=("gibbs", "als"))
    parser.add_argument("--people", type=int, help="people asked; all with enough ratings if absent")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    limit_threads(1)
    for name in chosen.trainers:
        rows = measure(chosen.dataset, name, n_people=chosen.people, seed=chosen.seed)
        title = f"RMSE in stars on the ratings not asked for, {name}, people held out of {chosen.dataset}"
        show(title, rows, {"benchmark": "next_films", "trainer": name, **vars(chosen), "rows": rows})


if __name__ == "__main__":
    main()
