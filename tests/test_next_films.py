"""Which film to ask about next: against a slow design that inverts the whole precision anew for every choice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.dataset import Dataset
from core.errors import FoldInRefused, InvalidArgument
from core.folding import fold_in, person_of
from core.ids import Id
from core.links import SigmoidRange
from core.model import FactorModel
from core.next_films import films_to_rate
from core.trainers.als import ALS
from core.trainers.baselines import Popularity
from tests.models import DRAWS, random_model

N_FILMS = 12


def model_of(seed: int, *, uneven: bool) -> FactorModel:
    """Random numbers; ``uneven``: people agree more on some films."""
    model = random_model(n_items=N_FILMS, seed=seed)
    prior = model.user_prior
    assert prior is not None
    noise = 0.3 + torch.rand(DRAWS, N_FILMS, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return replace(model, user_prior=replace(prior, film_noise=noise if uneven else None))


def slow_choice(model: FactorModel, rated: dict[Id, float], n: int, familiar: int) -> list[Id]:
    """Per draw P = precision + Σ x xᵀ / σ² over films rated or chosen; the next film has the largest mean xᵀP⁻¹x."""
    prior = model.user_prior
    assert prior is not None
    counts = model.rated.item_counts.tolist()
    open_rows = [row for row, item in enumerate(model.items) if item not in rated and counts[row] > 0]
    open_rows = sorted(open_rows, key=lambda row: -counts[row])[:familiar]

    def information(draw: int, row: int) -> np.ndarray:
        x = np.append(model.item_factors[draw, row].numpy(), 1.0)
        share = 1.0 if prior.film_noise is None else float(prior.film_noise[draw, row])
        return float(prior.noise_precision[draw]) * share * np.outer(x, x)

    precisions = [prior.precision[draw].numpy().copy() for draw in range(model.n_draws)]
    for draw in range(model.n_draws):
        for item in rated:
            precisions[draw] += information(draw, model.items.row(item))
    chosen: list[int] = []
    while len(chosen) < min(n, len(open_rows)):
        best, most = -1, -1.0
        for row in open_rows:
            if row in chosen:
                continue
            total = 0.0
            for draw in range(model.n_draws):
                x = np.append(model.item_factors[draw, row].numpy(), 1.0)
                total += float(x @ np.linalg.inv(precisions[draw]) @ x)
            if total > most:
                best, most = row, total
        chosen.append(best)
        for draw in range(model.n_draws):
            precisions[draw] += information(draw, best)
    return [model.items.labels[row] for row in chosen]


@given(st.integers(0, 1_000), st.booleans(), st.sets(st.integers(1, N_FILMS), max_size=6), st.integers(1, 8))
def test_choices_equal_the_slow_design(seed: int, uneven: bool, films: set[int], n: int) -> None:
    model, rated = model_of(seed, uneven=uneven), {10 * film: 3.0 for film in films}
    assert films_to_rate(fold_in(model, rated), n=n) == slow_choice(model, rated, n, N_FILMS)


@pytest.mark.parametrize("familiar", [1, 3, 5])
def test_only_the_most_rated_films_are_asked_about(familiar: int) -> None:
    model = model_of(0, uneven=False)
    keep = torch.cat([(model.rated.item_idx == film).nonzero()[: film % 4 + 1, 0] for film in range(N_FILMS)])
    model = replace(model, rated=model.rated.take(keep.sort().values))
    counts = sorted(model.rated.item_counts.tolist(), reverse=True)
    found = films_to_rate(fold_in(model, {}), n=N_FILMS, familiar=familiar)
    assert len(found) == familiar
    assert (
        sorted((model.rated.item_counts[model.items.row(film)].item() for film in found), reverse=True)
        == counts[:familiar]
    )


def test_films_that_nobody_rated_are_not_asked_about() -> None:
    model = model_of(0, uneven=False)
    model = replace(model, rated=model.rated.take(model.rated.item_idx != 4))
    found = films_to_rate(fold_in(model, {10: 3.0}), n=99)
    assert sorted(map(int, found)) == [20, 30, 40, 60, 70, 80, 90, 100, 110, 120]


def test_who_rated_everything_is_asked_nothing() -> None:
    model = model_of(0, uneven=False)
    assert films_to_rate(fold_in(model, dict.fromkeys(model.items, 3.0))) == []


def test_six_films_by_default_and_they_differ(ml100k: Dataset) -> None:
    """On real ratings the greedy design teaches more than the six most uncertain films do: ln det of the posterior."""
    model = ALS(n_factors=8, n_epochs=3, precision="float64").fit(ml100k.ratings, seed=0)
    nobody = fold_in(model, {})
    greedy = films_to_rate(nobody)
    assert len(greedy) == len(set(greedy)) == 6
    popular = sorted(model.items, key=lambda item: -int(model.rated.item_counts[model.items.row(item)]))[:150]
    assert set(greedy) <= set(popular)
    uncertain = sorted(nobody.predict(popular), key=lambda prediction: -prediction.std)[:6]

    def certainty(films: list[Id]) -> float:
        # The prior counts ratings, so hold that still: information alone.
        rows = model.items.rows(films)
        features = model.item_vectors[0, rows]
        prior = model.user_prior
        assert prior is not None
        return float(torch.logdet(prior.precision[0] + prior.noise_precision[0] * features.mT @ features))

    assert certainty(greedy) > certainty([prediction.item_id for prediction in uncertain])


def test_a_sigmoid_model_can_tell_too() -> None:
    assert len(films_to_rate(fold_in(random_model(SigmoidRange(0.0, 5.5)), {10: 3.0}), n=2)) == 2


@pytest.mark.parametrize("n", [0, -3])
def test_no_films_are_refused(n: int) -> None:
    with pytest.raises(InvalidArgument) as error:
        films_to_rate(fold_in(random_model(), {}), n=n)
    assert str(error.value) == f"n must be at least 1, got {n}"


def test_a_model_without_a_posterior_is_refused(synthetic_small: Dataset) -> None:
    person = person_of(Popularity().fit(synthetic_small.ratings, seed=0), 1)
    with pytest.raises(FoldInRefused) as error:
        films_to_rate(person)
    assert str(error.value) == "a Popularity model cannot tell which ratings would teach it most"
