"""The glossary: each word once, in one plain sentence, found where it is meant and nowhere else."""

from __future__ import annotations

import pytest

from dashboard.components import markup
from dashboard.glossary import MOST_MARKED, WORDS, marked

STEPS = ("categories", "crosstab", "tastes", "training", "one-hot", "embedding", "better", "learned", "someone-new",
         "network", "words", "code")  # fmt: skip


def found(text: str) -> list[str]:
    return [word.name for _, word in marked(text) if word is not None]


def test_each_word_is_explained_once_in_a_short_sentence_by_a_step() -> None:
    spellings = [spelling.casefold() for word in WORDS for spelling in word.spellings]
    assert len(set(spellings)) == len(spellings)
    places = [STEPS.index(word.step) for word in WORDS]
    assert places == sorted(places)  # the glossary is read in the order of the walk
    for word in WORDS:
        assert word.sentence.endswith(".")
        assert len(word.sentence.split()) <= 30
        assert word.name.casefold() not in word.sentence.casefold().split()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Your taste, a vector of 31 numbers", ["vector"]),
        ("Vectors and Factors", ["vector", "factor"]),
        ("a remodelled factory, unbiased", []),
        ("one-hotter, loss-free", []),
        ("vector, vectors, vector", ["vector"]),
        ("a 95 % interval", ["interval"]),
        ("gradient descent", ["gradient"]),
        ("", []),
    ],
)
def test_a_word_is_found_whole_and_marked_once(text: str, words: list[str]) -> None:
    assert found(text) == words
    assert "".join(piece for piece, _ in marked(text)) == text


def test_few_words_of_one_text_are_marked() -> None:
    text = " ".join(word.name for word in WORDS)
    assert len(found(text)) == MOST_MARKED
    assert "".join(piece for piece, _ in marked(text)) == text


def test_a_marked_word_is_a_button_with_its_meaning_and_nothing_runs() -> None:
    html = markup.lede("A <b>vector</b> & more.", "A vector and a seed.")
    assert html.count('class="rs-term"') == 2  # a word is marked once in all sentences
    assert "&lt;b&gt;" in html
    assert 'aria-description="A short list of numbers' in html
    assert ">vector</button>" in html
    assert "<b>" not in html
    for word in WORDS:
        assert "<" not in word.sentence
        assert f">{word.name}</button>" in markup.term(word)
