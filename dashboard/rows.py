"""From core's answers to what lists show: no sums here, only names and texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core import Catalogue, Film, FoldInRefused, Id, Influence, Person, Prediction, influences, star_chances, star_set
from dashboard.library import Ready
from dashboard.words import Spread, count

MOST_REASONS = 2
MOST_GENRES = 3


@dataclass(frozen=True)
class Listed:
    """One predicted film with all that a list says of it."""

    film: Film
    prediction: Prediction
    spread: Spread
    reasons: tuple[Influence, ...]
    n_ratings: int
    mean: float

    @property
    def meta(self) -> str:
        """Genres, number of ratings and their mean, in one line."""
        mean = f", mean {self.mean:.1f}" if self.n_ratings else ""
        return " · ".join(filter(None, (genres_text(self.film), count(self.n_ratings, "rating") + mean)))


def listed(ready: Ready, person: Person, predictions: Sequence[Prediction]) -> list[Listed]:
    """Return what a list shows of each prediction, in the same order."""
    reasons = reasons_for(person, [prediction.item_id for prediction in predictions])
    ratings = ready.dataset.ratings
    return [
        Listed(
            film=film_of(ready.saved.films, prediction.item_id),
            prediction=prediction,
            spread=spread_of(prediction, person),
            reasons=tuple(reasons.get(prediction.item_id, ())[:MOST_REASONS]),
            n_ratings=int(ratings.item_counts[row]),
            mean=float(ratings.item_means[row]),
        )
        for prediction, row in zip(predictions, ratings.items.rows(found.item_id for found in predictions), strict=True)
    ]


def reasons_for(person: Person, item_ids: Sequence[Id]) -> Mapping[Id, list[Influence]]:
    """Return the influences on each film, strongest first; none where the model cannot tell."""
    try:
        return influences(person, item_ids)
    except FoldInRefused:
        return {}


def spread_of(prediction: Prediction, person: Person) -> Spread:
    """Return the chance of each level of the scale, and the star-set."""
    scale = person.model.scale
    chances = star_chances(prediction.prediction, prediction.rating_std, scale)
    return Spread(scale.levels, chances, star_set(chances))


def film_of(films: Catalogue, film_id: Id) -> Film:
    """Return the film, or a stand-in under its id where the catalogue does not hold it."""
    return films[film_id] if film_id in films else Film(film_id, f"Film {film_id}")


def genres_text(film: Film) -> str:
    """Return a film's first genres."""
    return ", ".join(film.genres[:MOST_GENRES])


def moves(before: Sequence[Id], now: Sequence[Id]) -> dict[Id, int | Literal["new"]]:
    """Return how many ranks each film of ``now`` has won since ``before``; ``new`` if it was not there."""
    ranks = {film: rank for rank, film in enumerate(before)}
    return {film: ranks[film] - rank if film in ranks else "new" for rank, film in enumerate(now)}
