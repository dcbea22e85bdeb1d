"""Splits: the published folds row by row, time splits against a sort per person, and that no rating is lost or doubled."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.dataset import Dataset
from core.errors import InvalidArgument
from core.evaluation.splits import PUBLISHED_FOLDS, SPLITS, Split, make_split
from core.ratings import Ratings, RatingScale

Row = tuple[int, int, float, int]
STARS = RatingScale(1.0, 5.0, 1.0)
# SHA-256 (16 digits) of the sorted lines "user<tab>film<tab>rating" of GroupLens' own u1.test to u5.test.
PUBLISHED = ("b16e75b86af6ad68", "8aedeb8bb6592d82", "dbfdd084212567b5", "ecbfc60904ffdb03", "fd22ef934a0ff713")


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    """Rows (user, film, stars, second) in any order, pairs distinct, few different seconds: many ties."""
    pairs = draw(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 12)), min_size=5, max_size=40, unique=True))
    numbers = st.tuples(st.integers(1, 5), st.integers(0, 3))
    return [(user, film, float(stars), second) for (user, film) in pairs for stars, second in [draw(numbers)]]


def table(rows: list[Row]) -> Ratings:
    users, films, stars, seconds = zip(*rows, strict=True)
    return Ratings.from_columns(users, films, stars, seconds, scale=STARS)


def rows_of(ratings: Ratings) -> list[Row]:
    assert ratings.timestamps is not None
    users = [int(ratings.users.labels[row]) for row in ratings.user_idx.tolist()]
    films = [int(ratings.items.labels[row]) for row in ratings.item_idx.tolist()]
    return list(zip(users, films, ratings.values.tolist(), ratings.timestamps.tolist(), strict=True))


def check_parts(rows: list[Row], split: Split) -> None:
    """Train and test are disjoint, together everything, each in the table's order, under the same ids."""
    train, test = rows_of(split.train), rows_of(split.test)
    assert sorted(train + test) == sorted(rows)
    assert [row for row in rows if row in set(train)] == train
    assert [row for row in rows if row in set(test)] == test
    assert split.train.users is split.test.users and split.train.items is split.test.items
    assert min(len(train), len(test)) > 0


def latest(rows: list[Row], share: Fraction) -> set[Row]:
    """The last ⌊share · n⌋ of each person's rows by time; what came in one second keeps its order."""
    held_out: set[Row] = set()
    for person in {row[0] for row in rows}:
        own = sorted((row for row in rows if row[0] == person), key=lambda row: row[3])
        n = math.floor(share * len(own))
        held_out |= set(own[len(own) - n :])
    return held_out


@pytest.mark.parametrize(("name", "digest"), list(zip(PUBLISHED_FOLDS, PUBLISHED, strict=True)))
def test_published_folds_are_the_published_ones(ml100k: Dataset, name: str, digest: str) -> None:
    split = make_split(ml100k.ratings, name)
    lines = sorted(f"{user}\t{film}\t{stars:g}" for user, film, stars, _ in rows_of(split.test))
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] == digest
    assert (split.name, len(split.train), len(split.test)) == (name, 80_000, 20_000)


def test_a_published_fold_is_a_run_of_rows_and_the_rest(ml100k: Dataset) -> None:
    rows, split = rows_of(ml100k.ratings), make_split(ml100k.ratings, "u3")
    assert rows_of(split.test) == rows[40_000:60_000]
    assert rows_of(split.train) == rows[:40_000] + rows[60_000:]


@pytest.mark.parametrize(
    "change", [lambda r: r.take(torch.arange(99_999)), lambda r: r.take(torch.arange(100_000).flip(0))]
)
def test_published_folds_are_refused_for_other_rows(ml100k: Dataset, change: Callable[[Ratings], Ratings]) -> None:
    other = change(ml100k.ratings)
    with pytest.raises(InvalidArgument) as error:
        make_split(other, "u2")
    assert str(error.value) == (
        f"split u2 is published for the rows of ml-100k, and these {len(other)} ratings are others; "
        "random works everywhere, time where ratings have times"
    )


