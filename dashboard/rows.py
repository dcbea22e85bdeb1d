"""From core's answers to what lists show: no sums here, only names and texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from core import (
    Catalogue,
    Film,
    FoldInRefused,
    Id,
    Influence,
    Person,
    Prediction,
    Ratings,
    influences,
    star_set,
)
from dashboard.library import Ready
from dashboard.words import NO_BREAK_SPACE, Spread, count

MOST_REASONS = 2
MOST_GENRES = 3
MOST_GENRES_IN_FACTS = 2  # more of them would break the line
# Films with fewer ratings stand out by luck. Small data have few films with so many: then fewer are asked for.
USUAL_SUPPORT, LEAST_FILMS, STEP = 20, 40, 5
Order = Literal["best", "surest", "least known"]


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
        return film_facts(self.film, self.n_ratings, self.mean)


@dataclass(frozen=True, eq=False)
class FilmIndex:
    """Every rated film by a label that no other has (``films``) and back (``labels``), most rated first."""

    films: Mapping[str, Id]
    labels: Mapping[Id, str]

    @classmethod
    def of(cls, ready: Ready) -> FilmIndex:
        """Return the index of a model's films; a label that two films share gets the second one's id."""
        ratings = ready.dataset.ratings
        films: dict[str, Id] = {}
        for row in ratings.item_counts.argsort(descending=True, stable=True).tolist():
            film = film_of(ready.saved.films, ratings.items.labels[row])
            films[film.label if film.label not in films else f"{film.label} · no. {film.id}"] = film.id
        return cls(MappingProxyType(films), MappingProxyType({film: label for label, film in films.items()}))

    def find(self, text: str) -> Id | None:
        """Return the film that ``text`` means: its label, else the most rated that begins like it, else contains it."""
        wanted = text.strip().casefold()
        if not wanted:
            return None
        if text in self.films:
            return self.films[text]
        holding = [label for label in self.films if wanted in label.casefold()]
        first = next((label for label in holding if label.casefold().startswith(wanted)), next(iter(holding), None))
        return None if first is None else self.films[first]


def usual_support(ratings: Ratings) -> int:
    """Return how many ratings a film should have to be listed."""
    most = ratings.item_counts.sort(descending=True).values.tolist()[:LEAST_FILMS]
    return min(USUAL_SUPPORT, int(most[-1]) // STEP * STEP)


def in_order(predictions: Sequence[Prediction], order: Order, ratings: Ratings) -> list[Prediction]:
    """Return predictions, given best first, in another order; what ties keeps the given one."""
    if order == "surest":
        return sorted(predictions, key=lambda found: found.rating_std)
    if order == "least known":
        return sorted(predictions, key=lambda found: int(ratings.item_counts[ratings.items.row(found.item_id)]))
    return list(predictions)


def listed(ready: Ready, person: Person, predictions: Sequence[Prediction]) -> list[Listed]:
    """Return what a list shows of each prediction, in the same order."""
    item_ids = [prediction.item_id for prediction in predictions]
    reasons, spreads = reasons_for(person, item_ids), spreads_of(person, item_ids)
    ratings = ready.dataset.ratings
    return [
        Listed(
            film=film_of(ready.saved.films, prediction.item_id),
            prediction=prediction,
            spread=spread,
            reasons=tuple(reasons.get(prediction.item_id, ())[:MOST_REASONS]),
            n_ratings=int(ratings.item_counts[row]),
            mean=float(ratings.item_means[row]),
        )
        for prediction, spread, row in zip(predictions, spreads, ratings.items.rows(item_ids), strict=True)
    ]


def reasons_for(person: Person, item_ids: Sequence[Id]) -> Mapping[Id, list[Influence]]:
    """Return the influences on each film, strongest first; none where the model cannot tell."""
    try:
        return influences(person, item_ids)
    except FoldInRefused:
        return {}


def spreads_of(person: Person, item_ids: Sequence[Id]) -> list[Spread]:
    """Return the chance of each level of the scale and the star-set, for each film."""
    return [Spread(person.model.scale.levels, chances, star_set(chances)) for chances in person.star_chances(item_ids)]


def film_of(films: Catalogue, film_id: Id) -> Film:
    """Return the film, or a stand-in under its id where the catalogue does not hold it."""
    return films[film_id] if film_id in films else Film(film_id, f"Film {film_id}")


def genres_text(film: Film, *, most: int = MOST_GENRES) -> str:
    """Return a film's first genres."""
    return ", ".join(film.genres[:most])


def film_facts(film: Film, n_ratings: int, mean: float) -> str:
    """Return genres, number of ratings and their mean in one line, which breaks before the number only."""
    ratings = count(n_ratings, "rating") + (f", mean {mean:.1f}" if n_ratings else "")
    genres = genres_text(film, most=MOST_GENRES_IN_FACTS)
    return " · ".join(filter(None, (genres, ratings.replace(" ", NO_BREAK_SPACE))))


def moves(before: Sequence[Id], now: Sequence[Id]) -> dict[Id, int | Literal["new"]]:
    """Return how many ranks each film of ``now`` has won since ``before``; ``new`` if it was not there."""
    ranks = {film: rank for rank, film in enumerate(before)}
    return {film: ranks[film] - rank if film in ranks else "new" for rank, film in enumerate(now)}
