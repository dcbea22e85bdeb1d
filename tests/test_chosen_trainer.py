"""Somebody's own settings: every trainer takes what it says it takes, and refuses the rest in a sentence."""

from __future__ import annotations

import pytest

from core import ALS, Dataset, Gibbs, InvalidArgument, chosen_trainer, load_dataset, own_settings
from core.trainers import NAMES


@pytest.fixture(scope="module")
def data() -> Dataset:
    return load_dataset("synthetic:20x12x120")


def test_what_is_chosen_reaches_the_trainer_and_the_rest_stays_its_own(data: Dataset) -> None:
    options = {"n_factors": 3, "regularization": 0.5, "n_epochs": 2}
    assert chosen_trainer("als", data, options) == ALS(n_factors=3, regularization=0.5, n_epochs=2)
    assert chosen_trainer("gibbs", data, {"n_epochs": 7}) == Gibbs(n_draws=7)
    assert chosen_trainer("als", data, {"count_power": 1.0}) == ALS(count_power=1.0)
    assert chosen_trainer("als", data, {}) == ALS()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "gibbs-days"])
def test_every_trainer_is_itself_with_its_own_values(data: Dataset, name: str) -> None:
    values = {option: value for option, value in own_settings(name, data).items() if value is not None}
    values.pop("n_factors", None)  # more than there are films in so small a table
    assert chosen_trainer(name, data, values) == chosen_trainer(name, data, {})


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("als", {"n_factors": 0}, "n_factors must be 1 to 12, the number of films, got 0"),
        ("als", {"n_factors": 13}, "n_factors must be 1 to 12, the number of films, got 13"),
        ("als", {"n_epochs": 0}, "n_epochs must be at least 1, got 0"),
        ("als", {"regularization": -1.0}, "regularization and bias_regularization must be above 0, got -1 and 0.7"),
        ("gibbs", {"regularization": 1.0}, "regularization does not apply to the trainer gibbs, got 1"),
        ("nonsense", {}, "trainer must be one of als, .*, got 'nonsense'"),
    ],
)
def test_bad_settings_are_one_sentence(data: Dataset, name: str, options: dict[str, float], sentence: str) -> None:
    with pytest.raises(InvalidArgument, match=sentence):
        chosen_trainer(name, data, options)
