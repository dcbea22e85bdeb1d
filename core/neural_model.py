"""A model that is a small network over two vectors: it can bend where a dot product cannot, and explains less."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor

from core.links import Link
from core.model import ModelCard, TrainedModel
from core.ratings import Ratings


@dataclass(frozen=True, eq=False)
class NeuralModel(TrainedModel):
    """score = v·ReLU(W [p_u, q_i] + b) + c, prediction = link(score). Frozen: training makes a new one.

    Shapes: ``user_factors`` p (n_users, d), ``item_factors`` q (n_items, e), ``hidden_weight`` W (h, d + e),
    ``hidden_bias`` b (h,), ``output_weight`` v (h,), ``output_bias`` c (). The first layer is linear, W [p, q] =
    W_p p + W_q q, so each side's half is computed once for a whole block. It has no user prior: what is best for a
    new person would have to be searched for among many minima.
    Source: Howard and Gugger, *Deep Learning for Coders with fastai and PyTorch*, 2020, chapter 8 (``CollabNN``).
    """

    LEARNED: ClassVar[tuple[str, ...]] = (
        "user_factors",
        "item_factors",
        "hidden_weight",
        "hidden_bias",
        "output_weight",
        "output_bias",
    )
    user_factors: Tensor
    item_factors: Tensor
    hidden_weight: Tensor
    hidden_bias: Tensor
    output_weight: Tensor
    output_bias: Tensor
    rated: Ratings
    card: ModelCard
    link: Link
    user_prior: None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        width, hidden = self.user_factors.shape[1], len(self.hidden_bias)
        item_width = self.hidden_weight.shape[1] - width
        self._check_tensors(
            user_factors=(self.rated.n_users, width),
            item_factors=(self.rated.n_items, item_width),
            hidden_weight=(hidden, width + item_width),
            hidden_bias=(hidden,),
            output_weight=(hidden,),
            output_bias=(),
        )

    @cached_property
    def item_half(self) -> Tensor:
        """W_q q + b of every film (n_items, h)."""
        weight = self.hidden_weight[:, self.user_factors.shape[1] :]
        return torch.addmm(self.hidden_bias, self.item_factors, weight.mT)

    def scores(self, user_idx: Tensor, item_idx: Tensor) -> Tensor:
        """Return the scores (1, n) of n pairs, given as rows."""
        return self._output(self._user_half(self.user_factors[user_idx.long()]) + self.item_half[item_idx.long()])

    def all_scores(self, user_idx: Tensor) -> Tensor:
        """Return the scores (1, n, n_items) of n users against every film."""
        return self._output(self._user_half(self.user_factors[user_idx.long()])[:, None] + self.item_half)

    def person_vector(self, user_row: int) -> Tensor:
        """Return a training user's factors (1, d)."""
        return self.user_factors[None, user_row]

    def person_scores(self, vector: Tensor) -> Tensor:
        """Return the scores (1, n_items) of every film for the person ``vector`` (1, d)."""
        return self._output(self._user_half(vector.to(self.user_factors)) + self.item_half)

    def _user_half(self, vectors: Tensor) -> Tensor:
        return vectors @ self.hidden_weight[:, : vectors.shape[-1]].mT

    def _output(self, hidden: Tensor) -> Tensor:
        """Scores (1, …) from the hidden layer before its ReLU (…, h)."""
        return (hidden.relu() @ self.output_weight + self.output_bias)[None]

    @property
    def _pair_bytes(self) -> int:
        return (self.hidden_weight.shape[1] + 3 * len(self.hidden_bias)) * 4

    @property
    def _cell_bytes(self) -> int:
        return 2 * len(self.hidden_bias) * 4  # before the ReLU and after it
