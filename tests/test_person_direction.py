"""A person's direction in the space: what it predicts, against plain loops over draws."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.catalogue import Catalogue
from core.datasets.dataset import Dataset
from core.errors import InvalidArgument
from core.folding import fold_in, person_of
from core.links import SigmoidRange
from core.model import FactorModel
from core.person import Person
from core.space.compass import Compass
from core.space.film_map import FilmSpace
from core.space.star_metric import film_coordinates, people_directions, taste_of
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly
from tests.models import USERS, random_model, random_ratings

N_FILMS = 9
CLOSE = {"rtol": 0.0, "atol": 1e-9}  # float64, some dozens of sums of numbers near 1


def space_of(seed: int = 0, *, draws: int = 3, width: int = 2, metric: str = "stars") -> FilmSpace:
    model = random_model(n_items=N_FILMS, seed=seed, draws=draws, width=width)
    return FilmSpace.of(model, Catalogue([]), metric=metric)  # type: ignore[arg-type]


def taste_in_loops(person: Person) -> Tensor:
    """Mean over draws of (p − mean p)·q."""
    model = person.model
    assert isinstance(model, FactorModel)
    taste = torch.zeros(N_FILMS, dtype=torch.float64)
    for film in range(N_FILMS):
        for draw in range(model.n_draws):
            for k in range(model.n_factors):
                mean = sum(float(p) for p in model.user_factors[draw, :, k]) / USERS
                apart = float(person.mean[draw, k]) - mean
                taste[film] += apart * float(model.item_factors[draw, film, k]) / model.n_draws
    return taste


def centred(values: Tensor) -> Tensor:
    return values - values.mean()


@pytest.mark.parametrize("metric", ["stars", "raw"])
@pytest.mark.parametrize(("draws", "width"), [(1, 2), (3, 2), (3, 4)])  # the last has more directions than users
def test_a_training_user_s_direction_predicts_their_taste_exactly(draws: int, width: int, metric: str) -> None:
    space = space_of(draws=draws, width=width, metric=metric)
    for user in space.model.users:
        person = person_of(space.model, user)
        torch.testing.assert_close(taste_of(person), taste_in_loops(person), **CLOSE)
        found = space.coordinates @ space.direction_of(person)
        torch.testing.assert_close(centred(found), centred(taste_in_loops(person)), **CLOSE)


def test_users_directions_are_all_found_at_once_and_have_mean_square_one() -> None:
    model = random_model(n_items=N_FILMS, width=2)
    found = people_directions(model)
    predicted = found @ film_coordinates(model).mT
    for row, user in enumerate(model.users):
        torch.testing.assert_close(predicted[row], centred(taste_in_loops(person_of(model, user))), **CLOSE)
    torch.testing.assert_close(found.square().mean(0), torch.ones(found.shape[1], dtype=torch.float64), **CLOSE)


@given(st.integers(0, 500), st.floats(1, 5))
def test_a_new_person_s_is_exact_where_the_space_has_all_dimensions(seed: int, stars: float) -> None:
    space = space_of(seed)
    person = fold_in(space.model, {10: stars, 30: 2.0})
    found = space.coordinates @ space.direction_of(person)
    torch.testing.assert_close(centred(found), centred(taste_in_loops(person)), rtol=0.0, atol=1e-7)


def test_else_it_is_the_shortest_least_squares_solution() -> None:
    """Three draws of four factors, seven users: a new person can like what nobody here differs in."""
    space = space_of(width=4)
    person = fold_in(space.model, {10: 5.0, 30: 2.0, 50: 1.0})
    films = space.coordinates - space.coordinates.mean(0)
    expected = torch.linalg.pinv(films, rtol=1e-10) @ centred(taste_in_loops(person))
    torch.testing.assert_close(space.direction_of(person), expected, **CLOSE)
    left = centred(taste_of(person)) - films @ expected
    assert float(left.norm()) > 0.1
    assert float((films.mT @ left).abs().max()) < 1e-9  # the gradient is zero


def test_real_factors_in_single_precision_stay_exact(synthetic_small: Dataset) -> None:
    """The mean square over users of the difference of two films' scores, biases taken out, in plain sums."""
    model = ALS(n_factors=6, n_epochs=4).fit(synthetic_small.ratings, seed=0)
    space = FilmSpace.of(model, synthetic_small.films)
    scores = model.all_scores(torch.arange(len(model.users)))[0].double()
    taste = scores - scores.mean(0)
    taste = taste - taste.mean(1, keepdim=True)
    dense = torch.cdist(taste.mT, taste.mT) / len(model.users) ** 0.5
    found = torch.cdist(space.coordinates, space.coordinates)
    torch.testing.assert_close(found, dense, rtol=0.0, atol=1e-5)
    for user in (1, 50, 200):
        predicted = space.coordinates @ space.direction_of(person_of(model, user))
        torch.testing.assert_close(centred(predicted), taste[user - 1], rtol=0.0, atol=1e-5)


