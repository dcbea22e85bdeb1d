"""Evaluation against plain loops: who is ranked, what may stand in a list, how ties and short lists count."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from core import model as model_module
from core.datasets.dataset import Dataset
from core.errors import InvalidArgument
from core.evaluation import held_out
from core.evaluation.held_out import Evaluation, evaluate
from core.evaluation.splits import make_split
from core.links import Constant, Identity, Link, SigmoidRange
from core.model import FactorModel, ModelCard
from core.ratings import IdMap, Ratings, RatingScale
from core.trainers.als import ALS
from core.trainers.baselines import Popularity
from tests import reference

STARS = RatingScale(1.0, 5.0, 1.0)
N_USERS, N_ITEMS = 12, 9


def parts(seed: int = 0) -> tuple[Ratings, Ratings]:
    """Two thirds of a table are filled. User 0 has no test rating, 1 no liked one, 2 nothing but films to train on."""
    generator = torch.Generator().manual_seed(seed)
    filled = torch.rand(N_USERS, N_ITEMS, generator=generator) < 0.67
    filled[2] = True
    users, items = filled.nonzero().T.int()
    stars = torch.randint(1, 6, (len(users),), generator=generator).float()
    is_test = torch.rand(len(users), generator=generator) < 0.4
    is_test[users == 0] = False
    is_test[users == 2] = items[users == 2] == 5
    stars[(users == 1) & is_test] = 2.0
    stars[(users == 2) & is_test] = 5.0
    whole = Ratings.from_columns(users.tolist(), items.tolist(), stars.tolist(), scale=STARS)
    return whole.take(~is_test), whole.take(is_test)


def random_model(train: Ratings, link: Link, *, seed: int = 0, draws: int = 3, whole: bool = False) -> FactorModel:
    """Random numbers; ``whole`` ones make scores that tie exactly."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> torch.Tensor:
        numbers = torch.randn(*shape, generator=generator, dtype=torch.float64)
        return numbers.round() if whole else numbers

    return FactorModel(
        user_factors=normal(draws, N_USERS, 2),
        item_factors=normal(draws, N_ITEMS, 2),
        user_bias=normal(draws, N_USERS),
        item_bias=normal(draws, N_ITEMS),
        global_mean=3 + normal(draws),
        rated=train,
        card=ModelCard("Test", {}, seed, len(train), train.fingerprint),
        link=link,
    )


def score(model: FactorModel, user: int, item: int) -> list[float]:
    """The score of each draw, in a loop."""
    tables = zip(
        *(
            getattr(model, name).numpy()
            for name in ("user_factors", "item_factors", "user_bias", "item_bias", "global_mean")
        ),
        strict=True,
    )
    return [reference.Tables(*table).score(user, item) for table in tables]


def ranking(model: FactorModel, user: int) -> list[int]:
    """Film rows not rated in training, by mean score, the smaller row first among equals."""
    rated = {item for row, item, _ in reference.entries(model.rated) if row == user}
    means = {item: sum(score(model, user, item)) / model.n_draws for item in range(N_ITEMS) if item not in rated}
    return sorted(means, key=lambda item: (-means[item], item))


def slow_evaluate(model: FactorModel, test: Ratings, k: int) -> Evaluation:
    rows = reference.entries(test)
    predictions = []
    for user, item, _ in rows:
        stars = [float(model.link.stars(torch.tensor(s, dtype=torch.float64))) for s in score(model, user, item)]
        predictions.append(min(max(sum(stars) / len(stars), 1.0), 5.0))
    lists, ndcg, recall = [], [], []
    for user in sorted({user for user, _, _ in rows}):
        liked = {item for row, item, stars in rows if row == user and stars >= 4}
        shown = ranking(model, user)[:k]
        lists.append(shown)
        if liked:
            hits = [item in liked for item in shown]
            ndcg.append(reference.ndcg(hits, len(liked), k))
            recall.append(reference.recall(hits, len(liked), k))
    given = [stars for _, _, stars in rows]
    return Evaluation(
        rmse=reference.rmse(given, predictions),
        mae=reference.mae(given, predictions),
        ndcg=sum(ndcg) / len(ndcg),
        recall=sum(recall) / len(recall),
        coverage=reference.coverage(lists, N_ITEMS),
        k=k,
        relevant_from=4.0,
        n_train=len(model.rated),
        n_test=len(test),
        n_ranked_users=len(ndcg),
    )


