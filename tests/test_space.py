"""The space of films: distances against plain loops, what may not change them, and the drawings made of it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from core.catalogue import Catalogue, Film
from core.errors import InvalidArgument
from core.links import SigmoidRange
from core.model import FactorModel
from core.space.neighbours import nearest, neighbours_kept
from core.space.projection import project
from core.space.star_metric import film_coordinates
from core.trainers.baselines import BiasOnly
from tests.models import USERS, random_model, random_ratings

N_FILMS = 9
FILMS = Catalogue(Film(10 * n, f"Film {n}", 1990 + n, ("Drama",)) for n in range(1, N_FILMS))  # the last is unknown
# float64, some dozens of sums of numbers near 1.
CLOSE = {"rtol": 0.0, "atol": 1e-9}


def model_of(seed: int = 0, *, width: int = 2, draws: int = 3) -> FactorModel:
    return random_model(n_items=N_FILMS, seed=seed, width=width, draws=draws)


def mean_taste(model: FactorModel) -> np.ndarray:
    """(users, films): mean over draws of (p_u − mean p)·(q_i − mean q), in loops."""
    taste = np.zeros((USERS, N_FILMS))
    for draw in range(model.n_draws):
        people, films = model.user_factors[draw].numpy(), model.item_factors[draw].numpy()
        middle_p, middle_q = people.mean(axis=0), films.mean(axis=0)
        for user in range(USERS):
            for film in range(N_FILMS):
                taste[user, film] += float((people[user] - middle_p) @ (films[film] - middle_q)) / model.n_draws
    return taste


def distances(coordinates: Tensor) -> Tensor:
    return torch.cdist(coordinates, coordinates, compute_mode="donot_use_mm_for_euclid_dist")


# The metric


@pytest.mark.parametrize(("draws", "width"), [(1, 2), (3, 2), (3, 4)])  # the last has more directions than users
def test_a_distance_is_the_difference_in_mean_predicted_taste(draws: int, width: int) -> None:
    model = model_of(draws=draws, width=width)
    taste, found = mean_taste(model), distances(film_coordinates(model))
    for a in range(N_FILMS):
        for b in range(N_FILMS):
            squares = [(taste[user, a] - taste[user, b]) ** 2 for user in range(USERS)]
            assert found[a, b].item() == pytest.approx(math.sqrt(sum(squares) / USERS), abs=1e-9)


def test_a_norm_is_how_far_opinions_on_a_film_differ() -> None:
    """The films' mean is the origin: a film's norm is the root mean square of people's taste for it."""
    model = model_of()
    expected = np.sqrt((mean_taste(model) ** 2).mean(axis=0))
    assert film_coordinates(model).norm(dim=1).tolist() == pytest.approx(expected.tolist(), abs=1e-9)


@given(st.integers(0, 1_000))
def test_another_basis_in_each_draw_changes_no_distance(seed: int) -> None:
    """p A and q A⁻ᵀ predict the same, for any invertible A."""
    model = model_of(seed)
    generator = torch.Generator().manual_seed(seed)
    basis = torch.randn(3, 2, 2, generator=generator, dtype=torch.float64) + 3 * torch.eye(2, dtype=torch.float64)
    other = replace(
        model,
        user_factors=model.user_factors @ basis,
        item_factors=model.item_factors @ torch.linalg.inv(basis).mT,
    )
    assert not torch.allclose(other.item_factors, model.item_factors)
    torch.testing.assert_close(distances(film_coordinates(other)), distances(film_coordinates(model)), **CLOSE)


def shifted(model: FactorModel) -> FactorModel:
    """The same predictions with other vectors: a constant moved out of each side's biases into the other's factors."""
    p, q = (torch.tensor(numbers, dtype=torch.float64) for numbers in ([2.0, -1.0], [-0.5, 3.0]))
    users, items = model.user_factors + p, model.item_factors + q
    item_bias = model.item_bias - model.item_factors @ p
    user_bias = model.user_bias - model.user_factors @ q - p @ q
    return replace(model, user_factors=users, item_factors=items, user_bias=user_bias, item_bias=item_bias)


def test_a_shift_between_factors_and_biases_changes_no_distance() -> None:
    model = model_of()
    other, everybody = shifted(model), torch.arange(USERS)
    torch.testing.assert_close(other.all_scores(everybody), model.all_scores(everybody), **CLOSE)
    torch.testing.assert_close(distances(film_coordinates(other)), distances(film_coordinates(model)), **CLOSE)


def test_the_order_of_draws_and_a_draw_given_twice_change_no_distance() -> None:
    model = model_of()
    expected = distances(film_coordinates(model))
    for order in ([2, 0, 1], [0, 1, 2, 0, 1, 2]):
        parts = {name: getattr(model, name)[order] for name in
                 ("user_factors", "item_factors", "user_bias", "item_bias", "global_mean")}  # fmt: skip
        other = replace(model, **parts, user_prior=None)
        torch.testing.assert_close(distances(film_coordinates(other)), expected, **CLOSE)


def test_under_a_sigmoid_scores_become_stars_by_the_mean_slope() -> None:
    model = model_of()
    curved = replace(model, link=SigmoidRange(0.0, 5.5))
    slopes = []
    for user, film in zip(model.rated.user_idx.tolist(), model.rated.item_idx.tolist(), strict=True):
        for draw in range(3):
            score = float(model.all_scores(torch.tensor([user]))[draw, 0, film])
            share = 1 / (1 + math.exp(-score))
            slopes.append(5.5 * share * (1 - share))
    expected = film_coordinates(model) * (sum(slopes) / len(slopes))
    torch.testing.assert_close(film_coordinates(curved), expected, **CLOSE)


