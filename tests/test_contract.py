"""The contract that every trainer keeps. To add one, add a line to CONTRACTS: it says what the trainer can do.

What a trainer cannot do is part of its contract and tested as such; nothing here is skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.catalogue import Catalogue, Film
from core.datasets.dataset import DataCard, Dataset
from core.datasets.people import Profile
from core.datasets.synthetic import Synthetic
from core.errors import FitStopped, FoldInRefused, InvalidArgument, UnknownId
from core.fitting import Trainer
from core.folding import fold_in, person_of
from core.model import TrainedModel
from core.persistence import SavedModel, load_model, save_model
from core.progress import Progress
from core.ratings import IdMap, Ratings, RatingScale
from core.trainers import INFORMED, TRAINERS, default_trainer
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly, Popularity
from core.trainers.category import Category
from core.trainers.gibbs import Gibbs
from core.trainers.neural import EmbeddingNN
from core.trainers.sgd import SGD
from core.traits import Traits
from tests import reference


@dataclass(frozen=True)
class Contract:
    """One trainer, small, and what it can do."""

    trainer: Trainer[Any]
    n_factors: int
    n_steps: int  # reports during a fit
    draws: int = 1
    random: bool = True  # another seed gives other numbers
    folds_in: bool = True  # takes people it was not trained on
    solves_rows: bool = False  # a training user folded in has the trained vector
    warm_starts: bool = False  # ``start`` changes the result
    reports_within: float = 0.03  # relative: how near its last report is to the model
    equal_within: float = 0.05  # stars: how near it comes to ratings that are all equal
    needs_times: bool = False  # refuses ratings without
    variant: str = ""

    @property
    def kind(self) -> str:
        return type(self.trainer).__name__

    @property
    def name(self) -> str:
        return f"{self.kind} {self.variant}".strip()


FILMS = [*range(-1, 30), "x", "y"]
# Every third film has both genres.
GENRES = Category.of(Film(film, "", None, ("Drama", "War")[: 1 + (n % 3 == 0)]) for n, film in enumerate(FILMS))

# Of every second person and of most films something is known.
FEATURES = {
    "film_traits": Traits({film: GENRES.genres[film] for film in FILMS if film != 3}, kind="films"),
    "people_traits": Traits({user: ("young", "writer")[: user % 3] for user in range(1, 41, 2)}, kind="people"),
}
SHORT = Gibbs(n_factors=3, n_burn_in=2, n_draws=2, n_between=1)
LIKE_GIBBS = {
    "n_factors": 3,
    "n_steps": 4,
    "draws": 2,
    "warm_starts": True,
    "reports_within": 0.1,  # a report is about the draws so far, the model about those kept
    "equal_within": 0.5,  # five ratings leave much open to somebody who doubts
}

CONTRACTS = [
    Contract(ALS(n_factors=3, n_epochs=3), n_factors=3, n_steps=3, solves_rows=True, warm_starts=True),
    Contract(SGD(n_factors=3, n_epochs=4, batch_size=64), n_factors=3, n_steps=4, warm_starts=True),
    Contract(SHORT, solves_rows=True, **LIKE_GIBBS),
    # Fold-in knows neither a person's traits nor the days of their ratings, nor hidden numbers.
    Contract(replace(SHORT, **FEATURES), variant="features", **LIKE_GIBBS),
    Contract(
        replace(SHORT, days=True),
        variant="days",
        needs_times=True,
        **{**LIKE_GIBBS, "equal_within": 2.0, "reports_within": 0.15},  # more is left open where days may differ too
    ),
    Contract(
        replace(SHORT, likelihood="probit", film_noise_shape=None, days=True, **FEATURES),
        variant="all",
        needs_times=True,
        **{**LIKE_GIBBS, "equal_within": 2.0},
    ),
    Contract(
        EmbeddingNN(n_factors=3, n_hidden=8, n_epochs=4, batch_size=64),
        n_factors=3,
        n_steps=4,
        folds_in=False,
        warm_starts=True,
    ),
    Contract(GENRES, n_factors=2, n_steps=1, random=False, solves_rows=True),
    Contract(BiasOnly(), n_factors=0, n_steps=1, random=False, solves_rows=True),
    Contract(Popularity(), n_factors=0, n_steps=1, random=False, folds_in=False),
]


@pytest.fixture(params=CONTRACTS, ids=lambda contract: contract.name)
def contract(request: pytest.FixtureRequest) -> Contract:
    return request.param


@pytest.fixture(scope="module")
def parts() -> tuple[Ratings, Ratings]:
    """(train, hold-out): 40 people, 25 films, 400 ratings, a tenth of them held out."""
    return Synthetic(n_users=40, n_items=25, n_ratings=400).draw(seed=5).ratings.split(test_fraction=0.1, seed=0)


@pytest.fixture(scope="module")
def train(parts: tuple[Ratings, Ratings]) -> Ratings:
    return parts[0]


@pytest.fixture(scope="module")
def models(train: Ratings) -> dict[str, TrainedModel]:
    """Each trainer's model of ``train`` with seed 0."""
    return {contract.name: contract.trainer.fit(train, seed=0) for contract in CONTRACTS}


