"""Kinds of people, films and moments: each against a loop over the ratings."""

from __future__ import annotations

import pytest
import torch

from core.datasets.dataset import Dataset
from core.datasets.people import Profile
from core.evaluation.slices import ACTIVITY, POPULARITY, TIME, Slice, by_rank, film_groups, make_slices
from core.evaluation.splits import Split, make_split

PEOPLE = {user: Profile(age=10 + user % 50, gender="FM"[user % 2]) for user in range(1, 150)}


@pytest.fixture(scope="module")
def split(synthetic_small: Dataset) -> Split:
    return make_split(synthetic_small.ratings, "random", seed=0)


@pytest.fixture(scope="module")
def slices(split: Split, synthetic_small: Dataset) -> dict[str, Slice]:
    found = make_slices(split.train, split.test, synthetic_small.films, PEOPLE)
    assert len({(each.kind, each.name) for each in found}) == len(found)
    return {each.name: each for each in found}


def test_genres_and_decades_equal_loops(slices: dict[str, Slice], split: Split, synthetic_small: Dataset) -> None:
    films = [synthetic_small.films[split.test.items.labels[row]] for row in split.test.item_idx.tolist()]
    for name, one in slices.items():
        if one.kind == "genre":
            assert one.entries.tolist() == [place for place, film in enumerate(films) if name in film.genres]
        if one.kind == "decade":
            assert one.entries.tolist() == [p for p, f in enumerate(films) if f.year and f"{f.year // 10}0s" == name]
    assert {"genre", "decade"} <= {one.kind for one in slices.values()}


def test_people_are_cut_into_thirds_by_their_training_ratings(slices: dict[str, Slice], split: Split) -> None:
    counts = split.train.user_counts
    users = sorted(split.test.user_idx.unique().tolist(), key=lambda user: int(counts[user]))
    thirds = [set(part.tolist()) for part in torch.tensor(users).tensor_split(3)]
    for name, third in zip(ACTIVITY, thirds, strict=True):
        assert set(split.test.user_idx[slices[name].entries].tolist()) == third


def test_each_kind_of_popularity_has_about_a_third_of_the_ratings(split: Split, synthetic_small: Dataset) -> None:
    groups = [one for one in film_groups(split.train, synthetic_small.films) if one.kind == "popularity"]
    assert [one.name for one in groups] == list(POPULARITY)
    counts = split.train.item_counts
    held = [int(counts[one.rows].sum()) / len(split.train) for one in groups]
    assert held == pytest.approx([1 / 3] * 3, abs=0.05)
    assert torch.stack([one.rows for one in groups]).sum(0).tolist() == [1] * split.train.n_items
    assert counts[groups[0].rows].max() <= counts[groups[1].rows].min()
    assert counts[groups[1].rows].max() <= counts[groups[2].rows].min()


def test_time_is_cut_into_thirds(slices: dict[str, Slice], split: Split) -> None:
    times = split.test.timestamps
    assert times is not None
    first, middle, last = (times[slices[name].entries] for name in TIME)
    assert first.max() <= middle.min() and middle.max() <= last.min()
    assert abs(len(first) - len(last)) <= 1 and len(first) + len(middle) + len(last) == len(split.test)


def test_ages_and_genders_where_they_are_known(slices: dict[str, Slice], split: Split) -> None:
    women = [p for p, row in enumerate(split.test.user_idx.tolist()) if 0 < row + 1 < 150 and (row + 1) % 2 == 0]
    assert slices["gender F"].kind == "gender" and slices["gender F"].entries.tolist() == women
    assert slices["aged 20 to 29"].kind == "age"


def test_without_times_people_or_films_there_are_fewer(split: Split, synthetic_small: Dataset) -> None:
    from dataclasses import replace

    from core.catalogue import Catalogue

    found = make_slices(split.train, replace(split.test, timestamps=None), Catalogue([]))
    assert {one.kind for one in found} == {"activity", "popularity"}


def test_small_slices_are_left_out(split: Split, synthetic_small: Dataset) -> None:
    few = split.test.take(torch.arange(40))
    assert make_slices(split.train, few, synthetic_small.films) == ()
    of_few_people = split.test.take(torch.isin(split.test.user_idx, split.test.user_counts.topk(9).indices))
    assert len(of_few_people) >= 50
    assert make_slices(split.train, of_few_people, synthetic_small.films) == ()


def test_ranks_of_ties_keep_their_order() -> None:
    assert by_rank(torch.tensor([5, 1, 5, 5, 5, 0])).tolist() == [1, 0, 1, 2, 2, 0]
