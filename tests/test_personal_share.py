"""How much of a list is everybody's: against counting and Spearman's formula."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.dataset import Dataset
from core.errors import FoldInRefused, InvalidArgument
from core.explanation.share import personal_share
from core.folding import fold_in, person_of
from core.trainers.baselines import BiasOnly, Popularity
from core.trainers.neural import EmbeddingNN
from tests.models import random_model

N_FILMS = 9


def slow_spearman(one: list[float], other: list[float]) -> float:
    """1 − 6 Σ d² / (n (n² − 1)), for orders without ties."""
    places = [{value: place for place, value in enumerate(sorted(values))} for values in (one, other)]
    squares = sum((places[0][a] - places[1][b]) ** 2 for a, b in zip(one, other, strict=True))
    return 1 - 6 * squares / (len(one) * (len(one) ** 2 - 1))


@given(st.integers(0, 1_000), st.integers(1, 12))
def test_likeness_to_what_the_average_person_gets(seed: int, n: int) -> None:
    model = random_model(n_items=N_FILMS, seed=seed)
    person = fold_in(model, {10: 3.0, 40: 5.0})
    rows = [row for row, film in enumerate(model.items) if film not in person.ratings]
    everybody = []
    for row in rows:  # the score of the mean user, without what that user gives every film
        each = [
            float(model.item_bias[d, row] + model.user_factors[d].mean(0) @ model.item_factors[d, row])
            for d in range(model.n_draws)
        ]
        everybody.append(sum(each) / len(each))
    own = person.scores().mean(0)[rows].tolist()
    found = personal_share(person, lengths=[n])
    best = [set(sorted(range(len(rows)), key=lambda k: -values[k])[:n]) for values in (own, everybody)]
    assert found.n_films == len(rows)
    assert found.everybody.overlap == {n: pytest.approx(len(best[0] & best[1]) / min(n, len(rows)))}
    assert found.everybody.correlation == pytest.approx(slow_spearman(own, everybody))


def test_a_model_of_biases_gives_everybody_the_same(synthetic_small: Dataset) -> None:
    found = personal_share(person_of(BiasOnly().fit(synthetic_small.ratings, seed=0), 3), lengths=[10, 50])
    assert found.everybody.overlap == {10: 1.0, 50: 1.0}
    assert found.everybody.correlation == pytest.approx(1)


def test_popularity_is_all_popularity_and_support_counts(synthetic_small: Dataset) -> None:
    person = person_of(Popularity().fit(synthetic_small.ratings, seed=0), 3)
    found = personal_share(person, min_ratings=30)
    assert found.popularity.correlation == pytest.approx(1)
    counts = synthetic_small.ratings.item_counts
    left = [row for row, film in enumerate(person.model.items) if film not in person.ratings and counts[row] >= 30]
    assert found.n_films == len(left)


def test_films_that_are_all_alike_have_no_correlation() -> None:
    model = random_model(n_items=N_FILMS)
    seen = torch.arange(N_FILMS).int()
    once = replace(model.rated, user_idx=torch.zeros(N_FILMS).int(), item_idx=seen, values=torch.full((N_FILMS,), 3.0))
    assert math.isnan(personal_share(fold_in(replace(model, rated=once), {10: 3.0})).popularity.correlation)


def test_what_cannot_be_compared_is_refused(synthetic_small: Dataset) -> None:
    person = fold_in(random_model(n_items=N_FILMS), {10: 3.0})
    with pytest.raises(InvalidArgument) as error:
        personal_share(person, min_ratings=100)
    assert str(error.value) == "min_ratings must leave at least 2 films not rated, got 100"
    with pytest.raises(InvalidArgument) as error:
        personal_share(person, lengths=[10, 0])
    assert str(error.value) == "lengths must be at least 1, got 0"
    network = EmbeddingNN(n_factors=2, n_hidden=2, n_epochs=1).fit(synthetic_small.ratings, seed=0)
    with pytest.raises(FoldInRefused) as error:
        personal_share(person_of(network, 1))
    assert str(error.value) == "EmbeddingNN models do not tell what everybody gets"
