"""A taste and films by hand: three numbers each, and what multiplying and adding them says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.catalogue import Film
from core.ids import Id

LIKINGS = ("science fiction", "action", "old films")


def film_values(film: Film) -> tuple[float, float, float]:
    """Return a film's place on three scales from −1 to 1: science fiction, action, age; a film without a year has age 0.

    The first two are 1 if it is filed there, else −1. Age falls evenly from 1 for 1930 to −1 for 2000.
    """
    year = 1965 if film.year is None else film.year
    return (
        1.0 if "Sci-Fi" in film.genres else -1.0,
        1.0 if "Action" in film.genres else -1.0,
        max(-1.0, min(1.0, (1965 - year) / 35)),
    )


def products(taste: Sequence[float], values: Sequence[float]) -> list[float]:
    """Return each number of a taste times the film's number for the same thing."""
    return [liking * value for liking, value in zip(taste, values, strict=True)]


def dot_product(taste: Sequence[float], values: Sequence[float]) -> float:
    """Return the products, added up: high where the person likes what the film is and dislikes what it is not."""
    return sum(products(taste, values))


def different_films(films: Sequence[Film], counts: Mapping[Id, int]) -> list[Film]:
    """Return, of each kind of film by the signs of its three values, the one with most ratings, the best known first.

    ``counts`` are ratings by film; films without any, or without a title, are left out.
    """
    known = sorted((film for film in films if film.title and counts.get(film.id)), key=lambda film: -counts[film.id])
    kinds: dict[tuple[bool, ...], Film] = {}
    for film in known:
        kinds.setdefault(tuple(value > 0 for value in film_values(film)), film)
    return list(kinds.values())
