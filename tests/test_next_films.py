"""Which film to ask about next: against a slow design that inverts the whole precision anew for every choice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.dataset import Dataset
from core.errors import FoldInRefused, InvalidArgument, UnknownId
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
    """Per draw P = precision + Σ x xᵀ / σ² over films rated or chosen; each film's gain is added up film by film."""
    prior = model.user_prior
    assert prior is not None
    counts, draws = model.rated.item_counts.tolist(), range(model.n_draws)
    unrated = [row for row, item in enumerate(model.items) if item not in rated and counts[row] > 0]
    asked = sorted(unrated, key=lambda row: -counts[row])[:familiar]
    x = [[np.append(model.item_factors[draw, row].numpy(), 1.0) for row in range(len(counts))] for draw in draws]

    def noise(draw: int, row: int) -> float:
        share = 1.0 if prior.film_noise is None else float(prior.film_noise[draw, row])
        return 1 / (float(prior.noise_precision[draw]) * share)

    known = [model.items.row(item) for item in rated]
    chosen: list[int] = []
    while len(chosen) < min(n, len(asked)):
        covariances = []
        for draw in draws:
            precision = prior.precision[draw].numpy().copy()
            for row in known + chosen:
                precision += np.outer(x[draw][row], x[draw][row]) / noise(draw, row)
            covariances.append(np.linalg.inv(precision))

        def gain(j: int, covariances: list[np.ndarray] = covariances) -> float:
            total = [noise(draw, j) + x[draw][j] @ covariances[draw] @ x[draw][j] for draw in draws]
            found = 0.0
            for i in unrated:
                if i == j or i in chosen:
                    continue
                cross = [x[draw][i] @ covariances[draw] @ x[draw][j] for draw in draws]
                step = np.mean([c / s for c, s in zip(cross, total, strict=True)])
                found += counts[i] ** 0.5 * float(2 * step * np.mean(cross) - step**2 * np.mean(total))
            return found

        chosen.append(max((row for row in asked if row not in chosen), key=gain))
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


def test_six_films_by_default_and_they_make_predictions_surer(ml100k: Dataset) -> None:
    """Of the most rated films, and better than the six most rated: variance of predictions, films weighted as is said."""
    model = ALS(n_factors=8, n_epochs=3, precision="float64").fit(ml100k.ratings, seed=0)
    asked = films_to_rate(fold_in(model, {}))
    assert len(asked) == len(set(asked)) == 6
    popular = sorted(model.items, key=lambda item: -int(model.rated.item_counts[model.items.row(item)]))
    assert set(asked) <= set(popular[:150])

    def doubt(films: list[Id]) -> float:
        # The prior counts ratings, so hold that still: information alone.
        prior = model.user_prior
        assert prior is not None
        features = model.item_vectors[0, model.items.rows(films)]
        covariance = torch.linalg.inv(prior.precision[0] + prior.noise_precision[0] * features.mT @ features)
        x = model.item_vectors[0]
        return float(model.rated.item_counts.double().sqrt() @ ((x @ covariance) * x).sum(1))

    assert doubt(asked) < doubt(popular[:6])


def test_only_films_among_those_named_are_asked_about() -> None:
    model = model_of(3, uneven=True)
    person, named = fold_in(model, {10: 4.0}), [50, 10, 90, 70]
    assert sorted(map(int, films_to_rate(person, n=9, among=named))) == [50, 70, 90]
    assert films_to_rate(person, n=9, among=model.items) == films_to_rate(person, n=9)
    assert films_to_rate(person, among=[]) == []
    with pytest.raises(UnknownId):
        films_to_rate(person, among=[11])


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
