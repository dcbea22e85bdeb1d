"""What a server does once at its start so that the first person does not wait for it."""

from __future__ import annotations

import torch

from core.catalogue import Catalogue
from core.folding import fold_in
from core.ratings import Ratings
from core.space.film_map import FilmSpace
from core.trainers.als import ALS


def limit_threads(n_threads: int) -> None:
    """Let one call inside torch use at most ``n_threads`` threads: many sessions share the cores."""
    torch.set_num_threads(n_threads)


def warm_up() -> None:
    """Train and use a model of four ratings: loads the numerical libraries and makes their first calls."""
    ratings = Ratings.from_columns([1, 1, 2, 2, 3, 3], [1, 2, 2, 3, 1, 3], [5, 1, 4, 2, 3, 5])
    model = ALS(n_factors=2, n_epochs=1).fit(ratings, seed=0)
    fold_in(model, {1: 5.0, 2: 1.0}).top_n(1)
    FilmSpace.of(model, Catalogue([])).draw(n_components=1, min_ratings=0)
