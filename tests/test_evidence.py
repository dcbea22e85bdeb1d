"""Evidence on axes: held-out values against scikit-learn, the chance of everything together, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.linear_model import LinearRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold, cross_val_predict
from torch import Generator, Tensor

from core.errors import InvalidArgument
from core.space.attributes import Attribute, AttributeTable
from core.space.evidence import N_FOLDS, Evidence, gather_evidence

N = 120
YEAR = Attribute("release year", "number", "older", "newer")
WAR = Attribute("War", "yes/no", "", "War")


def normal(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=Generator().manual_seed(seed), dtype=torch.float64)


def table_of(*columns: tuple[Attribute, Tensor]) -> AttributeTable:
    return AttributeTable(tuple(attribute for attribute, _ in columns), torch.stack([c for _, c in columns], 1))


def gathered(points: Tensor, table: AttributeTable, seed: int = 3) -> list[Evidence]:
    return [each for axis in gather_evidence(points, table, seed=seed, n_permutations=199) for each in axis]


def test_r_squared_is_that_of_a_line_fitted_on_the_other_folds() -> None:
    x = normal(N, 1, seed=0)
    y = 1990 - 8 * x[:, 0] + 10 * normal(N, seed=1)
    (found,) = gathered(x, table_of((YEAR, y)))
    folds = KFold(N_FOLDS, shuffle=True, random_state=3)
    guesses = cross_val_predict(LinearRegression(), x.numpy(), y.numpy(), cv=folds)
    base = np.empty(N)
    for others, held_out in folds.split(x.numpy()):
        base[held_out] = y.numpy()[others].mean()
    expected = 1 - ((y.numpy() - guesses) ** 2).sum() / ((y.numpy() - base) ** 2).sum()
    assert found.value == pytest.approx(expected, abs=1e-12)
    assert (found.measure, found.end, found.words, found.n_films) == ("R²", "low", ("newer", "older"), N)
    assert found.low < found.value < found.high and found.passes


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_auc_is_that_of_places_turned_as_the_other_folds_say(side: float) -> None:
    x, labels = normal(N, 1, seed=0), normal(N, seed=1) > 0.6
    x[labels] += 1.2 * side
    (found,) = gathered(x, table_of((WAR, labels.double())))
    assert found.value == pytest.approx(roc_auc_score(labels.numpy(), side * x[:, 0].numpy()), abs=1e-12)
    assert (found.measure, found.end) == ("AUC", "high" if side > 0 else "low")
    assert found.words == (("", "War") if side > 0 else ("War", ""))
    assert found.passes and found.value > 0.7


def test_a_label_is_judged_by_the_order_of_films_alone() -> None:
    """Stretching an axis changes neither AUC nor chance of a yes/no attribute."""
    x, labels = normal(N, 1, seed=0), normal(N, seed=1) > 0.6
    x[labels] += 0.4
    table = table_of((WAR, labels.double()))
    (plain,), (stretched,) = gathered(x, table), gathered(x.pow(3), table)
    assert (plain.value, plain.p) == (stretched.value, stretched.p) and 0.01 < plain.p < 0.2


def test_where_folds_do_not_agree_on_the_side_the_auc_is_of_held_out_places() -> None:
    x, labels = normal(N, 1, seed=4), normal(N, seed=5) > 0.6
    (found,) = gathered(x, table_of((WAR, labels.double())))
    ordered, places = x[:, 0].argsort().argsort().double().numpy(), np.empty(N)
    for others, held_out in KFold(N_FOLDS, shuffle=True, random_state=3).split(x.numpy()):
        inside = labels.numpy()[others]
        above = ordered[others][inside].mean() >= ordered[others][~inside].mean()
        places[held_out] = (ordered[held_out] - ordered.mean()) * (1 if above else -1)
    assert found.value == pytest.approx(roc_auc_score(labels.numpy(), places), abs=1e-12)
    assert not found.passes and found.p > 0.2


def test_films_of_which_nothing_is_known_are_left_out() -> None:
    x, labels = normal(N, 1, seed=0), (normal(N, seed=1) > 0.3).double()
    x[labels > 0] += 0.8
    labels[::3] = torch.nan
    known = labels.isfinite()
    (found,) = gathered(x, table_of((WAR, labels)))
    assert found.value == pytest.approx(roc_auc_score(labels[known].numpy(), x[known, 0].numpy()), abs=1e-12)
    assert found.n_films == int(known.sum())


def test_more_axes_and_attributes_raise_the_bar_for_each() -> None:
    """The same faint association alone, and among thirty that are nothing."""
    x, y = normal(N, 1, seed=0), 0.28 * normal(N, 1, seed=0)[:, 0] + normal(N, seed=1)
    alone = gathered(x, table_of((YEAR, y)))[0]
    columns = [(YEAR, normal(N, seed=10 + k)) for k in range(9)]
    among = gathered(torch.cat([x, normal(N, 2, seed=2)], 1), table_of((YEAR, y), *columns))[0]
    assert alone.value == among.value and (alone.low, alone.high) == (among.low, among.high)
    assert alone.p < 0.05 < among.p


def test_the_same_seed_gives_the_same_evidence_and_the_order_of_axes_is_kept() -> None:
    points, table = normal(N, 2, seed=0), table_of((YEAR, normal(N, seed=1)), (WAR, (normal(N, seed=2) > 0).double()))
    first = gather_evidence(points, table, seed=1, n_permutations=99)
    assert first == gather_evidence(points, table, seed=1, n_permutations=99)
    assert first != gather_evidence(points, table, seed=2, n_permutations=99)
    assert [[each.attribute for each in axis] for axis in first] == [["release year", "War"]] * 2
    turned = gather_evidence(-points, table, seed=1, n_permutations=99)
    assert [e.end for axis in turned for e in axis] != [e.end for axis in first for e in axis]
    assert [e.p for axis in turned for e in axis] == [e.p for axis in first for e in axis]


def test_strength_is_on_one_scale_for_both_kinds() -> None:
    x = normal(2_000, 1, seed=0)
    y = 0.6 * x[:, 0] + 0.8 * normal(2_000, seed=1)
    year, war = gathered(x, table_of((YEAR, y), (WAR, (y > 0).double())))
    assert year.strength == pytest.approx(0.6, abs=0.06) and war.strength == pytest.approx(0.5, abs=0.12)
    assert replace(year, low=-0.1).strength == replace(war, low=0.4).strength == 0.0


def test_films_without_any_attribute_have_no_evidence() -> None:
    empty = AttributeTable((), torch.empty(N, 0, dtype=torch.float64))
    assert gather_evidence(normal(N, 2, seed=0), empty, seed=0) == ((), ())


@pytest.mark.parametrize(
    ("points", "n_permutations", "message"),
    [
        (normal(19, 1, seed=0), 99, "points must hold at least 20 films, got 19"),
        (normal(N, 1, seed=0), 38, "n_permutations must be at least 39, got 38"),
        (torch.ones(N, 1), 99, "points must be finite and differ between films along every axis, they do not along one"),
        (
            normal(N, 1, seed=0).log(),
            99,
            "points must be finite and differ between films along every axis, they do not along one",
        ),
    ],
)  # fmt: skip
def test_refusals(points: Tensor, n_permutations: int, message: str) -> None:
    table = table_of((YEAR, normal(len(points), seed=1)))
    with pytest.raises(InvalidArgument) as caught:
        gather_evidence(points, table, seed=0, n_permutations=n_permutations)
    assert str(caught.value) == message
