"""Ratings, id maps and the rating scale."""

from __future__ import annotations

import math

import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.dataset import Dataset
from core.errors import InvalidArgument, UnknownId
from core.ratings import IdMap, Ratings, RatingScale

STARS = RatingScale(0.5, 5.0, 0.5)


def small() -> Ratings:
    return Ratings.from_columns([9, 4, 9, 7], [30, 10, 10, 20], [4.0, 3.5, 1.0, 5.0], [5, 6, 7, 8], known_items=[40])


@st.composite
def tables(draw: st.DrawFn) -> Ratings:
    ids = st.integers(-50, 50) if draw(st.booleans()) else st.text(max_size=5)
    pairs = draw(st.lists(st.tuples(ids, ids), min_size=2, max_size=30, unique=True))
    values = draw(st.lists(st.sampled_from(STARS.levels), min_size=len(pairs), max_size=len(pairs)))
    times = draw(st.none() | st.just(list(range(len(pairs)))))
    return Ratings.from_columns([u for u, _ in pairs], [i for _, i in pairs], values, times, scale=STARS)


def triples(ratings: Ratings) -> list[tuple[object, object, float]]:
    """The table as a plain list: ids and stars, in its order."""
    rows = zip(ratings.user_idx.tolist(), ratings.item_idx.tolist(), ratings.values.tolist(), strict=True)
    return [(ratings.users.labels[user], ratings.items.labels[item], value) for user, item, value in rows]


# The scale


def test_a_scale_has_levels_and_a_threshold() -> None:
    assert RatingScale(1, 5, 1).levels == (1, 2, 3, 4, 5)
    assert STARS.levels == (0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5)
    assert RatingScale(0, 1, 0.1).levels == (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)
    assert RatingScale(1, 5, 1).relevant_from == 4
    assert RatingScale(0, 100, 1).relevant_from == 75


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([1, 2, 3, 4, 5], RatingScale(1, 5, 1)),
        ([1, 5], RatingScale(1, 5, 1)),
        ([4], RatingScale(1, 5, 1)),
        ([0.5, 3.0, 5.0], RatingScale(0.5, 5, 0.5)),
        ([2.5], RatingScale(0.5, 5, 0.5)),
        ([3.75], RatingScale(0.5, 5, 0.25)),
        ([1.3], RatingScale(0.5, 5, 0.1)),
        ([0, 5], RatingScale(0, 5, 1)),
        ([1, 10, 7], RatingScale(1, 10, 1)),
        ([7], RatingScale(7, 8, 1)),
        ([-10.0, 9.5], RatingScale(-10, 9.5, 0.5)),
        ([0.0, math.pi, 4.0], RatingScale(0, 4, 0.04)),
    ],
)
def test_the_scale_is_read_from_the_values(values: list[float], scale: RatingScale) -> None:
    assert RatingScale.of(values) == scale


@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=50))
def test_a_scale_read_from_values_holds_them_all(values: list[float]) -> None:
    scale = RatingScale.of(values)
    assert all(scale.check(value) == value for value in values)
    assert len(scale.levels) <= 20_001  # 2,000 stars in steps of a tenth


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf]])
def test_a_scale_cannot_be_read_from_nothing_or_from_what_is_no_number(values: list[float]) -> None:
    with pytest.raises(InvalidArgument, match="a rating scale is read from finite ratings, at least one, got"):
        RatingScale.of(values)


def test_a_scale_refuses_what_lies_off_it() -> None:
    assert STARS.check(3.3) == 3.3
    for wrong, spelt in ((5.5, "5.5"), (0.0, "0"), (math.nan, "nan")):
        with pytest.raises(InvalidArgument) as error:
            STARS.check(wrong, name="stars")
        assert str(error.value) == f"stars {spelt} is off the scale, 0.5 to 5 is allowed"
    with pytest.raises(InvalidArgument, match="low < high and step > 0"):
        RatingScale(5, 1, 1)


# Ids


def test_an_id_map_goes_both_ways_and_names_what_is_missing() -> None:
    users = IdMap([5, 2, 9], kind="user")
    assert (users.row(2), users.rows([9, 5]), list(users), len(users)) == (1, [2, 0], [5, 2, 9], 3)
    for missing in (3, "5", None, [5]):
        with pytest.raises(UnknownId) as error:
            users.row(missing)  # type: ignore[arg-type]
        assert str(error.value) == f"user {missing!r} is not in this data; there are 3 users"
    with pytest.raises(InvalidArgument, match="user ids must be distinct, got 1 repeated"):
        IdMap([1, 1], kind="user")


