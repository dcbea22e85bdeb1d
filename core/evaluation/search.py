"""Better settings for a trainer, looked for inside the training ratings alone: the test part is not even passed in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from core.errors import FitStopped, InvalidArgument
from core.evaluation.plain import Plain
from core.fitting import Trainer
from core.metrics import root_mean_square_error
from core.progress import OnProgress, Progress, ShouldStop
from core.ratings import Ratings

N_TRIALS = 30
VALIDATION_FRACTION = 0.2


@dataclass(frozen=True)
class Span:
    """Where a setting may lie, both ends included: whole numbers or any, evenly or by their logarithm."""

    low: float
    high: float
    whole: bool = False
    by_log: bool = False

    def __post_init__(self) -> None:
        if not self.low <= self.high or (self.by_log and self.low <= 0):
            raise InvalidArgument(
                f"a span must rise, and from above 0 by its logarithm, got {self.low:g} to {self.high:g}"
            )


_FACTORS = Span(2, 128, whole=True, by_log=True)
_PASSES = Span(2, 20, whole=True)
_RATE, _DECAY = Span(1e-4, 0.1, by_log=True), Span(1e-3, 10, by_log=True)
_DESCENT = {"n_factors": _FACTORS, "n_epochs": _PASSES, "learning_rate": _RATE, "weight_decay": _DECAY}
_PENALTY = Span(0.01, 30, by_log=True)
# By the trainer's class: wide around what serves on ml-100k.
SPANS: Mapping[str, Mapping[str, Span]] = {
    "ALS": {
        "n_factors": _FACTORS,
        "n_epochs": _PASSES,
        "regularization": _PENALTY,
        "bias_regularization": _PENALTY,
        "count_power": Span(0, 1),
    },
    "SGD": _DESCENT,
    "EmbeddingNN": {**_DESCENT, "n_hidden": Span(8, 256, whole=True, by_log=True)},
    "Gibbs": {"n_factors": _FACTORS},
    "Category": {"regularization": _PENALTY, "bias_regularization": _PENALTY, "damping": Span(0, 30)},
    "BiasOnly": {"damping": Span(0, 30)},
}


@dataclass(frozen=True)
class Trial:
    """One choice of settings and its error on the validation part, in stars; NaN where no model came of them."""

    number: int
    settings: dict[str, float]
    rmse: float


@dataclass(frozen=True)
class Search(Plain):
    """What was tried, in order, the trainer's own settings first; ``validation``: fingerprint of the ratings judged on."""

    trials: tuple[Trial, ...]
    n_fitted: int
    n_validation: int
    validation: str
    seed: int
    stopped: bool

    @property
    def best(self) -> Trial:
        """The trial with the smallest error, the first of equals."""
        return _best(self.trials)

    def apply(self, trainer: Trainer[Any]) -> Trainer[Any]:
        """Return ``trainer`` with the best settings."""
        chosen: Any = trainer
        return replace(chosen, **self.best.settings)


def _best(trials: Sequence[Trial]) -> Trial:
    return min(trials, key=lambda trial: math.inf if math.isnan(trial.rmse) else trial.rmse)


def spans_of(trainer: Trainer[Any]) -> Mapping[str, Span]:
    """Return where the settings of ``trainer`` are looked for if nothing else is said; empty if it has none."""
    return SPANS.get(type(trainer).__name__, {})


