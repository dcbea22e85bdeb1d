"""Everybody's best films, in blocks: against a sort of one person at a time, with ties, and without a large table."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from core import model as model_module
from core.datasets.dataset import Dataset
from core.errors import InvalidArgument
from core.evaluation.best_films import NO_FILM, best_films, first_columns
from core.folding import person_of
from core.model import FactorModel, TrainedModel
from core.trainers.als import ALS
from core.trainers.baselines import Popularity
from core.trainers.gibbs import Gibbs

TRAINERS: dict[str, Callable[[], ALS | Gibbs | Popularity]] = {
    "one draw": lambda: ALS(n_factors=3, n_epochs=2, precision="float64"),
    "three draws": lambda: Gibbs(n_factors=2, n_burn_in=1, n_draws=3, n_between=1, rated_prior=False),
    "many ties": Popularity,
}


def slow(model: TrainedModel, n: int) -> list[list[int]]:
    """One person after the other, one film after the other, as printed: score down, film row up."""
    lists = []
    for user_id in model.users:
        person = person_of(model, user_id)
        found = person.scores()
        scores, digits = found.double().mean(0).tolist(), 10 if found.dtype == torch.float64 else 5
        left = [row for row, item_id in enumerate(model.items) if item_id not in person.ratings]
        best = sorted(left, key=lambda row, scores=scores: (-round(scores[row], digits), row))  # type: ignore[misc]  # bound
        lists.append((best + [NO_FILM] * n)[:n])
    return lists


@pytest.mark.parametrize("name", TRAINERS)
@pytest.mark.parametrize("n_users_at_once", [1, 7, 1_000])
def test_lists_are_those_of_one_person_at_a_time(
    synthetic_small: Dataset, monkeypatch: pytest.MonkeyPatch, name: str, n_users_at_once: int
) -> None:
    model = TRAINERS[name]().fit(synthetic_small.ratings, seed=0)
    monkeypatch.setattr(model_module, "BLOCK_BYTES", model._cell_bytes * len(model.items) * n_users_at_once)
    assert best_films(model, n=5).tolist() == slow(model, 5)


def test_a_list_ends_where_films_do(synthetic_small: Dataset) -> None:
    """All films are asked for: those rated are missing at the end."""
    model = ALS(n_factors=2, n_epochs=1, precision="float64").fit(synthetic_small.ratings, seed=0)
    found = best_films(model, n=len(model.items))
    assert ((found == NO_FILM).sum(1) == model.rated.user_counts).all()
    assert found.tolist() == slow(model, len(model.items))


def test_some_users_in_their_order(synthetic_small: Dataset) -> None:
    model = ALS(n_factors=2, n_epochs=1).fit(synthetic_small.ratings, seed=0)
    rows = torch.tensor([4, 0, 9])
    assert torch.equal(best_films(model, rows, n=3), best_films(model, n=3)[rows])
    assert best_films(model, rows[:0], n=3).shape == (0, 3)


@pytest.mark.parametrize("n", [0, -1, 10_000])
def test_a_length_out_of_range_is_refused(synthetic_small: Dataset, n: int) -> None:
    model = ALS(n_factors=1, n_epochs=1).fit(synthetic_small.ratings, seed=0)
    with pytest.raises(InvalidArgument, match=f"^n must be between 1 and n_items={len(model.items)}, got {n}$"):
        best_films(model, n=n)


def test_no_table_of_scores_is_above_its_limit(synthetic_small: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the real limit a block of a catalogue of 59,000 films is 284 people."""
    model = ALS(n_factors=2, n_epochs=1).fit(synthetic_small.ratings, seed=0)
    most, original = 20 * len(model.items) * 4, FactorModel.all_scores
    monkeypatch.setattr(model_module, "BLOCK_BYTES", most)

    def watched(self: FactorModel, user_idx: Tensor) -> Tensor:
        scores = original(self, user_idx)
        assert 0 < scores.numel() * scores.element_size() <= most
        return scores

    monkeypatch.setattr(FactorModel, "all_scores", watched)
    best_films(model)


@pytest.mark.parametrize("levels", [1, 2, 3, 1_000])
def test_first_columns_are_a_stable_sort(levels: int) -> None:
    """Few levels: nearly all numbers are equal to others; −∞ among them."""
    generator = torch.Generator().manual_seed(levels)
    scores = torch.randint(levels, (40, 30), generator=generator).float()
    scores[torch.rand(40, 30, generator=generator) < 0.3] = -torch.inf
    for n in (1, 4, 30):
        expected = scores.sort(dim=1, descending=True, stable=True).indices[:, :n]
        assert torch.equal(first_columns(scores, n), expected)
