"""What a trained model answers, and the one that nearly all are: vectors and biases, whose dot product predicts."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Self, cast

import torch
from torch import Tensor

from core.days import DayEffects
from core.errors import InvalidArgument
from core.links import Identity, Link
from core.priors import UserPrior
from core.ratings import Id, IdMap, Ratings, RatingScale

__all__ = ["FactorModel", "ModelCard", "TrainedModel", "UserPrior"]

# What a block of users or pairs needs at once takes at most this much memory.
BLOCK_BYTES = 64 * 2**20


@dataclass(frozen=True)
class ModelCard:
    """Where a model comes from; every number on screen can be traced to it."""

    trainer: str
    config: Mapping[str, Any]
    seed: int
    n_ratings: int
    fingerprint: str
    dataset: str = ""
    split: str = ""


class TrainedModel(ABC):
    """What evaluation, artefacts and a person's list ask of a model, whatever is inside. Frozen.

    score: a number per draw and pair that the link turns into stars; prediction = mean over draws of link(score),
    limited to the scale once. ``rated`` holds the ratings that the model was trained on; without a ``user_prior`` it
    cannot take a new person.
    """

    LEARNED: ClassVar[tuple[str, ...]]  # the names of the tensors that training gave
    rated: Ratings
    card: ModelCard
    link: Link
    user_prior: UserPrior | None

    @abstractmethod
    def scores(self, user_idx: Tensor, item_idx: Tensor) -> Tensor:
        """Return the scores (draws, n) of n pairs, given as rows."""

    @abstractmethod
    def all_scores(self, user_idx: Tensor) -> Tensor:
        """Return the scores (draws, n, n_items) of n users against every film."""

    @abstractmethod
    def person_vector(self, user_row: int) -> Tensor:
        """Return what is held of one training user, a vector per draw."""

    @abstractmethod
    def person_scores(self, vector: Tensor) -> Tensor:
        """Return the scores (draws, n_items) of every film for somebody with this vector per draw."""

    @property
    @abstractmethod
    def _pair_bytes(self) -> int:
        """What ``scores`` needs for one pair."""

    @property
    @abstractmethod
    def _cell_bytes(self) -> int:
        """What ``all_scores`` needs for one user and film."""

    @property
    def users(self) -> IdMap:
        """User ids and their rows."""
        return self.rated.users

    @property
    def items(self) -> IdMap:
        """Film ids and their rows."""
        return self.rated.items

    @property
    def scale(self) -> RatingScale:
        """The ratings that can be given."""
        return self.rated.scale

    @property
    def tensors(self) -> dict[str, Tensor]:
        """What training gave, by name; a user prior has its own."""
        return {name: getattr(self, name) for name in self.LEARNED}

    @cached_property
    def version(self) -> str:
        """The first 12 hexadecimal digits of a SHA-256 over the model's numbers and its card."""
        prior = self.user_prior
        digest = hashlib.sha256(repr((self.card, self.link, None if prior is None else prior.count_power)).encode())
        for tensor in self.tensors.values():
            digest.update(_bytes_of(tensor))
        for _, tensor in () if prior is None else prior.tensors():  # other numbers for new people are another model
            digest.update(_bytes_of(tensor))
        return digest.hexdigest()[:12]

    def with_card(self, card: ModelCard) -> Self:
        """Return the same model from somewhere else."""
        return cast(Self, replace(cast(Any, self), card=card))

    def ratings_of(self, user_id: Id) -> dict[Id, float]:
        """Return what a training user rated, film id to stars."""
        return self.rated.of_user(user_id)

    def stars(self, score: Tensor) -> Tensor:
        """Return predictions (…) for scores (draws, …): through the link, averaged over draws, limited."""
        return mean_of_draws(self.link.stars(score)).clamp(self.scale.low, self.scale.high)

    def predict(self, user_idx: Tensor, item_idx: Tensor) -> Tensor:
        """Return predicted stars (n,) of n pairs, given as rows, in blocks that bound memory."""
        step = max(1, BLOCK_BYTES // self._pair_bytes)
        pairs = zip(user_idx.split(step), item_idx.split(step), strict=True)
        return torch.cat([self.stars(self.scores(users, items)) for users, items in pairs])

    def scores_of(self, ratings: Ratings) -> Tensor:
        """Return the scores (draws, n) of the pairs of ``ratings``, each on its own day if the model knows days."""
        return self.scores(ratings.user_idx, ratings.item_idx)

    def predict_ratings(self, ratings: Ratings) -> Tensor:
        """Return predicted stars (n,) as ``predict`` does, for ``scores_of``; the stars given are not looked at."""
        blocks = torch.arange(len(ratings)).split(max(1, BLOCK_BYTES // self._pair_bytes))
        return torch.cat([self.stars(self.scores_of(ratings.take(block))) for block in blocks])

    def ranking_scores(self, user_idx: Tensor) -> Tensor:
        """Return what a user's films are ordered by (n, n_items): the mean over draws of the score."""
        return mean_of_draws(self.all_scores(user_idx))

    def user_blocks(self, user_idx: Tensor) -> Iterator[Tensor]:
        """Cut rows of users so that the scores of a block against all films stay under ``BLOCK_BYTES``."""
        yield from user_idx.split(max(1, BLOCK_BYTES // (self._cell_bytes * len(self.items))))

    def _check_tensors(self, **wanted: tuple[int, ...]) -> None:
        """Raise ``InvalidArgument`` if a tensor has another shape, or holds numbers that are not finite."""
        for name, shape in wanted.items():
            tensor = getattr(self, name)
            if tuple(tensor.shape) != shape:
                raise InvalidArgument(f"{name} must have shape {shape}, got {tuple(tensor.shape)}")
            if not torch.isfinite(tensor).all():
                raise InvalidArgument(f"{name} must be finite, got values that are not; train with more regularization")


def mean_of_draws(values: Tensor) -> Tensor:
    """Return the mean (…) of ``values`` (draws, …); of one draw it is that draw itself, not a copy."""
    return values[0] if len(values) == 1 else values.mean(0)


def _bytes_of(tensor: Tensor) -> bytes:
    return tensor.contiguous().cpu().numpy().tobytes()


@dataclass(frozen=True, eq=False)
class FactorModel(TrainedModel):
    """All that prediction and fold-in need. Frozen: training makes a new one.

    score = mean over draws of (global mean + user bias + film bias + user factors · film factors);
    prediction = mean over draws of link(score), limited to the scale once, in stars.
    Shapes: ``user_factors`` (draws, n_users, d), ``item_factors`` (draws, n_items, d), ``user_bias``
    (draws, n_users), ``item_bias`` (draws, n_items), ``global_mean`` (draws,); draws is 1 for ALS and SGD.
    ``rated`` holds the ratings that the model was trained on. ``days`` says what a rating's day adds where it is
    known; all else that the model answers is for the average day.
    Source: Koren, Bell and Volinsky, *Matrix factorization techniques for recommender systems*, 2009, eq. 4.
    """

    LEARNED: ClassVar[tuple[str, ...]] = ("user_factors", "item_factors", "user_bias", "item_bias", "global_mean")
    user_factors: Tensor
    item_factors: Tensor
    user_bias: Tensor
    item_bias: Tensor
    global_mean: Tensor
    rated: Ratings
    card: ModelCard
    link: Link = field(default_factory=Identity)
    user_prior: UserPrior | None = None
    days: DayEffects | None = None

    def __post_init__(self) -> None:
        draws, n_users, width = self.user_factors.shape
        self._check_tensors(
            user_factors=(draws, self.rated.n_users, width),
            item_factors=(draws, self.rated.n_items, width),
            user_bias=(draws, n_users),
            item_bias=(draws, self.rated.n_items),
            global_mean=(draws,),
        )

    @property
    def tensors(self) -> dict[str, Tensor]:
        """What training gave, by name; those of days as "days.factors" and so on."""
        days = {} if self.days is None else {f"days.{name}": tensor for name, tensor in vars(self.days).items()}
        return {**super().tensors, **days}

    @property
    def n_draws(self) -> int:
        """Posterior draws kept; 1 for a point estimate."""
        return self.user_factors.shape[0]

    @property
    def n_factors(self) -> int:
        """Latent dimension d."""
        return self.user_factors.shape[2]

    @cached_property
    def item_vectors(self) -> Tensor:
        """(draws, n_items, d + 1): film factors and a one, so that a person's vector is (factors, bias)."""
        return torch.cat([self.item_factors, torch.ones_like(self.item_bias)[..., None]], dim=-1)

    @cached_property
    def item_offset(self) -> Tensor:
        """(draws, n_items): global mean + film bias, the part of a score that no person changes."""
        return self.global_mean[:, None] + self.item_bias

    def among(self, rated: Ratings) -> FactorModel:
        """Return the model that knows only the people of ``rated``, who must be its first ones.

        What the others taught it of films stays; of themselves nothing does.
        """
        if rated.users.labels != self.users.labels[: rated.n_users] or rated.items.labels != self.items.labels:
            raise InvalidArgument("rated must hold the model's films and its first people, in their order")
        factors, bias = self.user_factors[:, : rated.n_users], self.user_bias[:, : rated.n_users]
        return replace(self, user_factors=factors.contiguous(), user_bias=bias.contiguous(), rated=rated)

    def scores(self, user_idx: Tensor, item_idx: Tensor) -> Tensor:
        """Return the scores (draws, n) of n pairs, given as rows."""
        users, items = user_idx.long(), item_idx.long()
        dot = (self.user_factors[:, users] * self.item_factors[:, items]).sum(-1)
        return self.global_mean[:, None] + self.user_bias[:, users] + self.item_bias[:, items] + dot

    def scores_of(self, ratings: Ratings) -> Tensor:
        """Return the scores (draws, n) of the pairs of ``ratings``, each on its own day if the model knows days."""
        users, items = ratings.user_idx.long(), ratings.item_idx.long()
        scores = self.scores(users, items)
        if self.days is None or ratings.timestamps is None:
            return scores
        return scores + self.days.of(ratings.timestamps, self.user_factors[:, users] + self.item_factors[:, items])

    def all_scores(self, user_idx: Tensor) -> Tensor:
        """Return the scores (draws, n, n_items) of n users against every film."""
        users = user_idx.long()
        vectors = torch.cat([self.user_factors[:, users], self.user_bias[:, users, None]], dim=-1)
        return torch.baddbmm(self.item_offset[:, None], vectors, self.item_vectors.mT)  # in one table, not in three

    def person_vector(self, user_row: int) -> Tensor:
        """Return a training user's (factors, bias) per draw: (draws, d + 1)."""
        return torch.cat([self.user_factors[:, user_row], self.user_bias[:, user_row, None]], dim=-1)

    def person_scores(self, vector: Tensor) -> Tensor:
        """Return the scores (draws, n_items) of every film for the person ``vector`` (draws, d + 1)."""
        vector = vector.to(self.item_vectors)
        return torch.baddbmm(self.item_offset[..., None], self.item_vectors, vector[..., None]).squeeze(-1)

    @property
    def _pair_bytes(self) -> int:
        return self.n_draws * (self.n_factors + 1) * (8 if self.days is None else 24)

    @property
    def _cell_bytes(self) -> int:
        return self.n_draws * 4
