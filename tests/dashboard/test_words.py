"""Numbers as people read them."""

from __future__ import annotations

import pytest

from dashboard.words import Spread, count, duration, percent, signed, star_text


@pytest.mark.parametrize(
    ("stars", "text"), [(0.5, "½"), (1, "1"), (3.5, "3½"), (5.0, "5"), (0, "0"), (10, "10"), (3.25, "3.25")]
)
def test_a_rating_reads_as_a_numeral(stars: float, text: str) -> None:
    assert star_text(stars) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.314, "+0.31"), (-0.2, "−0.20"), (0, "0.00"), (-0.004, "0.00"), (0.004, "0.00")]
)
def test_signs_are_true_and_nothing_has_none(value: float, text: str) -> None:
    assert signed(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0004, "0.4 ms"), (0.0049, "4.9 ms"), (0.0123, "12 ms"), (0.9994, "999 ms"), (0.9996, "1.0 s"), (6.66, "6.7 s"),
        (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min"), (130, "2 min 10 s"),
    ],
)  # fmt: skip
def test_a_time_has_the_unit_that_suits_it(seconds: float, text: str) -> None:
    assert duration(seconds).replace("\u202f", " ") == text


def test_shares_and_counts() -> None:
    assert percent(0.534) == "53\u202f%"
    assert [count(1, "film"), count(1682, "film"), count(2, "person", "people")] == [
        "1 film",
        "1,682 films",
        "2 people",
    ]


def test_a_spread_says_what_its_strip_shows() -> None:
    halves = [level / 2 for level in range(1, 11)]
    spread = Spread(halves, [0, 0, 0, 0, 0.1, 0.1, 0.3, 0.25, 0.15, 0.1], (4, 9))
    assert spread.sentence == "most likely 3½; nine times in ten 2½ to 5"
    assert Spread([1, 2, 3], [0.01, 0.95, 0.04], (1, 1)).sentence == "most likely 2; nine times in ten 2"
