"""A person whom no model was trained on: a vector out of three ratings, and a guess for every film out of that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core.datasets.people import Profile
from core.folding import fold_in
from core.ids import Id
from core.links import Identity
from core.model import FactorModel, UserPrior
from core.ratings import Ratings


def place_someone(model: FactorModel, prior: UserPrior, stars: Mapping[Id, float]) -> Tensor:
    """Return the numbers of somebody who gave ``stars`` to some films, which stay as they are: (draws, d + 1).

    w = (XᵀGX + Λ)⁻¹ (XᵀGy + Λm): the vector that explains the stars best and strays least from m, what ``prior`` says
    most people are like. For models whose prediction is a sum; with no stars it is m. Source: Bishop, *Pattern
    Recognition and Machine Learning*, 2006, eqs. 3.50 and 3.51.
    """
    rows = model.items.rows(stars)
    pull = prior.penalty(len(stars))  # Λ (draws, d + 1, d + 1): how strongly m holds
    films = model.item_vectors[:, rows].to(pull)  # X (draws, n, d + 1): the rated films, each with a 1
    left = pull.new_tensor([*stars.values()]) - model.item_offset[:, rows].to(pull)  # y: what the film leaves open
    heed = 1.0 if prior.film_noise is None else prior.film_noise[:, None, rows].to(pull)  # G: what a rating of it says
    answer = films.mT * heed @ left[..., None] + pull @ prior.mean[..., None]
    solution: Tensor = torch.linalg.solve(films.mT * heed @ films + pull, answer)
    return solution.squeeze(-1)


def predict_every_film(model: FactorModel, someone: Tensor) -> Tensor:
    """Return the stars that ``someone`` (draws, d + 1) would give every film: (n_items,)."""
    taste = someone.to(model.item_vectors)
    scores = model.item_offset + (model.item_vectors @ taste[..., None]).squeeze(-1)
    return scores.mean(0).clamp(model.scale.low, model.scale.high)


def difference_by_hand(model: FactorModel, stars: Mapping[Id, float]) -> float | None:
    """Return by how many stars the lines above and the program's fold-in differ at most; None where predictions are no sum."""
    if not isinstance(model.link, Identity) or model.user_prior is None:
        return None
    by_hand = predict_every_film(model, place_someone(model, model.user_prior, stars))
    program = [each.prediction for each in fold_in(model, stars, chosen=()).predict_all()]
    return float((by_hand - torch.tensor(program, dtype=torch.float64)).abs().max())


@dataclass(frozen=True)
class FirstStep:
    """What is known of somebody after ``n_ratings``: their list, and how much predictions ``moved`` by the last rating.

    ``unsure`` is the standard deviation of a prediction, ``moved`` its change, in stars, both the mean over films.
    """

    n_ratings: int
    best: tuple[Id, ...]
    unsure: float
    moved: float


def first_steps(
    model: FactorModel, stars: Mapping[Id, float], *, most: int = 3, n: int = 10, min_ratings: int = 0
) -> list[FirstStep]:
    """Return what was known of somebody before their first rating, after it, and so on, up to ``most`` ratings.

    A list has ``n`` films. Films with fewer than ``min_ratings`` ratings in training are in no list.
    """
    given = list(stars.items())
    people = [fold_in(model, dict(given[:known]), chosen=()) for known in range(min(most, len(given)) + 1)]
    steps, before = [], None
    for person in people:
        found = person.predict_all()
        now = torch.tensor([each.prediction for each in found], dtype=torch.float64)
        moved = 0.0 if before is None else float((now - before).abs().mean())
        unsure = sum(each.std for each in found) / len(found)
        best = tuple(each.item_id for each in person.top_n(n, min_ratings=min_ratings))
        steps.append(FirstStep(len(person.ratings), best, unsure, moved))
        before = now
    return steps


@dataclass(frozen=True)
class Part:
    """People of whom one word holds: "aged 20 to 29", "occupation writer"; how many they are, and what they rated."""

    word: str
    n_people: int
    n_ratings: int


def who_rated(people: Mapping[Id, Profile], ratings: Ratings) -> list[Part]:
    """Return the people of ``ratings`` by each word that holds of them, the largest part first; none where nothing is known."""
    counts = dict(zip(ratings.users.labels, ratings.user_counts.tolist(), strict=True))
    found: dict[str, list[int]] = {}
    for label, profile in people.items():
        for word in profile.words if label in counts else ():
            found.setdefault(word, []).append(counts[label])
    parts = [Part(word, len(each), sum(each)) for word, each in found.items()]
    return sorted(parts, key=lambda part: (-part.n_people, part.word))


def usual_popularity(ratings: Ratings, films: Iterable[Id]) -> float:
    """Return the median number of ratings of ``films``; 0 where there are none."""
    counts = ratings.item_counts[ratings.items.rows(films)].double()
    return float(counts.quantile(0.5)) if len(counts) else 0.0


def share_of_most_rated(ratings: Ratings, share: float) -> float:
    """Return how much of all ratings, 0 to 1, the ``share`` of films has that were rated most."""
    counts = ratings.item_counts.sort(descending=True).values
    return float(counts[: round(share * len(counts))].sum() / counts.sum())


def known_to_few(ratings: Ratings, fewer_than: int) -> int:
    """Return how many films have fewer than ``fewer_than`` ratings: of them hardly anything can be learned."""
    return int((ratings.item_counts < fewer_than).sum())
