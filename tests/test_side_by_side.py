"""Models side by side: figures as `evaluate` gives them, intervals as loops over drawn people give them."""

from __future__ import annotations

import json

import pytest
import torch

from core.errors import InvalidArgument
from core.evaluation.held_out import evaluate
from core.evaluation.side_by_side import INTERVAL, Figure, SideBySide, side_by_side
from core.links import Identity
from core.model import FactorModel
from core.ratings import Ratings
from tests import reference
from tests.test_evaluation import parts, random_model

N_RESAMPLES = 200


@pytest.fixture(scope="module")
def split() -> tuple[Ratings, Ratings]:
    return parts()


@pytest.fixture(scope="module")
def models(split: tuple[Ratings, Ratings]) -> dict[str, FactorModel]:
    return {name: random_model(split[0], Identity(), seed=seed) for seed, name in enumerate(("one", "other"))}


@pytest.fixture(scope="module")
def found(split: tuple[Ratings, Ratings], models: dict[str, FactorModel]) -> SideBySide:
    return side_by_side(models, split[1], reference="one", k=3, n_resamples=N_RESAMPLES, seed=7)


def test_the_figures_are_those_of_evaluate(
    found: SideBySide, split: tuple[Ratings, Ratings], models: dict[str, FactorModel]
) -> None:
    alone = {name: evaluate(model, split[1], k=3) for name, model in models.items()}
    for name, expected in alone.items():
        standing = found[name]
        assert standing.rmse.value == pytest.approx(expected.rmse, abs=1e-12)
        assert standing.ndcg.value == pytest.approx(expected.ndcg, abs=1e-12)
        assert standing.rmse_gap.value == pytest.approx(expected.rmse - alone["one"].rmse, abs=1e-12)
        assert standing.ndcg_gap.value == pytest.approx(expected.ndcg - alone["one"].ndcg, abs=1e-12)
    people = {user for user, _, _ in reference.entries(split[1])}
    assert (found.n_test, len(found.people), found.k) == (len(split[1]), len(people), 3)
    assert found.n_ranked == alone["one"].n_ranked_users < len(people)


def test_intervals_equal_loops_over_drawn_people(
    found: SideBySide, split: tuple[Ratings, Ratings], models: dict[str, FactorModel]
) -> None:
    test = split[1]
    alone = {name: people_apart(model, test) for name, model in models.items()}
    people = sorted(alone["one"])
    drawn = torch.randint(len(people), (N_RESAMPLES, len(people)), generator=torch.Generator().manual_seed(7))
    spreads: dict[str, list[tuple[float, float]]] = {name: [] for name in models}
    for places in drawn.tolist():
        for name, own in alone.items():
            spreads[name].append(pooled([own[people[place]] for place in places]))
    for name in models:
        for figure, gap, place in (("rmse", "rmse_gap", 0), ("ndcg", "ndcg_gap", 1)):
            plain = [one[place] for one in spreads[name]]
            against = [one[place] - other[place] for one, other in zip(spreads[name], spreads["one"], strict=True)]
            for which, values in ((figure, plain), (gap, against)):
                ends = torch.quantile(
                    torch.tensor(values, dtype=torch.float64), torch.tensor(INTERVAL, dtype=torch.float64)
                )
                got = getattr(found[name], which)
                assert (got.low, got.high) == pytest.approx(tuple(ends.tolist()), abs=1e-9), (name, which)


def test_each_persons_error_and_who_is_nearer_for_how_many(
    found: SideBySide, split: tuple[Ratings, Ratings], models: dict[str, FactorModel]
) -> None:
    errors = {name: people_apart(model, split[1]) for name, model in models.items()}
    nearer = 0
    for user in errors["one"]:
        apart = {name: reference.rmse(own[user][0], [0.0] * len(own[user][0])) for name, own in errors.items()}
        assert found.of_person(split[1].users.labels[user]) == pytest.approx(apart, abs=1e-9)
        nearer += apart["other"] < apart["one"]
    assert 0 < nearer < len(found.people)
    assert (found.n_nearer("other"), found.n_nearer("one")) == (nearer, 0)
    assert found.of_person("nobody") is None


def test_it_comes_back_from_json_and_nothing_else_does(found: SideBySide) -> None:
    text = json.dumps(found.as_dict(), allow_nan=False)
    assert SideBySide.from_json(text) == found
    for wrong in ("", "[]", "{}", '{"standings": 3}', "null", text.replace('"k"', '"q"')):
        with pytest.raises(InvalidArgument, match=r"^text must be a SideBySide as it was written, got"):
            SideBySide.from_json(wrong)


def people_apart(model: FactorModel, test: Ratings) -> dict[int, tuple[list[float], float | None]]:
    """Each person's residuals and nDCG@3, from `evaluate` of that person alone."""
    apart = {}
    for user in sorted({user for user, _, _ in reference.entries(test)}):
        own = test.take(test.user_idx == user)
        residuals = (own.values.double() - model.predict_ratings(own).double()).tolist()
        alone = evaluate(model, own, k=3)
        apart[user] = (residuals, alone.ndcg if alone.n_ranked_users else None)
    return apart


def pooled(people: list[tuple[list[float], float | None]]) -> tuple[float, float]:
    residuals = [residual for own, _ in people for residual in own]
    ndcg = [value for _, value in people if value is not None]
    return reference.rmse(residuals, [0.0] * len(residuals)), sum(ndcg) / len(ndcg)


def test_a_model_differs_from_itself_by_nothing(split: tuple[Ratings, Ratings], models: dict[str, FactorModel]) -> None:
    same = side_by_side({"a": models["one"], "b": models["one"]}, split[1], reference="a", k=3, n_resamples=50)["b"]
    assert (same.rmse_gap.low, same.rmse_gap.value, same.rmse_gap.high) == (0, 0, 0)
    assert not same.rmse_gap.is_clear
    assert not same.ndcg_gap.is_clear


def test_an_interval_holds_its_value(found: SideBySide) -> None:
    for standing in found.standings:
        for figure in (standing.rmse, standing.ndcg):
            assert figure.low < figure.value < figure.high


@pytest.mark.parametrize(
    ("low", "high", "is_clear"), [(-2, -1, True), (1, 2, True), (-1, 1, False), (0, 1, False), (-1, 0, False)]
)
def test_a_difference_is_clear_where_zero_lies_outside(low: float, high: float, is_clear: bool) -> None:
    assert Figure((low + high) / 2, low, high).is_clear is is_clear


def test_wrong_questions_are_refused(split: tuple[Ratings, Ratings], models: dict[str, FactorModel]) -> None:
    train, test = split
    with pytest.raises(InvalidArgument, match=r"^reference must be one of one, other, got 'third'$"):
        side_by_side(models, test, reference="third")
    with pytest.raises(InvalidArgument, match="got some that it was trained on"):
        side_by_side(models, train, reference="one", k=3)
    with pytest.raises(InvalidArgument, match="at least one rating"):
        side_by_side(models, test.take(test.values > 9), reference="one", k=3)
    with pytest.raises(InvalidArgument, match="at least 4 stars, got none"):
        side_by_side(models, test.take(test.values < 4), reference="one", k=3)
