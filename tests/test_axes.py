"""Axes and their names: planted ones are found, shuffled films give none, and what cannot be named is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from scipy.stats import binom
from torch import Generator

from core.catalogue import Catalogue, Film
from core.datasets.synthetic import Synthetic
from core.errors import InvalidArgument
from core.space.attributes import NOT_TASTE
from core.space.axes import END_RATINGS, N_ENDS, NamedAxis, name_axes, name_directions, name_of, with_stability
from core.space.evidence import Evidence
from core.space.film_map import FilmSpace
from core.space.projection import project
from core.space.stability import AxisStability
from core.space.varimax import varimax
from core.trainers.als import ALS
from tests import reference
from tests.models import random_model
from tests.planted import GENRES, N_PLANTED, PER_FACTOR, planted


@pytest.fixture(scope="module")
def space() -> FilmSpace:
    """200 invented films in four dimensions, rated by 60 people; their genres follow the factors."""
    dataset = Synthetic(n_users=60, n_items=200, n_ratings=4_000).draw(seed=0)
    model = ALS(n_factors=4, n_epochs=3).fit(dataset.ratings, seed=0)
    return FilmSpace.of(model, dataset.films)


def named(space: FilmSpace, **options: object) -> tuple[NamedAxis, ...]:
    return name_axes(space, **{"n_permutations": 99, **options})  # type: ignore[arg-type]


def proof(name: str, words: tuple[str, str], low: float, *, p: float = 0.01) -> Evidence:
    measure = "R²" if name in (*NOT_TASTE, "release year") else "AUC"
    kind = "number" if measure == "R²" else "yes/no"
    return Evidence(name, kind, measure, low + 0.1, low, low + 0.2, "low", words, 100, p)  # type: ignore[arg-type]


# Must show: planted axes are named, shuffled films are not


@pytest.mark.parametrize("seed", range(3))
def test_at_least_four_of_five_planted_axes_are_named_rightly(seed: int) -> None:
    """Rightly: the two genres that lead at one end are those that make the factor's one end, and so at the other."""
    ratings, films = planted(seed)
    model = ALS(n_factors=N_PLANTED, n_epochs=6, regularization=0.3).fit(ratings, seed=0)
    found = name_axes(FilmSpace.of(model, films), n_axes=N_PLANTED, n_permutations=199, seed=0)
    ends = [[GENRES[first : first + 2], GENRES[first + 2 : first + 4]] for first in range(0, len(GENRES), PER_FACTOR)]
    wanted = [{frozenset(end) for end in pair} for pair in ends]
    leading = [
        {frozenset([word for word in end.split(", ") if word in GENRES][:2]) for end in axis.name.split(" ↔ ")}
        for axis in found
    ]
    assert sum(pair in leading for pair in wanted) >= 4, [axis.name for axis in found]


def test_of_shuffled_films_anything_is_named_in_one_of_twenty_runs(space: FilmSpace) -> None:
    """The whole procedure, 240 times, each with all that is known of a film dealt to another film's place.

    Fails when a one-sided 1 % binomial test rejects 5 %, and also when names come too rarely to be a 5 % rule.
    """
    runs, generator = 240, Generator().manual_seed(0)
    n_named = 0
    for run in range(runs):
        dealt = torch.randperm(len(space.coordinates), generator=generator)
        axes = named(replace(space, coordinates=space.coordinates[dealt]), n_axes=3, seed=run)
        n_named += any(axis.has_meaning for axis in axes)
    assert binom.sf(n_named - 1, runs, 0.05) > 0.01, n_named
    assert binom.cdf(n_named, runs, 0.05) > 0.01, n_named


# The axes


def test_principal_axes_are_those_of_the_map(space: FilmSpace) -> None:
    axes = named(space, n_axes=3, min_ratings=8)
    expected = project(space.coordinates, n_components=3, fit_on=space.enough(8))
    assert [axis.variance for axis in axes] == list(expected.explained)
    assert torch.equal(torch.stack([axis.points for axis in axes], 1), expected.points)
    assert [(axis.index, axis.kind) for axis in axes] == [(0, "principal"), (1, "principal"), (2, "principal")]


