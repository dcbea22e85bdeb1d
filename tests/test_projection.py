"""Projections: what always holds of their parts, weights, and that a retrained map lies where the first one lay."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.datasets.dataset import Dataset
from core.errors import InvalidArgument
from core.space.alignment import procrustes
from core.space.film_map import FilmMap, FilmSpace
from core.space.projection import Projection, along, bent, project
from core.trainers.als import ALS
from core.trainers.gibbs import Gibbs

CLOSE = {"rtol": 0.0, "atol": 1e-9}  # float64, some hundreds of sums of numbers near 1
N, DIM = 60, 12


def cloud(seed: int = 0, *, n: int = N, dim: int = DIM) -> Tensor:
    """Films whose variance falls from axis to axis, not centred."""
    generator = torch.Generator().manual_seed(seed)
    return 1 + torch.randn(n, dim, generator=generator, dtype=torch.float64) * torch.arange(1, dim + 1).double() ** -0.5


def rotation(seed: int, dim: int = DIM) -> Tensor:
    return torch.linalg.qr(torch.randn(dim, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)).Q


def check_linear(found: Projection, coordinates: Tensor) -> None:
    """Points follow from components and centre; components are orthonormal; shares are those along the drawn axes."""
    assert found.components is not None and found.centre is not None
    k = len(found.components)
    torch.testing.assert_close(found.components @ found.components.mT, torch.eye(k, dtype=torch.float64), **CLOSE)
    torch.testing.assert_close(found.points, (coordinates - found.centre) @ found.components.mT, **CLOSE)


# Procrustes


@given(st.integers(0, 1_000), st.integers(1, 5))
def test_a_square_turn_is_scipys(seed: int, k: int) -> None:
    points, reference = cloud(seed, dim=k), cloud(seed + 1, dim=k)
    expected, _ = scipy.linalg.orthogonal_procrustes(points.numpy(), reference.numpy())
    torch.testing.assert_close(procrustes(points, reference), torch.from_numpy(expected), **CLOSE)


@given(st.integers(0, 1_000))
def test_no_other_plane_agrees_better(seed: int) -> None:
    points, reference = cloud(seed), cloud(seed + 1, dim=2)
    best = procrustes(points, reference)
    torch.testing.assert_close(best.mT @ best, torch.eye(2, dtype=torch.float64), **CLOSE)
    agreement = float((points @ best * reference).sum())
    for other in range(5):
        assert float((points @ rotation(other)[:, :2] * reference).sum()) <= agreement + 1e-9
        near = torch.linalg.qr(best + 0.01 * rotation(other)[:, :2]).Q * -1
        near = near * torch.where((near * best).sum(0) < 0, -1.0, 1.0)
        assert float((points @ near * reference).sum()) <= agreement + 1e-9


@pytest.mark.parametrize("shape", [(5, 2), (N, 3)])
def test_clouds_that_do_not_fit_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(InvalidArgument) as error:
        procrustes(cloud(dim=2), torch.zeros(shape))
    assert str(error.value) == f"reference must have {N} rows and at most 2 columns, got {shape}"


# Parts of a projection


@pytest.mark.parametrize("n_components", [1, 2, 3, DIM])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("aligned", [False, True])
def test_points_are_coordinates_along_components(n_components: int, weighted: bool, aligned: bool) -> None:
    coordinates, fit_on = cloud(), torch.arange(N) % 3 > 0
    weights = torch.rand(N, generator=torch.Generator().manual_seed(2), dtype=torch.float64) if weighted else None
    earlier = cloud(1) @ rotation(1) if aligned else None
    found = project(
        coordinates,
        n_components=n_components,
        fit_on=fit_on,
        weights=weights,
        reference=None if earlier is None else earlier[:, :n_components],
    )
    check_linear(found, coordinates)
    counts = fit_on.double() if weights is None else weights * fit_on
    centre = counts @ coordinates / counts.sum()
    total = float(counts @ (coordinates - centre).square().sum(1))
    expected = [float(counts @ column.square()) / total for column in found.points.T]
    assert found.explained == pytest.approx(expected, abs=1e-9)


def test_weights_are_rows_given_more_than_once() -> None:
    """A film of weight 3 counts as three films that stand in one place; one of weight 0 does not count."""
    coordinates, times = cloud(), torch.arange(N) % 4
    repeated = coordinates.repeat_interleave(times, dim=0)
    found, expected = project(coordinates, weights=times.double()), project(repeated)
    assert found.explained == pytest.approx(expected.explained, abs=1e-9)
    torch.testing.assert_close(found.centre, expected.centre, **CLOSE)
    torch.testing.assert_close(found.components, expected.components, **CLOSE)
    for factor in (0.01, 50.0):
        torch.testing.assert_close(project(coordinates, weights=factor * times.double()).points, found.points, **CLOSE)


@pytest.mark.parametrize("weights", [torch.zeros(N), -torch.ones(N), torch.full((N,), torch.nan)])
def test_weights_that_are_none_are_refused(weights: Tensor) -> None:
    with pytest.raises(InvalidArgument) as error:
        project(cloud(), weights=weights)
    assert str(error.value).startswith("weights must be 0 or more, some above, got ")


def test_signs_do_not_depend_on_chance() -> None:
    """Each axis points where its largest entry is positive, whether few components are asked for or all."""
    for n_components in (2, DIM):
        found = project(cloud(), n_components=n_components).components
        assert found is not None
        assert all(float(axis[axis.abs().argmax()]) > 0 for axis in found)
        torch.testing.assert_close(found[:2], project(cloud()).components, **CLOSE)


def test_films_that_do_not_differ_explain_nothing() -> None:
    assert along(torch.ones(4, 3).double(), torch.eye(3).double()[:2]).explained == (0.0, 0.0)


# Alignment


def test_another_basis_draws_the_same_map() -> None:
    coordinates = cloud()
    first = project(coordinates)
    again = project(coordinates @ rotation(3), reference=first.points)
    torch.testing.assert_close(again.points, first.points, **CLOSE)
    assert again.explained == pytest.approx(first.explained, abs=1e-9)


def test_axes_that_changed_places_are_found_beyond_the_first_two() -> None:
    """The second and the third axis hold nearly the same: another fit has them the other way round."""
    coordinates = cloud(n=200, dim=4) * torch.tensor([3.0, 1.3, 1.5, 0.2])
    first = project(coordinates)
    swapped = coordinates * torch.tensor([1.0, 0.8, 1.3, 1.0])
    assert (project(swapped).points[:, 1] - first.points[:, 1]).abs().median() > 0.5
    again = project(swapped, reference=first.points)
    spread = float(first.points[:, 1].std())
    assert (again.points[:, 1] - first.points[:, 1]).abs().median() < 0.25 * spread
    # The axis as drawn is said to hold what it holds, less than the one that was not chosen.
    assert again.explained[1] < project(swapped).explained[1]


def test_few_shared_films_turn_the_plane_but_do_not_choose_it() -> None:
    coordinates, earlier = cloud(), torch.full((N, 2), torch.nan).double()
    plain = project(coordinates)
    earlier[:20] = cloud(7, dim=2)[:20]
    turned = project(coordinates, reference=earlier)
    assert sum(turned.explained) == pytest.approx(sum(plain.explained), abs=1e-9)
    assert turned.explained[0] < plain.explained[0]
    earlier[1:] = torch.nan
    torch.testing.assert_close(project(coordinates, reference=earlier).points, plain.points, **CLOSE)


def test_films_not_shown_do_not_pull() -> None:
    coordinates, shown = cloud(), torch.arange(N) < 50
    earlier = project(coordinates @ rotation(1)[:, :], fit_on=shown).points
    expected = project(coordinates, fit_on=shown, reference=earlier).points
    earlier[50:] = 1_000.0
    torch.testing.assert_close(project(coordinates, fit_on=shown, reference=earlier).points, expected, **CLOSE)


def test_a_map_that_is_not_linear_is_turned_and_has_no_axes() -> None:
    points, shown = cloud(dim=2), torch.arange(N + 5) % 13 > 0
    points = points[: int(shown.sum())] - points[: int(shown.sum())].mean(0)
    reference = torch.full((N + 5, 2), torch.nan).double()
    reference[shown] = points @ rotation(1, 2)
    reference[3] = torch.nan
    found = bent(points, shown, reference=reference)
    known = ~reference.isnan().any(1)
    torch.testing.assert_close(found.points[known], reference[known], **CLOSE)
    assert found.points[~shown].isnan().all() and not found.points[shown].isnan().any()
    assert (found.explained, found.components, found.centre) == ((), None, None)
    assert torch.equal(bent(points, shown).points[shown], points)


# Retraining, on real ratings


def moved(first: FilmMap, again: FilmMap) -> float:
    """How far the median film moved, as a share of the map's width."""
    both = first.frame.merge(again.frame, on="id")
    x, y = (both[f"{axis}_y"] - both[f"{axis}_x"] for axis in "xy")
    width = max(first.frame[axis].max() - first.frame[axis].min() for axis in "xy")
    return float(np.hypot(x, y).median() / width)


@pytest.mark.parametrize(
    ("trainer", "most"), [(ALS(), 0.01), pytest.param(Gibbs(), 0.03, marks=pytest.mark.slow)], ids=["ALS", "Gibbs"]
)
def test_another_seed_leaves_the_median_film_where_it_stood(ml100k: Dataset, trainer: ALS | Gibbs, most: float) -> None:
    """Within 3 % of the map's width, as the map is drawn; ALS' chance is smaller (measured: 0.7 % and 2.4 %)."""
    first, second = (FilmSpace.of(trainer.fit(ml100k.ratings, seed=seed), ml100k.films) for seed in (0, 1))
    drawn, plain = first.draw(), second.draw()
    again = second.draw(reference=drawn)
    assert moved(drawn, again) < most
    assert moved(drawn, again) < moved(drawn, plain)
    # What it costs: the plane holds hardly less than the one of the largest variance.
    assert sum(plain.projection.explained) - 0.005 < sum(again.projection.explained)
    assert sum(again.projection.explained) < sum(plain.projection.explained)
