"""A film for all: each strategy against plain sums over people."""

from __future__ import annotations

from dataclasses import replace
from statistics import correlation, fmean

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue import Catalogue, Film
from core.datasets.dataset import Dataset
from core.errors import InvalidArgument
from core.folding import fold_in, person_of
from core.links import Identity, Link, SigmoidRange
from core.person import Person
from core.ranking import ListWishes
from core.together import Group, Strategy
from core.trainers.als import ALS
from core.trainers.baselines import Popularity
from tests.models import random_model

N_FILMS = 12
FILMS = Catalogue(Film(10 * k, f"Film {k}", 1990 + k, ("Drama",)) for k in range(1, N_FILMS + 1))
WORTH = {"average": fmean, "least misery": min, "most pleasure": max}


def people_of(seed: int, n: int, link: Link | None = None) -> dict[str, Person]:
    model = random_model(link, n_items=N_FILMS, seed=seed)
    return {f"p{k}": fold_in(model, {10 + 10 * k: 1.0 + k % 5, 120: 4.0}) for k in range(n)}


@given(
    st.integers(0, 500), st.integers(2, 6), st.sampled_from(list(WORTH)), st.sampled_from([Identity(), SigmoidRange(0.0, 5.5)])
)  # fmt: skip
def test_strategies_rank_by_what_each_would_give(seed: int, n: int, strategy: Strategy, link: Link) -> None:
    people = people_of(seed, n, link)
    model = next(iter(people.values())).model
    seen = {film for person in people.values() for film in person.ratings}
    left = [film for film in model.items if film not in seen]
    stars = {name: link.stars(person.scores()).mean(0).tolist() for name, person in people.items()}
    given_by = {film: [stars[name][model.items.row(film)] for name in people] for film in left}
    worth = {film: WORTH[strategy](values) for film, values in given_by.items()}
    found = Group.of(people, FILMS).recommend(strategy=strategy, n=99)
    assert [film.item_id for film in found] == sorted(left, key=lambda film: -worth[film])
    usual = [fmean(given_by[film][k] for film in left) for k in range(n)]
    for film in found:
        assert film.value == pytest.approx(worth[film.item_id])
        shown = {name: person.predict([film.item_id])[0].prediction for name, person in people.items()}
        assert film.predictions == pytest.approx(shown)
        assert film.apart == pytest.approx(max(shown.values()) - min(shown.values()))
        gains = {name: given_by[film.item_id][k] - usual[k] for k, name in enumerate(people)}
        assert film.serves == max(gains, key=gains.__getitem__)


@given(st.integers(0, 200), st.integers(2, 4))
def test_agreement_is_the_correlation_of_what_they_would_give(seed: int, n: int) -> None:
    people = people_of(seed, n)
    group = Group.of(people, FILMS)
    rows = (group.values[0] > -torch.inf).nonzero()[:, 0]
    scores = {name: person.scores().mean(0)[rows].tolist() for name, person in people.items()}
    found = group.pairs()
    assert len(found) == n * (n - 1) // 2
    for pair in found:
        assert pair.agreement == pytest.approx(correlation(scores[pair.one], scores[pair.other]))
    assert [pair.agreement for pair in found] == sorted((pair.agreement for pair in found), reverse=True)


def test_they_differ_most_where_the_highest_is_furthest_from_the_lowest() -> None:
    group = Group.of(people_of(3, 3), FILMS)
    kept = (group.values[0] > -torch.inf).nonzero()[:, 0]
    spreads = {row: float(group.values[:, row].max() - group.values[:, row].min()) for row in kept.tolist()}
    labels = next(iter(group.people.values())).model.items.labels
    assert [film.item_id for film in group.differences(n=4)] == [
        labels[row] for row in sorted(spreads, key=lambda row: -spreads[row])[:4]
    ]
    assert len(group.differences(n=99)) == len(kept)


def test_wishes_hold_for_all(synthetic_small: Dataset) -> None:
    model = ALS(n_factors=4).fit(synthetic_small.ratings, seed=0)
    people = {"a": person_of(model, 1), "b": person_of(model, 2), "c": fold_in(model, {3: 5.0})}
    watchlist = frozenset([*people["a"].ratings, 3, *list(model.items)[:40]])
    group = Group.of(people, synthetic_small.films, ListWishes(among=watchlist, min_ratings=10))
    found = {film.item_id for film in group.recommend(n=99)}
    assert found
    counts = synthetic_small.ratings.item_counts
    for film in model.items:
        seen = any(film in person.ratings for person in people.values())
        assert (film in found) == (film in watchlist and not seen and counts[model.items.row(film)] >= 10)
    varied = Group.of(people, synthetic_small.films, ListWishes(diversity=1.0)).recommend(n=8)
    plain = Group.of(people, synthetic_small.films).recommend(n=8)
    assert varied[0].item_id == plain[0].item_id
    assert {film.item_id for film in varied} != {film.item_id for film in plain}


def test_who_gives_all_films_the_same_agrees_with_nobody(synthetic_small: Dataset) -> None:
    model = Popularity().fit(synthetic_small.ratings, seed=0)
    model = replace(model, item_bias=torch.zeros_like(model.item_bias))
    (pair,) = Group.of({"a": person_of(model, 1), "b": person_of(model, 2)}, synthetic_small.films).pairs()
    assert pair.agreement == 0


def test_what_is_no_group_is_refused() -> None:
    people = people_of(0, 6)
    one = {"p0": people["p0"]}
    others = fold_in(random_model(n_items=N_FILMS, seed=9), {10: 3.0})
    for group, wishes, sentence in (
        (one, None, "people must be 2 to 6, got 1"),
        ({**people, "p6": people["p0"]}, None, "people must be 2 to 6, got 7"),
        ({**one, "x": others}, None, "people must be of one model, got people of several"),
        (people, ListWishes(among=frozenset({10, 110})), "wishes must leave at least 2 films, got 1"),
    ):
        with pytest.raises(InvalidArgument) as error:
            Group.of(group, FILMS, wishes)
        assert str(error.value) == sentence
    group = Group.of(people, FILMS)
    with pytest.raises(InvalidArgument) as error:
        group.recommend(strategy="voting")  # type: ignore[arg-type]
    assert str(error.value) == "strategy must be average, least misery or most pleasure, got 'voting'"
    for ask in (group.recommend, group.differences):
        with pytest.raises(InvalidArgument) as error:
            ask(n=0)
        assert str(error.value) == "n must be at least 1, got 0"