@pytest.fixture
def model(contract: Contract, models: dict[str, TrainedModel]) -> TrainedModel:
    return models[contract.name]


def all_predictions(model: TrainedModel) -> torch.Tensor:
    users, items = torch.arange(len(model.users)), torch.arange(len(model.items))
    return model.predict(users.repeat_interleave(len(items)), items.repeat(len(users)))


def same_numbers(one: TrainedModel, other: TrainedModel) -> bool:
    return all(torch.equal(one.tensors[name], other.tensors[name]) for name in one.tensors)


def test_every_trainer_signs_the_contract() -> None:
    films = Catalogue([Film(1, "One", 1990, ("Drama",))])
    dataset = Dataset("own", TABLES["one rating"](), films, DataCard("Own", "Free"), people={1: Profile(30)})
    informed = {type(default_trainer(name, dataset)) for name in INFORMED}
    assert {type(contract.trainer) for contract in CONTRACTS} >= {*TRAINERS.values(), *informed}


# --- the model -------------------------------------------------------------------------------------------------------


def test_shapes_and_finiteness(contract: Contract, model: TrainedModel) -> None:
    draws, width = contract.draws, contract.n_factors
    assert model.tensors["user_factors"].shape[-2:] == (40, width)
    assert model.tensors["item_factors"].shape[-2:] == (25, width)
    users, items = torch.arange(40), torch.arange(25)
    assert model.scores(users[:7], items[:7]).shape == (draws, 7)
    assert model.all_scores(users).shape == (draws, 40, 25)
    assert all(torch.isfinite(tensor).all() for tensor in model.tensors.values())
    assert not any(tensor.requires_grad for tensor in model.tensors.values())


def test_the_card_says_where_the_model_comes_from(contract: Contract, model: TrainedModel, train: Ratings) -> None:
    card = model.card
    assert (card.trainer, card.seed, card.n_ratings) == (contract.kind, 0, 360)
    assert card.fingerprint == train.fingerprint
    for name, value in vars(contract.trainer).items():
        assert card.config[name] in (value, repr(value)) or contract.trainer is GENRES  # which names the genres
    assert model.rated is train


def test_predictions_stay_inside_the_scale(contract: Contract, model: TrainedModel, train: Ratings) -> None:
    """Also where the scale is narrower than what the ratings alone would give."""
    assert 0.5 <= all_predictions(model).min() <= all_predictions(model).max() <= 5
    narrow = replace(train, values=train.values.round().clamp(1, 4), scale=RatingScale(1, 4, 1))
    narrow = replace(narrow, values=torch.where(narrow.user_idx % 2 == 0, 1.0, 4.0))
    predicted = all_predictions(contract.trainer.fit(narrow, seed=0))
    assert 1 <= predicted.min() <= predicted.max() <= 4


def test_it_learns_something(model: TrainedModel, train: Ratings) -> None:
    """At least as good on its training ratings as the mean rating is."""
    predicted = model.predict(train.user_idx, train.item_idx).tolist()
    spread = float(train.values.double().std(correction=0))
    assert reference.rmse(train.values.tolist(), predicted) <= spread * (1 + 1e-6)


def test_what_it_recommends_was_not_rated(model: TrainedModel) -> None:
    for user_id in (1, 7, 40):
        person = person_of(model, user_id)
        listed = {one.item_id for one in person.top_n(25)}
        assert listed == set(model.items) - set(model.ratings_of(user_id))