@given(tables(), st.integers(0, 2**31), st.sampled_from([0.2, 0.5, 0.75]))
def test_random_loses_nothing_and_follows_its_seed(rows: list[Row], seed: int, share: float) -> None:
    split = make_split(table(rows), "random", seed=seed, test_fraction=share)
    check_parts(rows, split)
    assert len(split.test) == round(len(rows) * share)
    assert rows_of(make_split(table(rows), "random", seed=seed, test_fraction=share).test) == rows_of(split.test)


def test_another_seed_holds_out_others_and_time_knows_no_seed(synthetic_small: Dataset) -> None:
    ratings = synthetic_small.ratings
    tests = [rows_of(make_split(ratings, "random", seed=seed).test) for seed in (0, 1)]
    # Of 800 rows drawn from 4,000, another draw shares 160 on average, with a standard deviation of 10.
    assert 100 < len(set(tests[0]) & set(tests[1])) < 220
    assert rows_of(make_split(ratings, "time", seed=0).test) == rows_of(make_split(ratings, "time", seed=1).test)


@given(tables(), st.sampled_from(["0.2", "0.29", "0.5", "0.75"]))
def test_time_holds_out_the_latest_of_each_person(rows: list[Row], share: str) -> None:
    expected = latest(rows, Fraction(share))
    if not expected:
        with pytest.raises(InvalidArgument):
            make_split(table(rows), "time", test_fraction=float(share))
        return
    split = make_split(table(rows), "time", test_fraction=float(share))
    assert set(rows_of(split.test)) == expected
    check_parts(rows, split)


@pytest.mark.parametrize(("share", "n_test"), [(0.29, 29), (0.57, 57), (0.58, 58), (0.2, 20)])
def test_a_share_of_a_hundred_is_as_many(share: float, n_test: int) -> None:
    """In binary 0.29 · 100 is 28.999…"""
    rows = [(1, film, 3.0, film) for film in range(1, 101)]
    assert len(make_split(table(rows), "time", test_fraction=share).test) == n_test


def test_time_with_one_second_for_all_holds_out_the_last_rows() -> None:
    """Many rows: a short sort keeps the order by luck."""
    rows = [(1 + n % 2, film, 3.0, 7) for n, film in enumerate(range(2_000, 0, -1))]
    assert rows_of(make_split(table(rows), "time").test) == rows[-400:]


@pytest.mark.parametrize("name", ["nonsense", "all", "U1", ""])
def test_an_unknown_split_is_refused(name: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        make_split(table([(1, 1, 3.0, 0), (1, 2, 3.0, 0)]), name)
    assert str(error.value) == f"split must be one of random, time, u1, u2, u3, u4, u5, got {name!r}"
    assert SPLITS == ("random", "time", "u1", "u2", "u3", "u4", "u5")


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 1.5, math.nan])
@pytest.mark.parametrize("name", ["random", "time"])
def test_a_share_outside_0_to_1_is_refused(name: str, share: float) -> None:
    with pytest.raises(InvalidArgument) as error:
        make_split(table([(1, film, 3.0, 0) for film in range(9)]), name, test_fraction=share)
    assert str(error.value) == f"test_fraction must lie between 0 and 1, got {share:g}"


def test_ratings_without_times_have_no_time_split() -> None:
    ratings = Ratings.from_columns([1, 1, 1], [1, 2, 3], [1, 2, 3])
    with pytest.raises(InvalidArgument) as error:
        make_split(ratings, "time")
    assert str(error.value) == "split time needs ratings with times, and these have none; random works everywhere"


def test_a_split_that_leaves_a_part_empty_is_refused() -> None:
    rows = [(user, 1, 3.0, 0) for user in range(4)]
    with pytest.raises(InvalidArgument) as error:
        make_split(table(rows), "time")
    assert str(error.value) == "split time of 4 ratings leaves one part empty"
    with pytest.raises(InvalidArgument) as error:
        make_split(table(rows), "random", test_fraction=0.1)
    assert str(error.value) == "test_fraction 0.1 of 4 ratings leaves one part empty"