def test_text_is_parsed_to_the_id_it_spells() -> None:
    assert IdMap([5, -2], kind="film").parse("-2") == -2
    assert IdMap(["5", "x"], kind="film").parse("5") == "5"
    for text in ("05 ", "six", "--2", "²", ""):
        with pytest.raises(UnknownId) as error:
            IdMap([5, -2], kind="film").parse(text)
        assert str(error.value) == f"film {text!r} is not in this data; there are 2 films"


@given(st.lists(st.integers(-(2**63), 2**63 - 1), unique=True) | st.lists(st.text(), unique=True))  # ids are 64 bits
def test_every_id_is_parsed_from_its_own_text(labels: list[int] | list[str]) -> None:
    ids = IdMap(labels, kind="film")
    assert [ids.parse(str(label)) for label in labels] == labels
    assert ids.rows(labels) == list(range(len(labels)))


# The table


def test_rows_are_sorted_ids_and_order_is_the_source_s() -> None:
    ratings = small()
    assert ratings.users.labels == (4, 7, 9)
    assert ratings.items.labels == (10, 20, 30, 40)
    assert triples(ratings) == [(9, 30, 4.0), (4, 10, 3.5), (9, 10, 1.0), (7, 20, 5.0)]
    assert ratings.timestamps is not None and ratings.timestamps.tolist() == [5, 6, 7, 8]
    assert (len(ratings), ratings.n_users, ratings.n_items) == (4, 3, 4)
    assert ratings.user_counts.tolist() == [1, 1, 2]
    assert ratings.item_counts.tolist() == [2, 1, 1, 0]
    assert ratings.scale == STARS
    dtypes = (ratings.user_idx.dtype, ratings.item_idx.dtype, ratings.values.dtype, ratings.timestamps.dtype)
    assert dtypes == (torch.int32, torch.int32, torch.float32, torch.int64)


def test_columns_may_be_pandas_series_of_any_text_kind() -> None:
    texts = ["b", "a", "b"]
    for column in (pd.Series(texts), pd.Series(texts, dtype=object), pd.Series(texts, dtype="category"), texts):
        ratings = Ratings.from_columns(column, [1, 1, 2], [1, 2, 3])
        assert triples(ratings) == [("b", 1, 1.0), ("a", 1, 2.0), ("b", 2, 3.0)]
    assert type(Ratings.from_columns(pd.Series([1]), pd.Series([2]), pd.Series([3])).users.labels[0]) is int


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([1, 2], [1], [3.0]), "columns must have equal lengths, got user_ids 2, item_ids 1, values 1"),
        (([1], [1], [3.0], []), "columns must have equal lengths, got user_ids 1, item_ids 1, values 1, timestamps 0"),
        (([], [], []), "a rating scale is read from finite ratings, at least one, got []"),
        (([1, 1], [2, 2], [3.0, 4.0]), "row 2 rates film 2 by user 1 a second time; one rating a pair is allowed"),
        ((["a", None], [2, 2], [3.0, 4.0]), "row 2 has no user id, a whole number or text is allowed"),
        (([1, 2], ["x", 2], [3.0, 4.0]), "film ids must be all whole numbers or all text, got int, str"),
        (([1.5, 2.0], [1, 2], [3.0, 4.0]), "user ids must be all whole numbers or all text, got float"),
    ],
)
def test_columns_that_make_no_table_are_refused(arguments: tuple[list[object], ...], sentence: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        Ratings.from_columns(*arguments)  # type: ignore[arg-type]
    assert str(error.value) == sentence


@pytest.mark.parametrize(("wrong", "spelt"), [(5.5, "5.5"), (0.0, "0"), (math.nan, "nan")])
def test_a_rating_off_the_scale_is_refused(wrong: float, spelt: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        Ratings.from_columns([1, 2], [1, 1], [3.0, wrong], scale=STARS)
    assert str(error.value) == f"rating {spelt} in row 2 is off the scale, 0.5 to 5 is allowed"


@given(tables(), st.integers(0, 10), st.floats(0.05, 0.95))
def test_a_split_loses_nothing_and_shares_the_maps(ratings: Ratings, seed: int, share: float) -> None:
    n_test = round(len(ratings) * share)
    if not 0 < n_test < len(ratings):
        with pytest.raises(InvalidArgument, match="leaves one part empty"):
            ratings.split(test_fraction=share, seed=seed)
        return
    train, test = ratings.split(test_fraction=share, seed=seed)
    assert len(test) == n_test
    assert sorted(triples(train) + triples(test), key=repr) == sorted(triples(ratings), key=repr)
    assert train.users is ratings.users and test.items is ratings.items
    again = ratings.split(test_fraction=share, seed=seed)[1]
    assert triples(again) == triples(test)


def test_another_seed_gives_another_split(synthetic_small: Dataset) -> None:
    ratings = synthetic_small.ratings
    first, second = (ratings.split(seed=seed)[1] for seed in (0, 1))
    assert len(first) == len(second) == 800
    assert triples(first) != triples(second)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, math.nan])
