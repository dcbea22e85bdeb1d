"""Recommending by category: films are filed under kinds as people name them, and a person is what they give each kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.catalogue import Film
from core.ids import Id


def kinds_of(film: Film, popularity: float) -> tuple[str, ...]:
    """Return the kinds that people would file ``film`` under, the usual words instead of a catalogue's.

    ``popularity`` is the share of films that have fewer ratings, 0 to 1: what a blockbuster is, and what is not one.
    """
    kinds = {
        "action": {"Action", "Adventure", "Western"},
        "comic": {"Comedy"},
        "for children": {"Children's", "Children", "Animation"},
        "scary": {"Horror", "Thriller"},
        "science fiction": {"Sci-Fi", "Fantasy"},
        "crime": {"Crime", "Mystery", "Film-Noir"},
        "about love": {"Romance"},
        "serious": {"Drama", "War"},
        "with music": {"Musical"},
        "true": {"Documentary"},
    }
    found = [kind for kind, genres in kinds.items() if genres.intersection(film.genres)]
    if popularity >= 0.9:
        found.append("blockbuster")
    elif popularity < 0.6 and {"Drama", "Documentary"}.intersection(film.genres):
        found.append("arthouse")
    if film.year is not None and film.year < 1970:
        found.append("classic")
    return tuple(found)


def mean_by_kind(stars: Mapping[Id, float], kinds: Mapping[Id, tuple[str, ...]]) -> dict[str, float]:
    """Return what somebody gives each kind of film on average: the sum of their stars for it / how many these are.

    ``stars`` are what they rated, ``kinds`` what each film is filed under.
    """
    given: dict[str, list[float]] = {}
    for film, value in stars.items():
        for kind in kinds.get(film, ()):
            given.setdefault(kind, []).append(value)
    return {kind: sum(values) / len(values) for kind, values in given.items()}


def guess_by_kind(film: Id, means: Mapping[str, float], kinds: Mapping[Id, tuple[str, ...]]) -> float | None:
    """Return what categories say of ``film``: the mean of what somebody gives its kinds; None if they know none of them.

    ``means`` is what ``mean_by_kind`` gave.
    """
    known = [means[kind] for kind in kinds.get(film, ()) if kind in means]
    return sum(known) / len(known) if known else None


def best_by_kind(
    films: Iterable[Id], means: Mapping[str, float], kinds: Mapping[Id, tuple[str, ...]]
) -> list[tuple[Id, float]]:
    """Return ``films`` with what categories say of each, the best first; films without a known kind are left out.

    Films of the same kinds get the same number, and stand in the order given: nothing tells them apart.
    """
    guesses = [(film, guess_by_kind(film, means, kinds)) for film in films]
    known = [(film, guess) for film, guess in guesses if guess is not None]
    return sorted(known, key=lambda pair: -pair[1])
