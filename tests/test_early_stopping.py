"""How many sweeps: decided by a part of the training ratings, which then go back into the fit."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.datasets.synthetic import Synthetic
from core.errors import FitStopped, InvalidArgument
from core.progress import Progress
from core.ratings import Ratings
from core.trainers.als import ALS, LEAST_GAIN, PATIENCE, _best, _put_aside

# So little regularisation that more sweeps fit the noise: the validation error falls, then rises.
TRAINER = ALS(n_factors=2, regularization=0.1, bias_regularization=0.5, count_power=0.0, n_epochs=40)
FRACTION = 0.2


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    return Synthetic(n_users=60, n_items=40, n_ratings=900).draw(seed=3).ratings


def validation_errors(trainer: ALS, ratings: Ratings) -> list[float]:
    """RMSE on the part put aside after every sweep on the other, all sweeps done."""
    part, validation = _put_aside(ratings, FRACTION, 0)
    errors: list[float | None] = []
    trainer.fit(part, seed=0, hold_out=validation, on_progress=lambda progress: errors.append(progress.rmse))
    return [error for error in errors if error is not None]


def stopping(trainer: ALS, ratings: Ratings) -> tuple[int, int]:
    """The best sweep and how many are tried, as one would do it by hand."""
    best, best_error, tried = 0, float("inf"), 0
    for number, error in enumerate(validation_errors(trainer, ratings), start=1):
        if tried - best == PATIENCE:
            break
        tried = number
        if error < best_error - LEAST_GAIN:
            best, best_error = number, error
    return best, tried


def reports_of(trainer: ALS, ratings: Ratings, **options: object) -> list[Progress]:
    reports: list[Progress] = []
    trainer.fit(ratings, seed=0, on_progress=reports.append, **options)  # type: ignore[arg-type]
    return reports


def test_the_part_put_aside_decides(ratings: Ratings) -> None:
    best, tried = stopping(TRAINER, ratings)
    assert 1 < best < tried < TRAINER.n_epochs
    trainer = replace(TRAINER, validation_fraction=FRACTION)
    assert trainer.fit(ratings, seed=0).card.config["n_epochs"] == best
    reports = reports_of(trainer, ratings)
    assert [report.message for report in reports[:tried]] == [f"Trial sweep {n}" for n in range(1, tried + 1)]
    assert [report.message for report in reports[tried:]] == [f"Sweep {n} of {best}" for n in range(1, best + 1)]
    assert [report.step for report in reports] == list(range(1, tried + best + 1))
    assert {report.n_steps for report in reports[tried:]} == {tried + best}  # known as soon as the trial is over
    shares = [report.share for report in reports]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_first_rise_is_waited_out(ratings: Ratings) -> None:
    """While factors are still small a sweep or two may predict worse; the fall comes after."""
    trainer = replace(TRAINER, n_factors=4, regularization=0.3)
    errors = validation_errors(trainer, ratings)
    assert min(errors[1:3]) > errors[0] > errors[-1]
    assert replace(trainer, validation_fraction=FRACTION).fit(ratings, seed=0).card.config["n_epochs"] > 10


@pytest.mark.parametrize(
    ("errors", "best"),
    [([], 0), ([1.0], 1), ([1.0, 0.9, 0.95], 2), ([1.0, 1.0 - LEAST_GAIN / 2], 1), ([1.0, 0.9, 0.8], 3)],
)
def test_a_gain_too_small_to_matter_is_none(errors: list[float], best: int) -> None:
    assert _best(errors) == best


@pytest.mark.parametrize("n_epochs", [1, 2])
def test_the_most_sweeps_are_n_epochs(ratings: Ratings, n_epochs: int) -> None:
    """Each of them gains, so patience is never tried."""
    trainer = replace(TRAINER, n_epochs=n_epochs, validation_fraction=FRACTION)
    assert trainer.fit(ratings, seed=0).card.config["n_epochs"] == n_epochs
    assert len(reports_of(trainer, ratings)) == 2 * n_epochs


def test_all_ratings_are_learned_from(ratings: Ratings) -> None:
    """The result is that of the number of sweeps found, asked for outright."""
    model = replace(TRAINER, validation_fraction=FRACTION).fit(ratings, seed=0)
    plain = replace(TRAINER, n_epochs=model.card.config["n_epochs"]).fit(ratings, seed=0)
    assert model.rated is ratings
    assert torch.equal(model.user_factors, plain.user_factors)
    assert torch.equal(model.item_bias, plain.item_bias)
    assert model.card.config["validation_fraction"] == FRACTION
    assert model.version == replace(TRAINER, validation_fraction=FRACTION).fit(ratings, seed=0).version


def test_a_warm_start_needs_fewer_sweeps(ratings: Ratings) -> None:
    """Where it is regularised well: a model that has settled on the same ratings has little to gain."""
    trainer = ALS(n_factors=2, n_epochs=40, regularization=1.0, validation_fraction=FRACTION)
    start = replace(trainer, validation_fraction=0.0).fit(_put_aside(ratings, FRACTION, 0)[0], seed=0)
    cold, warm = trainer.fit(ratings, seed=0), trainer.fit(ratings, seed=0, start=start)
    assert warm.card.config["n_epochs"] < cold.card.config["n_epochs"]


def test_what_is_held_out_has_no_say(ratings: Ratings) -> None:
    train, test = ratings.split(test_fraction=0.3, seed=5)
    trainer = replace(TRAINER, validation_fraction=FRACTION)
    assert trainer.fit(train, seed=0).version == trainer.fit(train, seed=0, hold_out=test).version
    assert all(report.rmse is not None for report in reports_of(trainer, train, hold_out=test))


def test_a_trial_can_be_stopped(ratings: Ratings) -> None:
    asked: list[int] = []

    def third_time() -> bool:
        asked.append(1)
        return len(asked) == 3

    with pytest.raises(FitStopped) as error:
        replace(TRAINER, validation_fraction=FRACTION).fit(ratings, seed=0, should_stop=third_time)
    assert str(error.value) == "training was stopped after step 3 of 80; nothing was kept"


@pytest.mark.parametrize(("fraction", "shown"), [(1.0, "1"), (-0.1, "-0.1"), (float("nan"), "nan")])
def test_a_share_that_is_none_is_refused(fraction: float, shown: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        ALS(validation_fraction=fraction)
    assert str(error.value) == f"validation_fraction must be at least 0 and below 1, got {shown}"


@pytest.mark.parametrize("fraction", [0.1, 0.9])
def test_too_few_ratings_to_divide_are_refused(fraction: float) -> None:
    ratings = Ratings.from_columns([1, 1, 2], [1, 2, 1], [3, 4, 5])
    with pytest.raises(InvalidArgument) as error:
        ALS(validation_fraction=fraction).fit(ratings, seed=0)
    assert str(error.value) == f"validation_fraction {fraction:g} of 3 ratings leaves one part empty"
