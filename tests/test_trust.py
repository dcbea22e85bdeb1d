"""Trust in a picture: scikit-learn's figure, the same with both spaces exchanged, and what a sample of films may say."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.manifold import trustworthiness
from torch import Tensor

from core.catalogue import Catalogue
from core.errors import FitStopped, InvalidArgument
from core.progress import Progress
from core.space import drawing, neighbours
from core.space.film_map import FilmSpace
from core.space.neighbours import neighbours_kept
from core.space.trust import trust_of
from tests.models import random_model


def cloud(n: int, dim: int = 6, seed: int = 0) -> Tensor:
    return torch.randn(n, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize(("n_films", "n"), [(300, 10), (41, 1), (25, 12)])  # the first takes three blocks
def test_both_shares_are_scikit_learns(n_films: int, n: int) -> None:
    space = cloud(n_films)
    points = space[:, :2]
    found = trust_of(space, points, n=n)
    assert found.trustworthiness == pytest.approx(trustworthiness(space, points, n_neighbors=n), abs=1e-12)
    assert found.continuity == pytest.approx(trustworthiness(points, space, n_neighbors=n), abs=1e-12)
    assert found.trustworthiness < 0.99 and found.trustworthiness != found.continuity
    assert (found.trustworthiness_std, found.continuity_std) == (0.0, 0.0)
    assert (found.n, found.n_rows, found.n_films) == (n, n_films, n_films)


def test_a_perfect_picture_is_wholly_trusted() -> None:
    flat = cloud(60, 2)
    found = trust_of(flat, -3 * flat)
    assert (found.trustworthiness, found.continuity) == (1.0, 1.0)


def test_a_sample_is_right_within_its_stated_error() -> None:
    """200 of 1,200 films, 40 times: the whole lies within two errors about 19 times in 20, and the errors are real."""
    space = cloud(1_200)
    points = space[:, :2]
    whole = trust_of(space, points)
    samples = [trust_of(space, points, most_rows=200, seed=seed) for seed in range(40)]
    for name in ("trustworthiness", "continuity"):
        errors = torch.tensor([getattr(one, name) - getattr(whole, name) for one in samples])
        stated = torch.tensor([getattr(one, f"{name}_std") for one in samples])
        assert (errors.abs() < 2 * stated).sum() >= 33  # of 38 expected; 33 or fewer once in 100
        assert 0.75 < float(errors.std() / stated.mean()) < 1.3
    assert samples[0] == trust_of(space, points, most_rows=200, seed=0)
    assert samples[0].n_rows == 200 and samples[0] != samples[1]


@pytest.mark.parametrize(("n_films", "n"), [(20, 10), (30, 0), (2, 10)])
def test_too_few_films_cannot_tell(n_films: int, n: int) -> None:
    with pytest.raises(InvalidArgument) as error:
        trust_of(cloud(n_films), cloud(n_films, 2), n=n)
    assert str(error.value) == f"n must be at least 1 and below half of the {n_films} films, got {n}"


# Film by film


@given(st.integers(0, 100), st.integers(1, 30))
def test_small_blocks_and_single_films_count_the_same(seed: int, entries: int) -> None:
    space = cloud(30, seed=seed)
    expected = neighbours_kept(space, space[:, :2])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "BLOCK_ENTRIES", entries * 30)
        assert torch.equal(neighbours_kept(space, space[:, :2]), expected)
    rows = torch.tensor([7, 3, 29])
    assert torch.equal(neighbours_kept(space, space[:, :2], rows=rows), expected[rows])


def test_films_in_one_place_never_count_themselves() -> None:
    """Fifteen films at the origin, as those without ratings stand: each has ten of the other fourteen as neighbours."""
    space = cloud(40)
    space[:15] = 0
    near = neighbours._near_flat(neighbours.cKDTree(space[:, :2].numpy()), space[:, :2], torch.arange(40), 10)
    assert not (near == torch.arange(40)[:, None]).any()
    assert (near[:15] < 15).all()
    assert all(len(set(row)) == 10 for row in near.tolist())


def test_counting_tells_how_far_it_is_and_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "BLOCK_ENTRIES", 40 * 15)
    space, told = cloud(40), list[Progress]()
    neighbours_kept(space, space[:, :2], on_progress=told.append)
    assert [(one.step, one.n_steps) for one in told] == [(15, 40), (30, 40), (40, 40)]
    assert told[1].message == "30 of 40 films"
    with pytest.raises(FitStopped) as error:
        neighbours_kept(space, space[:, :2], should_stop=lambda: len(told) > 4, on_progress=told.append)
    assert str(error.value) == "counting neighbours was stopped after 30 of 40 films"


def test_a_map_of_many_films_counts_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    space = FilmSpace.of(random_model(n_items=30), Catalogue([]))
    whole = space.draw(min_ratings=0)
    monkeypatch.setattr(drawing, "MOST_COUNTED", 29)
    waiting = space.draw(min_ratings=0)
    assert waiting.frame["kept"].isna().all() and waiting.frame["kept"].dtype == whole.frame["kept"].dtype
    assert waiting.with_kept().frame.equals(whole.frame)
    assert [waiting.kept_of(film) for film in waiting.frame["id"]] == whole.frame["kept"].tolist()
    found = waiting.trust
    assert found == trust_of(space.coordinates, waiting.projection.points)


def test_a_film_that_is_not_shown_has_no_count() -> None:
    drawn = FilmSpace.of(random_model(n_items=30), Catalogue([])).draw(min_ratings=4)
    hidden = next(film for film in drawn.space.model.items if film not in set(drawn.frame["id"]))
    with pytest.raises(InvalidArgument) as error:
        drawn.kept_of(hidden)
    assert str(error.value) == f"item_id must be a film that is on the map, got {hidden}"
