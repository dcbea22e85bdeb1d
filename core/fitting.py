"""What every trainer does around its sums: checks, the first random numbers, reports, the request to stop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import torch
from torch import Tensor
from typing_extensions import TypeVar

from core.errors import FitStopped, InvalidArgument
from core.links import Link
from core.metrics import root_mean_square_error
from core.model import FactorModel, ModelCard, TrainedModel
from core.progress import OnProgress, Progress, ShouldStop
from core.ratings import IdMap, Ratings
from core.row_batches import RowBatches, entries_at_once
from core.traits import Traits

# Standard deviation of the first factors: small against a star, so that training starts from the biases.
START_STD = 0.1
# Noise variance in squared stars when the training ratings are met exactly.
NOISE_FLOOR = 1e-6
# Entries that sums in float64 take at a time: 8 MiB.
BLOCK_ENTRIES = 2**20
# A rating that its two rows follow almost wholly still counts as a twentieth of an observation.
LEAST_FREEDOM = 0.05


Model = TypeVar("Model", bound=TrainedModel, default=FactorModel)


class Trainer(Protocol[Model]):
    """A frozen configuration whose ``fit`` is a pure function from ratings and seed to a model."""

    def fit(
        self,
        train: Ratings,
        *,
        seed: int,
        start: Model | None = None,
        hold_out: Ratings | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        device: str = "cpu",
    ) -> Model:
        """Return the model; raises ``InvalidArgument`` on unusable input, ``FitStopped`` when asked to stop."""
        ...


def check_trainable(train: Ratings) -> None:
    """Raise ``InvalidArgument`` unless there is something to learn from."""
    if not len(train):
        raise InvalidArgument("train must hold at least one rating, got 0")
    if not torch.isfinite(train.values).all():
        raise InvalidArgument("train must hold finite ratings only, got some that are not")


def check_at_least(least: float, **arguments: float) -> None:
    """Raise ``InvalidArgument`` naming the first argument below ``least`` (or NaN)."""
    for name, value in arguments.items():
        if not value >= least:
            raise InvalidArgument(f"{name} must be at least {least:g}, got {value:g}")


def global_mean(train: Ratings) -> float:
    """Return the mean rating in stars, summed in float64."""
    return float(train.values.double().mean())


def damped_means(values: Tensor, rows: Tensor, counts: Tensor, damping: float) -> Tensor:
    """Return Σ values / (n + damping) of each row, float64: its mean, as if ``damping`` values of zero were added.

    Shapes: ``values`` and ``rows`` (n,), ``counts`` (n_rows,) and the result (n_rows,); a row without values is zero.
    """
    totals = torch.bincount(rows, values.double(), minlength=len(counts))
    return totals / (counts + damping).clamp(min=1)  # without damping an empty row stays at zero


@contextmanager
def one_thread_inside() -> Iterator[None]:
    """Let torch use one thread per call in here: the batches are shared out already.

    The threads of a call wait for each other by spinning; where anything else wants a core, a fit of half a second
    took up to six.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def start_factors(n_rows: int, n_factors: int, generator: torch.Generator, dtype: torch.dtype) -> Tensor:
    """Return Gaussian numbers (n_rows, n_factors); drawn in float32 on the CPU, so that neither changes them."""
    return (torch.randn(n_rows, n_factors, generator=generator) * START_STD).to(dtype)


def carry_over(rows: Tensor, old: Tensor, old_ids: IdMap, new_ids: IdMap) -> None:
    """Overwrite those of ``rows`` (one per new id) whose id stands in ``old`` (one row per old id)."""
    shared = [(row, old_ids.row(label)) for row, label in enumerate(new_ids) if label in old_ids]
    if shared:
        into, source = torch.tensor(shared).T
        rows[into] = old[source].to(rows)


def lay_out(train: Ratings, values: Tensor, *, device: str = "cpu") -> tuple[RowBatches, RowBatches]:
    """Return the entries ``values`` (n,) of the table by user and by film, ready for ``solve_rows`` on ``device``."""
    users, items = train.user_idx, train.item_idx
    build = partial(RowBatches.build, values=values, batch_entries=entries_at_once(device))
    with ThreadPoolExecutor(1) as other:  # sorting lets go of the interpreter lock
        by_item = other.submit(
            lambda: build(items, users, n_rows=train.n_items, n_columns=train.n_users, order=train.item_order)
        )
        by_user = build(users, items, n_rows=train.n_users, n_columns=train.n_items, order=train.user_order)
        return by_user.to(device), by_item.result().to(device)