def test_under_a_sigmoid_taste_is_in_stars_as_the_coordinates_are() -> None:
    space = space_of()
    curved = FilmSpace.of(replace(space.model, link=SigmoidRange(0.0, 5.5)), space.films)
    person = person_of(curved.model, "u1")
    ratio = float(curved.coordinates[0, 0] / space.coordinates[0, 0])
    torch.testing.assert_close(taste_of(person), ratio * taste_in_loops(person), **CLOSE)
    found = curved.coordinates @ curved.direction_of(person)
    torch.testing.assert_close(centred(found), centred(taste_of(person)), **CLOSE)


def test_negligible_directions_are_left_out() -> None:
    """Films that lie in a plane but for rounding: a wish across it would take a giant's step."""
    generator = torch.Generator().manual_seed(0)
    films = torch.randn(30, 3, generator=generator, dtype=torch.float64) * torch.tensor([1.0, 0.5, 1e-13])
    compass = Compass.of(films)
    assert compass.axes.shape == (2, 3)
    wish = torch.randn(30, generator=generator, dtype=torch.float64)
    assert float(compass.direction(wish).norm()) < 10
    assert Compass.of(torch.ones(4, 3).double()).direction(torch.arange(4.0)).tolist() == [0, 0, 0]


# On the map


def test_slopes_are_what_the_axes_add() -> None:
    space = space_of()
    drawn, person = space.draw(min_ratings=0), person_of(space.model, "u3")
    direction, projection = space.direction_of(person), drawn.projection
    assert projection.components is not None and projection.centre is not None
    slopes = drawn.slopes(direction)
    for row in range(len(space.model.items)):
        away = space.coordinates[row] - projection.centre
        expected = [float(direction @ axis) * float(axis @ away) for axis in projection.components]
        steps = zip(slopes, projection.points[row].tolist(), strict=True)
        assert sum(slope * at for slope, at in steps) == pytest.approx(sum(expected), abs=1e-9)
    whole = space.draw(n_components=3, min_ratings=0)
    rest = FilmSpace.of(space.model, space.films).coordinates.shape[1] - 3
    assert rest > 0 and len(whole.slopes(direction)) == 3


def test_slopes_along_every_axis_are_the_whole_taste() -> None:
    model = random_model(n_items=N_FILMS, draws=1, width=2)
    space = FilmSpace.of(model, Catalogue([]))
    drawn, person = space.draw(min_ratings=0), person_of(model, "u2")
    direction = space.direction_of(person)
    sums = drawn.projection.points @ torch.tensor(drawn.slopes(direction), dtype=torch.float64)
    torch.testing.assert_close(sums.double(), centred(taste_of(person)), rtol=0.0, atol=1e-6)


def test_a_map_without_straight_axes_has_no_slopes() -> None:
    space = space_of()
    drawn = space.draw(min_ratings=0)
    bent = replace(drawn, projection=replace(drawn.projection, components=None, centre=None))
    with pytest.raises(InvalidArgument) as error:
        bent.slopes(torch.zeros(space.coordinates.shape[1]))
    assert str(error.value) == "slopes need a map along straight axes, got one of UMAP, whose axes mean nothing"


def test_nobody_has_a_place_where_there_are_no_factors() -> None:
    model = BiasOnly().fit(random_ratings(), seed=0)
    with pytest.raises(InvalidArgument) as error:
        taste_of(person_of(model, "u1"))
    assert str(error.value) == "a BiasOnly model has no factors, so nobody has a place in its space"
