"""Findings as plain values, and back: frozen dataclasses to what JSON holds, where a number that is not known is null."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Self, Union, get_args, get_origin, get_type_hints

from core.errors import InvalidArgument


class Plain:
    """What a frozen dataclass of plain values, and of others like it, takes on so that it can be kept as JSON."""

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as JSON takes it; NaN and ±∞ become None."""
        taken_apart: dict[str, Any] = _take_apart(self)
        return taken_apart

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what ``as_dict`` and ``json.dumps`` wrote; raises ``InvalidArgument`` on any other text."""
        try:
            found: Self = _build(cls, json.loads(text))
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise InvalidArgument(f"text must be a {cls.__name__} as it was written, got {text[:40]!r}") from error
        return found


def _take_apart(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _take_apart(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(name): _take_apart(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_take_apart(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


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
    return _number(found) if kind is float else found


def _number(found: Any) -> Any:
    if found is None:
        return math.nan
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise TypeError("not a number")
    return found
