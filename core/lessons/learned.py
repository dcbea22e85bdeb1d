"""What a model with one number a film learns, what one with two, and how far apart films are when there are many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import torch

from core.catalogue import Catalogue
from core.ids import Id
from core.progress import OnProgress, ShouldStop
from core.ratings import Ratings
from core.space.drawing import FilmMap
from core.space.film_map import FilmSpace
from core.space.hand_axes import HandAxis, hand_plane
from core.trainers.als import ALS

Ends: TypeAlias = tuple[Sequence[Id], Sequence[Id]]  # films at the low and at the high end of an axis


def learn_films(
    ratings: Ratings,
    films: Catalogue,
    n_factors: int,
    *,
    seed: int = 0,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> FilmSpace:
    """Return where films stand when a model has ``n_factors`` numbers for each, and learns them from the ratings alone."""
    trainer = ALS(n_factors=n_factors)
    model = trainer.fit(ratings, seed=seed, on_progress=on_progress, should_stop=should_stop)
    return FilmSpace.of(model, films)


def nearest_films(space: FilmSpace, film: Id, n: int, *, among: Sequence[Id]) -> list[tuple[Id, float]]:
    """Return the ``n`` films of ``among`` nearest to ``film`` with their distances in stars, the nearest first."""
    rows = torch.tensor(space.model.items.rows(among), dtype=torch.int64)
    away = (space.coordinates[rows] - space.coordinates[space.model.items.row(film)]).square().sum(1).sqrt()
    found = [(among[place], float(away[place])) for place in away.argsort(stable=True).tolist()]
    return [(other, stars) for other, stars in found if other != film][:n]


def films_called(titles: Iterable[str], films: Catalogue, ratings: Ratings) -> tuple[Id, ...]:
    """Return the rated films that go by ``titles``, in the order of the data; a title that none has is passed over."""
    wanted = set(titles)
    return tuple(film for film in ratings.items if film in films and films[film].title in wanted)


def plane_by_hand(space: FilmSpace, across: Ends, up: Ends, *, min_ratings: int = 5) -> FilmMap:
    """Return films on a plane whose axes somebody chose: ``across`` leads from some films to others, and so does ``up``.

    Each end is the middle of its films. Raises ``InvalidArgument`` where an end has none, or both lead the same way.
    """
    plane = hand_plane(space, HandAxis.between(*across), HandAxis.between(*up))
    return space.draw_along(plane.directions, min_ratings=min_ratings)
