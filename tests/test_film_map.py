"""The map: which films are on it, what is said of each, where people stand, and that a retrained model looks alike."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
import torch

from core.catalogue import Catalogue, Film
from core.datasets.dataset import Dataset
from core.errors import InvalidArgument, UnknownId
from core.folding import fold_in
from core.model import FactorModel
from core.space.film_map import FilmMap, FilmSpace
from core.space.neighbours import nearest, neighbours_kept
from core.trainers.als import ALS
from tests.models import random_model
from tests.test_space import shifted

N_FILMS = 9
# The last film is missing from the catalogue.
FILMS = Catalogue(Film(10 * n, f"Film {n}", 1990 + n if n > 1 else None, ("Drama",)) for n in range(1, N_FILMS))


def space_of(seed: int = 0, *, rated: int | None = None) -> FilmSpace:
    """Random numbers; ``rated`` keeps the ratings of so many films only."""
    model = random_model(n_items=N_FILMS, seed=seed)
    if rated is not None:
        model = replace(model, rated=model.rated.take(model.rated.item_idx < rated))
    return FilmSpace.of(model, FILMS)


def drawn(space: FilmSpace, *, n_components: int = 2, reference: FilmMap | None = None) -> FilmMap:
    return space.draw(n_components=n_components, min_ratings=0, reference=reference)


@pytest.mark.parametrize("n_components", [2, 3])
def test_a_row_tells_what_is_known_of_a_film(n_components: int) -> None:
    space = space_of()
    frame = drawn(space, n_components=n_components).frame
    axes = ["x", "y", "z"][:n_components]
    assert list(frame.columns) == ["id", "title", "year", "genres", "n", "mean", "kept", "certainty", *axes]
    assert frame["id"].tolist() == list(space.model.items)
    assert frame["title"].tolist() == [*(f"Film {n}" for n in range(1, 9)), "90"]
    assert frame["year"].isna().tolist() == [True, *[False] * 7, True] and frame["year"][1] == 1992
    assert frame["genres"].tolist() == [("Drama",)] * 8 + [()]
    assert frame["n"].tolist() == space.model.rated.item_counts.tolist()
    for row, item in enumerate(space.model.items):
        stars = [space.model.ratings_of(user).get(item) for user in space.model.users]
        given = [rating for rating in stars if rating is not None]
        assert frame["mean"][row] == pytest.approx(sum(given) / len(given))
    points = torch.tensor(frame[axes].to_numpy())
    assert frame["kept"].tolist() == neighbours_kept(space.coordinates, points, n=10).tolist()


def test_only_films_with_enough_ratings_are_shown_and_counted() -> None:
    space = space_of(rated=6)
    counts = dict(zip(space.model.items, space.model.rated.item_counts.tolist(), strict=True))
    found = space.draw(min_ratings=3)
    assert found.frame["id"].tolist() == [item for item, n in counts.items() if n >= 3]
    assert [space.model.items.labels[row] for row in found.rows.tolist()] == found.frame["id"].tolist()
    # The axes, too, are those of the films shown.
    assert torch.tensor(found.frame[["x", "y"]].to_numpy()).mean(0).abs().max() < 1e-9


@pytest.mark.parametrize(("n_components", "min_ratings"), [(2, 5), (3, 99)])
def test_too_few_films_are_refused(n_components: int, min_ratings: int) -> None:
    with pytest.raises(InvalidArgument) as error:
        space_of().draw(n_components=n_components, min_ratings=min_ratings)
    assert str(error.value) == (
        f"min_ratings must leave more than {n_components} films, got {min_ratings}; the most rated film has 4"
    )


def test_the_nearest_films_come_with_their_distances() -> None:
    space = space_of(rated=6)
    labels = space.model.items.labels
    expected = [(labels[row], distance) for row, distance in nearest(space.coordinates, 3, n=4)]
    assert space.nearest(40, n=4) == expected
    few = space.nearest(40, n=99, min_ratings=1)
    assert {item for item, _ in few} == {10, 20, 30, 50, 60}
    with pytest.raises(UnknownId) as error:
        space.nearest(99)
    assert str(error.value) == "film 99 is not in this data; there are 9 films"


def test_the_ends_of_an_axis_are_its_outermost_films() -> None:
    frame = pd.DataFrame({"id": list(range(8)), "x": [3.0, -1, 2, 0, 9, -5, 1, 4], "y": [0.0] * 8,
                          "n": [60, 60, 60, 60, 10, 10, 60, 60]})  # fmt: skip
    found = replace(drawn(space_of()), frame=frame)
    assert found.ends(0, n=2) == ([1, 3], [7, 0])  # 4 and 5 lie further out, but few people rated them
    assert found.ends(0, n=4) == ([5, 1, 3, 6], [4, 7, 0, 2])  # too few are known well: all
    assert found.ends(0, n=2, min_ratings=0) == ([5, 1], [4, 7])
    assert found.ends(0, n=2, min_ratings=60) == ([1, 3], [7, 0])  # 60 are enough


def taste_of(model: FactorModel, stars: dict[int, float]) -> list[float]:
    """What sets the person apart: mean over draws of (p − mean p)·q, in loops."""
    mean = fold_in(model, stars).mean
    taste = []
    for film in range(N_FILMS):
        parts = []
        for draw in range(model.n_draws):
            people = model.user_factors[draw]
            own = [float(mean[draw, k]) - sum(people[:, k].tolist()) / len(people) for k in range(2)]
            parts.append(sum(own[k] * float(model.item_factors[draw, film, k]) for k in range(2)))
        taste.append(sum(parts) / len(parts))
    return taste


@pytest.mark.parametrize("n", [1, 3, 99])
def test_a_person_stands_amid_the_films_most_to_their_taste(n: int) -> None:
    space = space_of()
    found, stars = drawn(space), {10: 5.0, 30: 1.0}
    taste = taste_of(space.model, stars)
    best = sorted(range(N_FILMS), key=lambda film: -taste[film])[:n]
    expected = [found.frame[axis][best].mean() for axis in ("x", "y")]
    assert found.place(fold_in(space.model, stars), n=n) == pytest.approx(expected, abs=1e-9)


def test_a_shift_between_factors_and_biases_moves_nobody() -> None:
    """The same predictions, the same place: the prior, too, is told of the shift."""
    model = random_model(n_items=N_FILMS)
    other, stars = shifted(model), {10: 5.0, 30: 1.0}
    places = []
    for one in (model, other):
        found, person = drawn(FilmSpace.of(one, FILMS)), fold_in(model, stars)
        if one is other:
            move = other.user_factors[:, 0] - model.user_factors[:, 0]
            person = replace(person, model=other, mean=person.mean + torch.nn.functional.pad(move, (0, 1)))
        places.append([abs(at) for at in found.place(person, n=3)])  # axes may come out mirrored
    assert places[1] == pytest.approx(places[0], abs=1e-9)


def test_who_stands_where_lies_between_the_ends() -> None:
    space = space_of()
    found, person = drawn(space), fold_in(space.model, {10: 5.0})
    for axis, at, place in zip("xy", found.standing(person), found.place(person), strict=True):
        reach = found.frame[axis].abs().quantile(0.98)
        assert at == pytest.approx(min(1, max(0, (place / reach + 1) / 2)), abs=1e-9)
        assert 0 <= at <= 1


def test_beyond_the_ends_is_at_the_end_and_a_flat_axis_has_a_middle() -> None:
    """Of 1,200 films a fiftieth are 24: the 20 most to somebody's taste can lie beyond that."""
    model = random_model(n_items=1_200)
    space, person = FilmSpace.of(model, FILMS), fold_in(model, {10: 5.0})
    found = drawn(space)
    points = torch.stack([torch.ones(1_200), torch.zeros(1_200)], dim=1).double()
    apart = person.mean[:, :-1] - model.user_factors.mean(1)
    taste = (model.item_factors @ apart[..., None]).squeeze(-1).mean(0)
    points[taste.topk(20).indices, 0] = 10.0
    far = replace(found, projection=replace(found.projection, points=points))
    assert far.place(person) == (10.0, 0.0)
    assert far.standing(person) == (1.0, 0.5)
    # The end is where the outermost fiftieth begins: with 30 films as far out, 10 is the end and 5 half-way to it.
    points[:, 0] = 0.0
    points[taste.topk(20).indices, 0] = 5.0
    points[taste.topk(30, largest=False).indices, 0] = -10.0
    half = replace(found, projection=replace(found.projection, points=points))
    assert half.standing(person) == (0.75, 0.5)
    points[:, 0] = 1.0
    points[taste.topk(20).indices, 0] = 10.0
    near = replace(found, projection=replace(found.projection, points=-points))
    assert near.standing(person) == (0.0, 0.5)