def test_raw_coordinates_are_the_factors_as_trained() -> None:
    model = model_of(draws=1)
    assert torch.equal(film_coordinates(model, metric="raw"), model.item_factors[0])
    many = model_of()
    squares = sum(distances(many.item_factors[draw]).square() for draw in range(3)) / 3
    torch.testing.assert_close(distances(film_coordinates(many, metric="raw")).square(), squares, **CLOSE)


def test_a_model_without_factors_and_an_unknown_metric_are_refused() -> None:
    with pytest.raises(InvalidArgument) as error:
        film_coordinates(BiasOnly().fit(random_ratings(), seed=0))
    assert str(error.value) == "a BiasOnly model has no factors, so films have no place in its space"
    with pytest.raises(InvalidArgument) as error:
        film_coordinates(model_of(), metric="cosine")  # type: ignore[arg-type]
    assert str(error.value) == "metric must be stars or raw, got 'cosine'"


# The projection


def test_components_are_those_of_the_mean_taste_matrix() -> None:
    """The users × films matrix, which the program never forms."""
    model = model_of(width=3)
    pca = PCA(3).fit(mean_taste(model).T / math.sqrt(USERS))
    found = project(film_coordinates(model), n_components=3)
    assert found.explained == pytest.approx(pca.explained_variance_ratio_.tolist(), abs=1e-9)
    expected = torch.from_numpy(pca.transform(mean_taste(model).T / math.sqrt(USERS)))
    torch.testing.assert_close(found.points.abs(), expected.abs(), **CLOSE)


def test_chosen_rows_decide_the_axes_and_all_rows_are_drawn() -> None:
    coordinates = film_coordinates(model_of())
    chosen = torch.arange(N_FILMS) < 6
    found, alone = project(coordinates, fit_on=chosen), project(coordinates[chosen])
    torch.testing.assert_close(found.points[chosen], alone.points, **CLOSE)
    assert found.explained == alone.explained and len(found.points) == N_FILMS


@pytest.mark.parametrize("signs", [(1, 1), (1, -1), (-1, 1), (-1, -1)])
def test_a_reference_keeps_the_signs_of_each_axis(signs: tuple[int, int]) -> None:
    """Also where some films are new, and the reference is of another, similar fit."""
    coordinates = film_coordinates(model_of())
    earlier = project(coordinates).points * torch.tensor(signs)
    noise = torch.randn(coordinates.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    known = earlier.clone()
    known[:2] = torch.nan
    found = project(coordinates + 0.001 * noise, reference=known).points
    assert (found - earlier).abs().max() < 0.1
    plain = project(coordinates, reference=torch.full_like(earlier, torch.nan)).points
    torch.testing.assert_close(plain, project(coordinates).points)


@pytest.mark.parametrize(("n_components", "most"), [(0, 6), (7, 6), (9, 6)])
def test_more_components_than_dimensions_are_refused(n_components: int, most: int) -> None:
    with pytest.raises(InvalidArgument) as error:
        project(film_coordinates(model_of()), n_components=n_components)
    assert str(error.value) == (
        f"n_components must be between 1 and {most}, what 9 films in 6 dimensions allow, got {n_components}"
    )


# Neighbours


@given(st.integers(0, 1_000), st.integers(1, N_FILMS + 3), st.integers(0, N_FILMS - 1))
def test_the_nearest_are_those_of_a_sort(seed: int, n: int, row: int) -> None:
    coordinates = film_coordinates(model_of(seed))
    allowed = torch.rand(N_FILMS, generator=torch.Generator().manual_seed(seed)) < 0.7
    everyone = [
        (math.dist(coordinates[row].tolist(), other.tolist()), place) for place, other in enumerate(coordinates)
    ]
    expected = [pair for pair in sorted(everyone) if pair[1] != row]
    found = nearest(coordinates, row, n=n)
    assert [place for place, _ in found] == [place for _, place in expected[:n]]
    assert [distance for _, distance in found] == pytest.approx([distance for distance, _ in expected[:n]], abs=1e-9)
    only = nearest(coordinates, row, n=n, allowed=allowed)
    assert [place for place, _ in only] == [place for _, place in expected if allowed[place]][:n]


@pytest.mark.parametrize("n", [0, -1])
def test_no_neighbours_are_refused(n: int) -> None:
    with pytest.raises(InvalidArgument) as error:
        nearest(film_coordinates(model_of()), 0, n=n)
    assert str(error.value) == f"n must be at least 1, got {n}"


def near_sets(space: np.ndarray, n: int) -> list[set[int]]:
    found = NearestNeighbors(n_neighbors=n).fit(space).kneighbors(return_distance=False)
    return [set(row) for row in found.tolist()]


@pytest.mark.parametrize(("n_rows", "n"), [(30, 10), (1_100, 10), (5, 10), (2, 1)])  # the second takes two blocks
def test_neighbours_kept_equal_scikit_learns(n_rows: int, n: int) -> None:
    space = torch.randn(n_rows, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    points = space[:, :2]
    most = min(n, n_rows - 1)
    pairs = zip(near_sets(space.numpy(), most), near_sets(points.numpy(), most), strict=True)
    assert neighbours_kept(space, points, n=n).tolist() == [len(a & b) for a, b in pairs]
    assert neighbours_kept(space, space, n=n).tolist() == [most] * n_rows


def test_one_film_has_no_neighbours() -> None:
    with pytest.raises(InvalidArgument) as error:
        neighbours_kept(torch.zeros(1, 2), torch.zeros(1, 2))
    assert str(error.value) == "coordinates must hold at least 2 films, got 1"
