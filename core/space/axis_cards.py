"""Named axes as plain values: what a script reads, and a line each for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from core.catalogue import Catalogue
from core.ids import Id
from core.space.axes import NamedAxis
from core.space.evidence import Evidence
from core.space.stability import FoundAgain


def axis_cards(axes: Iterable[NamedAxis], films: Catalogue) -> list[dict[str, Any]]:
    """Return index (from 0), name, share of variance, films at both ends, evidence and stability of each axis."""
    return [
        {
            "index": axis.index,
            "name": axis.name,
            "variance": axis.variance,
            "low": _titled(axis.low, films),
            "high": _titled(axis.high, films),
            "evidence": [_plain(each) for each in axis.evidence],
            "stability": None if axis.stability is None else _told(axis.stability),
        }
        for axis in axes
    ]


def card_lines(cards: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return a row for each card: its number from 1, share of variance, whether it is found again, and its name."""
    return [
        {
            "number": str(card["index"] + 1),
            "share": f"{card['variance']:.1%}",
            "stability": _in_words(card["stability"]),
            "name": card["name"],
        }
        for card in cards
    ]


def _titled(item_ids: Sequence[Id], films: Catalogue) -> list[dict[str, Any]]:
    return [
        {"item_id": item_id, "title": films[item_id].label if item_id in films else str(item_id)}
        for item_id in item_ids
    ]


def _plain(evidence: Evidence) -> dict[str, Any]:
    values = asdict(evidence) | {"passes": evidence.passes}
    return {name: value for name, value in values.items() if name != "words"}


def _told(found: FoundAgain) -> dict[str, Any]:
    return {
        "found_again": found.is_found,
        "by_seeds": found.by_seeds,
        "by_people": found.by_people,
        "lowest": found.lowest,
    }


def _in_words(stability: Mapping[str, Any] | None) -> str:
    if stability is None:
        return "not refitted"
    return "found again" if stability["found_again"] else "not found again"
