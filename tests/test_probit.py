"""Ratings as steps of a hidden number: the link against scipy, the draws against truncated normals and a grid."""

from __future__ import annotations

from math import log
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor

from core.bayes.chain import Chain
from core.bayes.probit import CUTPOINT_STD, HiddenNumbers
from core.catalogue import Catalogue
from core.convergence import effective_sample_size
from core.datasets.dataset import Dataset
from core.errors import InvalidArgument
from core.folding import fold_in
from core.links import OrderedProbit
from core.metrics import root_mean_square_error
from core.model import FactorModel
from core.persistence import SavedModel, load_model, save_model
from core.trainers.baselines import BiasOnly
from core.trainers.gibbs import Gibbs
from tests.bayes import PAIRS, World

LEVELS = (1.0, 2.0, 3.0, 4.0, 5.0)
CUTPOINTS = ((-1.5, -0.5, 0.4, 1.6), (-2.0, -1.0, 0.0, 1.0))
LINK = OrderedProbit(LEVELS, CUTPOINTS)
# As in test_bayes.py.
MOST_ERRORS = 4.0


def scores(*shape: int) -> Tensor:
    return 2 * torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


# The link


@pytest.mark.parametrize("shape", [(2,), (2, 7), (2, 3, 4)], ids=str)
def test_chances_are_those_between_the_cutpoints(shape: tuple[int, ...]) -> None:
    score = scores(*shape)
    found = LINK.chances(score)
    assert found.shape == (*shape, 5)
    for place in np.ndindex(*shape):
        ends = [-np.inf, *CUTPOINTS[place[0]], np.inf]
        expected = np.diff(stats.norm(float(score[place])).cdf(ends))
        np.testing.assert_allclose(found[place], expected, rtol=1e-9, atol=1e-14)
        mean = float(expected @ np.array(LEVELS))
        assert float(LINK.stars(score)[place]) == pytest.approx(mean, rel=1e-12)
        assert float(LINK.variance(score)[place]) == pytest.approx(float(expected @ (np.array(LEVELS) - mean) ** 2))


def test_chances_sum_to_one_however_far_the_score() -> None:
    for dtype in (torch.float32, torch.float64):
        found = LINK.chances(torch.tensor([[-40.0, -3.0, 0.0, 5.0, 40.0]] * 2, dtype=dtype))
        torch.testing.assert_close(found.sum(-1), torch.ones(2, 5, dtype=dtype))
        assert (found >= 0).all()


def test_the_slope_is_the_derivative() -> None:
    score, step = scores(2, 50), 1e-6
    difference = (LINK.stars(score + step) - LINK.stars(score - step)) / (2 * step)
    torch.testing.assert_close(LINK.slope(score), difference, rtol=1e-6, atol=1e-8)


# The draws