def test_a_retrained_model_keeps_the_directions_of_the_first(ml100k: Dataset) -> None:
    """One person more, starting from the old model, as the app does; the axes follow the reference's signs."""
    trainer = ALS(n_factors=8)
    model = trainer.fit(ml100k.ratings, seed=0)
    first = FilmSpace.of(model, ml100k.films).draw(min_ratings=20)
    more = ml100k.ratings.with_user(-1, {50: 5.0, 181: 4.0})
    space = FilmSpace.of(trainer.fit(more, seed=0, start=model), ml100k.films)
    mirrored = replace(first, projection=replace(first.projection, points=-first.projection.points))
    for reference, sign in ((first, 1), (mirrored, -1)):
        again = space.draw(min_ratings=20, reference=reference)
        both = first.frame.merge(again.frame, on="id")
        for axis in "xy":
            assert sign * both[f"{axis}_x"].corr(both[f"{axis}_y"]) > 0.95, axis


def test_a_reference_of_fewer_axes_or_other_films_changes_nothing() -> None:
    space = space_of()
    plain = drawn(space, n_components=3)
    flat = drawn(space)
    assert drawn(space, n_components=3, reference=flat).frame.equals(plain.frame)
    solid = drawn(space, reference=plain)
    pd.testing.assert_frame_equal(solid.frame, flat.frame)  # the turn is none but for rounding
