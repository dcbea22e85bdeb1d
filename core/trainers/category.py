"""What categories can say: every film is its genres, every person what they think of each genre."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.catalogue import Film
from core.errors import InvalidArgument
from core.fitting import (
    Reporter,
    check_at_least,
    check_trainable,
    damped_means,
    global_mean,
    lay_out,
    left_out_variance,
    n_threads_for,
    one_thread_inside,
)
from core.model import FactorModel, ModelCard, UserPrior
from core.progress import OnProgress, ShouldStop
from core.ratings import Ratings
from core.row_batches import RowBatches, leverages, solve_rows
from core.traits import Traits


@dataclass(frozen=True, kw_only=True)
class Category:
    """Taste per genre: film vectors are given, and only people are learned. A baseline that factors have to beat.

    μ + b_u + b_i + p_u·q_i with q_i the film's genres as zeros and ones, divided by their number, and b_i =
    Σ(r − μ) / (n_i + damping). Each person's row is one exact ridge solve, which minimises

        Σ (r − μ − b_i − b_u − p_u·q_i)² + λ‖p_u‖² + λ_b b_u².

    Make it with ``Category.of(films)``.
    """

    genres: Traits
    regularization: float = 5.0  # λ; all three chosen by `python -m benchmarks.tune category`, inside training
    bias_regularization: float = 5.0  # λ_b
    damping: float = 3.0  # ratings at the mean added to each film

    def __post_init__(self) -> None:
        check_at_least(0, damping=self.damping)
        if not (self.regularization > 0 and self.bias_regularization > 0):
            raise InvalidArgument(
                f"regularization and bias_regularization must be above 0, got {self.regularization:g} "
                f"and {self.bias_regularization:g}"
            )

    @classmethod
    def of(cls, films: Iterable[Film]) -> Category:
        """Return the trainer that knows the genres of ``films``."""
        return cls(genres=Traits({film.id: film.genres for film in films}, kind="films"))

    @one_thread_inside()
    def fit(
        self,
        train: Ratings,
        *,
        seed: int,
        start: FactorModel | None = None,  # noqa: ARG002 - the trainers' protocol; nothing here is iterated
        hold_out: Ratings | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        device: str = "cpu",
    ) -> FactorModel:
        """Return the model; there is no randomness, and a warm start changes nothing.

        Raises ``InvalidArgument`` on empty or unusable input, or if no film of ``train`` has a genre.
        """
        check_trainable(train)
        names = sorted({genre for item in train.items for genre in self.genres.get(item, ())})
        if not names:
            raise InvalidArgument(f"genres must name a genre of at least one film of train, got {self.genres!r}")
        people = _People.create(self, train, self._item_factors(train, names), device)
        model = people.to_model(self._card(train, seed, names))
        Reporter(train, 1, on_progress, should_stop, hold_out).report(1, "Solved", lambda: model)
        return model

    def _item_factors(self, train: Ratings, names: list[str]) -> Tensor:
        """(n_items, n_genres), rows that sum to 1; zeros where a film has no genre."""
        column = {name: place for place, name in enumerate(names)}
        factors = torch.zeros(train.n_items, len(names))
        for row, item in enumerate(train.items):
            for genre in self.genres.get(item, ()):
                factors[row, column[genre]] = 1 / len(self.genres[item])
        return factors

    def _card(self, train: Ratings, seed: int, names: list[str]) -> ModelCard:
        config = {**vars(self), "genres": names, "films": repr(self.genres)}
        return ModelCard(type(self).__name__, config, seed, len(train), train.fingerprint)


@dataclass(frozen=True, eq=False)
class _People:
    """Everybody's ridge regression on the genres of what they rated."""

    settings: Category
    train: Ratings
    mean: float
    item_factors: Tensor
    item_bias: Tensor
    by_user: RowBatches
    penalty: Tensor  # (d + 1, d + 1), of a row with one rating

    @classmethod
    def create(cls, settings: Category, train: Ratings, item_factors: Tensor, device: str) -> _People:
        mean = global_mean(train)
        centred = train.values.double() - mean
        penalties = [settings.regularization] * item_factors.shape[1] + [settings.bias_regularization]
        return cls(
            settings=settings,
            train=train,
            mean=mean,
            item_factors=item_factors.to(device),
            item_bias=damped_means(centred, train.item_idx, train.item_counts, settings.damping).float().to(device),
            by_user=lay_out(train, centred.float(), device=device)[0],
            penalty=torch.diag(torch.tensor(penalties)).to(device),
        )

    def to_model(self, card: ModelCard) -> FactorModel:
        users = self.item_factors.new_zeros(self.train.n_users, len(self.penalty))
        solve_rows(self.by_user, self._features(), users, offsets=self.item_bias, **self._options())
        return FactorModel(
            user_factors=users[None, :, :-1].clone(),
            item_factors=self.item_factors[None],
            user_bias=users[None, :, -1].clone(),
            item_bias=self.item_bias[None],
            global_mean=users.new_full((1,), self.mean),
            rated=self.train,
            card=card,
            user_prior=self._prior(users),
        )

    def _features(self) -> Tensor:
        return torch.cat([self.item_factors, torch.ones_like(self.item_bias)[:, None]], dim=1)

    def _options(self) -> dict[str, Any]:
        return {"penalty": self.penalty, "n_threads": n_threads_for(self.penalty)}

    def _prior(self, users: Tensor) -> UserPrior:
        """The prior that the penalty stands for, at the noise that left-out ratings show."""
        noise_variance = self._noise_variance(users)
        return UserPrior(
            mean=self.penalty.new_zeros(1, len(self.penalty)),
            precision=self.penalty[None] / noise_variance,
            noise_precision=self.penalty.new_full((1,), 1 / noise_variance),
        )

    def _noise_variance(self, users: Tensor) -> float:
        train, items = self.train, self.train.item_idx.long()
        features = self._features()[items]
        predicted = self.mean + self.item_bias[items] + (features * users[train.user_idx.long()]).sum(1)
        shares = leverages(self.by_user, self._features(), **self._options()).cpu()
        shares += 1 / (train.item_counts[items] + self.settings.damping)  # a damped mean follows each of its ratings
        return left_out_variance(train.values - predicted.cpu(), shares)