def test_unknown_people_and_films_are_refused(model: TrainedModel) -> None:
    with pytest.raises(UnknownId) as error:
        person_of(model, 41)
    assert str(error.value) == "user 41 is not in this data; there are 40 users"
    with pytest.raises(UnknownId) as error:
        person_of(model, 1).predict([1, 26])
    assert str(error.value) == "film 26 is not in this data; there are 25 films"


# --- randomness ------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_model(contract: Contract, model: TrainedModel, train: Ratings) -> None:
    again = contract.trainer.fit(train, seed=0)
    assert same_numbers(again, model)
    assert again.version == model.version


def test_another_seed_gives_another_model_where_there_is_chance(
    contract: Contract, model: TrainedModel, train: Ratings
) -> None:
    other = contract.trainer.fit(train, seed=1)
    assert same_numbers(other, model) != contract.random
    assert other.version != model.version  # the card names the seed


def test_no_global_generator_is_set_or_read(contract: Contract, model: TrainedModel, train: Ratings) -> None:
    torch.manual_seed(7)
    np.random.seed(7)
    before = torch.random.get_rng_state(), np.random.get_state()[1].tolist()
    assert same_numbers(contract.trainer.fit(train, seed=0), model)
    assert torch.equal(torch.random.get_rng_state(), before[0])
    assert np.random.get_state()[1].tolist() == before[1]


def test_nothing_is_written_into_the_ratings(contract: Contract, train: Ratings) -> None:
    names = [field.name for field in fields(Ratings)]
    before = {name: getattr(train, name) for name in names}
    copies = {name: column.clone() for name, column in before.items() if torch.is_tensor(column)}
    model = contract.trainer.fit(train, seed=0)
    all_predictions(model)
    assert all(getattr(train, name) is before[name] for name in names)
    assert all(torch.equal(before[name], copy) for name, copy in copies.items())


def test_a_trainer_is_frozen(contract: Contract) -> None:
    for field in fields(contract.trainer):  # type: ignore[arg-type]
        with pytest.raises(FrozenInstanceError):
            setattr(contract.trainer, field.name, 1)


# --- saving ----------------------------------------------------------------------------------------------------------


