"""Axes found again, or not: on data with one strong axis and nothing else, against plain formulas, kept and stopped."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.datasets.dataset import Dataset
from core.datasets.synthetic import Synthetic
from core.errors import FitStopped, InvalidArgument
from core.progress import Progress
from core.space import stability
from core.space.projection import project
from core.space.remembered import Memory
from core.space.stability import FOUND_AGAIN, AxisStability, axis_stability, quicker, resampled
from core.space.star_metric import film_coordinates
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly
from core.trainers.gibbs import Gibbs

# One true factor; the model has three, so two of its axes are noise.
TRAINER = ALS(n_factors=3, regularization=0.3, n_epochs=6)


@pytest.fixture(scope="module")
def one_axis() -> Dataset:
    return Synthetic(n_users=300, n_items=120, n_ratings=9_000, n_factors=1, noise_std=0.5).draw(seed=4)


@pytest.fixture(scope="module")
def axes(one_axis: Dataset) -> tuple[Tensor, ...]:
    model = TRAINER.fit(one_axis.ratings, seed=0)
    return tuple(project(film_coordinates(model), n_components=2).points.T)


@pytest.fixture(scope="module")
def found(one_axis: Dataset, axes: tuple[Tensor, ...], tmp_path_factory: pytest.TempPathFactory) -> AxisStability:
    memory = Memory(tmp_path_factory.mktemp("space"))
    return axis_stability(one_axis.ratings, TRAINER, axes, n_refits=4, memory=memory)


def test_the_strong_axis_is_found_again_and_the_noise_is_not(found: AxisStability) -> None:
    strong, noise = found.axis(0), found.axis(1)
    assert strong.is_found and strong.by_seeds > 0.99 and strong.by_people > 0.95
    assert not noise.is_found and noise.by_people < 0.75
    assert noise.lowest <= min(noise.by_seeds, noise.by_people)
    # The same in angles: the widest is that of the direction which is lost.
    assert found.widest_angles[1] > 30
    assert float(found.people_angles[:, 1].max()) < 20


def test_an_axis_of_pure_chance_is_not_found(one_axis: Dataset, tmp_path: Path) -> None:
    chance = torch.randn(2, 120, generator=torch.Generator().manual_seed(0))
    found = axis_stability(one_axis.ratings, TRAINER, chance, n_refits=2, memory=Memory(tmp_path))
    assert all(found.axis(k).by_seeds < 0.4 and not found.axis(k).is_found for k in (0, 1))


def test_cosines_and_angles_are_those_of_the_formulas() -> None:
    generator = torch.Generator().manual_seed(1)
    points = torch.randn(80, 2, generator=generator, dtype=torch.float64)
    refit = torch.cat(
        [points @ torch.tensor([[1.0, 0.2], [0.3, 1.0]]).double(), torch.randn(80, 3, generator=generator)], 1
    )
    counted = torch.arange(80) % 5 > 0
    cosines, angles = stability._matches(points, refit, counted)
    axes = points[counted] - points[counted].mean(0)
    leading = project(refit[counted], n_components=4).points
    left, _, right = torch.linalg.svd(leading.mT @ axes, full_matrices=False)
    turned = leading @ (left @ right)
    for k in range(2):
        expected = float(axes[:, k] @ turned[:, k]) / float(axes[:, k].norm() * turned[:, k].norm())
        assert cosines[k].item() == pytest.approx(expected, abs=1e-9)
    bases = [torch.linalg.qr(table).Q for table in (axes, leading[:, :2])]
    values = torch.linalg.svdvals(bases[0].mT @ bases[1])
    assert angles.tolist() == pytest.approx([math.degrees(math.acos(v)) for v in reversed(values.tolist())], abs=1e-6)


def test_films_with_few_ratings_do_not_count(one_axis: Dataset, axes: tuple[Tensor, ...], tmp_path: Path) -> None:
    """Whatever stands in their place, the answer is the same; where nearly all have few, all count."""
    counts, memory = one_axis.ratings.item_counts, Memory(tmp_path)
    spoiled = [torch.where(counts < 50, 100.0, axis) for axis in axes]
    assert 50 <= int((counts >= 50).sum()) < 120
    for other in (axes, spoiled):
        plain = axis_stability(one_axis.ratings, TRAINER, other, n_refits=1, memory=memory)
        assert plain.axis(0).is_found
    all_count = axis_stability(one_axis.ratings, TRAINER, spoiled, n_refits=1, min_ratings=10_000, memory=memory)
    assert not all_count.axis(0).is_found


def test_resampled_people_bring_all_their_ratings(one_axis: Dataset) -> None:
    ratings = one_axis.ratings
    drawn = resampled(ratings, torch.Generator().manual_seed(3))
    chosen = torch.randint(300, (300,), generator=torch.Generator().manual_seed(3)).tolist()
    assert len(set(chosen)) < 220  # some come twice or more
    assert drawn.n_users == 300 and drawn.items is ratings.items
    for row in (0, 7, 299):
        assert drawn.of_user(row) == ratings.of_user(ratings.users.labels[chosen[row]])
    assert len(drawn) == sum(int(ratings.user_counts[user]) for user in chosen)
    assert drawn.timestamps is not None and len(drawn.timestamps) == len(drawn)


def test_people_without_ratings_may_be_drawn(one_axis: Dataset) -> None:
    few = one_axis.ratings.take(one_axis.ratings.user_idx < 100)
    drawn = resampled(few, torch.Generator().manual_seed(0))
    assert drawn.n_users == 300 and 0 < len(drawn) < 2 * len(few)


def test_it_is_computed_once_and_told(one_axis: Dataset, axes: tuple[Tensor, ...], tmp_path: Path) -> None:
    told, memory = list[Progress](), Memory(tmp_path)

    def ask(seed: int = 0) -> AxisStability:
        return axis_stability(
            one_axis.ratings, TRAINER, axes, n_refits=1, seed=seed, memory=memory, on_progress=told.append
        )

    first = ask()
    assert [(one.step, one.message) for one in told] == [
        (0, "Fit 1 of 2: another seed"), (1, "Fit 2 of 2: other people"), (2, "Done")
    ]  # fmt: skip
    again = ask()
    assert len(told) == 3 and all(torch.equal(value, getattr(again, name)) for name, value in vars(first).items())
    other = ask(seed=1)
    assert len(told) == 6 and not torch.equal(other.people, first.people)


@pytest.mark.parametrize("after", [1, 2])
def test_it_stops_between_fits_or_inside_one(
    one_axis: Dataset, axes: tuple[Tensor, ...], tmp_path: Path, after: int
) -> None:
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    with pytest.raises(FitStopped, match=r"training was stopped after step \d of 6; nothing was kept"):
        axis_stability(one_axis.ratings, TRAINER, axes, memory=Memory(tmp_path), should_stop=stop)
    with pytest.raises(FitStopped, match="refitting was stopped after 0 of 10 fits; nothing was kept"):
        axis_stability(one_axis.ratings, TRAINER, axes, memory=Memory(tmp_path), should_stop=lambda: True)
    assert not list(tmp_path.iterdir())


def test_refits_of_gibbs_make_do_with_fewer_sweeps() -> None:
    quick = quicker(Gibbs(n_factors=5, people_traits=None))
    assert isinstance(quick, Gibbs)
    assert quick.n_sweeps < Gibbs().n_sweeps / 3 and quick.n_factors == 5
    assert quicker(Gibbs(n_burn_in=1, n_draws=1)) == Gibbs(n_burn_in=1, n_draws=1)
    assert quicker(TRAINER) is TRAINER


def test_both_medians_must_reach_the_threshold() -> None:
    def found(seeds: float, people: float) -> bool:
        rows = [torch.tensor([[value - 0.5], [value], [1.0]]) for value in (seeds, people)]
        return AxisStability(*rows, *rows).axis(0).is_found

    assert found(FOUND_AGAIN, FOUND_AGAIN)
    assert not found(FOUND_AGAIN - 0.01, 0.99) and not found(0.99, FOUND_AGAIN - 0.01)


def test_what_cannot_be_refitted(one_axis: Dataset, axes: tuple[Tensor, ...], tmp_path: Path) -> None:
    ratings, memory = one_axis.ratings, Memory(tmp_path)
    for wrong, words in (
        ([torch.zeros(5)], "axes must be one place per film, (120,) each, got [(5,)]"),
        ([], "axes must be one place per film, (120,) each, got no axis"),
    ):
        with pytest.raises(InvalidArgument) as error:
            axis_stability(ratings, TRAINER, wrong, memory=memory)
        assert str(error.value) == words
    with pytest.raises(InvalidArgument) as error:
        axis_stability(ratings, TRAINER, axes, n_refits=0, memory=memory)
    assert str(error.value) == "n_refits must be at least 1, got 0"
    with pytest.raises(InvalidArgument) as error:
        axis_stability(ratings, BiasOnly(), axes, memory=memory)
    assert str(error.value) == "trainer must give models with factors, got BiasOnly, whose have none"
    with pytest.raises(InvalidArgument) as error:
        axis_stability(ratings, replace(TRAINER, n_factors=1), axes, memory=memory)
    assert str(error.value) == (
        "axes must be at most 1, what a refit's dimensions and the films that count allow, got 2"
    )
