"""Findings as plain values, and back: frozen dataclasses to what JSON holds, where a number that is not known is null."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from core.errors import InvalidArgument

Kind = TypeVar("Kind")


def as_plain(value: Any) -> Any:
    """Return ``value`` (dataclasses, mappings, sequences, texts, numbers) as JSON takes it; NaN and ±∞ become None."""
    if is_dataclass(value):
        return {field.name: as_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(name): as_plain(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [as_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def from_plain(kind: type[Kind], found: Any) -> Kind:
    """Return the dataclass that ``as_plain`` took apart; raises ``InvalidArgument`` if ``found`` is anything else."""
    try:
        return _build(kind, found)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise InvalidArgument(f"text must be a {kind.__name__} as it was written, got {str(found)[:40]!r}") from error


def from_json(kind: type[Kind], text: str) -> Kind:
    """Return what ``as_plain`` and ``json.dumps`` wrote; raises ``InvalidArgument`` on any other text."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise InvalidArgument(f"text must be a {kind.__name__} as it was written, got {text[:40]!r}") from error
    return from_plain(kind, found)


def _build(kind: Any, found: Any) -> Any:
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        if found.keys() != {field.name for field in fields(kind)}:
            raise KeyError("other fields")
        return kind(**{name: _build(hints[name], found[name]) for name in hints if name in found})  # type: ignore[operator]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        inner = arguments[:1] * len(found) if arguments[-1] is Ellipsis else arguments
        return tuple(_build(each, part) for each, part in zip(inner, found, strict=True))
    if origin is dict:
        return {name: _build(arguments[1], each) for name, each in found.items()}
    if origin in (Union, UnionType) and type(None) in arguments:
        rest = [each for each in arguments if each is not type(None)]
        return None if found is None else _build(rest[0], found) if len(rest) == 1 else found
    return math.nan if kind is float and found is None else found
