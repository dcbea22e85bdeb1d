"""Alternating least squares: fix one side's vectors, and the other side's are a ridge regression each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from core.alternation import Alternation
from core.errors import InvalidArgument
from core.fitting import (
    Reporter,
    carry_over,
    check_at_least,
    check_start,
    check_trainable,
    damped_means,
    global_mean,
    make_card,
    one_thread_inside,
    start_factors,
)
from core.links import Identity
from core.metrics import root_mean_square_error
from core.model import FactorModel
from core.progress import OnProgress, ShouldStop
from core.ratings import Ratings

# Ratings at the mean that pull a film's first bias towards zero; the first solve replaces it.
START_DAMPING = 5.0
# With a validation part: sweeps without a gain that are tried before stopping (while factors are still small, two or
# three sweeps may predict worse before they predict better), and what counts as a gain, in stars.
PATIENCE, LEAST_GAIN = 4, 1e-4


@dataclass(frozen=True, kw_only=True)
class ALS:
    """Biased factor model by alternating exact ridge solves.

    Minimises, with n_u and n_i the numbers of ratings of a user and a film and c = ``count_power``,

        Σ (r − μ − b_u − b_i − p_u·q_i)² + Σ_u n_u^c (λ‖p_u‖² + λ_b b_u²) + Σ_i n_i^c (λ‖q_i‖² + λ_b b_i²).

    Each half-sweep solves one side's vectors and biases together, so the objective never rises. The users'
    side is solved last: its gradient is zero, and fold-in of a training user gives that user's row.
    Source: Zhou, Wilkinson, Schreiber and Pan, *Large-scale parallel collaborative filtering for the Netflix
    Prize*, 2008 (c = 1 there); Koren, Bell and Volinsky, 2009 (biases).
    """

    n_factors: int = 31
    regularization: float = 1.35  # λ, times n^count_power; chosen by `python -m benchmarks.tune als`, inside training
    bias_regularization: float = 0.7  # λ_b, times n^count_power; likewise
    count_power: float = 0.5  # 0: the same penalty for everybody; 1: ALS-WR
    n_epochs: int = 10  # likewise; the most, where ``validation_fraction`` stops sooner
    precision: Literal["float32", "float64"] = "float32"
    validation_fraction: float = 0.0  # 0: all n_epochs; else the share of train that decides how many, as ``fit`` says

    def __post_init__(self) -> None:
        check_at_least(0, n_factors=self.n_factors, count_power=self.count_power)
        check_at_least(1, n_epochs=self.n_epochs)
        if not (self.regularization > 0 and self.bias_regularization > 0):
            raise InvalidArgument(
                f"regularization and bias_regularization must be above 0, got {self.regularization:g} "
                f"and {self.bias_regularization:g}"
            )
        if self.precision not in ("float32", "float64"):
            raise InvalidArgument(f"precision must be float32 or float64, got {self.precision!r}")
        if not 0 <= self.validation_fraction < 1:
            raise InvalidArgument(
                f"validation_fraction must be at least 0 and below 1, got {self.validation_fraction:g}"
            )

    @one_thread_inside()
    def fit(
        self,
        train: Ratings,
        *,
        seed: int,
        start: FactorModel | None = None,
        hold_out: Ratings | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        device: str = "cpu",
    ) -> FactorModel:
        """Return the model of ``train``; ``start`` warm-starts from an earlier one, matched by id.

        With a ``validation_fraction``, sweeps on the other ratings until that part is predicted no better, then fits
        all of ``train`` with the number of sweeps that predicted it best; the card names that number as ``n_epochs``.
        Raises ``InvalidArgument`` on empty or unusable input, ``FitStopped`` when asked to stop.
        """
        check_trainable(train)
        check_start(start, self.n_factors, Identity())
        n_epochs, n_tried = self.n_epochs, 0
        if self.validation_fraction:
            reporter = Reporter(train, 2 * self.n_epochs, on_progress, should_stop, hold_out)
            n_epochs, n_tried = self._choose_n_epochs(train, seed, start, device, reporter)
        state = _begin(self, train, seed, start, device)
        card = make_card(replace(self, n_epochs=n_epochs), train, seed=seed)
        reporter = Reporter(train, n_tried + n_epochs, on_progress, should_stop, hold_out)
        for epoch in range(1, n_epochs + 1):
            state.sweep()
            reporter.report(n_tried + epoch, f"Sweep {epoch} of {n_epochs}", lambda: state.to_model(card, None))
        state.solve_users()
        return state.to_model(card, state.user_prior())

    def _choose_n_epochs(
        self, train: Ratings, seed: int, start: FactorModel | None, device: str, reporter: Reporter
    ) -> tuple[int, int]:
        """Return the number of sweeps that predicts the part put aside best, and how many were tried."""
        part, validation = _put_aside(train, self.validation_fraction, seed)
        state, card = _begin(self, part, seed, start, device), make_card(self, part, seed=seed)
        errors: list[float] = []
        while len(errors) < self.n_epochs and len(errors) - _best(errors) < PATIENCE:
            state.sweep()
            model = state.to_model(card, None)
            predicted = model.predict(validation.user_idx, validation.item_idx).cpu()
            errors.append(root_mean_square_error(validation.values, predicted))
            reporter.report(len(errors), f"Trial sweep {len(errors)}", lambda: model)  # noqa: B023 - called at once
        return _best(errors), len(errors)


def _put_aside(train: Ratings, fraction: float, seed: int) -> tuple[Ratings, Ratings]:
    """What to sweep on and what to validate on, drawn without regard to user or film."""
    if not 0 < round(len(train) * fraction) < len(train):
        raise InvalidArgument(f"validation_fraction {fraction:g} of {len(train)} ratings leaves one part empty")
    return train.split(test_fraction=fraction, seed=seed)


def _best(errors: list[float]) -> int:
    """The number, from 1, of the last error that was lower than the best before it by ``LEAST_GAIN``; 0 for none."""
    best = 0
    for number, error in enumerate(errors, start=1):
        if not best or error < errors[best - 1] - LEAST_GAIN:
            best = number
    return best


def _begin(settings: ALS, train: Ratings, seed: int, start: FactorModel | None, device: str) -> Alternation:
    penalties = [settings.regularization] * settings.n_factors + [settings.bias_regularization]
    items = _first_items(settings, train, seed, start)
    return Alternation.begin(train, items, penalties=penalties, count_power=settings.count_power, device=device)


def _first_items(settings: ALS, train: Ratings, seed: int, start: FactorModel | None) -> Tensor:
    """Film rows to begin with: random factors and damped mean residuals, or those of ``start``."""
    dtype = getattr(torch, settings.precision)
    factors = start_factors(train.n_items, settings.n_factors, torch.Generator().manual_seed(seed), dtype)
    centred = (train.values.double() - global_mean(train)).to(dtype)
    bias = damped_means(centred, train.item_idx, train.item_counts, START_DAMPING).to(dtype)
    items = torch.cat([factors, bias[:, None]], dim=1)
    if start is not None:
        shift = float(start.global_mean[0]) - global_mean(train)  # the same predictions around another mean
        old = torch.cat([start.item_factors[0], start.item_bias[0][:, None] + shift], dim=1)
        carry_over(items, old.cpu(), start.items, train.items)
    return items
