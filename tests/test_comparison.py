"""Two models beside each other: every figure as loops and `evaluate` give it; what cannot be compared is said."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
import torch

from core.artefact import SavedModel
from core.datasets.dataset import Dataset
from core.errors import FitStopped, InvalidArgument
from core.evaluation.bench import FROM_PEOPLE, METRICS, Bench
from core.evaluation.best_films import best_films
from core.evaluation.bootstrap import Figure
from core.evaluation.calibration import check_calibration
from core.evaluation.comparison import Comparison, compare
from core.evaluation.error_atlas import ErrorAtlas, error_atlas
from core.evaluation.findings import findings, interval_text, summary_lines
from core.evaluation.guards import Guard, failed_guards
from core.evaluation.held_out import evaluate
from core.evaluation.refits import refit
from core.evaluation.review import people_here, review
from core.evaluation.scoreboard import Scoreboard, score_models
from core.evaluation.shared_test import neither_trained_on
from core.evaluation.splits import Split, make_split
from core.evaluation.verdicts import CALLED, LOWER_IS_BETTER, NO_DIFFERENCE, verdict
from core.ids import IdMap
from core.model import FactorModel
from core.progress import Progress
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly, Popularity
from tests import reference

N_RESAMPLES, K = 100, 5
TRAINER = ALS(n_factors=2, n_epochs=2)


def is_called_different(found: Comparison) -> bool:
    """Whether any figure, slice or kind of film is."""
    return any(line.verdict in CALLED for line in (*found.metrics, *found.slices, *found.groups))


@pytest.fixture(scope="module")
def split(synthetic_small: Dataset) -> Split:
    return make_split(synthetic_small.ratings, "random", seed=0)


@pytest.fixture(scope="module")
def models(split: Split) -> tuple[FactorModel, FactorModel]:
    return BiasOnly().fit(split.train, seed=0), TRAINER.fit(split.train, seed=0)


@pytest.fixture(scope="module")
def pair(
    split: Split, models: tuple[FactorModel, FactorModel], synthetic_small: Dataset
) -> tuple[SavedModel, SavedModel]:
    one, other = (SavedModel(model, synthetic_small.films, {"fit_seconds": 0.5}, split.test, 0) for model in models)
    return one, other


@pytest.fixture(scope="module")
def found(pair: tuple[SavedModel, SavedModel]) -> Comparison:
    fits = refit(pair[0].model), refit(pair[1].model)
    assert fits[0] is not None and fits[1] is not None
    return compare(*pair, refits=(fits[0], fits[1]), k=K, n_resamples=N_RESAMPLES)


def lists_of(model: FactorModel, split: Split) -> list[list[int]]:
    users = split.test.user_idx.unique()
    return [[film for film in row if film >= 0] for row in best_films(model, users, n=K).tolist()]


def test_figures_are_those_of_evaluate_and_of_loops(
    found: Comparison, models: tuple[FactorModel, FactorModel], split: Split, synthetic_small: Dataset
) -> None:
    counts = split.train.item_counts.tolist()
    genres = [frozenset(map(hash, synthetic_small.films[label].genres)) for label in split.train.items]
    liked: dict[int, set[int]] = {}
    for user, item, stars in reference.entries(split.test):
        liked.setdefault(user, set()).update({item} if stars >= split.test.scale.relevant_from else ())
    ranks = [1 + sum(c > n for c in counts) + (sum(c == n for c in counts) - 1) / 2 for n in counts]
    for side, model in zip(("baseline", "candidate"), models, strict=True):
        alone, lists = evaluate(model, split.test, k=K), lists_of(model, split)
        hits = [[film in liked[user] for film in row] for user, row in zip(sorted(liked), lists, strict=True)]
        reciprocal = [
            reference.reciprocal_rank(h, len(liked[u])) for u, h in zip(sorted(liked), hits, strict=True) if liked[u]
        ]
        varied = [value for row in lists if not math.isnan(value := reference.list_diversity([genres[f] for f in row]))]
        times = [sum(film in row for row in lists) for film in range(len(counts))]
        novel = [sum(-math.log2(max(counts[f], 1) / split.test.n_users) for f in row) / len(row) for row in lists]
        popular = [sum((ranks[f] - 1) / (len(counts) - 1) for f in row) / len(row) for row in lists]
        expected = {
            "rmse": alone.rmse, "mae": alone.mae, "ndcg": alone.ndcg, "recall": alone.recall, "coverage": alone.coverage,
            "mrr": sum(reciprocal) / len(reciprocal), "diversity": sum(varied) / len(varied),
            "gini": reference.gini(times), "novelty": sum(novel) / len(novel),
            "popularity_rank": sum(popular) / len(popular),
            "interval_coverage": check_calibration(model, split.test).coverage if model.user_prior else math.nan,
        }  # fmt: skip
        assert expected.keys() == {metric.name for metric in METRICS}
        for name, value in expected.items():
            assert getattr(found[name], side).value == pytest.approx(value, abs=1e-6, nan_ok=True), (side, name)


def test_differences_are_candidate_minus_baseline(found: Comparison) -> None:
    for line in found.metrics:
        assert line.gap.value == pytest.approx(line.candidate.value - line.baseline.value, abs=1e-12, nan_ok=True)
        assert math.isnan(line.gap.value) or line.gap.low <= line.gap.value <= line.gap.high
    assert all(found[metric.name].baseline.low < found[metric.name].baseline.high for metric in FROM_PEOPLE[:5])


def test_slices_and_groups_equal_loops(
    found: Comparison, models: tuple[FactorModel, FactorModel], split: Split, synthetic_small: Dataset
) -> None:
    drama = [
        place
        for place, row in enumerate(split.test.item_idx.tolist())
        if "Drama" in synthetic_small.films[row + 1].genres
    ]
    line = next(each for each in found.slices if each.name == "Drama")
    given = split.test.values[drama].tolist()
    for side, model in zip((line.baseline, line.candidate), models, strict=True):
        predictions = model.predict_ratings(split.test)[drama].tolist()
        assert side == pytest.approx(reference.rmse(given, predictions), abs=1e-6)
    assert (line.n_ratings, line.n_people) == (len(drama), len(split.test.user_idx[drama].unique()))
    group = next(each for each in found.groups if each.name == "Drama")
    shown = [film for row in lists_of(models[1], split) for film in row]
    assert group.candidate == pytest.approx(
        sum("Drama" in synthetic_small.films[film + 1].genres for film in shown) / len(shown), abs=1e-9
    )


def test_films_that_gain_and_lose_lists(
    found: Comparison, models: tuple[FactorModel, FactorModel], split: Split
) -> None:
    before, after = (lists_of(model, split) for model in models)
    for shift in (*found.gained, *found.lost):
        row = split.train.items.row(shift.item_id)
        assert shift.baseline == sum(row in each for each in before)
        assert shift.candidate == sum(row in each for each in after)
    gains = [shift.change for shift in found.gained]
    losses = [shift.change for shift in found.lost]
    assert gains == sorted(gains, reverse=True) and gains[-1] > 0 and losses == sorted(losses) and losses[-1] < 0


def test_whose_lists_change_most(found: Comparison, models: tuple[FactorModel, FactorModel], split: Split) -> None:
    users = split.test.user_idx.unique().tolist()
    before, after = (dict(zip(users, lists_of(model, split), strict=True)) for model in models)
    alike = {user: reference.rank_biased_overlap(before[user], after[user], 0.9) for user in users}
    worst = found.changes.most_changed
    assert worst[0].alike == pytest.approx(min(alike.values()), abs=1e-9)
    assert [each.alike for each in worst] == sorted(each.alike for each in worst)
    one = worst[0]
    row = split.test.users.row(one.user_id)
    assert one.baseline == tuple(split.test.items.labels[film] for film in before[row])
    assert set(one.gone) | set(one.new) == set(one.baseline) ^ set(one.candidate)
    assert found.changes.alike.value == pytest.approx(sum(alike.values()) / len(alike), abs=1e-9)
    assert found.changes.seed_overlap == 1  # biases have no seed


def test_it_comes_back_from_json_and_nothing_else_does(found: Comparison) -> None:
    text = json.dumps(found.as_dict(), allow_nan=False)
    again = Comparison.from_json(text)
    assert json.dumps(again.as_dict()) == text and again["rmse"] == found["rmse"]
    for wrong in ("", "[]", "{}", "null", text.replace('"k"', '"q"')):
        with pytest.raises(InvalidArgument, match=r"^text must be a Comparison as it was written, got"):
            Comparison.from_json(wrong)


def test_a_model_beside_itself_is_no_difference(pair: tuple[SavedModel, SavedModel]) -> None:
    fits = refit(pair[1].model)
    assert fits is not None
    same = compare(pair[1], pair[1], refits=(fits, fits), k=K, n_resamples=N_RESAMPLES)
    assert not is_called_different(same) and same.gained == same.lost == ()
    assert same.changes.n_same == same.n_people and same.changes.most_changed == ()
    assert [line.gap.value for line in same.slices] == [0.0] * len(same.slices)


def test_the_checks_find_what_they_are_for(split: Split, pair: tuple[SavedModel, SavedModel]) -> None:
    popular = Popularity().fit(split.train, seed=0)
    found = compare(pair[1], replace(pair[0], model=popular), k=K, n_resamples=10)
    failed = {check.name for check in found.checks if check.model == "candidate" and not check.passes}
    assert failed >= {"predictions differ"}
    assert all(check.passes for check in found.checks if check.model == "baseline")
    huge = replace(pair[1].model, item_bias=pair[1].model.item_bias + 9)  # type: ignore[type-var]
    stuck = compare(pair[1], replace(pair[1], model=huge), k=K, n_resamples=10)
    failed = {check.name for check in stuck.checks if not check.passes}
    assert {"predictions differ", "predictions are not stuck at the limits"} <= failed
    assert any("fails the check" in sentence for sentence in findings(stuck))


def test_two_films_of_one_title_in_a_list_are_found(pair: tuple[SavedModel, SavedModel]) -> None:
    from core.catalogue import Catalogue

    films = Catalogue(replace(film, title="The Same", year=1999) for film in pair[0].films)
    found = compare(replace(pair[0], films=films), pair[1], k=K, n_resamples=10)
    assert {check.name for check in found.checks if not check.passes} == {"no title stands twice in a list"}


# The ratings that both can be measured on


def test_only_what_neither_was_trained_on_is_shared(
    pair: tuple[SavedModel, SavedModel], synthetic_small: Dataset
) -> None:
    ratings = synthetic_small.ratings
    splits = [make_split(ratings, "random", seed=seed) for seed in (0, 1)]
    one, other = (
        SavedModel(BiasOnly().fit(each.train, seed=0), synthetic_small.films, held_out=each.test) for each in splits
    )
    shared = neither_trained_on(one, other)
    cells = [{(user, item) for user, item, _ in reference.entries(each.test)} for each in splits]
    assert {(user, item) for user, item, _ in reference.entries(shared)} == cells[0] & cells[1]
    assert len(shared) == len(cells[0] & cells[1]) > 50
    assert shared.timestamps is not None
    known = {(u, i): v for u, i, v in reference.entries(ratings)}
    assert all(known[user, item] == stars for user, item, stars in reference.entries(shared))


def test_one_that_holds_nothing_out_leaves_what_it_never_saw(split: Split, synthetic_small: Dataset) -> None:
    half = split.test.take(torch.arange(0, len(split.test), 2))
    one = SavedModel(BiasOnly().fit(split.train, seed=0), synthetic_small.films, held_out=split.test)
    assert len(neither_trained_on(one, replace(one, held_out=None))) == len(split.test)
    assert len(neither_trained_on(replace(one, held_out=half), one)) == len(split.test)
    everything = replace(one, model=BiasOnly().fit(synthetic_small.ratings, seed=0), held_out=None)
    with pytest.raises(InvalidArgument, match=r"^baseline and candidate have no ratings that neither was trained on;"):
        neither_trained_on(one, everything)


def test_models_from_other_data_are_refused(pair: tuple[SavedModel, SavedModel]) -> None:
    model = pair[1].model
    rated = replace(model.rated, users=IdMap([f"x{label}" for label in model.users], kind="user"))
    stranger = replace(pair[1], model=replace(model, rated=rated))  # type: ignore[type-var]
    with pytest.raises(
        InvalidArgument, match=r"^baseline and candidate must come from the same data, got .* other people$"
    ):
        compare(pair[0], stranger)
    assert pair[1].held_out is not None
    lied = replace(pair[1], held_out=replace(pair[1].held_out, values=6 - pair[1].held_out.values))
    with pytest.raises(InvalidArgument, match=r"^baseline and candidate must come from the same data, got other stars"):
        compare(pair[0], lied)


# Words, guards, stopping


@pytest.mark.parametrize(
    ("gap", "seeds_known", "word"),
    [
        (Figure(0.01, 0.004, 0.02), True, "worse"),
        (Figure(-0.01, -0.02, -0.004), True, "better"),
        (Figure(-0.01, -0.02, -0.002), True, NO_DIFFERENCE),
        (Figure(0.01, 0.004, 0.02), False, "unknown until refits with other seeds tell"),
        (Figure(0.0, -0.1, 0.1), False, NO_DIFFERENCE),
        (Figure(math.nan, math.nan, math.nan), True, "not known"),
    ],
)
def test_words_for_differences(gap: Figure, seeds_known: bool, word: str) -> None:
    assert verdict(gap, margin=0.003, words=LOWER_IS_BETTER, seeds_known=seeds_known) == word


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("rmse>+0.01", ("rmse", ">", 0.01, True)),
        (" ndcg < -0.02", ("ndcg", "<", -0.02, True)),
        ("mae>.8", ("mae", ">", 0.8, False)),
        ("coverage<0.1", ("coverage", "<", 0.1, False)),
    ],
)
def test_guards_are_read(text: str, parts: tuple[str, str, float, bool]) -> None:
    guard = Guard.parse(text)
    assert (guard.name, guard.sign, guard.bound, guard.of_change) == parts


@pytest.mark.parametrize("text", ["", "rmse", "rmse>", "rmse=1", "speed>1", "rmse>1e3", "rmse>+0.01;rm", "rmse>٣"])
def test_other_guards_are_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match=r"^must "):
        Guard.parse(text)


def test_guards_fail_by_what_was_measured(found: Comparison) -> None:
    change, own = found["rmse"].gap.value, found["rmse"].candidate.value
    fails = [f"rmse>{change - 0.001:+.6f}", f"rmse<{change + 0.001:+.6f}", f"rmse>{own - 0.001:.6f}"]
    holds = [f"rmse>{change + 0.001:+.6f}", f"rmse<{own - 0.001:.6f}"]
    said = failed_guards(found, [Guard.parse(text) for text in fails + holds])
    assert [sentence.split()[1] for sentence in said] == fails
    assert said[0] == f"Guard {fails[0]} failed: rmse changed by {change:+.4f} stars."
    with pytest.raises(InvalidArgument, match="which is not known of these models"):
        popular = replace(found["rmse"], gap=Figure(math.nan, math.nan, math.nan))
        failed_guards(replace(found, metrics=(popular,)), [Guard.parse("rmse>+1")])


def test_comparing_and_refitting_stop_when_asked(pair: tuple[SavedModel, SavedModel]) -> None:
    with pytest.raises(FitStopped, match=r"^measuring was stopped after model 0 of 2"):
        compare(*pair, should_stop=lambda: True)
    with pytest.raises(FitStopped, match=r"^fitting was stopped after fit 0 of 5"):
        refit(pair[1].model, should_stop=lambda: True)
    with pytest.raises(InvalidArgument, match=r"^n must be at least 5 refits, got 4$"):
        refit(pair[1].model, n=4)


def test_refits_differ_by_seed_alone(pair: tuple[SavedModel, SavedModel]) -> None:
    fits = refit(pair[1].model)
    assert fits is not None
    assert [fit.card.seed for fit in fits] == [1, 2, 3, 4, 5]
    assert {fit.card.fingerprint for fit in fits} == {pair[1].model.card.fingerprint}
    assert len({fit.version for fit in fits}) == 5


def test_a_review_does_all_of_it_and_tells_how_far_it_is(
    pair: tuple[SavedModel, SavedModel], found: Comparison
) -> None:
    told: list[Progress] = []
    reviewed = review(*pair, k=K, on_progress=told.append)
    assert reviewed.n_refits == 5 and reviewed["rmse"].gap.value == found["rmse"].gap.value
    assert [progress.step for progress in told] == list(range(1, 23)) and {progress.n_steps for progress in told} == {
        22
    }
    with pytest.raises(InvalidArgument, match=r"^refits must be 0 or at least 5, got 1$"):
        review(*pair, n_refits=1)
    with pytest.raises(FitStopped):
        review(*pair, should_stop=lambda: True)


def test_a_review_knows_people_where_their_data_lie_here(ml100k: Dataset, pair: tuple[SavedModel, SavedModel]) -> None:
    model = BiasOnly().fit(ml100k.ratings, seed=0)
    known = people_here(model.with_card(replace(model.card, dataset="ml-100k")))
    assert known[1].age == ml100k.people[1].age
    assert people_here(model) == people_here(pair[0].model) == {}


def test_settings_that_are_not_all_known_leave_differences_without_a_word(
    pair: tuple[SavedModel, SavedModel], synthetic_small: Dataset
) -> None:
    card = replace(pair[0].model.card, trainer="Category")
    reviewed = review(replace(pair[0], model=pair[0].model.with_card(card)), pair[1], k=K)
    assert reviewed.n_refits == 0 and not is_called_different(reviewed)


def test_a_terminal_gets_a_table_and_sentences(found: Comparison) -> None:
    lines = summary_lines(found).splitlines()
    assert lines[0].split() == ["baseline", "candidate", "change"]
    assert lines[1].startswith("rmse") and found["rmse"].verdict in lines[1]
    assert lines[-1] == findings(found)[-1]


# One table for many models, and one model's errors


def test_a_scoreboard_holds_every_model_beside_the_reference(
    found: Comparison, models: tuple[FactorModel, FactorModel], split: Split, synthetic_small: Dataset
) -> None:
    named = {"bias": models[0], "als": models[1]}
    refits = {name: refit(model) or () for name, model in named.items()}
    board = score_models(
        named, split.test, reference="bias", films=synthetic_small.films, refits=refits, k=K, n_resamples=N_RESAMPLES
    )
    assert board["als"]["rmse"] == found["rmse"] and board["als"].metrics[2] == found.metrics[2]
    assert board["bias"]["rmse"].gap == Figure(0, 0, 0)
    assert Scoreboard.from_json(json.dumps(board.as_dict()))["als"]["rmse"] == board["als"]["rmse"]
    with pytest.raises(InvalidArgument, match=r"^reference must be one of bias, als, got 'other'$"):
        score_models(named, split.test, reference="other", films=synthetic_small.films)


def test_the_error_atlas_equals_loops(
    models: tuple[FactorModel, FactorModel], split: Split, synthetic_small: Dataset
) -> None:
    atlas = error_atlas(models[1], split.test, synthetic_small.films, n_resamples=N_RESAMPLES)
    given, predictions = split.test.values.tolist(), models[1].predict_ratings(split.test).tolist()
    residuals = [rating - prediction for rating, prediction in zip(given, predictions, strict=True)]
    assert atlas.whole.rmse.value == pytest.approx(reference.rmse(given, predictions), abs=1e-6)
    assert atlas.whole.bias.value == pytest.approx(sum(residuals) / len(residuals), abs=1e-6)
    assert atlas.whole.n_people == len(split.test.user_idx.unique())
    line = next(each for each in atlas.lines if each.name == "Drama")
    own = [
        r
        for r, row in zip(residuals, split.test.item_idx.tolist(), strict=True)
        if "Drama" in synthetic_small.films[row + 1].genres
    ]
    assert line.bias.value == pytest.approx(sum(own) / len(own), abs=1e-6)
    assert line.rmse.value == pytest.approx(reference.rmse(own, [0.0] * len(own)), abs=1e-6)
    off = sorted(map(abs, residuals))
    assert [abs(miss.residual) for miss in atlas.worst] == pytest.approx(off[::-1][:10], abs=1e-6)
    assert [abs(miss.residual) for miss in atlas.best] == pytest.approx(off[:10], abs=1e-6)
    assert ErrorAtlas.from_json(json.dumps(atlas.as_dict())) == atlas


def test_a_bench_without_ratings_is_refused(split: Split, synthetic_small: Dataset) -> None:
    with pytest.raises(InvalidArgument, match=r"^test must hold at least one rating, got 0$"):
        Bench.of(split.train, split.test.take(torch.arange(0)), synthetic_small.films)


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert interval_text(Figure(-0.0001, -0.002, 0.0004)) == "0.000 (−0.002 to 0.000)"
    assert interval_text(Figure(0.012, -0.0, 0.02)) == "+0.012 (0.000 to +0.020)"
