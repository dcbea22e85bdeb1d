"""What a word means, told by the words around it: skip-gram with negative sampling, on words or on films alike.

Source: Mikolov, Sutskever, Chen, Corrado and Dean, *Distributed representations of words and phrases and their
compositionality*, 2013, equation 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Generator, Tensor
from torch.nn.functional import logsigmoid, normalize

from core.errors import InvalidArgument

Word = TypeVar("Word")


def pairs_within(sentence: Sequence[Word], reach: int) -> list[tuple[Word, Word]]:
    """Return each word of ``sentence`` with every word at most ``reach`` places before or after it."""
    return [
        (word, sentence[other])
        for place, word in enumerate(sentence)
        for other in range(max(0, place - reach), min(len(sentence), place + reach + 1))
        if other != place
    ]


def skip_gram_loss(vectors: Tensor, contexts: Tensor, words: Tensor, near: Tensor, far: Tensor) -> Tensor:
    """Return −ln σ(v·u) − Σ ln σ(−v·u′) of each pair (n,): v a word, u one that stood near it, u′ some that did not.

    ``vectors`` (n_words, d) are words in the middle, ``contexts`` (n_words, d) the same words as neighbours; ``words``
    and ``near`` (n,) and ``far`` (n, k) are rows of them.
    """
    v = vectors[words][:, None]
    is_near = (v * contexts[near][:, None]).sum(2)
    is_far = (v * contexts[far]).sum(2)
    return -logsigmoid(is_near).sum(1) - logsigmoid(-is_far).sum(1)


def skip_gram_step(vectors: Tensor, contexts: Tensor, words: Tensor, near: Tensor, far: Tensor, *, rate: float) -> None:
    """Move the numbers of some pairs one step down the slope of ``skip_gram_loss``: near ones together, others apart.

    Each pair pulls by how wrong it is, σ(v·u) − 1 or σ(v·u′) − 0; what several pairs ask of a row adds up.
    """
    rows = torch.cat([near[:, None], far], dim=1)
    v, u = vectors[words], contexts[rows]
    wrong = torch.einsum("nd,nkd->nk", v, u).sigmoid()
    wrong[:, 0] -= 1  # the first of each row stood near
    vectors.index_add_(0, words, torch.einsum("nk,nkd->nd", wrong, u), alpha=-rate)
    contexts.index_add_(0, rows.flatten(), (wrong[:, :, None] * v[:, None]).flatten(0, 1), alpha=-rate)


def nearest_by_angle(vectors: Tensor, row: int, *, n: int) -> list[int]:
    """Return the ``n`` rows of ``vectors`` that point most nearly where ``row`` does, nearest first, itself left out."""
    unit = normalize(vectors, dim=1)
    cosines = unit @ unit[row]
    cosines[row] = -torch.inf
    return cosines.topk(min(n, len(cosines) - 1)).indices.tolist()


def draw_far(counts: Tensor, shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Return rows of this shape, each as likely as count^¾: frequent words often, but less than their share."""
    below = counts.double().pow(0.75).cumsum(0)
    if not len(below) or not below[-1] > 0:
        raise InvalidArgument("counts must hold at least one above 0, got none")
    drawn = torch.rand(shape, generator=generator, dtype=torch.float64) * below[-1]
    return torch.searchsorted(below, drawn, right=True).clamp_(max=len(below) - 1)


@dataclass(frozen=True)
class Pull:
    """One step on one pair: chances that a word stands near ``word``, of ``near`` and then of ``far``, before and after.

    Words are rows; ``loss`` is that of the pair before the step.
    """

    word: int
    near: int
    far: tuple[int, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    loss: float


def walk_sentence(
    sentence: Sequence[int],
    counts: Tensor,
    *,
    reach: int = 2,
    n_far: int = 2,
    n_dims: int = 8,
    n_passes: int = 5,
    rate: float = 0.2,
    seed: int = 0,
) -> tuple[Pull, ...]:
    """Return every step of learning from one sentence alone, pair after pair, ``n_passes`` times over.

    ``sentence`` are rows of words, ``counts`` (n_words,) how often each occurs: the others are drawn from outside the
    sentence (``draw_far``). The numbers begin at random, d of them a word, of variance 1 / d.
    Raises ``InvalidArgument`` if no other word is left to draw.
    """
    generator = Generator().manual_seed(seed)
    elsewhere = counts.clone()
    elsewhere[list(sentence)] = 0
    vectors, contexts = (torch.randn(len(counts), n_dims, generator=generator) * n_dims**-0.5 for _ in range(2))
    steps = []
    for word, near in pairs_within(sentence, reach) * n_passes:
        far = draw_far(elsewhere, (1, n_far), generator)
        pair = torch.tensor([word]), torch.tensor([near]), far
        before, loss = _chances(vectors, contexts, *pair), float(skip_gram_loss(vectors, contexts, *pair))
        skip_gram_step(vectors, contexts, *pair, rate=rate)
        others = tuple(far[0].tolist())
        steps.append(Pull(word, near, others, before, _chances(vectors, contexts, *pair), loss))
    return tuple(steps)


def _chances(vectors: Tensor, contexts: Tensor, words: Tensor, near: Tensor, far: Tensor) -> tuple[float, ...]:
    rows = torch.cat([near, far[0]])
    return tuple((contexts[rows] @ vectors[words[0]]).sigmoid().tolist())