def test_varimax_turns_the_same_axes(space: FilmSpace) -> None:
    axes = named(space, n_axes=3, rotation="varimax")
    points = torch.stack([axis.points for axis in axes], 1)
    principal = project(space.coordinates, n_components=3, fit_on=space.enough(5))
    turn = torch.linalg.lstsq(principal.points, points).solution
    assert torch.allclose(turn.mT @ turn, torch.eye(3, dtype=torch.float64), rtol=0.0, atol=1e-9)
    shares = [axis.variance for axis in axes]
    assert sum(shares) == pytest.approx(sum(principal.explained)) and shares == sorted(shares, reverse=True)
    shown = points[space.enough(5)]
    total = float(space.coordinates[space.enough(5)].var(0, correction=0).sum())
    assert shares == pytest.approx((shown.var(0, correction=0) / total).tolist(), rel=1e-9)
    assert ((shown - shown.mean(0)).pow(3).sum(0) > 0).all()  # the long tail is the high end
    assert {axis.kind for axis in axes} == {"varimax"}
    before = principal.points[space.enough(5)]
    assert reference.varimax_criterion(shown) == pytest.approx(
        reference.varimax_criterion(before @ varimax(before)), rel=1e-9
    )


def test_where_the_origin_lies_does_not_decide_how_axes_are_turned(space: FilmSpace) -> None:
    moved = replace(space, coordinates=space.coordinates + torch.tensor([1.0, -2.0, 3.0, 0.5]))
    for axis, other in zip(named(space, rotation="varimax"), named(moved, rotation="varimax"), strict=True):
        assert torch.allclose(axis.points, other.points, rtol=0.0, atol=1e-6)


@pytest.mark.parametrize("rotation", ["principal", "varimax"])
def test_points_are_places_along_the_direction(space: FilmSpace, rotation: str) -> None:
    centred = space.coordinates - space.coordinates[space.enough(5)].mean(0)
    for axis in named(space, n_axes=3, rotation=rotation):
        assert axis.direction.norm().item() == pytest.approx(1.0, abs=1e-9)
        assert torch.allclose(centred @ axis.direction, axis.points, rtol=0.0, atol=1e-9)


def test_what_refits_found_is_told_of_each_axis(space: FilmSpace) -> None:
    cosines = torch.tensor([[0.9, 0.5], [0.95, 0.99]])
    found = AxisStability(cosines, cosines, 10 * cosines, 20 * cosines)
    first, second = with_stability(named(space, n_axes=2), found)
    assert (first.stability, second.stability) == (found.axis(0), found.axis(1))
    assert first.stability is not None and first.stability.is_found
    assert second.stability is not None and not second.stability.is_found


def test_ends_are_the_outermost_films_with_enough_ratings() -> None:
    dataset = Synthetic(n_users=120, n_items=60, n_ratings=3_600).draw(seed=0)
    space = FilmSpace.of(ALS(n_factors=2, n_epochs=2).fit(dataset.ratings, seed=0), dataset.films)
    axis, counts = named(space, n_axes=1)[0], space.model.rated.item_counts.tolist()
    known = [row for row in range(60) if counts[row] >= END_RATINGS]
    assert 2 * N_ENDS <= len(known) < 60
    ordered = [space.model.items.labels[row] for row in sorted(known, key=lambda row: axis.points[row].item())]
    assert (axis.low, axis.high) == (tuple(ordered[:N_ENDS]), tuple(ordered[: -N_ENDS - 1 : -1]))


def test_where_few_films_have_many_ratings_all_that_count_may_stand_for_an_end() -> None:
    dataset = Synthetic(n_users=30, n_items=40, n_ratings=400).draw(seed=0)
    space = FilmSpace.of(ALS(n_factors=2, n_epochs=2).fit(dataset.ratings, seed=0), dataset.films)
    axis = named(space, n_axes=1)[0]
    rows = space.enough(5).nonzero()[:, 0].tolist()
    assert axis.low[0] == space.model.items.labels[min(rows, key=lambda row: axis.points[row].item())]


