"""The ledger: terms that sum to the prediction for every trainer and everybody, against the score written as loops."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import fmean

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.catalogue import Catalogue, Film
from core.datasets.synthetic import Synthetic
from core.errors import UnknownId
from core.explanation.influence import influences
from core.explanation.ledger import explain
from core.folding import fold_in, person_of
from core.links import Constant, Identity, Link, OrderedProbit, SigmoidRange
from core.model import FactorModel, TrainedModel
from core.person import Person
from core.ratings import Ratings
from core.space.film_map import FilmSpace
from core.space.projection import project
from tests.models import DRAWS, random_model
from tests.test_contract import CONTRACTS

PROBIT = OrderedProbit((1.0, 2.0, 3.0, 4.0, 5.0), ((-1.0, 0.0, 1.0, 2.0),) * DRAWS)
LINKS: list[Link] = [Identity(), SigmoidRange(0.0, 5.5), PROBIT, Constant(3.0)]
N_FILMS = 8


@dataclass(frozen=True, eq=False)
class Line:
    """An axis that somebody thought up."""

    name: str
    points: Tensor


def lines(n: int, *, seed: int = 0, n_films: int = N_FILMS) -> list[Line]:
    generator = torch.Generator().manual_seed(seed)
    return [Line(f"axis {k}", 3 + torch.randn(n_films, generator=generator)) for k in range(n)]


@pytest.fixture(scope="module")
def trained() -> dict[str, TrainedModel]:
    """Each trainer's model of 40 people and 25 films."""
    ratings = Synthetic(n_users=40, n_items=25, n_ratings=400).draw(seed=5).ratings
    return {contract.name: contract.trainer.fit(ratings, seed=0) for contract in CONTRACTS}


@pytest.mark.parametrize("name", [contract.name for contract in CONTRACTS])
def test_terms_sum_to_the_prediction_for_every_trainer_and_everybody(
    name: str, trained: dict[str, TrainedModel]
) -> None:
    """To 1e-5, and the last term apart to the score; new people too, where the model takes them."""
    model, axes = trained[name], lines(3, n_films=25)
    people = [person_of(model, user) for user in model.users]
    if model.user_prior is not None:
        people += [fold_in(model, {}), fold_in(model, {1: 5.0, 2: 0.5})]
    for number, person in enumerate(people):
        film = model.items.labels[number % 25]
        found = explain(person, film, axes=axes)
        assert sum(term.value for term in found.terms) == pytest.approx(found.prediction, abs=1e-5)
        assert found.prediction == person.predict([film])[0].prediction
        assert found.score == pytest.approx(float(person.scores().mean(0)[model.items.row(film)]), abs=1e-5)
        assert len({term.name for term in found.terms}) == len(found.terms)
        assert found.additive == (name != "EmbeddingNN")
        if found.additive:
            assert sum(term.value for term in found.terms[:-1]) == pytest.approx(found.score, abs=1e-5)
            assert [term.kind for term in found.terms] == ["mean", "you", "film", *["axis"] * 3, "rest", "limits"]
        else:
            assert [term.kind for term in found.terms] == ["network"]


def slow_terms(person: Person, row: int) -> dict[str, float]:
    """Global mean, biases and taste, draw by draw and factor by factor."""
    model = person.model
    assert isinstance(model, FactorModel)
    means, own, films, tastes = [], [], [], []
    for draw in range(model.n_draws):
        people, items = model.user_factors[draw].tolist(), model.item_factors[draw].tolist()
        p_mean = [fmean(column) for column in zip(*people, strict=True)]
        q_mean = [fmean(column) for column in zip(*items, strict=True)]
        *p, bias = person.mean[draw].tolist()
        means.append(float(model.global_mean[draw]))
        own.append(bias + sum((p[k] - p_mean[k]) * q_mean[k] for k in range(len(p))))
        films.append(float(model.item_bias[draw, row]) + sum(p_mean[k] * items[row][k] for k in range(len(p))))
        tastes.append(sum((p[k] - p_mean[k]) * (items[row][k] - q_mean[k]) for k in range(len(p))))
    return {"mean": fmean(means), "you": fmean(own), "film": fmean(films), "rest": fmean(tastes)}