def test_a_split_needs_two_parts(share: float) -> None:
    with pytest.raises(InvalidArgument, match=f"test_fraction must lie between 0 and 1, got {share:g}"):
        small().split(test_fraction=share, seed=0)


@given(tables(), st.data())
def test_taking_by_mask_or_by_positions_is_the_same(ratings: Ratings, data: st.DataObject) -> None:
    mask = torch.tensor(data.draw(st.lists(st.booleans(), min_size=len(ratings), max_size=len(ratings))))
    by_mask, by_position = ratings.take(mask), ratings.take(mask.nonzero().squeeze(1))
    assert triples(by_mask) == triples(by_position)
    assert triples(by_mask) == [row for row, kept in zip(triples(ratings), mask.tolist(), strict=True) if kept]
    assert (by_mask.timestamps is None) == (ratings.timestamps is None)


@given(tables())
def test_cells_are_places_in_the_table_read_row_after_row(ratings: Ratings) -> None:
    rows = [[(user, film) for film in range(ratings.n_items)] for user in range(ratings.n_users)]
    table = [cell for row in rows for cell in row]
    pairs = zip(ratings.user_idx.tolist(), ratings.item_idx.tolist(), strict=True)
    assert [table[cell] for cell in ratings.cells.tolist()] == list(pairs)
    assert ratings.cells.dtype == torch.int64


def test_one_person_s_ratings_by_film_id() -> None:
    assert small().of_user(9) == {30: 4.0, 10: 1.0}
    with pytest.raises(UnknownId):
        small().of_user(8)


def test_a_new_person_comes_last_and_leaves_the_table_as_it_was() -> None:
    ratings = small()
    before = ratings.fingerprint
    wider = ratings.with_user("me", {20: 4.5, 40: 2.0})
    assert wider.of_user("me") == {20: 4.5, 40: 2.0}
    assert wider.users.labels == (4, 7, 9, "me")
    assert wider.timestamps is not None and wider.timestamps.tolist() == [5, 6, 7, 8, 8, 8]
    assert triples(wider)[:4] == triples(ratings) and ratings.n_users == 3
    assert ratings.fingerprint == before == small().fingerprint


@pytest.mark.parametrize(
    ("user", "stars", "sentence"),
    [
        (9, {20: 4.0}, "user_id 9 is already in the data; a new person needs a new id"),
        (1, {20: 9.0}, "rating 9 is off the scale, 0.5 to 5 is allowed"),
        (1, {21: 4.0}, "film 21 is not in this data; there are 4 films"),
    ],
)
def test_a_new_person_must_fit_in(user: int, stars: dict[int, float], sentence: str) -> None:
    with pytest.raises((InvalidArgument, UnknownId)) as error:
        small().with_user(user, stars)
    assert str(error.value) == sentence


@settings(max_examples=50)
@given(tables())
def test_equal_tables_have_equal_fingerprints_and_any_change_shows(ratings: Ratings) -> None:
    copy = ratings.take(torch.arange(len(ratings)))
    assert copy.fingerprint == ratings.fingerprint and len(copy.fingerprint) == 16
    assert ratings.take(torch.arange(len(ratings) - 1)).fingerprint != ratings.fingerprint
    other = ratings.values.clone()
    other[0] = 5.0 if other[0] < 5 else 0.5
    columns = (ratings.user_idx, ratings.item_idx, other, ratings.timestamps)
    assert Ratings(*columns, ratings.users, ratings.items, STARS).fingerprint != ratings.fingerprint
