"""Looking for settings: what is tried, what is found, that it stops, and that the test part is never read."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest
import torch

from core.datasets.dataset import Dataset
from core.errors import FitStopped, InvalidArgument
from core.evaluation.learning_curve import learning_curve
from core.evaluation.search import SPANS, Search, Span, search_settings, spans_of
from core.evaluation.splits import Split, make_split
from core.progress import Progress
from core.ratings import Ratings
from core.trainers import TRAINERS
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly, Popularity
from core.trainers.category import Category
from tests import reference

TRAINER = ALS(n_factors=2, n_epochs=2)
SPAN = {"regularization": Span(0.05, 20, by_log=True), "n_factors": Span(1, 4, whole=True)}


@pytest.fixture(scope="module")
def split(synthetic_small: Dataset) -> Split:
    return make_split(synthetic_small.ratings, "random", seed=0)


@pytest.fixture(scope="module")
def found(split: Split) -> Search:
    return search_settings(TRAINER, split.train, spans=SPAN, n_trials=12, seed=3)


def test_the_first_trial_is_the_trainers_own_and_the_best_no_worse(found: Search) -> None:
    assert found.trials[0].settings == {"regularization": TRAINER.regularization, "n_factors": 2}
    assert found.best.rmse == min(trial.rmse for trial in found.trials) <= found.trials[0].rmse
    assert [trial.number for trial in found.trials] == list(range(12)) and not found.stopped
    for trial in found.trials:
        assert 0.05 <= trial.settings["regularization"] <= 20
        assert trial.settings["n_factors"] in (1, 2, 3, 4)
    chosen = found.apply(TRAINER)
    assert isinstance(chosen, ALS) and chosen.n_epochs == 2
    assert chosen.regularization == found.best.settings["regularization"]


def test_each_error_is_that_of_a_fit_inside_the_training_part(found: Search, split: Split) -> None:
    fitted, validation = split.train.split(test_fraction=0.2, seed=3)
    assert (found.n_fitted, found.n_validation, found.validation) == (
        len(fitted),
        len(validation),
        validation.fingerprint,
    )
    for trial in found.trials[:3]:
        settings: Any = trial.settings
        model = replace(TRAINER, **settings).fit(fitted, seed=3)
        predictions = model.predict_ratings(validation).tolist()
        assert trial.rmse == pytest.approx(reference.rmse(validation.values.tolist(), predictions), abs=1e-6)


class Forbidden:
    """A test part that nobody may look at."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"the test part was asked for {name}")

    def __len__(self) -> int:
        raise AssertionError("the test part was counted")


@dataclass(frozen=True)
class Watched:
    """A trainer that keeps every table its fits were given."""

    seen: list[Ratings]
    regularization: float = 1.0

    def fit(self, train: Ratings, *, seed: int, **asked: Any) -> Any:
        assert set(asked) == {"should_stop"}  # no hold-out goes in
        self.seen.append(train)
        return ALS(n_factors=1, n_epochs=1, regularization=self.regularization).fit(train, seed=seed)


def test_the_search_never_reads_the_test_part(split: Split) -> None:
    """It is given the training part alone, fits on nothing else, and finds the same whatever the test part holds."""
    guarded = Split(split.name, split.train, Forbidden())  # type: ignore[arg-type]
    trainer = Watched([])
    spans = {"regularization": SPAN["regularization"]}
    search_settings(trainer, guarded.train, spans=spans, n_trials=4, seed=0)
    held_out = {(user, item) for user, item, _ in reference.entries(split.test)}
    assert len(trainer.seen) == 4
    for table in trainer.seen:
        assert not held_out & {(user, item) for user, item, _ in reference.entries(table)}


def test_the_search_finds_the_same_whatever_the_test_part_holds(found: Search, synthetic_small: Dataset) -> None:
    """The whole table with other test values, split anew: not a trial differs."""
    ratings = synthetic_small.ratings
    split = make_split(ratings, "random", seed=0)
    cells = {(user, item) for user, item, _ in reference.entries(split.test)}
    hit = torch.tensor([(user, item) in cells for user, item, _ in reference.entries(ratings)])
    other = make_split(
        replace(ratings, values=torch.where(hit, 5.5 - ratings.values, ratings.values)), "random", seed=0
    )
    assert not torch.equal(other.test.values, split.test.values)
    assert search_settings(TRAINER, other.train, spans=SPAN, n_trials=12, seed=3).trials == found.trials


@dataclass(frozen=True)
class Brittle:
    """Fails beyond a limit, as a descent that runs away does."""

    limit: float
    regularization: float = 1.0

    def fit(self, train: Ratings, *, seed: int, **asked: Any) -> Any:
        if self.regularization > self.limit:
            raise InvalidArgument(
                "user_factors must be finite, got values that are not; train with more regularization"
            )
        return BiasOnly(damping=self.regularization).fit(train, seed=seed)


