"""Films whose places are built from known mixtures of genres, and people who rate them."""

from __future__ import annotations

import torch
from torch import Generator

from core.catalogue import Catalogue, Film
from core.ratings import Ratings, RatingScale

GENRES = tuple(f"Genre {letter}" for letter in "ABCDEFGHIJKLMNOPQRST")
# Factor k runs from its first two genres to its second two; shares of variance differ, or axes could not be told apart.
N_PLANTED, PER_FACTOR = 5, 4
MIXTURE = (-1.0, -0.8, 1.0, 0.8)
SPREADS = (1.0, 0.85, 0.7, 0.6, 0.5)
GENRE_SHARE, UNEXPLAINED, NOISE = 0.15, 0.4, 0.3
SCALE = RatingScale(0.5, 5.5, 0.5)


def planted(seed: int, *, n_users: int = 300, n_items: int = 300, n_ratings: int = 30_000) -> tuple[Ratings, Catalogue]:
    """Ratings 3 + p·q + noise, popular films rated more; q_k = Σ mixture × genre + what genres do not explain."""
    generator = Generator().manual_seed(seed)
    has = torch.rand(n_items, len(GENRES), generator=generator) < GENRE_SHARE
    mixed = (has.float().view(n_items, N_PLANTED, PER_FACTOR) * torch.tensor(MIXTURE)).sum(2)
    films = (mixed + UNEXPLAINED * torch.randn(n_items, N_PLANTED, generator=generator)) * torch.tensor(SPREADS)
    people = 0.5 * torch.randn(n_users, N_PLANTED, generator=generator)
    people -= people.mean(0)  # nobody's taste is everybody's: no genre is simply rated higher
    user_idx = torch.randint(n_users, (4 * n_ratings,), generator=generator)
    item_idx = (torch.rand(4 * n_ratings, generator=generator) ** 1.5 * n_items).long()
    cells = (user_idx * n_items + item_idx).unique()
    cells = cells[torch.randperm(len(cells), generator=generator)[:n_ratings]]
    user_idx, item_idx = cells // n_items, cells % n_items
    stars = 3 + (people[user_idx] * films[item_idx]).sum(1) + NOISE * torch.randn(len(cells), generator=generator)
    ratings = Ratings.from_columns(
        user_idx.tolist(), item_idx.tolist(), stars.clamp(SCALE.low, SCALE.high).tolist(), scale=SCALE
    )
    years = torch.randint(1950, 2020, (n_items,), generator=generator).tolist()
    genres = [tuple(GENRES[place] for place in row.nonzero()[:, 0].tolist()) for row in has]
    return ratings, Catalogue(Film(i, f"Film {i}", years[i], genres[i]) for i in range(n_items))
