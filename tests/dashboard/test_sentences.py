"""Tastes in words, from figures."""

from __future__ import annotations

import pytest

from core import GenreShare, Taste
from dashboard.sentences import evidence_sentence, taste_sentence


def taste(n: int = 45, strictness: float = 0.0, genre: str = "Horror", lift: float = 11.0) -> Taste:
    return Taste(n, 3.5, strictness, (GenreShare(genre, 0.05 * lift, 0.05),))


@pytest.mark.parametrize(
    ("lift", "words"),
    [
        (1.49, "Something of everything"), (1.5, "One and a half times the usual share of horror"),
        (1.74, "One and a half times"), (1.75, "Twice"), (2.49, "Twice"), (2.5, "Three times"), (7.2, "Seven times"),
        (11, "Eleven times the usual share of horror"), (13.4, "13 times the usual share of horror"),
    ],
)  # fmt: skip
def test_a_genre_stands_out_by_how_much_more_often_than_usual(lift: float, words: str) -> None:
    assert taste_sentence(taste(lift=lift)).startswith(f"{words}")


@pytest.mark.parametrize(
    ("genre", "words"),
    [("Children's", "children's films"), ("IMAX", "IMAX"), ("Sci-Fi", "sci-fi"), ("Film-Noir", "film-noir")],
)
def test_genres_read_as_people_say_them(genre: str, words: str) -> None:
    assert taste_sentence(taste(genre=genre)).startswith(f"Eleven times the usual share of {words}, and")


@pytest.mark.parametrize(
    ("strictness", "words"),
    [
        (0.0, "about as strict as others are with the same films."),
        (0.24, "about as strict as others"),
        (-0.25, "hard to please: a quarter of a star below what others give the same films."),
        (-0.5, "hard to please: half a star below"),
        (-1.1, "hard to please: a whole star below"),
        (0.9, "easy to please: a whole star above what others give the same films."),
        (1.5, "easy to please: one and a half stars above"),
        (-2.6, "hard to please: 2.5 stars below"),
    ],
)
def test_how_strict_somebody_is(strictness: float, words: str) -> None:
    assert f", and {words}" in taste_sentence(taste(strictness=strictness))


def test_few_ratings_say_little_and_grammar_holds() -> None:
    assert taste_sentence(taste(1)) == "1 rating says little about a taste yet."
    assert taste_sentence(taste(4)) == "4 ratings say little about a taste yet."
    assert "usual share" in taste_sentence(taste(5))
    assert taste_sentence(Taste(9, 3.0, 0.0, ())).startswith("Something of everything, and")


def test_what_the_predictions_rest_on() -> None:
    assert evidence_sentence(taste(1), is_you=True) == (
        "From your 1 rating the model predicts the films you have not rated."
    )
    assert evidence_sentence(taste(1234), is_you=False) == (
        "From their 1,234 ratings the model predicts the films they have not rated."
    )