def test_an_axis_turned_round_is_named_the_other_way_round(space: FilmSpace) -> None:
    axis = named(space, n_axes=1)[0]
    turned = name_directions(space, -axis.direction[None], kind="turned", n_permutations=99)[0]
    assert axis.has_meaning
    assert turned.name == " ↔ ".join(axis.name.split(" ↔ ")[::-1])
    assert (turned.low, turned.high, turned.kind) == (axis.high, axis.low, "turned")


def test_without_a_number_as_many_axes_as_there_are_six_at_most(space: FilmSpace) -> None:
    assert len(named(space)) == 4
    dataset = Synthetic(n_users=60, n_items=60, n_ratings=2_000).draw(seed=0)
    model = ALS(n_factors=8, n_epochs=2).fit(dataset.ratings, seed=0)
    assert len(named(FilmSpace.of(model, dataset.films))) == 6


def test_a_model_of_one_factor_has_one_axis(space: FilmSpace) -> None:
    one = FilmSpace.of(ALS(n_factors=1, n_epochs=2).fit(space.model.rated, seed=0), space.films)
    assert len(named(one)) == len(named(one, rotation="varimax")) == 1
    with pytest.raises(InvalidArgument) as caught:
        named(one, n_axes=2)
    assert str(caught.value) == (
        "n_axes must be between 1 and the dimensions in which these films differ, got 2; they are 1"
    )


def test_films_without_metadata_have_popularity_and_mean_rating(space: FilmSpace) -> None:
    for axis in named(replace(space, films=Catalogue([])), n_axes=2):
        assert [each.attribute for each in axis.evidence] == list(NOT_TASTE)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_axes": 5}, "n_axes must be between 1 and the dimensions in which these films differ, got 5; they are 4"),
        ({"n_axes": 0}, "n_axes must be between 1 and the dimensions in which these films differ, got 0"),
        ({"rotation": "promax"}, "rotation must be principal or varimax, got 'promax'"),
        (
            {"min_ratings": 61},
            "min_ratings must leave at least 20 films to say what an axis means, 0 have as many ratings as 61",
        ),
        ({"n_permutations": 5}, "n_permutations must be at least 39, got 5"),
    ],
)
def test_refusals(space: FilmSpace, options: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        named(space, **options)
    assert str(caught.value) == message


def test_films_that_all_lie_in_one_place_have_no_axis(space: FilmSpace) -> None:
    with pytest.raises(InvalidArgument, match=r"^space must have films in different places, all lie in one$"):
        named(replace(space, coordinates=torch.zeros(200, 4, dtype=torch.float64)))


def test_five_films_are_too_few() -> None:
    space = FilmSpace.of(random_model(), Catalogue([Film(10, "Ten")]))
    with pytest.raises(InvalidArgument, match=r"^min_ratings must leave at least 20 films .* 0 have as many"):
        named(space)


# Names


def test_a_name_is_made_of_what_passes_strongest_first() -> None:
    evidence = [
        proof("Comedy", ("Comedy", ""), 0.55),
        proof("Action", ("", "Action"), 0.6),
        proof("Western", ("", "Western"), 0.9, p=0.051),
        proof("Horror", ("", "Horror"), 0.8),
        proof("Film-Noir", ("Film-Noir", ""), 0.7),
    ]
    assert name_of(evidence) == "Film-Noir, Comedy ↔ Horror, Action"


def test_popularity_and_mean_rating_lead_where_they_are_among_the_strongest() -> None:
    evidence = [
        proof("mean rating", ("rated low", "rated high"), 0.3),  # r = 0.55
        proof("release year", ("older", "newer"), 0.01),
        proof("Drama", ("", "Drama"), 0.9),
        proof("War", ("", "War"), 0.85),
        proof("Western", ("", "Western"), 0.6),
    ]
    assert name_of(evidence) == "rated low, older ↔ rated high, Drama, War"


def test_an_end_without_words_is_other_films_and_nothing_is_no_clear_meaning() -> None:
    assert name_of([proof("Action", ("", "Action"), 0.6)]) == "other films ↔ Action"
    assert name_of([proof("Action", ("", "Action"), 0.6, p=0.05)]) == "other films ↔ Action"
    assert name_of([proof("Action", ("", "Action"), 0.9, p=0.06)]) == name_of([]) == "no clear meaning"
