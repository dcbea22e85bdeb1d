"""Axes that a person chooses: where their ends lie, what the second one shows, and what cannot be chosen."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from core.catalogue import Catalogue
from core.errors import InvalidArgument, UnknownId
from core.space.film_map import FilmSpace
from core.space.hand_axes import HandAxis, hand_plane
from core.space.projection import project
from tests.models import random_model


def space_of(width: int = 3) -> FilmSpace:
    return FilmSpace.of(random_model(n_items=9, width=width), Catalogue([]))


def middle(space: FilmSpace, *films: int) -> Tensor:
    return torch.stack([space.coordinates[space.model.items.row(film)] for film in films]).mean(0)


def test_an_axis_leads_from_one_middle_to_the_other() -> None:
    space = space_of()
    way = middle(space, 40, 50) - middle(space, 10, 20, 30)
    found = HandAxis.between([10, 20, 30], [40, 50]).direction(space)
    torch.testing.assert_close(found, way / way.norm())
    drawn = space.draw_along(hand_plane(space, HandAxis.between([10], [40])).directions, min_ratings=0)
    places = drawn.frame.set_index("id")["x"]
    assert "y" not in drawn.frame
    # On a line through two films these stand as far apart as they are.
    distance = math.dist(middle(space, 10).tolist(), middle(space, 40).tolist())
    assert places[40] - places[10] == pytest.approx(distance, abs=1e-9)
    assert places.mean() == pytest.approx(0, abs=1e-9)


def test_two_axes_keep_their_ends_and_never_stretch() -> None:
    space = space_of()
    first, second = HandAxis.between([10], [40]), HandAxis.between([20], [50, 60])
    plane = hand_plane(space, first, second)
    torch.testing.assert_close(plane.directions @ plane.directions.mT, torch.eye(2, dtype=torch.float64))
    assert plane.cosine == pytest.approx(float(first.direction(space) @ second.direction(space)), abs=1e-9)
    assert 0.01 < abs(plane.cosine) < 0.99
    places = space.draw_along(plane.directions, min_ratings=0).frame.set_index("id")
    assert places["x"][40] > places["x"][10]
    assert (places["y"][50] + places["y"][60]) / 2 > places["y"][20]
    points = torch.tensor(places[["x", "y"]].to_numpy())
    assert (torch.cdist(points, points) <= torch.cdist(space.coordinates, space.coordinates) + 1e-9).all()


def test_any_two_principal_axes_can_be_drawn() -> None:
    space = space_of()
    whole = project(space.coordinates, n_components=4)
    assert whole.components is not None
    drawn = space.draw_along(whole.components[[3, 1]], min_ratings=0)
    torch.testing.assert_close(drawn.projection.points, whole.points[:, [3, 1]])
    assert drawn.projection.explained == pytest.approx([whole.explained[3], whole.explained[1]])


@pytest.mark.parametrize(("low", "high", "words"), [
    ([], [10], "low must name at least one film, got none"),
    ([10], [], "high must name at least one film, got none"),
    ([10, 20], [20, 30], "low and high must name different films, got 20 in both"),
])  # fmt: skip
def test_ends_must_be_films_and_differ(low: list[int], high: list[int], words: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        HandAxis.between(low, high)
    assert str(error.value) == words


def test_a_film_named_twice_counts_once() -> None:
    assert HandAxis.between([10, 10, 20], [30]) == HandAxis((10, 20), (30,))


def test_unknown_films_and_films_in_one_place_are_refused() -> None:
    space = space_of()
    with pytest.raises(UnknownId):
        HandAxis.between([10], [99]).direction(space)
    space.coordinates[1] = space.coordinates[0]
    with pytest.raises(InvalidArgument) as error:
        HandAxis.between([10], [20]).direction(space)
    assert str(error.value) == "low and high must stand in different places, got two with the same middle"


def test_a_second_axis_like_the_first_is_refused() -> None:
    space, axis = space_of(), HandAxis.between([10], [40])
    for other in (axis, HandAxis.between([40], [10])):
        with pytest.raises(InvalidArgument, match=r"second must point elsewhere than first, got axes with a cosine of"):
            hand_plane(space, axis, other)


def test_in_a_space_of_one_factor_every_axis_is_the_same_line() -> None:
    """One factor, one draw: there is a map along a line, and none with two axes."""
    space = FilmSpace.of(random_model(n_items=9, width=1, draws=1), Catalogue([]))
    line = space.draw_along(hand_plane(space, HandAxis.between([10], [40])).directions, min_ratings=0)
    assert line.projection.explained == pytest.approx((1.0,))
    with pytest.raises(InvalidArgument, match="second must point elsewhere"):
        hand_plane(space, HandAxis.between([10], [40]), HandAxis.between([20], [50]))
    with pytest.raises(InvalidArgument) as error:
        space.draw(min_ratings=0)
    assert str(error.value) == "n_components must be between 1 and 1, what 9 films in 1 dimensions allow, got 2"