def search_settings(
    trainer: Trainer[Any],
    train: Ratings,
    *,
    spans: Mapping[str, Span] | None = None,
    n_trials: int = N_TRIALS,
    validation_fraction: float = VALIDATION_FRACTION,
    seed: int,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Search:
    """Return settings of ``trainer`` tried on ``train``: fitted on a part of it, judged by RMSE on the rest.

    ``train`` is the training part of a split: what the search never gets it cannot read. The trainer's own settings
    are tried first; then Optuna proposes, by a tree of Parzen estimators seeded with ``seed``. Every fit has the same
    seed. The best error is the smallest of many and therefore flatters: measure on the test part afterwards, once.
    Asked to stop, it returns what was tried; raises ``FitStopped`` if nothing was. Raises ``InvalidArgument`` on a
    setting the trainer does not have, no setting at all, none that gives a model, fewer than 1 trial, or a share outside 0 to 1.
    Source: Akiba, Sano, Yanase, Ohta and Koyama, *Optuna: A next-generation hyperparameter optimization framework*,
    2019; Bergstra, Bardenet, Bengio and Kégl, *Algorithms for hyper-parameter optimization*, 2011.
    """
    chosen = dict(spans_of(trainer) if spans is None else spans)
    _check(trainer, chosen, n_trials)
    fitted, validation = train.split(test_fraction=validation_fraction, seed=seed)
    study = _study(trainer, chosen, seed)
    trials: list[Trial] = []
    stopped = False
    while len(trials) < n_trials and not stopped:
        try:
            trials.append(_try(study, trainer, chosen, fitted, validation, len(trials), seed, should_stop))
        except FitStopped:
            stopped = True
        else:
            _tell(on_progress, trials, n_trials)
    if not trials:
        raise FitStopped(f"the search was stopped before trial 1 of {n_trials} was done; nothing was kept")
    if math.isnan(_best(trials).rmse):
        raise InvalidArgument(f"spans must hold settings that give a model, got none in {len(trials)} trials")
    return Search(tuple(trials), len(fitted), len(validation), validation.fingerprint, seed, stopped)


def _check(trainer: Any, spans: Mapping[str, Span], n_trials: int) -> None:
    known = {field.name for field in fields(trainer)}
    strange = [name for name in spans if name not in known]
    if strange or not spans:
        got = repr(strange[0]) if strange else "none"
        raise InvalidArgument(
            f"spans must name settings of {type(trainer).__name__} ({', '.join(sorted(known)) or 'none'}), got {got}"
        )
    if n_trials < 1:
        raise InvalidArgument(f"n_trials must be at least 1, got {n_trials}")


def _study(trainer: Any, spans: Mapping[str, Span], seed: int) -> Any:
    """An Optuna study whose first trial is the trainer's own settings, as far as they lie within the spans."""
    import optuna  # takes a second to load, and nothing else needs it

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="minimize", sampler=optuna.samplers.TPESampler(seed=seed % 2**32))
    own = {name: min(max(getattr(trainer, name), span.low), span.high) for name, span in spans.items()}
    study.enqueue_trial({name: int(value) if spans[name].whole else value for name, value in own.items()})
    return study


def _try(
    study: Any,
    trainer: Any,
    spans: Mapping[str, Span],
    fitted: Ratings,
    validation: Ratings,
    number: int,
    seed: int,
    should_stop: ShouldStop | None,
) -> Trial:
    """Ask for settings, fit, judge, tell; raises ``FitStopped`` when asked to stop."""
    if should_stop is not None and should_stop():
        raise FitStopped("the search was stopped between two trials")
    asked = study.ask()
    settings = {name: _suggest(asked, name, span) for name, span in spans.items()}
    try:
        model = replace(trainer, **settings).fit(fitted, seed=seed, should_stop=should_stop)
    except InvalidArgument:  # such settings: the numbers ran away
        study.tell(asked, float("inf"))
        return Trial(number, settings, math.nan)
    rmse = root_mean_square_error(validation.values, model.predict_ratings(validation).cpu())
    study.tell(asked, rmse)
    return Trial(number, settings, rmse)


def _suggest(asked: Any, name: str, span: Span) -> float:
    if span.whole:
        return int(asked.suggest_int(name, int(span.low), int(span.high), log=span.by_log))
    return float(asked.suggest_float(name, span.low, span.high, log=span.by_log))


def _tell(on_progress: OnProgress | None, trials: list[Trial], n_trials: int) -> None:
    if on_progress is not None:
        best = _best(trials).rmse
        message = f"Trial {len(trials)} of {n_trials}, best so far {best:.4f} stars"
        on_progress(Progress(len(trials), n_trials, message, rmse=trials[-1].rmse))
