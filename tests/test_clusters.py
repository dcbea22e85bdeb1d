"""Groups of films, and films inside a line: against plain loops and planted truths."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.catalogue import Catalogue
from core.errors import InvalidArgument
from core.space.circled import films_inside
from core.space.clusters import cluster_films
from core.space.film_map import FilmSpace
from tests.models import random_model


@pytest.fixture(scope="module")
def space() -> FilmSpace:
    return FilmSpace.of(random_model(n_items=60, width=3), Catalogue([]))


def test_planted_groups_are_found_whole_and_the_largest_comes_first(space: FilmSpace) -> None:
    generator = torch.Generator().manual_seed(0)
    group = torch.tensor([0] * 30 + [1] * 20 + [2] * 10)
    middles = 10 * torch.eye(3, space.coordinates.shape[1], dtype=torch.float64)
    noise = torch.randn(60, space.coordinates.shape[1], generator=generator, dtype=torch.float64)
    planted = replace(space, coordinates=middles[group] + 0.3 * noise)
    found = cluster_films(planted, n_clusters=3, min_ratings=0)
    assert [found.of[film] for film in planted.model.items] == group.tolist()
    counts = planted.model.rated.item_counts
    for label, example in enumerate(found.examples):
        assert counts[planted.model.items.row(example)] == counts[group == label].max()
    again = cluster_films(planted, n_clusters=3, min_ratings=0, seed=5)
    assert again.of == found.of, "clear groups do not depend on the start"


def test_the_same_seed_gives_the_same_groups(space: FilmSpace) -> None:
    assert cluster_films(space, min_ratings=0, seed=1) == cluster_films(space, min_ratings=0, seed=1)


@pytest.mark.parametrize("n_clusters", [1, 61])
def test_clusters_must_be_possible(space: FilmSpace, n_clusters: int) -> None:
    with pytest.raises(InvalidArgument, match=f"n_clusters must be between 2 and 60, .* got {n_clusters}"):
        cluster_films(space, n_clusters=n_clusters, min_ratings=0)


def inside_slowly(x: float, y: float, polygon: list[tuple[float, float]]) -> bool:
    """Walk along the line and add up the angles: one turn, or none. For lines that do not cross themselves."""
    turn = 0.0
    for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        a, b = complex(x0 - x, y0 - y), complex(x1 - x, y1 - y)
        turn += torch.angle(torch.tensor(b / a)).item()
    return abs(turn) > 3


def test_films_inside_a_line_are_those_it_goes_around(space: FilmSpace) -> None:
    drawing = space.draw(min_ratings=0)
    wide = float(drawing.projection.points.abs().max())
    polygon = [(-0.8 * wide, -0.5 * wide), (0.1 * wide, -0.1 * wide), (0.7 * wide, -0.6 * wide), (0.4 * wide, 0.6 * wide), (-0.2 * wide, 0.1 * wide)]  # fmt: skip
    places = drawing.frame[["id", "x", "y"]].itertuples(index=False)
    wanted = [film for film, x, y in places if inside_slowly(x, y, polygon)]
    assert 0 < len(wanted) < 60
    assert films_inside(drawing, polygon) == wanted
    assert films_inside(drawing, polygon[::-1]) == wanted, "either way round"


def test_a_line_of_two_corners_or_to_nowhere_is_refused(space: FilmSpace) -> None:
    drawing = space.draw(min_ratings=0)
    with pytest.raises(InvalidArgument, match="at least 3 corners, got 2"):
        films_inside(drawing, [(0, 0), (1, 1)])
    with pytest.raises(InvalidArgument, match="finite corners"):
        films_inside(drawing, [(0, 0), (1, 1), (float("nan"), 0)])