def check_equal(found: Evaluation, expected: Evaluation) -> None:
    """To 1e-12: both sum some dozens of float64 numbers."""
    for name, value in vars(expected).items():
        assert getattr(found, name) == pytest.approx(value, abs=1e-12), name


@pytest.mark.parametrize("k", [1, 3, N_ITEMS])
@pytest.mark.parametrize(
    "link", [Identity(), SigmoidRange(0.0, 5.5), Constant(3.5)], ids=lambda link: type(link).__name__
)
@pytest.mark.parametrize("seed", [0, 1])
def test_figures_equal_loops(seed: int, link: Link, k: int) -> None:
    train, test = parts(seed)
    model = random_model(train, link, seed=seed)
    check_equal(evaluate(model, test, k=k), slow_evaluate(model, test, k))


@pytest.mark.parametrize("k", [1, 2, 4])
def test_films_of_equal_score_stand_in_the_order_of_their_rows(k: int) -> None:
    train, test = parts()
    model = random_model(train, Identity(), draws=1, whole=True)
    scores = [ranking_score for user in range(N_USERS) for ranking_score in score_row(model, user)]
    assert len(set(scores)) < len(scores) / 2  # or nothing would tie
    check_equal(evaluate(model, test, k=k), slow_evaluate(model, test, k))


def score_row(model: FactorModel, user: int) -> list[float]:
    return [sum(score(model, user, item)) for item in range(N_ITEMS)]


def test_many_films_of_equal_score_keep_their_order() -> None:
    """Wide enough that a sort which does not keep the order of equals would show it."""
    n_items = 3_000
    users, items = [1] * n_items, list(range(n_items))
    whole = Ratings.from_columns(users, items, [5.0] * n_items, scale=STARS)
    train, test = whole.take(torch.arange(1)), whole.take(torch.arange(1, n_items))
    flat = torch.zeros(1, n_items)
    model = FactorModel(
        torch.zeros(1, 1, 0), torch.zeros(1, n_items, 0), torch.zeros(1, 1), flat, torch.zeros(1), train,
        ModelCard("Test", {}, 0, 1, ""),
    )  # fmt: skip
    assert held_out.rank_people(model, test, 5).listed.tolist() == [1, 2, 3, 4, 5]