def test_hidden_numbers_are_cut_off_normals() -> None:
    """Also far from the score, where a distribution function keeps no digits."""
    hidden = HiddenNumbers(torch.zeros(1), (1.0, 2.0, 3.0))
    hidden.cutpoints = torch.tensor([-0.5, 1.0], dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    for level, score in [(0, 0.2), (1, 0.3), (2, 0.1), (0, 4.0), (2, -4.0), (1, 5.0), (1, -5.0)]:
        hidden.level = torch.full((4_000,), level)
        drawn = hidden.draw(torch.full((4_000,), score, dtype=torch.float64), generator)
        low, high = [(-np.inf, -0.5), (-0.5, 1.0), (1.0, np.inf)][level]
        assert bool(((drawn >= low) & (drawn <= high)).all())
        truth = stats.truncnorm(low - score, high - score, loc=score)
        assert stats.kstest(drawn.numpy(), truth.cdf).pvalue > 1e-3


def test_hidden_numbers_stay_finite_where_chances_vanish() -> None:
    hidden = HiddenNumbers(torch.tensor([0, 2]), (1.0, 2.0, 3.0))
    hidden.cutpoints = torch.tensor([-0.5, 1.0], dtype=torch.float64)
    drawn = hidden.draw(torch.tensor([60.0, -60.0]), torch.Generator().manual_seed(0))
    torch.testing.assert_close(drawn, torch.tensor([-0.5, 1.0]), rtol=0, atol=1e-3)


def test_cutpoints_follow_their_density() -> None:
    """Two cut-points: their posterior on a fine grid, prior times likelihood as printed."""
    level, score = torch.tensor([0, 0, 1, 1, 1, 2, 2, 0, 2, 1]), scores(10)
    low, high = np.meshgrid(np.linspace(-4, 4, 321), np.linspace(-4, 4, 321), indexing="ij")
    density = -(low**2 + high**2) / (2 * CUTPOINT_STD**2) + np.where(low < high, 0, -np.inf)
    for which, at in zip(level.tolist(), score.tolist(), strict=True):
        ends = [-np.inf, low, high, np.inf]
        with np.errstate(divide="ignore", invalid="ignore"):
            density += np.log(np.maximum(stats.norm(at).cdf(ends[which + 1]) - stats.norm(at).cdf(ends[which]), 0))
    weight = np.exp(density - density.max())
    weight /= weight.sum()
    hidden, generator, kept = HiddenNumbers(level, (1.0, 2.0, 3.0)), torch.Generator().manual_seed(1), []
    hidden.step = 0.5
    for _ in range(4_000):
        hidden.draw_cutpoints(score, generator, adapt=False)
        kept.append(hidden.cutpoints)
    draws = torch.stack(kept)
    assert hidden.step == 0.5
    for place, grid in enumerate((low, high)):
        mean = float((weight * grid).sum())
        std = float((weight * (grid - mean) ** 2).sum()) ** 0.5
        n = float(effective_sample_size(draws[None, :, place]))
        assert abs(float(draws[:, place].mean()) - mean) < MOST_ERRORS * std / n**0.5
        assert float(draws[:, place].std()) == pytest.approx(std, rel=0.15)


def test_the_step_follows_its_success_in_burn_in() -> None:
    hidden, score = HiddenNumbers(torch.arange(3).repeat(50), (1.0, 2.0, 3.0)), torch.zeros(150)
    generator = torch.Generator().manual_seed(0)
    for _ in range(300):
        hidden.draw_cutpoints(score, generator, adapt=True)
    assert 0.05 < hidden.step < 0.5  # a tenth of a star at 150 ratings; it began at 0.01


def test_a_chain_with_hidden_numbers_fits_one_joint_distribution() -> None:
    """As in test_bayes.py, the ratings being levels now (Geweke 2004)."""
    world = World(np.random.default_rng(2))
    rng, generator = world.rng, torch.Generator().manual_seed(2)

    def levels(chain: Chain) -> Tensor:
        z = chain.scores() + torch.from_numpy(rng.standard_normal(len(PAIRS)))
        assert chain.hidden is not None
        return torch.bucketize(z, chain.hidden.cutpoints)

    def fresh() -> Chain:
        chain = world.chain()
        chain.films.noise, chain.film_noise, chain.noise_precision = torch.ones_like(chain.films.noise), None, 1.0
        chain.hidden, chain.adapting = HiddenNumbers(torch.zeros(len(PAIRS)), (1.0, 2.0, 3.0)), False
        chain.hidden.cutpoints = torch.from_numpy(np.sort(rng.normal(0, CUTPOINT_STD, 2)))
        chain.hidden.level, chain.hidden.step = levels(chain), 1.0
        return chain

    def statistics(chain: Chain) -> list[float]:
        assert chain.hidden is not None
        found = [float(torch.logdet(chain.users.prior.precision)), float(torch.logdet(chain.films.prior.precision))]
        found += [float(chain.users.rows.square().sum().log1p()), float(chain.films.rows[1, 1].atan())]
        found += [*chain.hidden.cutpoints.atan().tolist(), log(float(chain.hidden.cutpoints.diff()) + 0.1)]
        return [*found, float((chain.hidden.level == 1).double().mean()), float(chain.hidden.level[0])]

    independent = np.array([statistics(fresh()) for _ in range(500)])
    chain, kept = fresh(), []
    for _ in range(1_200):
        chain.sweep(generator)
        assert chain.hidden is not None
        chain.hidden.level = levels(chain)
        kept.append(statistics(chain))
    draws = torch.tensor(kept, dtype=torch.float64)
    n = effective_sample_size(draws[None]).numpy()
    variance = independent.var(0) / len(independent) + draws.var(0).numpy() / n
    assert np.abs((independent.mean(0) - draws.mean(0).numpy()) / np.sqrt(variance)).max() < MOST_ERRORS


# The trainer

PROBIT = Gibbs(n_factors=2, n_burn_in=30, n_draws=10, n_between=2, film_noise_shape=None, likelihood="probit")


@pytest.fixture(scope="module")
def fitted(synthetic_small: Dataset) -> tuple[FactorModel, Dataset, Tensor]:
    """Ten levels, each rating taken as the nearest; trained on four ratings in five."""
    train, test = synthetic_small.ratings.split(seed=0)
    model = PROBIT.fit(train, seed=0)
    return model, synthetic_small, model.link.chances(model.scores(test.user_idx, test.item_idx)).mean(0)  # type: ignore[attr-defined]


def test_it_predicts_and_knows_its_chances(fitted: tuple[FactorModel, Dataset, Tensor]) -> None:
    model, dataset, chances = fitted
    train, test = dataset.ratings.split(seed=0)
    found = root_mean_square_error(test.values, model.predict(test.user_idx, test.item_idx))
    alone = BiasOnly().fit(train, seed=0)
    assert found < root_mean_square_error(test.values, alone.predict(test.user_idx, test.item_idx))
    torch.testing.assert_close(chances.sum(-1), torch.ones(len(test)))
    levels = ((test.values - test.scale.low) / test.scale.step).round().long()
    shares = torch.bincount(levels, minlength=len(test.scale.levels)) / len(test)
    np.testing.assert_allclose(chances.mean(0), shares, atol=0.03)  # 800 ratings: a share of 0.2 is known to 0.014


def test_fold_in_is_near_what_training_found(fitted: tuple[FactorModel, Dataset, Tensor]) -> None:
    """A stated approximation: least squares in stars. Root mean square difference from the model, all films."""
    model = fitted[0]
    differences = []
    for user_id in list(model.users)[:20]:
        predicted = torch.tensor([one.prediction for one in fold_in(model, model.ratings_of(user_id)).predict_all()])
        users = torch.full((len(model.items),), model.users.row(user_id))
        differences.append(predicted - model.predict(users, torch.arange(len(model.items))))
    assert float(torch.cat(differences).square().mean().sqrt()) < 0.15


def test_saved_and_loaded_the_cutpoints_are_the_same(
    fitted: tuple[FactorModel, Dataset, Tensor], tmp_path: Path
) -> None:
    model = fitted[0]
    found = load_model(save_model(SavedModel(model, Catalogue([])), tmp_path / "model")).model
    assert found.link == model.link and found.version == model.version


def test_a_warm_start_takes_the_cutpoints_along(fitted: tuple[FactorModel, Dataset, Tensor]) -> None:
    model, dataset, _ = fitted
    once = Gibbs(n_factors=2, n_burn_in=0, n_draws=1, n_between=1, film_noise_shape=None, likelihood="probit")
    warm = once.fit(model.rated, seed=1, start=model)
    assert isinstance(warm.link, OrderedProbit) and isinstance(model.link, OrderedProbit)
    np.testing.assert_allclose(warm.link.cutpoints[0], model.link.cutpoints[-1], atol=0.2)
    with pytest.raises(InvalidArgument, match="the link OrderedProbit, got 2 and Identity"):
        once.fit(dataset.ratings, seed=0, start=Gibbs(n_factors=2, n_draws=1, n_burn_in=0).fit(dataset.ratings, seed=0))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"likelihood": "logit"}, "likelihood must be gaussian or probit, got 'logit'"),
        ({"likelihood": "probit"}, "film_noise_shape must be None with likelihood probit, got 5"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        Gibbs(**settings)  # type: ignore[arg-type]
    assert str(error.value) == sentence
