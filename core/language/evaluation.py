"""Perplexity on modules that nobody trained on: among how many equally likely tokens one would have to guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.language.kneser_ney import KneserNey
from core.language.network import TokenNetwork
from core.language.training import log_probabilities

N_RESAMPLES = 2000


@dataclass(frozen=True)
class Perplexities:
    """exp(−mean ln p) of both on the same tokens; ``ratio`` is the model's over the n-grams', with its 95 % interval."""

    model: float
    n_grams: float
    ratio: float
    ratio_low: float
    ratio_high: float
    n_tokens: int


def compare(
    network: TokenNetwork, n_grams: KneserNey, documents: Sequence[Sequence[int]], *, seed: int = 0
) -> Perplexities:
    """Return both perplexities on ``documents``; the interval is a percentile bootstrap over whole documents.

    Source: Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13.
    """
    lengths = np.array([len(document) for document in documents], float)
    ours = np.array([float(log_probabilities(network, document).double().sum()) for document in documents])
    theirs = np.array([n_grams.log_probabilities(document).sum() for document in documents])
    draws = np.random.default_rng(seed).integers(0, len(lengths), (N_RESAMPLES, len(lengths)))
    ratios = np.exp((theirs - ours)[draws].sum(1) / lengths[draws].sum(1))
    low, high = np.quantile(ratios, [0.025, 0.975])
    model, counted = (float(np.exp(-found.sum() / lengths.sum())) for found in (ours, theirs))
    return Perplexities(model, counted, model / counted, float(low), float(high), int(lengths.sum()))
