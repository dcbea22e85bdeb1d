"""The same settings and ratings with other seeds: how much of a difference is only that."""

from __future__ import annotations

from core.errors import FitStopped, InvalidArgument
from core.evaluation.bootstrap import LEAST_REFITS
from core.model import TrainedModel
from core.progress import OnProgress, Progress, ShouldStop
from core.trainers import trainer_of


def refit(
    model: TrainedModel,
    *,
    n: int = LEAST_REFITS,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> tuple[TrainedModel, ...] | None:
    """Return ``n`` fits of the model's own settings to its own ratings, with the seeds after its own.

    None where its card does not hold all of its settings, such as traits of films. Raises ``InvalidArgument`` on an n
    below ``LEAST_REFITS``, ``FitStopped`` when asked to stop.
    """
    if n < LEAST_REFITS:
        raise InvalidArgument(f"n must be at least {LEAST_REFITS} refits, got {n}")
    trainer = trainer_of(model.card)
    if trainer is None:
        return None
    found = []
    for number in range(1, n + 1):
        if should_stop is not None and should_stop():
            raise FitStopped(f"fitting was stopped after fit {number - 1} of {n}; nothing was kept")
        found.append(trainer.fit(model.rated, seed=model.card.seed + number, should_stop=should_stop))
        if on_progress is not None:
            on_progress(Progress(number, n, f"Fit {number} of {n} with another seed"))
    return tuple(found)
