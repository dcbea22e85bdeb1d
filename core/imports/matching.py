"""Which film of the catalogue a row means: by IMDb's or TMDB's id, else by name and year; what is not sure is asked.

A candidate's score is how far the readings of its name may be trusted that the row's name shares (``names``), or else
the share of letters that two names have in common (Indel similarity, rapidfuzz's ``ratio``); a year that differs costs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from rapidfuzz import fuzz, process

from core.catalogue import Film
from core.imports.history import Entry
from core.imports.names import CUT, NO_ARTICLE, WHOLE, Reading, readings_of
from core.titles import parse_title

Verdict: TypeAlias = Literal["matched", "by title", "uncertain", "not found"]

# From here up a film is taken without asking. Chosen on half of the labelled rows, and on the films of ml-100k asked for
# among their other half: midway between the lowest value that takes no wrong film there and the highest that loses no
# right one. tests/test_imports_labelled.py chooses it again and tests it on the rows that were not used.
ACCEPT = 0.93
# From here up a film is offered.
ASK = 0.78
# As much better than the next film the best must be, to be taken without asking.
MARGIN = 0.01
MOST_OFFERED = 5
# What a year that differs by so many costs. Festivals and countries differ by one; more is a mistake or another film.
YEAR_COSTS = {0: 0.0, 1: 0.05, 2: 0.15, 3: 0.2}
# What an IMDb id that is not the film's costs: too much to take it unasked, though ids do change.
ID_COST = 0.15
# Names shorter than this, in letters, are alike too easily.
SHORTEST_SIMILAR = 6
# Words of two names that stand at the same place must be as alike, or they are other words.
SIMILAR_WORDS = 70


class Candidate(NamedTuple):
    """A film that a row may mean, and how much speaks for it, from 0 to 1."""

    film: Film
    score: float


@dataclass(frozen=True)
class Found:
    """What was found for a row: one film if it is "matched" or "by title", else those to choose from, best first.

    "By title": the row has no year, and one film alone has its name; a remake may be meant, so it is not taken unasked.
    """

    verdict: Verdict
    candidates: tuple[Candidate, ...] = ()
    why: str = ""


class FilmMatcher:
    """The films of a catalogue by their names, to be asked any number of times; read only.

    Of films with one name and year, and no IMDb ids that tell them apart, the first given stands for all: MovieLens lists
    some films twice.
    """

    def __init__(self, films: Iterable[Film]) -> None:
        distinct: dict[tuple[str, int | None, str | None], Film] = {}
        self._by_imdb: dict[str, Film] = {}
        self._by_tmdb: dict[int, Film] = {}
        for film in films:
            distinct.setdefault((film.title, film.year, film.imdb_id), film)
            if film.imdb_id:
                self._by_imdb.setdefault(_plain_imdb(film.imdb_id), film)
            if film.tmdb_id is not None:
                self._by_tmdb.setdefault(film.tmdb_id, film)
        self._films = list(distinct.values())
        self._newest = max((film.year for film in self._films if film.year is not None), default=None)
        self._readings: dict[str, list[tuple[int, Reading]]] = defaultdict(list)
        by_year: dict[int | None, list[tuple[Reading, int]]] = defaultdict(list)
        for number, film in enumerate(self._films):
            for reading in _readings(film.title, *film.alternatives):
                self._readings[reading.key].append((number, reading))
                if reading.trust == WHOLE:
                    by_year[film.year].append((reading, number))
        self._shelves = {year: _Shelf(named) for year, named in by_year.items()}

    def find(self, entry: Entry, *, accept: float = ACCEPT, ask: float = ASK) -> Found:
        """Return the film that ``entry`` means, those it may mean, or why there is none."""
        film = self._by_imdb.get(_plain_imdb(entry.imdb_id)) if entry.imdb_id else None
        if film is not None:
            return Found("matched", (Candidate(film, 1.0),), "by IMDb id")
        if entry.tmdb_id in self._by_tmdb and entry.kind == "film":  # TMDB numbers series anew from 1
            return Found("matched", (Candidate(self._by_tmdb[entry.tmdb_id], 1.0),), "by TMDB id")
        title, year = _title_and_year(entry)
        readings = _readings(title, entry.other_title)
        alike = self._sharing(readings)
        if year is None:  # a name cut at a colon says too little by itself
            alike = {number: trust for number, trust in alike.items() if trust > CUT}
        scores = {number: self._score(trust, number, entry, year) for number, trust in alike.items()}
        if max(scores.values(), default=0) < accept:
            for number, share in self._similar(readings, year, ask if year else accept):
                scores[number] = max(self._score(share, number, entry, year), scores.get(number, 0))
        candidates = self._ranked(scores, ask)
        if candidates:
            return _judged(candidates, year, accept)
        return Found("not found", why=self._why_not(alike, year))

    def _sharing(self, readings: Iterable[Reading]) -> dict[int, float]:
        """Return the films that share a reading, with how far the reading may be trusted."""
        trusts: dict[int, float] = {}
        for reading in readings:
            for number, theirs in self._readings.get(reading.key, ()):
                if WHOLE in (reading.trust, theirs.trust):  # "Star Trek", cut from two names, makes them no pair
                    trusts[number] = max(_agreement(reading, theirs), trusts.get(number, 0))
        return trusts

    def _ranked(self, scores: dict[int, float], ask: float) -> tuple[Candidate, ...]:
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Candidate(self._films[number], score) for number, score in ranked if score >= ask)

    def _score(self, trust: float, number: int, entry: Entry, year: int | None) -> float:
        """What speaks for a film, less what another year and another IMDb id cost."""
        film = self._films[number]
        if entry.imdb_id and film.imdb_id:  # equal ids would have been found before
            trust -= ID_COST
        if year is not None and film.year is not None:
            trust -= YEAR_COSTS.get(abs(year - film.year), 1.0)
        return round(trust, 4)

    def _similar(self, readings: Sequence[Reading], year: int | None, ask: float) -> Iterator[tuple[int, float]]:
        """Give films whose whole name is alike, letter by letter, of the year or the ones beside it."""
        years = (
            self._shelves if year is None else [near for near in (year, year - 1, year + 1) if near in self._shelves]
        )
        for reading in readings:
            if reading.trust == WHOLE and len(reading.key) >= SHORTEST_SIMILAR:
                for near in years:
                    yield from self._shelves[near].similar(reading, ask)

    def _why_not(self, alike: dict[int, float], year: int | None) -> str:
        same = {self._films[number].year for number, trust in alike.items() if trust >= NO_ARTICLE} - {None}
        if same:
            return f"of this name only the film of {' and '.join(map(str, sorted(filter(None, same))))} is here"
        if year is not None and self._newest is not None and year > self._newest:
            return f"made after the newest film here, of {self._newest}"
        return "no film here has this name"


class _Shelf:
    """The whole names of the films of one year, by length."""

    def __init__(self, named: Iterable[tuple[Reading, int]]) -> None:
        self._named = sorted(named, key=lambda pair: len(pair[0].key))
        self._keys = [reading.key for reading, _ in self._named]
        self._lengths = [len(key) for key in self._keys]

    def similar(self, reading: Reading, ask: float) -> Iterator[tuple[int, float]]:
        """Give the films with at least ``ask`` of their letters in common with ``reading``."""
        # Of two names of a and b letters at most 2 min(a, b) of a + b can be in common.
        longest = len(reading.key) * (2 / ask - 1)
        low = bisect_left(self._lengths, len(reading.key) ** 2 / longest)
        high = bisect_right(self._lengths, longest)
        found = process.extract(
            reading.key, self._keys[low:high], scorer=fuzz.ratio, score_cutoff=100 * ask, limit=MOST_OFFERED
        )
        for key, score, place in found:
            theirs, number = self._named[low + place]
            if key != reading.key:  # the same key is no likeness: what it is worth is known already
                yield number, min(score / 100, NO_ARTICLE if _same_words(reading, theirs) else CUT)


def _judged(candidates: tuple[Candidate, ...], year: int | None, accept: float) -> Found:
    best, offered = candidates[0], candidates[:MOST_OFFERED]
    is_alone = len(candidates) == 1 or best.score - candidates[1].score >= MARGIN
    if year is None:
        is_sure = best.score >= NO_ARTICLE and len(candidates) == 1
        return Found("by title" if is_sure else "uncertain", offered, "the file gives no year")
    if best.film.year is None:
        return Found("uncertain", offered, "no year is known of the film here")
    if best.score >= accept and is_alone:
        return Found("matched", (best,), "by name and year")
    if best.score >= accept:
        return Found("uncertain", offered, "several films here fit equally well")
    if abs(best.film.year - year) > 1:
        return Found("uncertain", offered, f"the year differs: {year} in the file, {best.film.year} here")
    return Found("uncertain", offered, "the names are similar, not the same")


def _same_words(one: Reading, other: Reading) -> bool:
    """Return whether two names differ by spelling only: as many words, alike one by one, the same numbers."""
    return (
        len(one.words) == len(other.words)
        and min(len(one.key), len(other.key)) >= SHORTEST_SIMILAR
        and all(
            mine == theirs
            or (not mine.isdecimal() and not theirs.isdecimal() and fuzz.ratio(mine, theirs) >= SIMILAR_WORDS)
            for mine, theirs in zip(one.words, other.words, strict=True)
        )
    )


def _agreement(one: Reading, other: Reading) -> float:
    """How far two readings with the same key speak of the same film."""
    trust = min(one.trust, other.trust)
    if one.article == other.article:
        return trust
    # "A Perfect Murder" and "The Perfect Murder" may be two films; an article more or less is a habit.
    return min(trust, CUT if one.article and other.article else NO_ARTICLE)


@lru_cache(maxsize=200_000)
def _readings_of(name: str) -> tuple[Reading, ...]:
    return tuple(readings_of(name))


def _readings(*names: str) -> list[Reading]:
    """The readings of several names of one film, the surest of each key."""
    found: dict[tuple[tuple[str, ...], str], Reading] = {}
    for name in names:
        for reading in _readings_of(name):
            known = found.get((reading.words, reading.article))
            if known is None or known.trust < reading.trust:
                found[reading.words, reading.article] = reading
    return list(found.values())


def _title_and_year(entry: Entry) -> tuple[str, int | None]:
    """Some services put the year into the title, in brackets."""
    parsed = parse_title(entry.title)
    if entry.year is None and parsed.year is not None:
        return parsed.name, parsed.year
    return entry.title, entry.year


def _plain_imdb(imdb_id: str | None) -> str:
    """Return an IMDb id without the zeros that pad it."""
    return (imdb_id or "").casefold().removeprefix("tt").lstrip("0")
