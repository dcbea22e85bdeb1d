"""Each conditional against a slow truth, and all of them together by a joint distribution test."""

from __future__ import annotations

import os
from collections.abc import Callable
from math import log

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Generator, Tensor

from core.bayes.hyperpriors import Gamma, NormalWishart, RowPrior, draw_wishart, spread
from core.bayes.rated_prior import RatedBasis, RatedPrior, table_of_choices
from core.convergence import effective_sample_size
from core.errors import InvalidArgument
from tests.bayes import (
    DAYS,
    FILM_NOISE,
    HYPERPRIOR,
    N_ITEMS,
    N_USERS,
    NOISE,
    PAIRS,
    PEOPLE_WORDS,
    STRENGTH,
    WIDTH,
    World,
)
from tests.reference import Matrix

# A mean over n draws may lie this many standard errors off: with a fixed seed a right program fails one such
# comparison in 16,000 once, when it is written, and never again.
MOST_ERRORS = 4.0
# `make soak` runs the joint distribution test this many times as long.
LONGER = int(os.environ.get("REELSPACE_LONGER", "1"))


def generator(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def assert_moments(draws: Tensor, mean: Matrix, covariance: Matrix) -> None:
    """``draws`` (n, d) have this mean and covariance, up to what n draws can show."""
    centred = draws.double() - torch.from_numpy(mean)
    n, scales = len(draws), np.sqrt(np.diag(covariance))
    errors = centred.mean(0).numpy() / (scales / n**0.5)
    assert np.abs(errors).max() < MOST_ERRORS
    products = (centred[:, :, None] * centred[:, None, :]).numpy()
    errors = (products.mean(0) - covariance) / (products.std(0) / n**0.5)
    assert np.abs(errors).max() < MOST_ERRORS + 0.5  # products have heavier tails than what they are products of


def inverse(matrix: Tensor) -> Matrix:
    return np.linalg.inv(matrix.double().numpy())


# Hyperpriors


def test_a_precision_follows_its_gamma() -> None:
    n, squares = torch.tensor([0, 3, 40]).expand(20_000, 3), torch.tensor([0.0, 2.5, 60.0]).expand(20_000, 3)
    drawn = Gamma(2.0, 0.5).draw(generator(), n=n, sum_of_squares=squares)
    for place, (count, total) in enumerate([(0, 0.0), (3, 2.5), (40, 60.0)]):
        truth = stats.gamma(2.0 + count / 2, scale=1 / (0.5 + total / 2))
        assert stats.kstest(drawn[:, place].numpy(), truth.cdf).pvalue > 1e-3


def test_a_wishart_has_its_mean_and_spread() -> None:
    inverse_scale = torch.tensor([[2.0, 0.6, 0.0], [0.6, 1.0, -0.3], [0.0, -0.3, 1.5]], dtype=torch.float64)
    random = generator()
    draws = torch.stack([draw_wishart(inverse_scale, 4.5, random) for _ in range(4_000)])
    scale = inverse(inverse_scale)
    mean = 4.5 * scale
    variance = 4.5 * (scale**2 + np.outer(np.diag(scale), np.diag(scale)))
    errors = (draws.mean(0).numpy() - mean) / np.sqrt(variance / len(draws))
    assert np.abs(errors).max() < MOST_ERRORS
    assert draws.var(0).numpy() == pytest.approx(variance, rel=0.2)  # fourth moments: a rough check of the degrees
    whitened = np.array([np.trace(inverse_scale.numpy() @ draw) for draw in draws.numpy()])
    assert stats.kstest(whitened, stats.chi2(3 * 4.5).cdf).pvalue > 1e-3


def test_spread_gives_the_covariance() -> None:
    precision = torch.tensor([[2.0, 0.7], [0.7, 1.0]], dtype=torch.float64)
    z = torch.randn(20_000, 2, generator=generator(), dtype=torch.float64)
    assert_moments(spread(z, precision), np.zeros(2), inverse(precision))


def test_a_row_prior_is_drawn_from_its_posterior_in_one_dimension() -> None:
    """The posterior of (μ, Λ) on a fine grid, prior times likelihood as printed."""
    rows, more = [0.4, -1.3, 0.9, 2.2], [0.5, -0.8]
    prior = NormalWishart(1, n_degrees=3.0, mean_strength=2.0, scale=1.5)
    precisions, means = np.linspace(1e-3, 12, 1500), np.linspace(-4, 4, 801)
    grid, mu = np.meshgrid(precisions, means, indexing="ij")
    density = stats.gamma(3 / 2, scale=2 / 1.5).logpdf(grid) + stats.norm(0, 1 / np.sqrt(2 * grid)).logpdf(mu)
    for row in rows:
        density += stats.norm(mu, 1 / np.sqrt(grid)).logpdf(row)
    for row in more:
        density += stats.norm(0, 1 / np.sqrt(grid)).logpdf(row)
    weight = np.exp(density - density.max())
    weight /= weight.sum()
    scatter = torch.tensor([[sum(row**2 for row in more)]], dtype=torch.float64)
    random, table = generator(), torch.tensor(rows)[:, None]
    drawn = [prior.draw(table, random, scatter=scatter, n_more=len(more)) for _ in range(4_000)]
    pairs = torch.tensor([[float(one.mean), float(one.precision)] for one in drawn], dtype=torch.float64)
    mean = np.array([(weight * mu).sum(), (weight * grid).sum()])
    away = np.stack([mu - mean[0], grid - mean[1]])
    assert_moments(pairs, mean, np.einsum("aij,bij,ij->ab", away, away, weight))


def test_without_rows_the_prior_is_drawn() -> None:
    random = generator()
    drawn = [HYPERPRIOR.draw(torch.zeros(0, WIDTH), random) for _ in range(4_000)]
    means, expected = torch.stack([one.mean for one in drawn]), HYPERPRIOR.scale / (HYPERPRIOR.n_degrees - WIDTH - 1)
    assert_moments(means, np.zeros(WIDTH), np.eye(WIDTH) * expected / HYPERPRIOR.mean_strength)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Gamma(0.0, 1.0), "shape and rate must be above 0, got 0 and 1"),
        (lambda: Gamma(1.0, float("nan")), "shape and rate must be above 0, got 1 and nan"),
        (lambda: NormalWishart(3, 2.0), "n_degrees must be above width - 1 = 2, got 2"),
        (lambda: NormalWishart(2, 2.0, scale=0.0), "mean_strength and scale must be above 0, got 2 and 0"),
    ],
)
def test_improper_priors_are_refused(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        make()
    assert str(error.value) == sentence


# Who rated what


WORDS = torch.cat([PEOPLE_WORDS, torch.tensor([[0.0, 1.0, 0.0]])])


def dense_table(*, traits: bool = False) -> Matrix:
    """X by loops: 1/√n in each rated place, less the mean over rows that rated something; user 4 rated nothing.

    With ``traits`` the words follow, less their mean over the rows that have one; user 3 has none.
    """
    table = np.zeros((N_USERS + 1, N_ITEMS))
    for user in range(N_USERS):
        rated = [item for who, item in PAIRS if who == user]
        for item in rated:
            table[user, item] = len(rated) ** -0.5
    table[:N_USERS] -= table[:N_USERS].mean(0)
    if not traits:
        return table
    words = WORDS.numpy().copy()
    known = [0, 1, 2, 4]
    words[known] -= words[known].mean(0)
    return np.hstack([table, words])


def basis(*, traits: bool = False) -> RatedBasis:
    users, items = (torch.tensor(column) for column in zip(*PAIRS, strict=True))
    chosen = table_of_choices(users, items, n_rows=N_USERS + 1, n_columns=N_ITEMS)
    return RatedBasis.of(chosen=chosen, traits=WORDS if traits else None)


@pytest.mark.parametrize("traits", [False, True])
def test_the_basis_is_that_of_who_rated_what_and_of_traits(traits: bool) -> None:
    found, table = basis(traits=traits), dense_table(traits=traits)
    assert found.n_chosen == N_ITEMS
    rebuilt = found.rows * found.sizes @ found.columns.mT
    np.testing.assert_allclose(rebuilt.numpy(), table, atol=1e-6)  # float32
    assert found.rank == np.linalg.matrix_rank(table)
    np.testing.assert_allclose(found.rows.mT @ found.rows, np.eye(found.rank), atol=1e-6)
    np.testing.assert_allclose(found.columns.mT @ found.columns, np.eye(found.rank), atol=1e-6)


def test_tall_and_wide_tables_have_the_same_basis() -> None:
    users, items = (torch.tensor(column) for column in zip(*PAIRS, strict=True))
    tall = RatedBasis.of(chosen=table_of_choices(users, items, n_rows=9, n_columns=N_ITEMS))
    np.testing.assert_allclose(
        tall.rows * tall.sizes @ tall.columns.mT, np.vstack([dense_table(), np.zeros((4, 5))]), atol=1e-6
    )


def test_traits_alone_are_a_basis_too() -> None:
    found = RatedBasis.of(traits=WORDS)
    assert found.n_chosen == 0
    rebuilt = found.rows * found.sizes @ found.columns.mT
    np.testing.assert_allclose(rebuilt.numpy(), dense_table(traits=True)[:, N_ITEMS:], atol=1e-6)


def test_each_trait_moves_the_mean_by_its_weight() -> None:
    """XB by loops over what is known of a row, for weights given by place and by word."""
    rated, table = RatedPrior(BASES[True], 2, STRENGTH), dense_table(traits=True)
    weights = torch.randn(BASES[True].rank, 2, generator=generator(3))
    by_place, by_word = rated.weights_by_column(weights)
    assert (len(by_place), len(by_word)) == (N_ITEMS, WORDS.shape[1])
    together = torch.cat([by_place, by_word]).double().numpy()
    for row in range(N_USERS + 1):
        said = [
            sum(table[row, column] * together[column, place] for column in range(len(together))) for place in (0, 1)
        ]
        np.testing.assert_allclose(rated.basis.shift_by(weights)[row], said, atol=1e-5)
        own = [sum(table[row, N_ITEMS + word] * float(by_word[word, place]) for word in range(3)) for place in (0, 1)]
        np.testing.assert_allclose(rated.shift_by_traits(weights)[row], own, atol=1e-5)


@pytest.mark.parametrize("traits", [False, True])
def test_weights_are_those_of_a_dense_bayesian_regression(traits: bool) -> None:
    """XB for B with posterior mean (XᵀX + λ)⁻¹XᵀR and covariance (XᵀX + λ)⁻¹ ⊗ Λ⁻¹, XB's being X(…)⁻¹Xᵀ ⊗ Λ⁻¹."""
    table, strength = dense_table(traits=traits), 0.7
    precision = torch.tensor([[2.0, 0.5], [0.5, 1.0]], dtype=torch.float64)
    residuals = torch.randn(N_USERS + 1, 2, generator=generator(5))
    random, draws = generator(), []
    for _ in range(5_000):
        rated = RatedPrior(BASES[traits], 2, STRENGTH)
        rated.strength = strength
        rated.draw(residuals, RowPrior(torch.zeros(2), precision), random)
        draws.append(rated.shift.flatten())
    held = np.linalg.inv(table.T @ table + strength * np.eye(table.shape[1]))
    mean = table @ held @ table.T @ residuals.double().numpy()
    covariance = np.kron(table @ held @ table.T, inverse(precision))
    seen = np.diag(covariance) > 1e-9  # nothing is drawn for the user who rated nothing
    stacked = torch.stack(draws)
    assert (stacked[:, ~seen] == 0).all()
    assert_moments(stacked[:, seen], mean.flatten()[seen], covariance[np.ix_(seen, seen)])


def test_the_mean_weights_are_the_mean_of_the_draws() -> None:
    residuals = torch.randn(N_USERS + 1, 2, generator=generator(5))
    rated = RatedPrior(BASIS, 2, STRENGTH)
    table = dense_table()
    expected = table @ np.linalg.solve(table.T @ table + np.eye(N_ITEMS), table.T @ residuals.double().numpy())
    np.testing.assert_allclose(rated.basis.shift_by(rated.mean_weights(residuals)), expected, atol=1e-6)


def test_the_strength_follows_its_gamma() -> None:
    """strength · (rate + energy / 2) ~ Gamma(shape + r d / 2) whatever the weights."""
    precision = torch.tensor([[2.0, 0.5], [0.5, 1.0]], dtype=torch.float64)
    random, scaled = generator(), []
    for _ in range(4_000):
        rated = RatedPrior(BASIS, 2, STRENGTH)
        rated.draw(torch.zeros(N_USERS + 1, 2), RowPrior(torch.zeros(2), precision), random)
        weights = rated.weights.double().numpy()
        energy = sum(float(row @ precision.numpy() @ row) for row in weights)
        scaled.append(rated.strength * (STRENGTH.rate + energy / 2))
    truth = stats.gamma(STRENGTH.shape + BASIS.rank * 2 / 2)
    assert stats.kstest(scaled, truth.cdf).pvalue > 1e-3


BASES = {traits: basis(traits=traits) for traits in (False, True)}
BASIS = BASES[False]


# Rows and noise


def test_scores_are_the_sum_of_all_terms() -> None:
    chain = World(np.random.default_rng(3), days=True).chain()
    assert chain.days is not None
    found = chain.scores()
    for place, ((user, item), day) in enumerate(zip(PAIRS, DAYS, strict=True)):
        rows = [chain.users.rows[user].tolist(), chain.films.rows[item].tolist(), chain.days.rows[day].tolist()]
        expected = sum(row[-1] for row in rows)
        for one, other in ((0, 1), (0, 2), (1, 2)):
            expected += sum(rows[one][k] * rows[other][k] for k in range(WIDTH - 1))
        assert float(found[place]) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("side", ["users", "films", "days"])
def test_with_days_rows_are_drawn_from_a_regression_each(side: str) -> None:
    """Posterior of each row by loops over its ratings; what multiplies it is the sum of the two other rows' factors."""
    chain = World(np.random.default_rng(6), traits=True, days=True).chain()
    assert chain.days is not None
    tables = {"users": chain.users, "films": chain.films, "days": chain.days}
    own, mean = tables[side], tables[side].prior.mean.numpy()
    shift = np.zeros(own.rows.shape) if own.shift is None else own.shift.numpy()
    random, draws = generator(), []
    for _ in range(3_000):
        own.draw_rows(chain.against(own), chain.noise_precision, random)
        draws.append(own.rows.clone())
    for row in range(len(own.rows)):
        system = own.prior.precision.numpy().copy()
        right = system @ (mean + shift[row])
        for (user, item), day, target in zip(PAIRS, DAYS, chain.targets.tolist(), strict=True):
            places = {"users": user, "films": item, "days": day}
            if places[side] != row:
                continue
            one, other = (tables[name].rows[places[name]].numpy() for name in tables if name != side)
            features = np.append(one[:-1] + other[:-1], 1.0)
            rest = target - one[-1] - other[-1] - float(one[:-1] @ other[:-1])
            weight = chain.noise_precision * float(chain.films.noise[item])
            system += weight * np.outer(features, features)
            right += weight * features * rest
        assert_moments(torch.stack(draws)[:, row], np.linalg.solve(system, right), np.linalg.inv(system))


@pytest.mark.parametrize("side", ["users", "films"])
def test_rows_are_drawn_from_a_regression_each(side: str) -> None:
    """Posterior of each row by loops over its ratings; film 4, which nobody rated, follows its prior."""
    chain = World(np.random.default_rng(3)).chain()
    own, other = (chain.users, chain.films) if side == "users" else (chain.films, chain.users)
    precision, mean = own.prior.precision.numpy(), own.prior.mean.numpy()
    assert own.rated is not None
    random, draws = generator(), []
    for _ in range(3_000):
        own.draw_rows(chain.against(own), chain.noise_precision, random)
        draws.append(own.rows.clone())
    stacked, means = torch.stack(draws), own.mean_rows(chain.against(own), chain.noise_precision, own.shift)
    for row in range(len(own.rows)):
        system, right = precision.copy(), precision @ (mean + own.rated.shift[row].numpy())
        for (user, item), target in zip(PAIRS, chain.targets.tolist(), strict=True):
            if (user if side == "users" else item) != row:
                continue
            against = other.rows[item if side == "users" else user].numpy()
            weight = chain.noise_precision * float(chain.films.noise[item])
            features = np.append(against[:-1], 1.0)
            system += weight * np.outer(features, features)
            right += weight * features * (target - against[-1])
        expected = np.linalg.solve(system, right)
        np.testing.assert_allclose(means[row].numpy(), expected, rtol=1e-9)
        assert_moments(stacked[:, row], expected, np.linalg.inv(system))


def test_noise_follows_its_gammas() -> None:
    chain = World(np.random.default_rng(4)).chain()
    squares = [float(e) ** 2 for e in chain.targets - chain.scores()]
    random, overall, by_film = generator(), [], []
    for _ in range(4_000):
        noise = chain.films.noise.clone()
        chain.draw_noise(random)
        total = sum(float(noise[item]) * e for (_, item), e in zip(PAIRS, squares, strict=True))
        overall.append(chain.noise_precision * (NOISE.rate + total / 2))
        for item in range(N_ITEMS):
            own = [e for (_, which), e in zip(PAIRS, squares, strict=True) if which == item]
            scaled = float(chain.films.noise[item]) * (FILM_NOISE.rate + chain.noise_precision * sum(own) / 2)
            by_film.append((item, len(own), scaled))
    assert stats.kstest(overall, stats.gamma(NOISE.shape + len(PAIRS) / 2).cdf).pvalue > 1e-3
    for item in range(N_ITEMS):
        scaled = [value for which, _, value in by_film if which == item]
        n_ratings = next(count for which, count, _ in by_film if which == item)
        assert stats.kstest(scaled, stats.gamma(FILM_NOISE.shape + n_ratings / 2).cdf).pvalue > 1e-3


# All together


def statistics(chain: object) -> list[float]:
    """What the joint distribution is compared by: bounded or logarithms, so that every mean exists."""
    from core.bayes.chain import Chain

    assert isinstance(chain, Chain)
    found = [log(chain.noise_precision), log(float(chain.films.noise[0])), log(float(chain.films.noise[4]))]
    for table in chain.tables:
        rows = table.rows.numpy()
        found += [np.arctan(rows[1, 0]), np.arctan(rows[1, 1]), np.log1p(np.square(rows).sum())]
        found += [float(torch.logdet(table.prior.precision)), float(table.prior.mean[1].atan())]
        found += [float(torch.diagonal(table.prior.precision)[0].log())]
        if table.rated is not None:
            found += [log(table.rated.strength), float(table.rated.weights.square().sum().log1p())]
    targets = chain.targets.numpy()
    return [float(value) for value in (*found, np.arctan(targets[2]), np.log1p(np.square(targets).mean()))]


def joint_distribution_errors(n_prior: int, n_chain: int, *, seed: int, **parts: bool) -> np.ndarray:
    """How many standard errors each statistic's mean differs between two ways of drawing the joint distribution.

    One draws parameters from the prior and ratings given them; the other, from such a start, draws ratings given the
    parameters and the parameters by one sweep given the ratings, in turn. Source: Geweke, *Getting it right: joint
    distribution tests of posterior simulators*, 2004.
    """
    world, random = World(np.random.default_rng(seed), **parts), generator(seed)
    independent = np.array([statistics(world.chain()) for _ in range(n_prior)])
    chain, successive = world.chain(), []
    for _ in range(n_chain):
        chain.sweep(random)
        chain.set_targets(world.ratings(chain))
        successive.append(statistics(chain))
    draws = torch.tensor(successive)
    n_effective = effective_sample_size(draws[None]).numpy()
    variance = independent.var(0) / n_prior + draws.double().var(0).numpy() / n_effective
    difference = independent.mean(0) - draws.double().mean(0).numpy()
    return np.asarray(difference / np.sqrt(variance))


@pytest.mark.parametrize("parts", [{"rated": True}, {"rated": False}, {"traits": True, "days": True}], ids=str)
def test_all_conditionals_fit_one_joint_distribution(parts: dict[str, bool]) -> None:
    errors = joint_distribution_errors(800 * LONGER, 1_200 * LONGER, seed=1, **parts)
    assert np.abs(errors).max() < MOST_ERRORS