def test_saved_and_loaded_it_is_the_same_model(contract: Contract, model: TrainedModel, tmp_path: Path) -> None:
    films = Catalogue(Film(item_id, f"Film {item_id}", 2000, ("Drama",)) for item_id in model.items)
    save_model(SavedModel(model, films, {"rmse": 0.25}), tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert same_numbers(loaded.model, model)
    assert (loaded.model.version, loaded.model.card, loaded.model.link) == (model.version, model.card, model.link)
    assert (list(loaded.films), dict(loaded.metrics)) == (list(films), {"rmse": 0.25})
    assert loaded.model.rated.fingerprint == model.rated.fingerprint
    assert torch.equal(all_predictions(loaded.model), all_predictions(model))
    if contract.folds_in:
        assert fold_in(loaded.model, {1: 4.0, 5: 2.0}).top_n(5) == fold_in(model, {1: 4.0, 5: 2.0}).top_n(5)


# --- new people ------------------------------------------------------------------------------------------------------


def test_a_training_user_folds_in_or_the_model_says_that_it_cannot(contract: Contract, model: TrainedModel) -> None:
    if not contract.folds_in:
        with pytest.raises(FoldInRefused) as error:
            fold_in(model, model.ratings_of(1))
        assert str(error.value).startswith(f"{contract.kind} models cannot take a new person; ")
        return
    trained, folded = [], []
    for row, user_id in enumerate(model.users):
        ratings = model.ratings_of(user_id)
        person = fold_in(model, ratings)
        if contract.solves_rows:
            vector = model.person_vector(row)
            torch.testing.assert_close(person.mean.to(vector), vector, rtol=0, atol=1e-5)
        trained += [one.prediction - ratings[one.item_id] for one in person_of(model, user_id).predict(ratings)]
        folded += [one.prediction - ratings[one.item_id] for one in person.predict(ratings)]
    # Whoever is folded in with their ratings is met at least about as well as in training.
    assert np.sqrt(np.mean(np.square(folded))) < 1.05 * np.sqrt(np.mean(np.square(trained)))


def test_doubt_is_given_with_every_prediction_or_with_none(contract: Contract, model: TrainedModel) -> None:
    for one in person_of(model, 1).predict_all():
        if contract.folds_in:
            assert 0 <= one.std < one.rating_std < 4.5  # no wider than the scale
        else:
            assert np.isnan([one.std, one.rating_std]).all()


# --- warm starts -----------------------------------------------------------------------------------------------------


def test_a_warm_start_is_used_where_there_is_something_to_start(
    contract: Contract, model: TrainedModel, train: Ratings
) -> None:
    assert same_numbers(contract.trainer.fit(train, seed=0, start=model), model) != contract.warm_starts


# --- unusual tables --------------------------------------------------------------------------------------------------


def with_a_film_without_ratings() -> Ratings:
    return Ratings.from_columns([1, 1, 2, 3], [1, 2, 1, 2], [1, 5, 2, 4], known_items=[3])


def with_a_person_without_ratings() -> Ratings:
    ratings = Ratings.from_columns([1, 1, 2, 3], [1, 2, 1, 2], [1, 5, 2, 4])
    return ratings.take(ratings.user_idx != 2)


TABLES: dict[str, Callable[[], Ratings]] = {
    "one rating": lambda: Ratings.from_columns([1], [1], [4.0]),
    "one user": lambda: Ratings.from_columns([1] * 6, range(6), [1, 2, 3, 4, 5, 3]),
    "one film": lambda: Ratings.from_columns(range(6), [1] * 6, [1, 2, 3, 4, 5, 3]),
    "all ratings equal": lambda: Ratings.from_columns([1, 1, 2, 2, 3], [1, 2, 2, 3, 1], [5.0] * 5),
    "more factors than films": lambda: Ratings.from_columns([1, 1, 2, 2], [1, 2, 1, 2], [1, 5, 4, 2]),
    "a film without ratings": with_a_film_without_ratings,
    "a person without ratings": with_a_person_without_ratings,
    "continuous ratings": lambda: Ratings.from_columns([1, 1, 2], [1, 2, 2], [-3.25, 17.5, 4.125]),
    "ids are text": lambda: Ratings.from_columns(["a", "a", "b"], ["x", "y", "y"], [1, 5, 4]),
}


@pytest.mark.parametrize("table", TABLES)
def test_unusual_tables_give_a_sensible_model(contract: Contract, table: str) -> None:
    ratings = TABLES[table]()
    if contract.needs_times:
        with pytest.raises(InvalidArgument) as error:
            contract.trainer.fit(ratings, seed=0)
        assert str(error.value) == "days must be False for ratings without times, got True"
        ratings = replace(ratings, timestamps=50_000 * torch.arange(len(ratings)))
    model = contract.trainer.fit(ratings, seed=0)
    predicted = all_predictions(model)
    assert torch.isfinite(predicted).all()
    assert ((predicted >= ratings.scale.low) & (predicted <= ratings.scale.high)).all()
    if table == "all ratings equal":
        torch.testing.assert_close(predicted, torch.full_like(predicted, 5.0), rtol=0, atol=contract.equal_within)
    first = next(iter(model.items))
    people = [person_of(model, user_id) for user_id in model.users]
    if contract.folds_in:
        people += [fold_in(model, {}), fold_in(model, {first: float(ratings.values[0])})]
    for person in people:
        numbers = [number for one in person.predict_all() for number in one[1:]]
        assert np.isfinite(numbers).all() == contract.folds_in


def without_ratings(ratings: Ratings) -> Ratings:
    return ratings.take(torch.zeros(len(ratings), dtype=torch.bool))


def with_value(ratings: Ratings, value: float) -> Ratings:
    return replace(ratings, values=torch.cat([torch.tensor([value]), ratings.values[1:]]))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (without_ratings, "train must hold at least one rating, got 0"),
        (lambda train: with_value(train, torch.nan), "train must hold finite ratings only, got some that are not"),
        (lambda train: with_value(train, torch.inf), "train must hold finite ratings only, got some that are not"),
    ],
    ids=["empty", "NaN", "infinite"],
)
def test_unusable_ratings_are_refused(
    contract: Contract, train: Ratings, spoil: Callable[[Ratings], Ratings], sentence: str
) -> None:
    with pytest.raises(InvalidArgument) as error:
        contract.trainer.fit(spoil(train), seed=0)
    assert str(error.value) == sentence


