"""The rated prior by solving: the same X, the same mean and the same draws as by decomposing it, and the same model."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core import Gibbs, evaluate, load_dataset, make_split
from core.bayes.rated_columns import RatedColumns
from core.bayes.rated_prior import RatedBasis, table_of_choices
from core.trainers import gibbs

N_ROWS, N_COLUMNS = 7, 5
ROWS = torch.tensor([0, 0, 0, 1, 1, 2, 3, 3, 3, 3, 5, 5])
COLUMNS = torch.tensor([0, 1, 4, 1, 2, 3, 0, 1, 2, 3, 0, 4])  # rows 4 and 6 have rated nothing
WORDS = torch.tensor([[1, 0], [0, 1], [1, 1], [0, 0], [1, 0], [0, 1], [0, 0]]).bool()


def dense(*, traits: bool) -> torch.Tensor:
    """X by loops."""
    parts = [table_of_choices(ROWS, COLUMNS, n_rows=N_ROWS, n_columns=N_COLUMNS)]
    parts += [WORDS.double()] if traits else []
    for part in parts:
        known = [row for row in range(N_ROWS) if part[row].any()]
        mean = sum(part[row] for row in known) / len(known)
        for row in known:
            part[row] -= mean
    return torch.cat(parts, dim=1)


def columns(*, traits: bool) -> RatedColumns:
    words = WORDS.double() if traits else None
    return RatedColumns.of(ROWS, COLUMNS, n_rows=N_ROWS, n_columns=N_COLUMNS, traits=words)


@pytest.mark.parametrize("traits", [False, True])
def test_products_are_those_of_the_whole_table(traits: bool) -> None:
    x, sparse, generator = dense(traits=traits).float(), columns(traits=traits), torch.Generator().manual_seed(0)
    weights = torch.randn(x.shape[1], 3, generator=generator)
    rows = torch.randn(N_ROWS, 3, generator=generator)
    torch.testing.assert_close(sparse.shift_by(weights), x @ weights)
    torch.testing.assert_close(sparse.pull(rows), x.mT @ rows)
    assert sparse.rank == x.shape[1]
    assert sparse.n_chosen == N_COLUMNS


@pytest.mark.parametrize("traits", [False, True])
@pytest.mark.parametrize("strength", [0.05, 1.0, 30.0])
def test_means_are_those_of_the_decomposition(traits: bool, strength: float) -> None:
    residuals = torch.randn(N_ROWS, 3, generator=torch.Generator().manual_seed(1))
    chosen = table_of_choices(ROWS, COLUMNS, n_rows=N_ROWS, n_columns=N_COLUMNS)
    basis = RatedBasis.of(chosen=chosen, traits=WORDS.double() if traits else None)
    exact = basis.by_column(basis.mean_weights(residuals, strength))
    torch.testing.assert_close(columns(traits=traits).mean_weights(residuals, strength), exact, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(columns(traits=traits).centre, basis.centre)


def test_draws_have_the_mean_and_the_covariance_of_their_law() -> None:
    x, sparse, strength = dense(traits=False), columns(traits=False), 0.7
    precision = torch.tensor([[2.0, 0.6], [0.6, 1.0]], dtype=torch.float64)
    generator = torch.Generator().manual_seed(2)
    residuals = torch.randn(N_ROWS, 2, generator=generator)
    draws = torch.stack([sparse.draw_weights(residuals, strength, precision, generator) for _ in range(6000)]).double()
    inner = torch.linalg.inv(x.mT @ x + strength * torch.eye(N_COLUMNS, dtype=torch.float64))
    covariance = torch.kron(inner, torch.linalg.inv(precision))
    mean = inner @ x.mT @ residuals.double()
    error = covariance.diagonal().sqrt().view(N_COLUMNS, 2) / len(draws) ** 0.5
    assert ((draws.mean(0) - mean).abs() < 4.5 * error).all()
    found = torch.cov(draws.flatten(1).mT)
    # the standard error of a covariance of normal numbers (Anderson, 2003, section 3.4)
    spread = ((covariance.diagonal()[:, None] * covariance.diagonal() + covariance**2) / len(draws)).sqrt()
    assert ((found - covariance).abs() < 4.5 * spread).all()


def test_a_large_table_is_solved_and_predicts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = load_dataset("synthetic:150x120x5000")
    split = make_split(dataset.ratings, "random", seed=0)
    trainer = Gibbs(n_factors=7, n_burn_in=15, n_draws=12, n_between=2)
    errors = {}
    for most in (10**7, 0):
        monkeypatch.setattr(gibbs, "MOST_CELLS", most)
        model = trainer.fit(split.train, seed=0)
        assert model.user_prior is not None
        assert model.user_prior.choice is not None
        assert model.user_prior.choice.weights.shape == (12, 120, 8)
        errors[most] = evaluate(model, split.test).rmse
    assert errors[0] == pytest.approx(errors[10**7], rel=0.01)
    assert not np.isclose(errors[0], errors[10**7], rtol=1e-9), "the same random numbers: nothing was solved"