def test_no_list_ever_holds_a_film_rated_in_training(synthetic_small: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that likes best what was rated: at the longest lists every unrated film is there, and no other."""
    split = make_split(synthetic_small.ratings)
    loving = ALS(n_factors=2, n_epochs=1).fit(split.train, seed=0)
    loving = replace(loving, item_bias=loving.item_bias + loving.rated.item_counts)
    rated = {(user, item) for user, item, _ in reference.entries(split.train)}
    shown: list[torch.Tensor] = []
    rank = held_out.rank_people

    def spy(model: FactorModel, test: Ratings, k: int) -> held_out.RankedPeople:
        found = rank(model, test, k)
        shown.append(found.listed)
        return found

    monkeypatch.setattr(held_out, "rank_people", spy)
    for user in range(0, synthetic_small.ratings.n_users, 7):
        own = split.test.take(split.test.user_idx == user)
        if len(own):
            shown.clear()
            evaluate(loving, own, k=loving.rated.n_items)
            unrated = {item for item in range(loving.rated.n_items) if (user, item) not in rated}
            assert sorted(shown[0].tolist()) == sorted(unrated)


@pytest.mark.parametrize("n_bytes", [1, 2_000, 10**9])
def test_the_size_of_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch, n_bytes: int) -> None:
    train, test = parts()
    model = random_model(train, Identity())
    whole = evaluate(model, test, k=3)
    monkeypatch.setattr(model_module, "BLOCK_BYTES", n_bytes)
    assert vars(evaluate(model, test, k=3)) == pytest.approx(vars(whole), abs=1e-12)


def test_the_order_of_the_test_part_changes_nothing() -> None:
    train, test = parts()
    model = random_model(train, Identity())
    turned = test.take(torch.arange(len(test)).flip(0))
    assert vars(evaluate(model, turned, k=3)) == pytest.approx(vars(evaluate(model, test, k=3)), abs=1e-12)


def test_people_without_a_test_rating_are_nobodys_business() -> None:
    """Other numbers for user 0, who has no test rating, change no figure."""
    train, test = parts()
    model = random_model(train, Identity())
    factors = model.user_factors.clone()
    factors[:, 0] *= -9
    assert evaluate(replace(model, user_factors=factors), test, k=2) == evaluate(model, test, k=2)


def test_without_a_liked_film_there_is_no_ranking_figure() -> None:
    train, test = parts()
    own = test.take(test.user_idx == 1)
    found = evaluate(random_model(train, Identity()), own, k=2)
    assert math.isnan(found.ndcg) and math.isnan(found.recall)
    assert found.n_ranked_users == 0 and found.n_test == len(own) and found.coverage == pytest.approx(2 / N_ITEMS)


def test_someone_with_one_film_left_gets_a_list_of_one() -> None:
    """User 2 rated all films but one in training: the best list has a hit at its only place."""
    train, test = parts()
    own = test.take(test.user_idx == 2)
    found = evaluate(random_model(train, Identity()), own, k=4)
    assert (found.ndcg, found.recall, found.coverage) == (1.0, 1.0, pytest.approx(1 / N_ITEMS))


@pytest.mark.parametrize("k", [0, -1, N_ITEMS + 1])
def test_k_out_of_range_is_refused(k: int) -> None:
    train, test = parts()
    with pytest.raises(InvalidArgument) as error:
        evaluate(random_model(train, Identity()), test, k=k)
    assert str(error.value) == f"k must be between 1 and n_items={N_ITEMS}, got {k}"


def test_ratings_seen_in_training_are_refused() -> None:
    train, test = parts()
    model = random_model(train, Identity())
    leak = replace(
        test,
        user_idx=torch.cat([test.user_idx, train.user_idx[:1]]),
        item_idx=torch.cat([test.item_idx, train.item_idx[:1]]),
        values=torch.cat([test.values, train.values[:1]]),
    )
    with pytest.raises(InvalidArgument) as error:
        evaluate(model, leak, k=3)
    assert str(error.value) == "test must hold ratings the model has not seen, got some that it was trained on"


def test_an_empty_test_part_is_refused() -> None:
    train, test = parts()
    with pytest.raises(InvalidArgument) as error:
        evaluate(random_model(train, Identity()), test.take(torch.zeros(len(test), dtype=torch.bool)))
    assert str(error.value) == "test must hold at least one rating, got 0"


@pytest.mark.parametrize("side", ["users", "items"])
def test_a_test_part_with_other_ids_is_refused(side: str) -> None:
    train, test = parts()
    ids = getattr(test, side)
    renamed = replace(test, **{side: IdMap([f"x{label}" for label in ids], kind=ids.kind)})
    with pytest.raises(InvalidArgument) as error:
        evaluate(random_model(train, Identity()), renamed, k=3)
    assert str(error.value) == "test must come from the same split as the model's training part, got other ids"


def test_popularity_predicts_the_mean_and_ranks_by_count() -> None:
    train, test = parts()
    model = Popularity().fit(train, seed=0)
    found = evaluate(model, test, k=3)
    mean = sum(train.values.tolist()) / len(train)
    assert found.rmse == pytest.approx(reference.rmse(test.values.tolist(), [mean] * len(test)), abs=1e-6)  # float32
    counts = train.item_counts.tolist()
    order = sorted(range(N_ITEMS), key=lambda item: (-counts[item], item))
    expected = set()
    for user in set(test.user_idx.tolist()):
        rated = set(train.item_idx[train.user_idx == user].tolist())
        expected |= set([item for item in order if item not in rated][:3])
    assert found.coverage == pytest.approx(len(expected) / N_ITEMS)
