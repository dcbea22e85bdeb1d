"""Models of random numbers, for tests of what a model answers rather than of how it was trained."""

from __future__ import annotations

import torch
from torch import Tensor

from core.links import Identity, Link
from core.model import FactorModel, ModelCard, UserPrior
from core.ratings import Ratings

USERS, ITEMS, DRAWS, WIDTH = 7, 5, 3, 2


def random_ratings(n_users: int = USERS, n_items: int = ITEMS) -> Ratings:
    """Users "u0", "u1", …, films 10, 20, …; every second cell is filled, with 1 to 5 stars."""
    pairs = [(f"u{u}", 10 * i + 10) for u in range(n_users) for i in range(n_items) if (u + i) % 2 == 0]
    return Ratings.from_columns(*zip(*pairs, strict=True), [1 + n % 5 for n in range(len(pairs))])


def random_model(
    link: Link | None = None,
    *,
    draws: int = DRAWS,
    n_items: int = ITEMS,
    width: int = WIDTH,
    spread: float = 1.0,
    count_power: float = 0.0,
    seed: int = 0,
) -> FactorModel:
    """A model of random float64 numbers with a prior; wide enough that some predictions meet a limit of the scale."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return spread * torch.randn(*shape, generator=generator, dtype=torch.float64)

    rated = random_ratings(n_items=n_items)
    root = torch.randn(draws, width + 1, width + 1, generator=generator, dtype=torch.float64)
    return FactorModel(
        user_factors=normal(draws, USERS, width),
        item_factors=normal(draws, n_items, width),
        user_bias=normal(draws, USERS),
        item_bias=normal(draws, n_items),
        global_mean=3 + normal(draws),
        rated=rated,
        card=ModelCard("Test", {}, seed, len(rated), rated.fingerprint),
        link=link or Identity(),
        user_prior=UserPrior(
            mean=0.3 * torch.randn(draws, width + 1, generator=generator, dtype=torch.float64),
            precision=root @ root.mT + 0.5 * torch.eye(width + 1, dtype=torch.float64),
            noise_precision=0.5 + torch.rand(draws, generator=generator, dtype=torch.float64),
            count_power=count_power,
        ),
    )
