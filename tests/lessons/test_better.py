"""Three switches on a dot product: sums against loops, a step against AdamW by hand, and what each switch does."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
import torch

from core import SGD, FitStopped, InvalidArgument, make_split
from core.datasets.synthetic import Synthetic
from core.explanation.ledger import film_biases as biases_of
from core.lessons import Better, Curve, Predictor, Switches, against_taste, every_switch, sigmoid_range
from core.links import SigmoidRange

SPLIT = make_split(Synthetic(n_users=40, n_items=30, n_ratings=700).draw(seed=0).ratings, "random", seed=0)
TRAINING = Better(n_factors=3, n_epochs=4, batch_size=64)
ALL = Switches(sigmoid=True, biases=True, decay=True)
GENERATOR = torch.Generator().manual_seed(0)
PEOPLE, FILMS = torch.randn(4, 3, generator=GENERATOR), torch.randn(5, 3, generator=GENERATOR)
PAIRS = [(0, 4), (3, 1), (0, 2)]
STARS = [5.0, 1.0, 3.0]


def test_the_sigmoid_is_the_programs_own_link() -> None:
    score = torch.linspace(-30, 30, 101, dtype=torch.float64)
    ours = sigmoid_range(score, 0.0, 5.5)
    torch.testing.assert_close(ours, SigmoidRange(0.0, 5.5).stars(score), rtol=0, atol=1e-6)
    assert (ours >= 0).all()
    assert (ours <= 5.5).all()


def net(*, has_sigmoid: bool, has_biases: bool) -> Predictor:
    made = Predictor(PEOPLE.clone(), FILMS.clone(), ends=(0.0, 5.5) if has_sigmoid else None, has_biases=has_biases)
    with torch.no_grad():
        made.person_bias.weight += torch.tensor([[0.5], [0.1], [0.2], [-0.4]])
        made.film_bias.weight += torch.tensor([[0.3], [-0.2], [0.7], [0.0], [-0.6]])
    return made


@pytest.mark.parametrize("has_sigmoid", [False, True])
@pytest.mark.parametrize("has_biases", [False, True])
def test_predictions_and_slopes_are_sums_in_loops(has_sigmoid: bool, has_biases: bool) -> None:
    made = net(has_sigmoid=has_sigmoid, has_biases=has_biases)
    users, items = torch.tensor(PAIRS).T
    predicted = made(users, items)
    (predicted - torch.tensor(STARS)).square().mean().backward()
    slopes = torch.zeros(4, 3)
    bias_slopes = torch.zeros(4, 1)
    person_biases, film_biases = (
        table.weight.detach().flatten().tolist() for table in (made.person_bias, made.film_bias)
    )
    for number, (person, film) in enumerate(PAIRS):
        score = sum(float(PEOPLE[person, k]) * float(FILMS[film, k]) for k in range(3))
        if has_biases:
            score += person_biases[person] + film_biases[film]
        share = 1 / (1 + math.exp(-score))
        stars, steepness = (5.5 * share, 5.5 * share * (1 - share)) if has_sigmoid else (score, 1.0)
        assert predicted.tolist()[number] == pytest.approx(stars, abs=1e-5)
        slope = 2 * (stars - STARS[number]) * steepness / len(PAIRS)
        bias_slopes[person] += slope
        for k in range(3):
            slopes[person, k] += slope * float(FILMS[film, k])
    torch.testing.assert_close(made.people.weight.grad, slopes, atol=1e-5, rtol=0)
    if has_biases:
        torch.testing.assert_close(made.person_bias.weight.grad, bias_slopes, atol=1e-5, rtol=0)
    else:
        assert made.person_bias.weight.grad is None


def test_decay_shrinks_rows_and_leaves_biases_alone() -> None:
    rate, decay = 0.1, 0.6
    made = net(has_sigmoid=True, has_biases=True)
    before = [weights.detach().clone() for weights in (made.people.weight, made.person_bias.weight)]
    optimiser = torch.optim.AdamW(made.what_learns(decay), lr=rate)
    users, items = torch.tensor(PAIRS).T
    (made(users, items) - torch.tensor(STARS)).square().mean().backward()
    optimiser.step()
    for weights, was, price in zip((made.people.weight, made.person_bias.weight), before, (decay, 0.0), strict=True):
        # AdamW's first step: m/√v is the sign of the slope.
        expected = was * (1 - rate * price) - rate * weights.grad / (weights.grad.abs() + 1e-8)
        torch.testing.assert_close(weights.detach(), expected, atol=1e-5, rtol=0)


def test_a_curve_has_an_error_for_each_epoch_and_is_the_same_again() -> None:
    curve = TRAINING.curve(SPLIT.train, SPLIT.test, ALL, seed=3)
    assert len(curve.train) == len(curve.held_out) == TRAINING.n_epochs
    assert curve == TRAINING.curve(SPLIT.train, SPLIT.test, ALL, seed=3)
    assert curve != TRAINING.curve(SPLIT.train, SPLIT.test, ALL, seed=4)
    assert Curve.from_json(json.dumps(curve.as_dict())) == curve


def test_what_is_held_out_is_only_measured_on() -> None:
    other = SPLIT.test.take(torch.arange(len(SPLIT.test) // 2))
    one, two = (TRAINING.curve(SPLIT.train, part, ALL, seed=0) for part in (SPLIT.test, other))
    assert (one.train, one.mean_square) == (two.train, two.mean_square)
    assert one.held_out != two.held_out


def test_each_switch_does_what_it_says() -> None:
    longer = replace(TRAINING, n_epochs=12, n_factors=8)
    found = {switches: longer.curve(SPLIT.train, SPLIT.test, switches, seed=0) for switches in every_switch()}
    assert len(found) == 8
    for switches, curve in found.items():
        if not switches.decay:
            assert found[replace(switches, decay=True)].mean_square < curve.mean_square
    bare = found[Switches()]
    assert bare.train[-1] < bare.train[0]
    assert len({curve.held_out for curve in found.values()}) == 8


@pytest.mark.parametrize("text", ["", "{}", "null", '{"train": [1], "held_out": [], "mean_square": 1}', "[1]"])
def test_a_damaged_curve_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="text must be a Curve as it was written, got"):
        Curve.from_json(text)


def test_training_can_be_stopped_and_tells_how_far_it_is() -> None:
    told = []
    with pytest.raises(FitStopped, match="after epoch 1 of 4"):
        TRAINING.curve(SPLIT.train, SPLIT.test, ALL, seed=0, on_progress=told.append, should_stop=lambda: True)
    assert [progress.step for progress in told] == [1]


def test_bad_settings_and_nothing_to_measure_on_are_refused() -> None:
    with pytest.raises(InvalidArgument, match="held_out must hold at least one rating"):
        TRAINING.curve(SPLIT.train, SPLIT.test.take(torch.arange(0)), ALL, seed=0)
    for bad in ({"n_factors": 0}, {"n_epochs": 0}, {"weight_decay": -1.0}, {"learning_rate": 0.0}):
        with pytest.raises(InvalidArgument, match=next(iter(bad))):
            Better(**bad)  # type: ignore[arg-type]


def test_films_against_taste_are_those_of_a_loop() -> None:
    model = SGD(n_factors=3, n_epochs=20, batch_size=64, weight_decay=0.0).fit(SPLIT.train, seed=0)
    loved, unloved = against_taste(model, n=3, min_ratings=10)
    people = model.user_factors[0] - model.user_factors[0].mean(0)
    sums = dict.fromkeys(model.items, 0.0)
    for user, item in zip(SPLIT.train.user_idx.tolist(), SPLIT.train.item_idx.tolist(), strict=True):
        sums[model.items.labels[item]] += float(people[user] @ model.item_factors[0, item])
    counts = dict(zip(model.items, SPLIT.train.item_counts.tolist(), strict=True))
    known = {film: sums[film] / counts[film] for film in model.items if counts[film] >= 10}
    biases = dict(zip(model.items, biases_of(model).tolist(), strict=True))
    low, high = torch.tensor(list(known.values())).quantile(torch.tensor([0.25, 0.75])).tolist()
    tastes_low = sorted((f for f in known if known[f] <= low + 1e-6), key=lambda f: -biases[f])
    tastes_high = sorted((f for f in known if known[f] >= high - 1e-6), key=lambda f: biases[f])
    assert high - low > 0.01  # else the films would stand in no order
    assert [each.film for each in loved] == tastes_low[:3]
    assert [each.film for each in unloved] == tastes_high[:3]
    for each in (*loved, *unloved):
        assert each.taste == pytest.approx(known[each.film], abs=1e-5)
        assert each.bias == pytest.approx(biases[each.film])
        assert each.n_ratings == counts[each.film]
    assert against_taste(model, min_ratings=1000) == ([], [])
