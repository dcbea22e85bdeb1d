"""Split R̂ and effective sample size against plain loops and against chains whose answer is known."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist, fmean, variance

import pytest
import torch
from torch import Tensor

from core.convergence import check_convergence, effective_sample_size, split_r_hat
from core.errors import InvalidArgument
from tests.models import random_model


def chains_of(n_chains: int, n_draws: int, *, memory: float = 0.0, seed: int = 0) -> Tensor:
    """Normal draws that remember ``memory`` of the draw before; variance 1 / (1 − memory²)."""
    generator = torch.Generator().manual_seed(seed)
    draws = torch.randn(n_chains, n_draws, generator=generator, dtype=torch.float64)
    draws[:, 0] /= math.sqrt(1 - memory**2)
    for at in range(1, n_draws):
        draws[:, at] += memory * draws[:, at - 1]
    return draws


# --- slow and obvious -------------------------------------------------------------------------------------------------


def halves_of(chains: Tensor) -> list[list[float]]:
    n = chains.shape[1]
    rows = chains.tolist()
    return [row[: n // 2] for row in rows] + [row[n - n // 2 :] for row in rows]


def normal_scores(halves: list[list[float]]) -> list[list[float]]:
    flat = [value for half in halves for value in half]

    def score(value: float) -> float:
        rank = sum(other < value for other in flat) + (sum(other == value for other in flat) + 1) / 2
        return NormalDist().inv_cdf((rank - 3 / 8) / (len(flat) + 1 / 4))

    return [[score(value) for value in half] for half in halves]


def r_hat(halves: list[list[float]]) -> float:
    n = len(halves[0])
    within = fmean(variance(half) for half in halves)
    between = n * variance([fmean(half) for half in halves])
    return math.sqrt(((n - 1) / n * within + between / n) / within)


def slow_split_r_hat(chains: Tensor) -> float:
    halves = halves_of(chains)
    flat = sorted(value for half in halves for value in half)
    middle = flat[(len(flat) - 1) // 2]  # torch's median: the lower of the two in the middle
    folded = [[abs(value - middle) for value in half] for half in halves]
    return max(r_hat(normal_scores(halves)), r_hat(normal_scores(folded)))


def slow_sample_size(chains: Tensor) -> float:
    halves = normal_scores(halves_of(chains))
    m, n = len(halves), len(halves[0])
    within = fmean(variance(half) for half in halves)
    total = (n - 1) / n * within + variance([fmean(half) for half in halves])

    def correlation(lag: int) -> float:
        products = [
            sum((half[s] - fmean(half)) * (half[s + lag] - fmean(half)) for s in range(n - lag)) / (n - 1)
            for half in halves
        ]
        return 1.0 if lag == 0 else 1 - (within - fmean(products)) / total

    time, smallest = -1.0, math.inf
    for k in range(n // 2):
        pair = correlation(2 * k) + correlation(2 * k + 1)
        if pair <= 0:
            break
        smallest = min(smallest, pair)
        time += 2 * smallest
    return m * n / max(time, 1 / math.log10(m * n))


@pytest.mark.parametrize(("n_chains", "n_draws"), [(1, 4), (1, 9), (2, 16), (3, 33)])
@pytest.mark.parametrize("memory", [0.0, 0.7])
def test_both_equal_plain_loops(n_chains: int, n_draws: int, memory: float) -> None:
    chains = chains_of(n_chains, n_draws, memory=memory, seed=n_draws)
    assert float(split_r_hat(chains)) == pytest.approx(slow_split_r_hat(chains), rel=1e-9)
    assert float(effective_sample_size(chains)) == pytest.approx(slow_sample_size(chains), rel=1e-9)


def test_equal_draws_share_their_rank() -> None:
    """Ratings repeat: normal scores must not depend on the order of equal draws."""
    chains = chains_of(2, 40).round()
    assert float(split_r_hat(chains)) == pytest.approx(slow_split_r_hat(chains), rel=1e-9)


# --- known cases ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9, -0.5])
def test_sample_size_of_a_chain_that_remembers(memory: float) -> None:
    """N (1 − a) / (1 + a) for a first-order autoregression; over 20 chains its mean is met within a tenth."""
    chains = chains_of(4, 2000, memory=memory)
    found = fmean(float(effective_sample_size(chains_of(4, 2000, memory=memory, seed=seed))) for seed in range(20))
    known = chains.numel() * (1 - memory) / (1 + memory)
    assert found == pytest.approx(min(known, chains.numel() * math.log10(chains.numel())), rel=0.1)


def test_chains_that_agree_have_an_r_hat_of_one() -> None:
    found = split_r_hat(torch.stack([chains_of(4, 1000, seed=seed) for seed in range(50)], dim=-1))
    assert float(found.max()) < 1.01
    assert float(found.min()) > 0.99


@pytest.mark.parametrize("apart", ["places", "spreads", "halves"])
def test_chains_that_disagree_are_found_out(apart: str) -> None:
    chains = chains_of(4, 1000)
    if apart == "places":  # one chain sits elsewhere
        chains[0] += 1
    elif apart == "spreads":  # same middle, four times as wide: plain R̂ would miss it
        chains[0] *= 4
    else:  # every chain still drifts: only splitting finds it
        chains += torch.linspace(-1, 1, 1000)
    assert float(split_r_hat(chains)) > 1.05


def test_a_change_of_scale_changes_nothing() -> None:
    """Ranks are all that counts: infinite variance or an exponential scale do no harm."""
    chains = chains_of(3, 50, memory=0.4)
    torch.testing.assert_close(split_r_hat(chains), slow := split_r_hat(3 * chains - 7), rtol=1e-9, atol=0)
    assert float(slow) == pytest.approx(float(split_r_hat(chains)), rel=1e-9)
    torch.testing.assert_close(effective_sample_size(chains), effective_sample_size(chains.exp()), rtol=1e-9, atol=0)


def test_every_number_is_judged_by_itself() -> None:
    chains = torch.stack([chains_of(2, 30, seed=0), chains_of(2, 30, memory=0.9, seed=1)], dim=-1)
    for measure in (split_r_hat, effective_sample_size):
        together = measure(chains[..., None].expand(-1, -1, -1, 3))
        assert together.shape == (2, 3)
        for column in range(2):
            expected = measure(chains[..., column]).expand(3)
            torch.testing.assert_close(together[column], expected, rtol=1e-12, atol=0)


def test_of_draws_that_never_change_nothing_is_said() -> None:
    assert split_r_hat(torch.ones(2, 10)).isnan()
    assert effective_sample_size(torch.ones(2, 10)).isnan()


@pytest.mark.parametrize("measure", [split_r_hat, effective_sample_size])
def test_too_few_draws_are_refused(measure: type) -> None:
    with pytest.raises(InvalidArgument) as error:
        measure(torch.ones(2, 3))
    assert str(error.value) == "chains must have at least 4 draws each, got 3"


# --- of models --------------------------------------------------------------------------------------------------------


def test_convergence_is_that_of_the_scores() -> None:
    models = [random_model(draws=20, seed=seed) for seed in range(3)]
    users, items = torch.tensor([0, 3]), torch.tensor([1, 4])
    found = check_convergence(models, users, items)
    for place in range(2):
        chains = torch.stack([model.scores(users, items)[:, place] for model in models])
        assert found[place].n_draws == 60
        assert found[place].r_hat == pytest.approx(slow_split_r_hat(chains), rel=1e-9)
        assert found[place].n_effective == pytest.approx(slow_sample_size(chains), rel=1e-9)


def test_convergence_refuses_chains_of_other_ratings_or_lengths() -> None:
    model, pair = random_model(draws=8), (torch.tensor([0]), torch.tensor([0]))
    fewer = model.rated.take(torch.arange(5))
    for models in ([], [model, random_model(draws=9)], [model, replace(model, rated=fewer)]):
        with pytest.raises(InvalidArgument) as error:
            check_convergence(models, *pair)
        assert str(error.value) == ("models must be fits of the same ratings with the same n_draws, got others or none")