# --- progress, stopping ----------------------------------------------------------------------------------------------


def test_progress_is_reported_step_by_step(contract: Contract, parts: tuple[Ratings, Ratings]) -> None:
    train, hold_out = parts
    alone: list[Progress] = []
    seen: list[Progress] = []
    contract.trainer.fit(train, seed=0, on_progress=alone.append)
    contract.trainer.fit(train, seed=0, hold_out=hold_out, on_progress=seen.append)
    for reports in (alone, seen):
        assert [(one.step, one.n_steps) for one in reports] == [
            (step, contract.n_steps) for step in range(1, contract.n_steps + 1)
        ]
        assert all(one.message for one in reports)
    assert [one.loss for one in seen] == [one.loss for one in alone]
    assert all(one.rmse is None for one in alone)
    # Loss is the mean squared error in training: no worse than the spread of the ratings.
    spread = float(train.values.double().std(correction=0))
    assert all(one.loss is not None and 0 < one.loss <= spread**2 * (1 + 1e-6) for one in seen)
    assert all(one.rmse is not None and 0 < one.rmse < 1.5 * spread for one in seen)


def test_the_last_report_is_about_the_model(contract: Contract, parts: tuple[Ratings, Ratings]) -> None:
    """Nearly: ALS goes on for half a sweep after it, a chain's model is a mean."""
    train, hold_out = parts
    seen: list[Progress] = []
    model = contract.trainer.fit(train, seed=0, hold_out=hold_out, on_progress=seen.append)
    for part, found in ((train, (seen[-1].loss or 0) ** 0.5), (hold_out, seen[-1].rmse)):
        predicted = model.predict(part.user_idx, part.item_idx).tolist()
        assert found == pytest.approx(reference.rmse(part.values.tolist(), predicted), rel=contract.reports_within)


def test_a_hold_out_never_influences_the_fit(
    contract: Contract, model: TrainedModel, parts: tuple[Ratings, Ratings]
) -> None:
    train, hold_out = parts
    shown = contract.trainer.fit(train, seed=0, hold_out=hold_out, on_progress=lambda report: None)
    assert same_numbers(shown, model)
    assert shown.version == model.version


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (without_ratings, "hold_out must hold at least one rating, got 0"),
        (
            lambda part: replace(part, items=IdMap(range(101, 126), kind="film")),
            "hold_out must be a part of the same table as train, got other ids",
        ),
    ],
    ids=["empty", "other ids"],
)
def test_a_useless_hold_out_is_refused(
    contract: Contract, parts: tuple[Ratings, Ratings], spoil: Callable[[Ratings], Ratings], sentence: str
) -> None:
    with pytest.raises(InvalidArgument) as error:
        contract.trainer.fit(parts[0], seed=0, hold_out=spoil(parts[1]))
    assert str(error.value) == sentence


def test_asked_to_stop_it_stops_after_the_step(contract: Contract, train: Ratings) -> None:
    seen: list[Progress] = []
    with pytest.raises(FitStopped) as error:
        contract.trainer.fit(train, seed=0, on_progress=seen.append, should_stop=lambda: True)
    assert str(error.value) == f"training was stopped after step 1 of {contract.n_steps}; nothing was kept"
    assert [one.step for one in seen] == [1]
    with pytest.raises(FitStopped):
        contract.trainer.fit(train, seed=0, should_stop=lambda: True)  # also when nobody listens
    assert contract.trainer.fit(train, seed=0, should_stop=lambda: False) is not None


def test_an_interrupt_passes_and_leaves_nothing(contract: Contract, model: TrainedModel, train: Ratings) -> None:
    def interrupt(report: Progress) -> None:
        raise KeyboardInterrupt

    threads = torch.get_num_threads()
    with pytest.raises(KeyboardInterrupt):
        contract.trainer.fit(train, seed=0, on_progress=interrupt)
    assert torch.get_num_threads() == threads
    assert same_numbers(contract.trainer.fit(train, seed=0), model)  # the next fit is as if nothing had been
