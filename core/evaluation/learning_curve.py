"""How the error falls as a model is given more of the ratings: whether more data would help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator

from core.errors import FitStopped, InvalidArgument
from core.evaluation.bootstrap import N_RESAMPLES, Figure, PersonSums, figures_of, resampled
from core.evaluation.held_out import check_not_empty
from core.fitting import Trainer
from core.metrics import root_mean_square_error
from core.model import TrainedModel
from core.progress import OnProgress, Progress, ShouldStop
from core.ratings import Ratings

SHARES = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class CurvePoint:
    """A fit on ``n_train`` ratings, ``share`` of all there are: error on them and on the same held-out ratings, in stars."""

    share: float
    n_train: int
    train_rmse: float
    rmse: Figure


def learning_curve(
    trainer: Trainer[Any],
    train: Ratings,
    test: Ratings,
    *,
    shares: Sequence[float] = SHARES,
    seed: int,
    n_resamples: int = N_RESAMPLES,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> tuple[CurvePoint, ...]:
    """Return the error on ``test`` of fits on growing ``shares`` of ``train``, each part holding the ones before.

    Ratings are drawn without regard to person or film; whoever has none left is predicted as somebody new. Intervals are
    over people. Raises ``InvalidArgument`` on shares that do not rise within 0 to 1 or leave no rating, or on an empty
    test, ``FitStopped`` when asked to stop.
    """
    if not shares or list(shares) != sorted(set(shares)) or not (shares[0] > 0 and shares[-1] <= 1):
        raise InvalidArgument(
            f"shares must rise from above 0 to at most 1, got {', '.join(f'{each:g}' for each in shares)}"
        )
    check_not_empty(test)
    shuffled = torch.randperm(len(train), generator=Generator().manual_seed(seed))
    points = []
    for number, share in enumerate(shares, start=1):
        if should_stop is not None and should_stop():
            raise FitStopped(
                f"the learning curve was stopped after {number - 1} of {len(shares)} fits; nothing was kept"
            )
        part = train.take(shuffled[: round(share * len(train))].sort().values)
        model = trainer.fit(part, seed=seed, should_stop=should_stop)
        points.append(_point(model, part, test, share, n_resamples, seed))
        if on_progress is not None:
            on_progress(Progress(number, len(shares), f"Fit {number} of {len(shares)}", rmse=points[-1].rmse.value))
    return tuple(points)


def _point(model: TrainedModel, part: Ratings, test: Ratings, share: float, n_resamples: int, seed: int) -> CurvePoint:
    users, place = test.user_idx.long().unique(return_inverse=True)
    squares = (test.values.double() - model.predict_ratings(test).cpu().double()).square()
    zeros = torch.zeros(len(users), dtype=torch.float64)
    totals, counts = zeros.index_add(0, place, squares), zeros.index_add(0, place, torch.ones_like(squares))
    sums = PersonSums(totals[:, None], counts[:, None], torch.tensor([True]))
    (draws,) = resampled([sums], n_resamples, seed)
    (rmse,) = figures_of(sums.of_everybody(), draws)
    return CurvePoint(share, len(part), root_mean_square_error(part.values, model.predict_ratings(part).cpu()), rmse)