@given(st.integers(0, 1_000), st.sampled_from(LINKS), st.integers(0, N_FILMS - 1))
def test_terms_are_what_their_formulas_say(seed: int, link: Link, row: int) -> None:
    model = random_model(link, n_items=N_FILMS, seed=seed)
    person = person_of(model, "u2")
    found = explain(person, model.items.labels[row])
    slow = slow_terms(person, row)
    assert {term.kind: term.value for term in found.terms[:-1]} == pytest.approx(slow, abs=1e-9)
    assert found.score == pytest.approx(sum(slow.values()), abs=1e-9)
    assert found.in_stars == isinstance(link, Identity)
    assert found.terms[-1].value == pytest.approx(found.prediction - found.score, abs=1e-12)


def test_the_limits_of_the_scale_are_a_term_of_their_own() -> None:
    model = random_model(n_items=N_FILMS)
    above = replace(model, item_bias=model.item_bias + 10)
    found = explain(person_of(above, "u1"), 10)
    assert found.prediction == 5
    assert found.terms[-1].value == pytest.approx(5 - found.score)
    assert found.terms[-1].value < -1


def test_moving_factors_into_biases_changes_no_term() -> None:
    """Another basis and other shifts, other numbers inside, the same predictions: the same ledger."""
    model = random_model(n_items=N_FILMS)
    shift = torch.randn(DRAWS, 1, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    turn = torch.linalg.qr(shift.mT @ shift + torch.eye(2, dtype=torch.float64)).Q  # (draws, 2, 2)
    moved = replace(
        model,
        user_factors=(model.user_factors + shift) @ turn,
        item_factors=model.item_factors @ turn,
        item_bias=model.item_bias - (model.item_factors @ shift.mT).squeeze(-1),
    )
    axes = lines(2)
    for film in model.items:
        one, other = (explain(person_of(each, "u3"), film, axes=axes) for each in (model, moved))
        assert [term.value for term in one.terms] == pytest.approx([term.value for term in other.terms], abs=1e-9)


def test_axes_of_the_map_give_the_person_s_vector_along_them() -> None:
    """taste = v·c for coordinates c and v = √n R⁻ᵀ Ũ; along a principal axis a it is (a·v)(a·c)."""
    ratings = Synthetic(n_users=60, n_items=30, n_ratings=900).draw(seed=1).ratings
    model = next(one.trainer for one in CONTRACTS if one.name == "ALS").fit(ratings, seed=0)
    space = FilmSpace.of(model, Catalogue(Film(film, str(film)) for film in model.items))
    points = project(space.coordinates, n_components=2, fit_on=space.enough(5)).points
    axes = [Line("one", points[:, 0]), Line("two", points[:, 1])]
    users = model.user_factors[0].double() - model.user_factors[0].double().mean(0)
    triangle = torch.linalg.qr(users, mode="r").R
    for row in (0, 7, 31):
        v = len(users) ** 0.5 * torch.linalg.solve(triangle.mT, users[row])
        # a = the direction in the coordinates that gives the points, up to their centre
        centred = space.coordinates - space.coordinates[space.enough(5)].mean(0)
        a = torch.linalg.lstsq(centred, points).solution
        wanted = (points * (v @ a))[4].tolist()
        found = explain(person_of(model, model.users.labels[row]), model.items.labels[4], axes=axes)
        assert [term.value for term in found.terms if term.kind == "axis"] == pytest.approx(wanted, abs=1e-4)


def test_axes_take_from_the_rest_and_all_of_it_when_they_span_the_space() -> None:
    model = random_model(n_items=N_FILMS, draws=1)
    model = replace(model, rated=model.rated.take(torch.arange(len(model.rated))))
    axes = [Line(f"factor {k}", model.item_factors[0, :, k]) for k in range(2)]
    for film in model.items:
        found = explain(person_of(model, "u5"), film, axes=axes, min_ratings=0)
        assert found.terms[-2].value == pytest.approx(0, abs=1e-9)


def test_a_constant_of_the_deciding_films_belongs_to_the_person() -> None:
    """Axes that span the space leave no rest, whichever films decide where their zero lies."""
    model = random_model(n_items=N_FILMS, draws=1)
    model = replace(model, rated=model.rated.take(model.rated.item_idx != 3))
    axes = [Line(f"factor {k}", model.item_factors[0, :, k]) for k in range(2)]
    person, deciding = person_of(model, "u5"), torch.arange(N_FILMS) != 3
    taste = (model.item_factors[0] - model.item_factors[0].mean(0)) @ (
        person.mean[0, :-1] - model.user_factors[0].mean(0)
    )
    plain, found = (explain(person, 20, axes=each, min_ratings=1) for each in ([], axes))
    assert found.terms[-2].value == pytest.approx(0, abs=1e-9)
    assert found.terms[1].value - plain.terms[1].value == pytest.approx(float(taste[deciding].mean()), abs=1e-9)


def test_an_axis_twice_is_two_terms_that_share() -> None:
    model, (line,) = random_model(n_items=N_FILMS), lines(1)
    once = explain(person_of(model, "u5"), 20, axes=[line])
    twice = explain(person_of(model, "u5"), 20, axes=[line, line])
    assert [term.name for term in twice.terms[3:5]] == ["axis 0", "axis 0 (2)"]
    assert sum(term.value for term in twice.terms[3:5]) == pytest.approx(once.terms[3].value, abs=1e-9)
    assert twice.terms[-2].value == pytest.approx(once.terms[-2].value, abs=1e-9)


def test_an_axis_may_be_called_like_a_term() -> None:
    found = explain(person_of(random_model(n_items=N_FILMS), "u5"), 20, axes=[replace(lines(1)[0], name="the rest")])
    assert [term.name for term in found.terms][3:5] == ["the rest (2)", "the rest"]


def test_films_with_few_ratings_do_not_decide_how_somebody_leans() -> None:
    model = random_model(n_items=N_FILMS)
    few = replace(model, rated=model.rated.take(model.rated.item_idx != 3))
    moved = Line("moved", lines(1)[0].points.clone().index_fill_(0, torch.tensor([3]), 50.0))
    one, other = (explain(person_of(few, "u5"), 20, axes=[axis], min_ratings=1) for axis in (lines(1)[0], moved))
    assert [term.value for term in one.terms] == pytest.approx([term.value for term in other.terms], abs=1e-9)


def test_the_strongest_term_is_never_the_global_mean() -> None:
    model = random_model(n_items=N_FILMS)
    found = explain(person_of(replace(model, global_mean=model.global_mean + 100), "u1"), 10)
    others = [abs(term.value) for term in found.terms if term.kind != "mean"]
    assert abs(found.strongest.value) == max(others)


def test_influences_stand_beside_the_terms_where_the_model_can_tell() -> None:
    person = fold_in(random_model(), {10: 3.0, 40: 1.0})
    assert explain(person, 20).influences == tuple(influences(person, [20])[20])
    assert explain(fold_in(random_model(SigmoidRange(0.0, 5.5)), {10: 3.0}), 20).influences == ()
    assert explain(fold_in(random_model(), {}), 20).influences == ()


def test_an_unknown_film_is_refused() -> None:
    with pytest.raises(UnknownId) as error:
        explain(person_of(random_model(), "u1"), 99)
    assert str(error.value) == "film 99 is not in this data; there are 5 films"


def test_ratings_of_one_film_only_are_no_obstacle() -> None:
    model = next(one.trainer for one in CONTRACTS if one.name == "ALS").fit(
        Ratings.from_columns([1, 2], [1, 1], [2.0, 4.0]), seed=0
    )
    found = explain(person_of(model, 1), 1, axes=[Line("only", torch.zeros(1))])
    assert sum(term.value for term in found.terms) == pytest.approx(found.prediction, abs=1e-5)
