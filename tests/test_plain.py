"""Findings as JSON and back: the same again, or one sentence."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import pytest

from core.errors import InvalidArgument
from core.evaluation.plain import Plain


@dataclass(frozen=True)
class Part:
    name: str
    value: float


@dataclass(frozen=True)
class Whole(Plain):
    parts: tuple[Part, ...]
    pair: tuple[int, str]
    shares: dict[str, float]
    std: float | None


WHOLE = Whole((Part("one", 0.5), Part("two", 1.0)), (3, "three"), {"a": 0.25, "n_factors": 8}, None)
TEXT = json.dumps(WHOLE.as_dict(), allow_nan=False)


def test_it_is_the_same_again() -> None:
    assert WHOLE.as_dict() == {
        "parts": [{"name": "one", "value": 0.5}, {"name": "two", "value": 1.0}],
        "pair": [3, "three"],
        "shares": {"a": 0.25, "n_factors": 8},
        "std": None,
    }
    assert Whole.from_json(TEXT) == WHOLE
    assert isinstance(Whole.from_json(TEXT).shares["n_factors"], int)  # a setting that counts stays whole


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_known_is_null_and_then_nan(value: float) -> None:
    text = json.dumps(Whole((Part("one", value),), (3, "three"), {}, 0.5).as_dict(), allow_nan=False)
    assert '"value": null' in text
    assert math.isnan(Whole.from_json(text).parts[0].value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TEXT, ""),
        (TEXT, "null"),
        (TEXT, "[]"),
        ('"name": "one", ', ""),
        ('"std"', '"other": 1, "std"'),
        ("0.5", '"0.5"'),
        ("0.5", "true"),
        ('[3, "three"]', '[3, "three", 4]'),
        ('[3, "three"]', "7"),
        ('{"a": 0.25, "n_factors": 8}', "[1]"),
    ],
)
def test_other_text_is_refused(old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(InvalidArgument, match=r"^text must be a Whole as it was written, got '"):
        Whole.from_json(TEXT.replace(old, new))
