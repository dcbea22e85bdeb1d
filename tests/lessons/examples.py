"""How each function that stands on the screen as a listing is called: by name, what to do with it.

An example is given the function, the program's own or the one read off the screen, and returns what came of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import torch

from core.catalogue import Catalogue, Film
from core.datasets.dataset import Dataset
from core.datasets.synthetic import Synthetic
from core.lessons import Embedding, Known, TokenNetwork, learn_films, mean_by_kind, rating_table
from core.neural_model import NeuralModel
from core.ratings import Ratings
from core.space.film_map import FilmSpace
from core.trainers.neural import EmbeddingNN
from tests.models import random_model

FILM = Film(1, "A film", 1965, ("Comedy", "Drama"))
STARS = {1: 5.0, 2: 2.0, 3: 1.0}
KINDS = {1: ("comic",), 2: ("comic", "about love"), 3: ("scary",), 4: (), 5: ("comic",)}
RATINGS = Ratings.from_columns(["a", "a", "a", "b", "b", "c"], [1, 2, 3, 1, 2, 1], [5.0, 4.0, 3.0, 2.0, 1.0, 4.0])

TABLE = torch.tensor([[0.1, -0.2, 0.3], [1.5, 0.0, -2.0], [0.7, 0.7, 0.7], [-1.0, 2.0, 0.5]])
BATCH = (torch.tensor([1, 3, 1]), torch.tensor([0, 0, 2]), torch.tensor([5.0, 1.0, 3.0]))


@cache
def invented() -> Dataset:
    """40 invented people, 30 invented films of several genres."""
    return Synthetic(n_users=40, n_items=30, n_ratings=600).draw(seed=0)


@cache
def invented_space() -> FilmSpace:
    """Where the invented films stand."""
    return learn_films(invented().ratings, invented().films, 3)


@cache
def invented_network() -> NeuralModel:
    """A small network taught a little by the invented ratings."""
    return EmbeddingNN(n_factors=3, n_hidden=5, n_epochs=1).fit(invented().ratings, seed=0)


def moved(skip_gram_step: Callable[..., None]) -> list[torch.Tensor]:
    """Both tables after a step on two pairs."""
    vectors, contexts = TABLE.clone(), TABLE.flip(0)
    skip_gram_step(vectors, contexts, torch.tensor([0, 1]), torch.tensor([2, 3]), torch.tensor([[3], [0]]), rate=0.1)
    return [vectors, contexts]


def token_scores(network: Callable[..., TokenNetwork]) -> torch.Tensor:
    """What follows each of three tokens, of random numbers."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        scores: torch.Tensor = network(6, width=4, hidden=5)(torch.tensor([[1, 3, 2]]))[0]
    return scores.detach()


EXAMPLES: dict[str, Callable[[Any], Any]] = {
    # Categories
    "kinds_of": lambda kinds_of: [kinds_of(FILM, popularity) for popularity in (0.1, 0.7, 0.95)],
    "mean_by_kind": lambda mean_by_kind: mean_by_kind(STARS, KINDS),
    "guess_by_kind": lambda guess_by_kind: [guess_by_kind(film, mean_by_kind(STARS, KINDS), KINDS) for film in KINDS],
    "best_by_kind": lambda best_by_kind: best_by_kind(KINDS, mean_by_kind(STARS, KINDS), KINDS),
    # The crosstab
    "crosstab": lambda crosstab: crosstab(rating_table(RATINGS), n_people=2, n_films=3).fillna(-1).values.tolist(),
    "share_empty": lambda share_empty: share_empty(943, 1_682, 100_000),
    "only": lambda only: only(STARS, 2),
    # Tastes
    "film_values": lambda film_values: film_values(FILM),
    "products": lambda products: products((1.0, -0.5), (0.5, 1.0)),
    "dot_product": lambda dot_product: dot_product((1.0, -0.5, 0.2), (0.5, 1.0, -1.0)),
    # Training
    "initialise": lambda initialise: list(initialise(3, 2, 4, torch.Generator().manual_seed(1))),
    "predict": lambda predict: predict(TABLE, TABLE[:2]),
    "loss": lambda loss: loss(TABLE @ TABLE[:3].t(), Known(*BATCH)),
    "step": lambda step: list(step(TABLE, TABLE[:3], Known(*BATCH), torch.tensor([0, 2]), 0.1)),
    # One-hot
    "one_hot": lambda one_hot: one_hot(2, 5),
    "by_product": lambda by_product: [by_product(TABLE, row) for row in range(4)],
    "by_index": lambda by_index: [by_index(TABLE, row) for row in range(4)],
    "slip_of_a_key": lambda slip_of_a_key: slip_of_a_key(TABLE, 3),
    # Embedding
    "Embedding": lambda embedding: embedding(TABLE)(torch.tensor([2, 0, 2])).detach(),
    "torch_embedding": lambda torch_embedding: torch_embedding(TABLE)(torch.tensor([3, 0, 3])).detach(),
    "gradient_of_batch": lambda gradient_of_batch: gradient_of_batch(Embedding(TABLE), Embedding(TABLE[:3]), *BATCH),
    # Better predictions
    "sigmoid_range": lambda sigmoid_range: sigmoid_range(TABLE, 0.0, 5.5),
    "Predictor": lambda predictor: predictor(TABLE, TABLE[:3], ends=(0.0, 5.5), has_biases=True)(*BATCH[:2]).detach(),
    # A network
    "Passage": lambda passage: passage((1.0,), (2.0, 3.0), (0.5,), 0.5, 3.0)._asdict(),
    "through_network": lambda through_network: through_network(invented_network(), 3, 7)._asdict(),
    "through_product": lambda through_product: through_product(random_model(draws=1), "u3", 20)._asdict(),
    # Words
    "pairs_within": lambda pairs_within: pairs_within(["a", "b", "c", "d"], 2),
    "skip_gram_step": lambda skip_gram_step: moved(skip_gram_step),
    "nearest_by_angle": lambda nearest_by_angle: nearest_by_angle(TABLE, 1, n=3),
    # Code
    "TokenNetwork": lambda network: token_scores(network),
    # What it learned
    "learn_films": lambda learn_films: learn_films(invented().ratings, invented().films, 2).coordinates,
    "nearest_films": lambda nearest_films: nearest_films(
        invented_space(), 1, 5, among=list(invented_space().model.items)
    ),
    "plane_by_hand": lambda plane_by_hand: (
        plane_by_hand(
            FilmSpace.of(random_model(n_items=10, width=4), Catalogue([])),
            ((10, 20), (30,)),
            ((50, 60), (70, 80)),
            min_ratings=0,
        ).projection.points
    ),
    # Someone new
    "place_someone": lambda place_someone: place_someone(random_model(), random_model().user_prior, {10: 4.0, 30: 1.0}),
    "predict_every_film": lambda predict_every_film: predict_every_film(
        random_model(), torch.tensor([[0.5, -1.0, 0.2]] * 3, dtype=torch.float64)
    ),
}
