"""What a report holds: the comparison, the names it needs, where data and models come from, what reviewers said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from core import Comparison, SavedModel, findings, list_datasets, versions

FORMAT_VERSION = 1


@dataclass(frozen=True)
class Note:
    """What a reviewer wrote: by whom, when (as text), about what."""

    author: str
    time: str
    about: str
    text: str


@dataclass(frozen=True)
class Decision:
    """What was decided, by whom, when (as text): ``word`` is ship, hold or needs work."""

    word: str
    reasons: str
    author: str
    time: str


@dataclass(frozen=True)
class Report:
    """One report; everything on its page is read off ``as_dict``."""

    comparison: Comparison
    findings: tuple[str, ...]
    titles: dict[str, str]
    data: dict[str, str]
    versions: dict[str, str]
    notes: tuple[Note, ...] = ()
    decision: Decision | None = None
    format_version: int = field(default=FORMAT_VERSION, init=False)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as JSON takes it."""
        return {
            "format_version": self.format_version,
            "findings": list(self.findings),
            "comparison": self.comparison.as_dict(),
            "titles": self.titles,
            "data": self.data,
            "versions": self.versions,
            "notes": [asdict(note) for note in self.notes],
            "decision": None if self.decision is None else asdict(self.decision),
        }


def make_report(
    comparison: Comparison, baseline: SavedModel, *, notes: Sequence[Note] = (), decision: Decision | None = None
) -> Report:
    """Return the report on ``comparison``, whose films and data are those of ``baseline``."""
    shown = {film for change in comparison.changes.most_changed for film in (*change.baseline, *change.candidate)}
    titles = {str(film): baseline.films[film].label if film in baseline.films else str(film) for film in shown}
    return Report(
        comparison,
        findings(comparison),
        titles,
        _data(comparison.baseline.dataset),
        versions(),
        tuple(notes),
        decision,
    )


def _data(name: str) -> dict[str, str]:
    """The data card: title and licence where the data set is one that is known."""
    known = {info.name: info for info in list_datasets()}
    if name in known:
        return {"name": name, "title": known[name].title, "licence": known[name].licence}
    return {
        "name": name,
        "title": name or "a table of one's own",
        "licence": "not known here; whoever gave the table knows",
    }
