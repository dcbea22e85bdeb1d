"""What is known of people and films in words: order says nothing, and a table has a column for each word."""

from __future__ import annotations

import torch

from core.ids import IdMap
from core.traits import Traits

WORDS = {1: ("War", "Drama"), 2: (), 5: ("Comedy", "Drama", "Drama"), 9: ("Western",)}


def test_order_and_repetition_say_nothing() -> None:
    turned = Traits({label: words[::-1] for label, words in reversed(WORDS.items())}, kind="films")
    traits = Traits(WORDS, kind="films")
    assert (traits, hash(traits), repr(traits)) == (turned, hash(turned), repr(turned))
    assert dict(traits) == {1: ("Drama", "War"), 2: (), 5: ("Comedy", "Drama"), 9: ("Western",)}


def test_its_text_is_short_and_says_what_differs() -> None:
    traits, other = Traits(WORDS, kind="films"), Traits({**WORDS, 2: ("War",)}, kind="films")
    assert repr(traits).startswith("4 films, ") and len(repr(traits)) < 40
    assert repr(traits) != repr(other) and traits != other


def test_a_table_has_a_column_for_each_word_of_these_ids() -> None:
    found = Traits(WORDS, kind="films").table(IdMap([5, 2, 7, 1], kind="film"))  # 7 is not known, 9 is not asked for
    expected = [[1, 1, 0], [0, 0, 0], [0, 0, 0], [0, 1, 1]]  # Comedy, Drama, War
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float64))


def test_nobody_is_known() -> None:
    assert Traits({}, kind="people").table(IdMap([1, 2], kind="user")).shape == (2, 0)
