"""Starting tastes: made of real films of whatever data there are, readable, and unlike each other."""

from __future__ import annotations

from itertools import combinations

import pytest
import torch

from core.catalogue import Catalogue, Film
from core.datasets.dataset import Dataset
from core.errors import InvalidArgument
from core.likeness import PeopleSpace
from core.model import FactorModel
from core.ratings import Ratings
from core.space.film_map import FilmSpace
from core.starting_tastes import KNOWN, archetypes
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly
from tests.test_ledger import Line

GENRES = ("Horror", "Romance", "Western", "Comedy")


@pytest.fixture(scope="module")
def model(synthetic_small: Dataset) -> FactorModel:
    return ALS(n_factors=4, regularization=0.3).fit(synthetic_small.ratings, seed=0)


@pytest.fixture(scope="module")
def films(model: FactorModel) -> Catalogue:
    return Catalogue(Film(film, f"Film {film}", 2000, (GENRES[k % 4],)) for k, film in enumerate(model.items))


def axes_of(model: FactorModel, films: Catalogue) -> list[Line]:
    points = FilmSpace.of(model, films).coordinates
    return [Line(f"axis {k}", points[:, k]) for k in range(2)]


def test_they_are_made_of_films_that_people_know(model: FactorModel, films: Catalogue) -> None:
    found = archetypes(model, films, axes=axes_of(model, films))
    assert len(found) == 6
    known = set(sorted(model.items, key=lambda film: -int(model.rated.item_counts[model.items.row(film)]))[:KNOWN])
    for one in found:
        assert len(one.liked) == 4 and 1 <= len(one.disliked) <= 4
        assert not set(one.liked) & set(one.disliked)
        assert set(one.liked) | set(one.disliked) <= known
        assert dict(one.ratings) == {**dict.fromkeys(one.liked, 5.0), **dict.fromkeys(one.disliked, 1.5)}
        if one.origin == "genre":
            assert all(one.name in films[film].genres for film in one.liked)
            assert not any(one.name in films[film].genres for film in one.disliked)


def test_the_ends_of_an_axis_are_each_other_s_opposite(model: FactorModel, films: Catalogue) -> None:
    (axis,) = axes_of(model, films)[:1]
    ends = {one.end: one for one in archetypes(model, Catalogue([]), axes=[axis])}
    assert set(ends) == {"low", "high"}
    assert set(ends["low"].liked) == set(ends["high"].disliked)
    places = {end: axis.points[model.items.rows(one.liked)].max() for end, one in ends.items()}
    assert places["low"] < axis.points[model.items.rows(ends["high"].liked)].min()


def test_each_likes_what_it_is_said_to_like(model: FactorModel, films: Catalogue) -> None:
    for one in archetypes(model, films, axes=axes_of(model, films)):
        scores = one.person(model).scores().mean(0)
        liked, disliked = (scores[model.items.rows(part)].mean() for part in (one.liked, one.disliked))
        assert liked > disliked


def test_the_first_few_are_further_apart_than_any_others_of_as_many(model: FactorModel, films: Catalogue) -> None:
    """Furthest first is within a factor of two of the best choice (Gonzalez, 1985)."""
    space, axes = PeopleSpace.of(model), axes_of(model, films)
    everything = [space.place(one.person(model)) for one in archetypes(model, films, axes=axes, n=99)]
    assert len(everything) == 8  # two ends of two axes, four genres

    def nearest(places: tuple[torch.Tensor, ...] | list[torch.Tensor]) -> float:
        return min(float((one - other).norm()) for one, other in combinations(places, 2))

    chosen = [space.place(one.person(model)) for one in archetypes(model, films, axes=axes, n=3)]
    assert torch.equal(torch.stack(chosen), torch.stack(everything[:3]))
    assert max(nearest(some) for some in combinations(everything, 3)) <= 2 * nearest(chosen)


def test_ids_may_be_text_and_the_scale_another() -> None:
    generator = torch.Generator().manual_seed(0)
    pairs = [(f"u{u}", f"f{i}") for u in range(30) for i in range(24) if (u + i) % 3]
    stars = torch.randint(1, 11, (len(pairs),), generator=generator).tolist()
    ratings = Ratings.from_columns(*zip(*pairs, strict=True), stars)
    model = ALS(n_factors=3, regularization=0.1).fit(ratings, seed=0)
    films = Catalogue(Film(f"f{i}", f"F {i}", None, (GENRES[i % 4],)) for i in range(24))
    found = archetypes(model, films, n=4)
    assert 1 <= len(found) <= 4
    assert {stars for one in found for _, stars in one.ratings} == {10.0, 3.0}


def test_small_data_give_few_or_none(synthetic_small: Dataset, model: FactorModel) -> None:
    assert archetypes(model, Catalogue([])) == []
    tiny = ALS(n_factors=2).fit(Ratings.from_columns([1, 1, 2], [1, 2, 2], [1.0, 5.0, 4.0]), seed=0)
    assert archetypes(tiny, Catalogue([Film(1, "One", 1990, ("Drama",))]), axes=[Line("a", torch.zeros(2))]) == []
    with pytest.raises(InvalidArgument):
        archetypes(BiasOnly().fit(synthetic_small.ratings, seed=0), synthetic_small.films)
    with pytest.raises(InvalidArgument) as error:
        archetypes(model, Catalogue([]), n=0)
    assert str(error.value) == "n must be at least 1, got 0"
