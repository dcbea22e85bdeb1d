"""What an import would do, before anything is saved: matched, to be chosen, not found, left out; then the ratings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from core.catalogue import Film
from core.ids import Id
from core.imports.history import STARS, Entry, History
from core.imports.matching import FilmMatcher, Found
from core.scale import RatingScale

_SAME_NAME = "the export holds several films of this name and year"


@dataclass(frozen=True)
class Match:
    """One film of an export: the row that counts, what was found for it, and how many rows speak of it."""

    entry: Entry
    found: Found
    n_rows: int = 1

    @property
    def film(self) -> Film | None:
        """The film that fits best; None if none was found."""
        return self.found.candidates[0].film if self.found.candidates else None


@dataclass(frozen=True)
class MatchReport:
    """Every film of an export once, by what was found, in the order of the export; series as they stood.

    ``by_title`` are those without a year that one film alone fits by its name: taken only if the person says so.
    """

    matched: tuple[Match, ...] = ()
    by_title: tuple[Match, ...] = ()
    uncertain: tuple[Match, ...] = ()
    not_found: tuple[Match, ...] = ()
    series: tuple[Entry, ...] = ()

    @cached_property
    def n_repeated(self) -> int:
        """How many rows a later one of the same film overrules."""
        return sum(
            match.n_rows - 1 for part in (self.matched, self.by_title, self.uncertain, self.not_found) for match in part
        )


@dataclass(frozen=True)
class Watched:
    """What an import says of one film: stars on the data's scale, or None; when, in seconds since 1970 or None."""

    film: Id
    stars: float | None
    at: int | None


@dataclass(frozen=True)
class ImportPlan:
    """What would be saved: rated and watched films, each once, and how many ratings the scale of the data bent."""

    rated: tuple[Watched, ...] = ()
    seen: tuple[Watched, ...] = ()
    n_bent: int = 0


def match_history(history: History, films: FilmMatcher) -> MatchReport:
    """Return what each film of ``history`` is among ``films``.

    Of several rows about a film the last rating by date counts, of one day the later row; a viewing without a rating
    never overrules one with.
    """
    rows: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in history.entries:
        if entry.kind == "film":
            rows[entry.film].append(entry)
    by_verdict: dict[str, list[Match]] = defaultdict(list)
    by_film: dict[Id, list[Match]] = defaultdict(list)
    for entries in rows.values():
        match = Match(latest(entries), _found(films, entries), len(entries))
        if match.film is not None and match.found.verdict in ("matched", "by title"):
            by_film[match.film.id].append(match)
        else:
            by_verdict[match.found.verdict].append(match)
    for matches in by_film.values():
        joined = _joined(matches)
        by_verdict[joined.found.verdict].append(joined)
    series = tuple(entry for entry in history.entries if entry.kind == "series")
    matched, by_title, uncertain, not_found = (
        tuple(by_verdict[name]) for name in ("matched", "by title", "uncertain", "not found")
    )
    return MatchReport(matched, by_title, uncertain, not_found, series)


def latest(entries: Iterable[Entry]) -> Entry:
    """Return the row that counts: rated before unrated, then the last by date, then the later in the file."""
    ranked = enumerate(entries)
    return max(ranked, key=lambda row: (row[1].stars is not None, row[1].rated_at or 0, row[0]))[1]


def plan_import(
    report: MatchReport, scale: RatingScale, *, chosen: Mapping[int, Id] | None = None, titles: Iterable[int] = ()
) -> ImportPlan:
    """Return what would be saved.

    ``chosen`` are films picked for uncertain matches and ``titles`` the matches by title that are taken too, both by
    their place in the report. Stars (½ to 5) stretch to another top of ``scale`` and stop at its ends.
    """
    taken: dict[Id, list[Entry]] = defaultdict(list)
    for match in report.matched:
        taken[_id_of(match)].append(match.entry)
    for place in titles:
        taken[_id_of(report.by_title[place])].append(report.by_title[place].entry)
    for place, film in (chosen or {}).items():
        taken[film].append(report.uncertain[place].entry)
    rows = [(film, latest(entries)) for film, entries in taken.items()]
    rated = [(film, entry, entry.stars) for film, entry in sorted(rows, key=_when) if entry.stars is not None]
    given = [Watched(film, fitted(stars, scale), entry.rated_at) for film, entry, stars in rated]
    seen = tuple(Watched(film, None, entry.rated_at) for film, entry in sorted(rows, key=_when) if entry.stars is None)
    straight = [stars * scale.high / STARS.high for _, _, stars in rated]
    n_bent = sum(one.stars != stars for one, stars in zip(given, straight, strict=True))
    return ImportPlan(tuple(given), seen, n_bent)


def fitted(stars: float, scale: RatingScale) -> float:
    """Return stars (½ to 5) on another scale: stretched to its top, stopped at its ends."""
    return min(scale.high, max(scale.low, stars * scale.high / STARS.high))


def _found(matcher: FilmMatcher, entries: list[Entry]) -> Found:
    found = matcher.find(entries[0])
    keys: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        keys[entry.file].add(entry.key)
    if found.verdict != "not found" and any(len(known - {""}) > 1 for known in keys.values()):
        return Found("uncertain", found.candidates, _SAME_NAME)  # the service tells apart what this row does not
    return found


def _joined(matches: list[Match]) -> Match:
    """One match from several spellings of a film; one that is sure makes the rest so."""
    best = min(matches, key=lambda match: match.found.verdict != "matched")
    entry = latest(match.entry for match in matches)
    return Match(entry, best.found, sum(match.n_rows for match in matches))


def _id_of(match: Match) -> Id:
    (best, *_) = match.found.candidates
    return best.film.id


def _when(row: tuple[Id, Entry]) -> int:
    return row[1].rated_at or 0