def left_out_variance(residuals: Tensor, leverages: Tensor) -> float:
    """Return the mean squared error of each training rating had it been left out, in squared stars.

    A residual e becomes e / (1 − h_u − h_i): ``leverages`` (n,) adds up its leverage h in its user's and in its film's
    solve, as both sides saw the rating. On ml-100k u1 this gives ALS a standard deviation of 0.87 where the test RMSE
    is 0.92, the training RMSE 0.73, and one side's leverage alone 0.78.
    """
    blocks = zip(residuals.split(BLOCK_ENTRIES), leverages.split(BLOCK_ENTRIES), strict=True)
    left_out = (e.double() / (1 - h.double()).clamp(min=LEAST_FREEDOM) for e, h in blocks)
    return max(sum(float(some.square().sum()) for some in left_out) / len(residuals), NOISE_FLOOR)


def n_threads_for(table: Tensor) -> int:
    """Return how many Python threads share the batches: one per core on the CPU, one for a GPU."""
    if table.device.type != "cpu":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_start(start: TrainedModel | None, n_factors: int, link: Link) -> None:
    """Raise ``InvalidArgument`` if a warm start has another shape or another link than the trainer's models."""
    if start is None:
        return
    if not isinstance(start, FactorModel):
        raise InvalidArgument(f"start must be a model of factors and biases, got one of {start.card.trainer}")
    if (start.n_factors, start.n_draws) != (n_factors, 1):
        raise InvalidArgument(
            f"start must have n_factors={n_factors} and 1 draw, got {start.n_factors} and {start.n_draws}"
        )
    if start.link != link:
        raise InvalidArgument(f"start must have the link {link}, got {start.link}")


def make_card(trainer: Any, train: Ratings, *, seed: int) -> ModelCard:
    """Return the provenance of a fit; ``trainer`` is a frozen configuration."""
    config = {name: repr(value) if isinstance(value, Traits) else value for name, value in vars(trainer).items()}
    return ModelCard(type(trainer).__name__, config, seed, len(train), train.fingerprint)


@dataclass(frozen=True)
class Reporter:
    """Passes a trainer's steps on; the figures are only computed when somebody listens.

    Raises ``InvalidArgument`` on a ``hold_out`` that is empty or has other ids than ``train``.
    """

    train: Ratings
    n_steps: int
    on_progress: OnProgress | None
    should_stop: ShouldStop | None
    hold_out: Ratings | None = None

    def __post_init__(self) -> None:
        if self.hold_out is None:
            return
        if not len(self.hold_out):
            raise InvalidArgument("hold_out must hold at least one rating, got 0")
        ids = [(part.users.labels, part.items.labels) for part in (self.train, self.hold_out)]
        if ids[0] != ids[1]:
            raise InvalidArgument("hold_out must be a part of the same table as train, got other ids")

    def report(self, step: int, message: str, current: Callable[[], TrainedModel]) -> None:
        """Report ``step`` with the training loss (mean squared error) and the hold-out's RMSE of ``current()``.

        Raises ``FitStopped`` if training was asked to stop.
        """
        self.tell(step, message, lambda: self._figures(current()))

    def tell(self, step: int, message: str, figures: Callable[[], tuple[float, float | None]]) -> None:
        """Report as ``report`` does, where a trainer has a cheaper way to loss and RMSE than a whole model."""
        if self.on_progress is not None:
            self.on_progress(Progress(step, self.n_steps, message, *figures()))
        if self.should_stop is not None and self.should_stop():
            raise FitStopped(f"training was stopped after step {step} of {self.n_steps}; nothing was kept")

    def _figures(self, model: TrainedModel) -> tuple[float, float | None]:
        return _rmse(model, self.train) ** 2, None if self.hold_out is None else _rmse(model, self.hold_out)


def _rmse(model: TrainedModel, ratings: Ratings) -> float:
    return root_mean_square_error(ratings.values, model.predict_ratings(ratings).cpu())
