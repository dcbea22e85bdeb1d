"""What no recommender should do, whatever its error: the same list for all, impossible stars, a film twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.catalogue import Catalogue
from core.evaluation.bench import Bench, Measured
from core.model import TrainedModel

# Beyond these shares a check does not pass; conventions.
MOST_ALIKE, MOST_NEVER, MOST_AT_LIMITS = 0.5, 0.95, 0.5
LEAST_SPREAD = 0.05  # stars: predictions that differ by less are one number for everybody


@dataclass(frozen=True)
class Check:
    """One check of one model: whether it ``passes``, and what was found, a sentence."""

    model: str
    name: str
    passes: bool
    found: str


def sanity_checks(
    bench: Bench, name: str, model: TrainedModel, measured: Measured, films: Catalogue
) -> tuple[Check, ...]:
    """Return what every check finds of the model that goes by ``name``."""
    lists = measured.lists
    answers: dict[str, Callable[[], tuple[bool, str]]] = {
        "lists differ between people": lambda: _constant_lists(lists),
        "films get recommended": lambda: _never_recommended(bench, lists),
        "no film stands twice in a list": lambda: _twice(lists),
        "no title stands twice in a list": lambda: _title_twice(bench, lists, films),
        "predictions differ": lambda: _constant_stars(measured.predictions),
        "predictions are not stuck at the limits": lambda: _at_limits(model, measured.predictions),
        "lists hold nothing already rated": lambda: _already_rated(bench, model, lists),
    }
    return tuple(Check(name, check, *answer()) for check, answer in answers.items())


def _constant_lists(lists: Tensor) -> tuple[bool, str]:
    distinct, counts = lists.sort(1).values.unique(dim=0, return_counts=True)
    most = int(counts.max())
    share = most / len(lists)
    said = f"{len(distinct):,} different lists for {len(lists):,} people; the commonest goes to {most:,}"
    return len(lists) == 1 or share <= MOST_ALIKE, f"{said}."


def _never_recommended(bench: Bench, lists: Tensor) -> tuple[bool, str]:
    times = bench.times_listed(lists)
    never = int((times == 0).sum())
    unrated = int(((times > 0) & (bench.counts == 0)).sum())
    said = (
        f"{never:,} of {len(times):,} films stand in nobody's list; {unrated:,} in a list have no rating in training."
    )
    places = lists.numel()
    return never / len(times) <= max(MOST_NEVER, 1 - places / len(times)), said


def _twice(lists: Tensor) -> tuple[bool, str]:
    n = _n_with_repeats(lists)
    return n == 0, f"{n:,} lists hold a film twice."


def _n_with_repeats(lists: Tensor) -> int:
    """How many rows hold one number, not below 0, more than once."""
    ordered = lists.sort(1).values
    return int(((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any(1).sum())


def _title_twice(bench: Bench, lists: Tensor, films: Catalogue) -> tuple[bool, str]:
    labels = bench.test.items.labels
    titles = [films[label].label.casefold() if label in films else f"#{label}" for label in labels]
    number = {title: place for place, title in enumerate(dict.fromkeys(titles))}
    of_row = torch.tensor([number[title] for title in titles], dtype=torch.int64)
    n = _n_with_repeats(torch.where(lists >= 0, of_row[lists.clamp(min=0)], -1))
    return n == 0, f"{n:,} lists hold two films of one title and year."


def _constant_stars(predictions: Tensor) -> tuple[bool, str]:
    spread = float(predictions.std(correction=0))
    return spread > LEAST_SPREAD, f"Predicted stars differ by {spread:.2f} (standard deviation)."


def _at_limits(model: TrainedModel, predictions: Tensor) -> tuple[bool, str]:
    scale = model.scale
    share = float(((predictions <= scale.low) | (predictions >= scale.high)).double().mean())
    return share <= MOST_AT_LIMITS, f"{share:.1%} of the predictions are {scale.low:g} or {scale.high:g} stars."


def _already_rated(bench: Bench, model: TrainedModel, lists: Tensor) -> tuple[bool, str]:
    shown = bench.users[:, None] * len(bench.counts) + lists
    n = int(torch.isin(shown[lists >= 0], model.rated.cells).sum())
    return n == 0, f"{n:,} places in lists go to films that the person rated in training."
