"""What a comparison must find, and what it must not: planted regressions are named, seeds alone are no difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from scipy.stats import binomtest

from core import alternation
from core.artefact import SavedModel
from core.datasets.synthetic import Synthetic
from core.evaluation.bench import Bench
from core.evaluation.comparison import Comparison, compare, compare_measured
from core.evaluation.findings import findings
from core.evaluation.refits import refit
from core.evaluation.scoreboard import Refits
from core.evaluation.slices import POPULARITY
from core.evaluation.splits import make_split
from core.model import FactorModel
from core.ratings import Ratings
from core.trainers.als import ALS
from tests.test_comparison import is_called_different

TRAINER = ALS(n_factors=3, n_epochs=4)
N_RESAMPLES = 400
DATASET = Synthetic(n_users=300, n_items=120, n_ratings=9_000).draw(seed=0)
SPLIT = make_split(DATASET.ratings, "random", seed=0)
SPOILT = "Thriller"


def saved(model: FactorModel) -> SavedModel:
    return SavedModel(model, DATASET.films, held_out=SPLIT.test)


def fits_of(model: FactorModel) -> Sequence[FactorModel]:
    found = refit(model)
    assert found is not None
    return [each for each in found if isinstance(each, FactorModel)]


def spoil(train: Ratings, genre: str) -> Ratings:
    """The genre's ratings turned round: what was loved is hated."""
    films = torch.tensor(DATASET.ratings.items.rows(DATASET.films.select(genres=[genre])))
    hit = torch.isin(train.item_idx, films)
    return replace(train, values=torch.where(hit, train.scale.low + train.scale.high - train.values, train.values))


@pytest.fixture(scope="module")
def baseline() -> FactorModel:
    return TRAINER.fit(SPLIT.train, seed=0)


def test_a_genre_whose_ratings_were_spoilt_is_named(baseline: FactorModel) -> None:
    candidate = TRAINER.fit(spoil(SPLIT.train, SPOILT), seed=0)
    fits = fits_of(baseline), fits_of(candidate)
    found = compare(saved(baseline), saved(candidate), refits=fits, n_resamples=N_RESAMPLES)
    assert found["rmse"].verdict == "worse"
    genres = [line.name for line in found.worse_slices if line.kind == "genre"]
    assert found.worse_slices[0].name == genres[0] == SPOILT
    rest = [line.gap.value for line in found.worse_slices if line.kind == "genre" and line.name != SPOILT]
    assert found.worse_slices[0].gap.value > 2 * max([0.0, *rest])
    said = findings(found)
    assert said[0].startswith("Typical error: the candidate is worse")
    assert any(sentence.startswith(f"Worse for genre {SPOILT}: typical error +") for sentence in said)


def test_popular_films_that_were_boosted_are_named(baseline: FactorModel) -> None:
    popular = SPLIT.train.item_counts >= SPLIT.train.item_counts.sort(descending=True).values[15]

    def boost(model: FactorModel) -> FactorModel:
        return replace(model, item_bias=model.item_bias + 0.5 * popular)

    refits = fits_of(baseline)
    found = compare(
        saved(baseline),
        saved(boost(baseline)),
        refits=(refits, [boost(each) for each in refits]),
        n_resamples=N_RESAMPLES,
    )
    shifts = {group.name: group for group in found.groups}
    assert shifts[POPULARITY[2]].verdict == "gains" and shifts[POPULARITY[0]].verdict == "loses"
    assert found.shifted_groups[0].kind == "popularity"
    assert found["popularity_rank"].verdict == "lower"
    labels = SPLIT.train.items.labels
    boosted = {labels[row] for row in popular.nonzero()[:, 0].tolist()}
    assert {film.item_id for film in found.gained[:5]} <= boosted
    assert not boosted & {film.item_id for film in found.lost}
    assert any(sentence.startswith("Most rated films: gains places in lists, from ") for sentence in findings(found))


def test_without_refits_nothing_is_called_different(baseline: FactorModel) -> None:
    candidate = TRAINER.fit(spoil(SPLIT.train, SPOILT), seed=0)
    found = compare(saved(baseline), saved(candidate), n_resamples=N_RESAMPLES)
    assert found["rmse"].verdict == "unknown until refits with other seeds tell" and not is_called_different(found)
    assert "refits with other seeds must tell" in findings(found)[0]


N_TABLES, N_PAIRS_EACH, N_REFITS = 13, 16, 5
MOST_CALLED, LEVEL = 0.05, 0.01


def pairs_that_differ_by_seed_alone() -> list[Comparison]:
    """Pairs of fits of one trainer to one table, and other fits that tell how much seeds change."""
    found: list[Comparison] = []
    for table in range(N_TABLES):
        dataset = Synthetic(n_users=80, n_items=40, n_ratings=1_600).draw(seed=table)
        split = make_split(dataset.ratings, "random", seed=table)
        bench = Bench.of(split.train, split.test, dataset.films, calibrated=False, k=5)
        trainer = ALS(n_factors=2, n_epochs=2, regularization=0.3, bias_regularization=0.3)
        models = [trainer.fit(split.train, seed=seed) for seed in range(2 * N_PAIRS_EACH + 2 * N_REFITS)]
        measured = [bench.measure(model) for model in models]
        pairs, fits = models[: 2 * N_PAIRS_EACH], measured[2 * N_PAIRS_EACH :]
        refits = Refits(fits[:N_REFITS], fits[N_REFITS:])
        for place in range(0, len(pairs), 2):
            both = [SavedModel(model, dataset.films) for model in pairs[place : place + 2]]
            found.append(
                compare_measured(
                    bench,
                    (both[0], both[1]),
                    (measured[place], measured[place + 1]),
                    refits,
                    n_resamples=200,
                    seed=place,
                )
            )
    return found


def test_models_that_differ_by_seed_alone_are_hardly_ever_called_different(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alternation, "n_threads_for", lambda _: 1)  # fits this small are mostly the starting of threads
    found = pairs_that_differ_by_seed_alone()
    assert len(found) >= 200
    assert max(abs(each["rmse"].gap.value) for each in found) > 0.003  # or the margin alone would keep them quiet
    n_called = sum(is_called_different(each) for each in found)
    assert binomtest(n_called, len(found), MOST_CALLED, alternative="greater").pvalue > LEVEL, n_called
