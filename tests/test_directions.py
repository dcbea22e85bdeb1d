"""The direction that separates a set of films: found where planted, no better than chance where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import binom
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from torch import Generator, Tensor

from core.catalogue import Catalogue
from core.datasets.synthetic import Synthetic
from core.errors import InvalidArgument, UnknownId
from core.ratings import Id
from core.space.directions import PENALTIES, Probe, probe
from core.space.film_map import FilmSpace
from core.space.projection import project
from core.trainers.als import ALS

N, DIM = 150, 6


@pytest.fixture(scope="module")
def space() -> FilmSpace:
    """150 films at random places of six dimensions, ids 1 to 150; the ratings only say how many there are of each."""
    dataset = Synthetic(n_users=80, n_items=N, n_ratings=3_000).draw(seed=0)
    model = ALS(n_factors=1, n_epochs=1).fit(dataset.ratings, seed=0)
    spreads = torch.tensor([2.0, 1.5, 1.0, 1.0, 0.5, 0.5], dtype=torch.float64)
    places = torch.randn(N, DIM, generator=Generator().manual_seed(1), dtype=torch.float64) * spreads
    return FilmSpace(model, Catalogue([]), "stars", places)


def asked(space: FilmSpace, item_ids: list[Id], **options: int) -> Probe:
    return probe(space, item_ids, **{"seed": 0, "n_permutations": 99, **options})


def ids_where(space: FilmSpace, mask: Tensor, *, least: int = 5) -> list[Id]:
    return [space.model.items.labels[row] for row in (mask & space.enough(least)).nonzero()[:, 0].tolist()]


def test_a_planted_direction_is_found_and_its_auc_holds_on_films_held_out(space: FilmSpace) -> None:
    planted = torch.tensor([0.0, 0.0, 0.6, 0.0, 0.8, 0.0], dtype=torch.float64)
    along = space.coordinates @ planted
    noise = 0.2 * torch.randn(N, generator=Generator().manual_seed(2), dtype=torch.float64)
    found = asked(space, ids_where(space, along + noise > 0.7))
    agreement = torch.corrcoef(torch.stack([found.points, along]))[0, 1].item()
    assert agreement > 0.9 and found.auc > 0.9 and found.passes
    assert found.p == 1 / 100  # none of 99 random sets does as well, and chance is never said to be nil
    assert found.low < found.auc < found.high


def test_points_are_places_along_one_direction_in_the_unit_of_the_space(space: FilmSpace) -> None:
    found = asked(space, ids_where(space, space.coordinates[:, 0] > 1.5))
    assert found.direction.norm().item() == pytest.approx(1.0, abs=1e-9)
    centred = space.coordinates - space.coordinates[space.enough(5)].mean(0)
    assert torch.allclose(centred @ found.direction, found.points, rtol=0.0, atol=1e-9)
    assert found.points[space.enough(5)].mean().item() == pytest.approx(0.0, abs=1e-9)


def slope_of(x: np.ndarray, y: np.ndarray, penalty: float) -> np.ndarray:
    """w = (XᵀX + λI)⁻¹ Xᵀy, centred."""
    middle = x - x.mean(0)
    return np.linalg.solve(middle.T @ middle + penalty * np.eye(x.shape[1]), middle.T @ (y - y.mean()))


def left_out_error(x: np.ndarray, y: np.ndarray, penalty: float) -> float:
    """The mean squared error of each film foretold from all others, one at a time."""
    total = 0.0
    for film in range(len(x)):
        others = np.arange(len(x)) != film
        guess = y[others].mean() + (x[film] - x[others].mean(0)) @ slope_of(x[others], y[others], penalty)
        total += (y[film] - guess) ** 2
    return total / len(x)


def test_the_auc_is_of_ridge_discriminants_fitted_on_the_other_folds(space: FilmSpace) -> None:
    wanted = ids_where(space, space.coordinates[:, 2] - space.coordinates[:, 4] > 0.9)
    found = asked(space, wanted, n_permutations=39)
    shown = space.enough(5)
    x = project(space.coordinates, n_components=DIM, fit_on=shown).points[shown].numpy()
    y = np.array([float(label in wanted) for label in ids_where(space, shown)])
    places, chosen = np.empty(len(x)), set()
    for others, held_out in StratifiedKFold(5, shuffle=True, random_state=0).split(x, y):
        size = float(x[others].var(0).mean()) * len(others)
        best = min(PENALTIES, key=lambda penalty: left_out_error(x[others], y[others], size * penalty))
        slope = slope_of(x[others], y[others], size * best)
        places[held_out] = (x[held_out] - x[others].mean(0)) @ slope / np.linalg.norm(slope)
        chosen.add(best)
    assert found.auc == pytest.approx(roc_auc_score(y, places), abs=1e-9)
    assert chosen < set(PENALTIES)


def test_random_sets_pass_in_one_of_twenty_cases(space: FilmSpace) -> None:
    """200 sets of 3 to 30 films; fails when a one-sided 1 % binomial test rejects 5 %, either way."""
    generator, shown = Generator().manual_seed(5), ids_where(space, torch.ones(N, dtype=torch.bool))
    passed = 0
    for run in range(200):
        drawn = torch.randperm(len(shown), generator=generator)[: 3 + run % 28].tolist()
        passed += asked(space, [shown[place] for place in drawn], seed=run, n_permutations=39).passes
    assert binom.sf(passed - 1, 200, 0.05) > 0.01, passed
    assert binom.cdf(passed, 200, 0.05) > 0.01, passed


def test_further_films_are_the_outermost_that_are_not_in_the_set(space: FilmSpace) -> None:
    wanted = ids_where(space, space.coordinates[:, 0] > 2.5)
    found = asked(space, wanted, n=7)
    items, counts = space.model.items, space.model.rated.item_counts
    outside = [label for label in ids_where(space, torch.ones(N, dtype=torch.bool)) if label not in wanted]
    ordered = sorted(outside, key=lambda label: -found.points[items.row(label)].item())
    assert [film.item_id for film in found.further] == ordered[:7]
    for film in found.further:
        row = items.row(film.item_id)
        assert (film.place, film.n_ratings) == (found.points[row].item(), counts[row].item())


def test_films_with_too_few_ratings_are_named_and_left_out(space: FilmSpace) -> None:
    few = [label for label, n in zip(space.model.items, space.model.rated.item_counts.tolist(), strict=True) if n < 12]
    wanted = ids_where(space, space.coordinates[:, 0] > 2, least=12)
    found = asked(space, [*few[:2], *wanted], min_ratings=12)
    without = asked(space, wanted, min_ratings=12)
    assert found.left_out == tuple(sorted(few[:2])) and without.left_out == ()
    assert found.auc == without.auc and torch.equal(found.points, without.points)
    assert not {film.item_id for film in found.further} & {*few, *wanted}


def test_a_film_named_twice_counts_once_and_order_does_not_matter(space: FilmSpace) -> None:
    wanted = ids_where(space, space.coordinates[:, 1] > 2)
    first, again = asked(space, wanted), asked(space, [*wanted[::-1], wanted[0]])
    assert torch.equal(first.points, again.points) and (first.auc, first.p) == (again.auc, again.p)
    assert again.item_ids == tuple(wanted[::-1])


def test_another_seed_cuts_other_folds_and_the_direction_stays(space: FilmSpace) -> None:
    wanted = ids_where(space, space.coordinates[:, 0] + space.coordinates[:, 1] > 2)
    first, same, other = (asked(space, wanted, seed=seed) for seed in (0, 0, 1))
    assert first.auc == same.auc and first.auc != other.auc
    assert torch.equal(first.points, other.points)


def test_three_films_have_a_direction_and_a_wide_interval(space: FilmSpace) -> None:
    found = asked(space, ids_where(space, space.coordinates[:, 0] > 1)[:3])
    assert found.high - found.low > 0.25


@pytest.mark.parametrize(
    ("pick", "options", "message"),
    [
        (lambda ids: ids[:2], {}, "item_ids must name at least 3 films, got 2"),
        (lambda ids: [ids[0]] * 5, {}, "item_ids must name at least 3 films, got 1"),
        (lambda _: [], {}, "item_ids must name at least 3 films, got 0"),
        (lambda ids: ids, {}, "item_ids must leave at least 3 films to compare with, got all but 0"),
        (lambda ids: ids[2:], {}, "item_ids must leave at least 3 films to compare with, got all but 2"),
        (
            lambda ids: ids[:6],
            {"min_ratings": 81},
            "item_ids must name at least 3 films with 81 ratings or more, got 0 of 6",
        ),
        (lambda ids: ids[:6], {"n": -1}, "n must be 0 or more, got -1"),
        (lambda ids: ids[:6], {"n_permutations": 18}, "n_permutations must be at least 19, got 18"),
    ],
)
def test_refusals(space: FilmSpace, pick: object, options: dict[str, int], message: str) -> None:
    shown = ids_where(space, torch.ones(N, dtype=torch.bool))
    with pytest.raises(InvalidArgument) as caught:
        asked(space, pick(shown), **options)  # type: ignore[operator]
    assert str(caught.value) == message


def test_an_unknown_film_is_named(space: FilmSpace) -> None:
    with pytest.raises(UnknownId, match=r"^film 9999 is not in this data; there are 150 films$"):
        asked(space, [1, 2, 9999])


def test_films_that_all_lie_in_one_place_have_no_direction(space: FilmSpace) -> None:
    flat = replace(space, coordinates=torch.zeros(N, DIM, dtype=torch.float64))
    with pytest.raises(InvalidArgument, match=r"^space must have films in different places, all lie in one$"):
        asked(flat, ids_where(space, torch.ones(N, dtype=torch.bool))[:5])