def test_settings_that_give_no_model_do_not_end_the_search(split: Split) -> None:
    spans = {"regularization": SPAN["regularization"]}
    found = search_settings(Brittle(limit=2.0), split.train, spans=spans, n_trials=12, seed=0)
    failed = [trial for trial in found.trials if math.isnan(trial.rmse)]
    assert len(found.trials) == 12 and failed
    assert all(trial.settings["regularization"] > 2 for trial in failed) and found.best.settings["regularization"] <= 2
    with pytest.raises(InvalidArgument, match=r"^spans must hold settings that give a model, got none in 2 trials$"):
        search_settings(Brittle(limit=0.0), split.train, spans=spans, n_trials=2, seed=0)


def test_another_seed_tries_others(found: Search, split: Split) -> None:
    other = search_settings(TRAINER, split.train, spans=SPAN, n_trials=3, seed=4)
    assert other.validation != found.validation and other.trials[1].settings != found.trials[1].settings


def test_it_comes_back_from_json(found: Search) -> None:
    assert Search.from_json(json.dumps(found.as_dict())) == found
    with pytest.raises(InvalidArgument, match=r"^text must be a Search as it was written"):
        Search.from_json("{}")


def test_it_tells_how_far_it_is_and_keeps_what_was_tried_when_stopped(split: Split) -> None:
    told: list[Progress] = []
    found = search_settings(
        TRAINER,
        split.train,
        spans=SPAN,
        n_trials=50,
        seed=0,
        on_progress=told.append,
        should_stop=lambda: len(told) >= 3,
    )
    assert found.stopped and len(found.trials) == 3
    assert [progress.step for progress in told] == [1, 2, 3]
    assert told[-1].message == f"Trial 3 of 50, best so far {found.best.rmse:.4f} stars"
    with pytest.raises(FitStopped, match=r"^the search was stopped before trial 1 of 30 was done"):
        search_settings(TRAINER, split.train, seed=0, should_stop=lambda: True)


def test_every_trainers_usual_spans_name_its_settings_and_hold_them() -> None:
    kinds = {kind.__name__: kind for kind in (*TRAINERS.values(), Category)}
    assert set(SPANS) == set(kinds) - {"Popularity"}
    for name, spans in SPANS.items():
        defaults = {field.name: field.default for field in fields(kinds[name])}  # type: ignore[arg-type]
        for setting, span in spans.items():
            value = defaults[setting]
            assert isinstance(value, int | float) and span.low <= value <= span.high, (name, setting)
            assert span.whole is isinstance(value, int)
    assert spans_of(Popularity()) == {}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"spans": {"speed": Span(0, 1)}}, r"^spans must name settings of BiasOnly \(damping\), got 'speed'$"),
        ({"spans": {}}, r"^spans must name settings of BiasOnly \(damping\), got none$"),
        ({"n_trials": 0}, r"^n_trials must be at least 1, got 0$"),
        ({"validation_fraction": 1.5}, r"^test_fraction must lie between 0 and 1, got 1.5$"),
    ],
)
def test_wrong_questions_are_refused(split: Split, asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidArgument, match=sentence):
        search_settings(BiasOnly(), split.train, seed=0, **asked)


@pytest.mark.parametrize("ends", [(2, 1, False), (0, 1, True)])
def test_a_span_rises(ends: tuple[float, float, bool]) -> None:
    with pytest.raises(InvalidArgument, match=r"^a span must rise"):
        Span(ends[0], ends[1], by_log=ends[2])


# The learning curve


def test_more_ratings_help_and_each_error_is_that_of_a_fit(split: Split) -> None:
    told: list[Progress] = []
    shares = (0.1, 0.5, 1.0)
    curve = learning_curve(
        TRAINER, split.train, split.test, shares=shares, seed=0, n_resamples=50, on_progress=told.append
    )
    assert [point.share for point in curve] == list(shares)
    assert [point.n_train for point in curve] == [320, 1600, 3200]
    assert curve[0].rmse.value > curve[2].rmse.value and all(p.rmse.low < p.rmse.value < p.rmse.high for p in curve)
    whole = TRAINER.fit(split.train, seed=0)
    for part, error in ((split.test, curve[2].rmse.value), (split.train, curve[2].train_rmse)):
        expected = reference.rmse(part.values.tolist(), whole.predict_ratings(part).tolist())
        assert error == pytest.approx(expected, abs=1e-6)
    assert [progress.step for progress in told] == [1, 2, 3]


def test_each_part_holds_the_ones_before(split: Split) -> None:
    trainer = Watched([])
    learning_curve(trainer, split.train, split.test, shares=(0.2, 0.4), seed=0, n_resamples=2)
    small, large = ({(user, item) for user, item, _ in reference.entries(part)} for part in trainer.seen)
    assert small < large and len(small) == 640


def test_the_learning_curve_stops_and_refuses(split: Split) -> None:
    with pytest.raises(FitStopped, match=r"^the learning curve was stopped after 0 of 6 fits"):
        learning_curve(TRAINER, split.train, split.test, seed=0, should_stop=lambda: True)
    for shares in ((), (0.5, 0.2), (0.0, 1.0), (0.5, 1.5), (0.5, 0.5)):
        with pytest.raises(InvalidArgument, match=r"^shares must rise from above 0 to at most 1, got"):
            learning_curve(TRAINER, split.train, split.test, shares=shares, seed=0)
    with pytest.raises(InvalidArgument, match="at least one rating"):
        learning_curve(TRAINER, split.train, split.test.take(torch.arange(0)), seed=0)
