"""The network: its model against plain loops, its training against planted structure, its gradients against autograd."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core import model as model_module
from core.artefact import SavedModel
from core.catalogue import Catalogue
from core.datasets.synthetic import Synthetic
from core.errors import ArtefactError, FoldInRefused, InvalidArgument
from core.evaluation.held_out import evaluate
from core.explanation.influence import influences
from core.folding import fold_in, leave_one_out_means, person_of
from core.links import SigmoidRange
from core.model import ModelCard
from core.neural_model import NeuralModel
from core.next_films import films_to_rate
from core.persistence import load_model, save_model
from core.progress import Progress
from core.ratings import Ratings
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly
from core.trainers.neural import EmbeddingNN, Network
from tests import reference
from tests.models import ITEMS, USERS, random_ratings

HIDDEN, WIDTH, ITEM_WIDTH = 4, 2, 3
ALL_USERS = torch.arange(USERS)
SMALL = EmbeddingNN(n_factors=3, n_hidden=8, n_epochs=4, batch_size=64)


def random_network(seed: int = 0) -> NeuralModel:
    """Random float64 numbers, the sides of different widths, some predictions beyond the scale."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    rated = random_ratings()
    return NeuralModel(
        user_factors=normal(USERS, WIDTH),
        item_factors=normal(ITEMS, ITEM_WIDTH),
        hidden_weight=normal(HIDDEN, WIDTH + ITEM_WIDTH),
        hidden_bias=normal(HIDDEN),
        output_weight=3 * normal(HIDDEN),
        output_bias=normal(),
        rated=rated,
        card=ModelCard("Test", {}, seed, len(rated), rated.fingerprint),
        link=SigmoidRange(0.0, 5.5),
    )


def slow_score(model: NeuralModel, user: int, item: int) -> float:
    """v · ReLU(W [p, q] + b) + c, one multiplication at a time."""
    pair = model.user_factors[user].tolist() + model.item_factors[item].tolist()
    total = float(model.output_bias)
    for weights, bias, out in zip(
        model.hidden_weight.tolist(), model.hidden_bias.tolist(), model.output_weight.tolist(), strict=True
    ):
        total += out * max(0.0, sum(w * x for w, x in zip(weights, pair, strict=True)) + bias)
    return total


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    return Synthetic(n_users=40, n_items=25, n_ratings=400).draw(seed=5).ratings


# --- the model -------------------------------------------------------------------------------------------------------


def test_scores_and_predictions_equal_loops() -> None:
    model = random_network()
    users, items = ALL_USERS.repeat_interleave(ITEMS).int(), torch.arange(ITEMS).repeat(USERS).int()
    expected = [[slow_score(model, user, item) for item in range(ITEMS)] for user in range(USERS)]
    torch.testing.assert_close(model.scores(users, items).view(USERS, ITEMS), torch.tensor(expected).double())
    torch.testing.assert_close(model.all_scores(ALL_USERS)[0], torch.tensor(expected).double())
    torch.testing.assert_close(model.ranking_scores(ALL_USERS), torch.tensor(expected).double())
    stars = [[min(max(5.5 / (1 + math.exp(-score)), 1), 5) for score in row] for row in expected]
    assert {1.0, 5.0} < {star for row in stars for star in row}  # some meet a limit, most do not
    torch.testing.assert_close(model.predict(users, items).view(USERS, ITEMS), torch.tensor(stars).double())


@pytest.mark.parametrize("n_bytes", [1, 500, 10**9])
def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch, n_bytes: int) -> None:
    model = random_network()
    users, items = ALL_USERS.repeat_interleave(ITEMS), torch.arange(ITEMS).repeat(USERS)
    whole = model.predict(users, items)
    monkeypatch.setattr(model_module, "BLOCK_BYTES", n_bytes)
    sizes: list[int] = []
    scores = NeuralModel.scores
    monkeypatch.setattr(NeuralModel, "scores", lambda *pairs: (sizes.append(len(pairs[1])), scores(*pairs))[1])
    torch.testing.assert_close(model.predict(users, items), whole)
    assert sum(sizes) == len(users)
    # The pair's vectors, the halves of the hidden layer and their sum, as float32.
    assert all(size == 1 or size * (WIDTH + ITEM_WIDTH + 3 * HIDDEN) * 4 <= n_bytes for size in sizes)
    assert len(sizes) == {1: len(users), 500: 5, 10**9: 1}[n_bytes]
    blocks = list(model.user_blocks(ALL_USERS))
    assert torch.equal(torch.cat(blocks), ALL_USERS)
    assert all(len(block) == 1 or len(block) * ITEMS * HIDDEN * 2 * 4 <= n_bytes for block in blocks)
    assert len(blocks) == {1: USERS, 500: 3, 10**9: 1}[n_bytes]


def test_a_training_user_gets_a_list_without_doubt() -> None:
    model = random_network()
    person = person_of(model, "u1")
    expected = {item: slow_score(model, 1, row) for row, item in enumerate(model.items)}
    torch.testing.assert_close(person.scores()[0], torch.tensor(list(expected.values())).double())
    unrated = set(model.items) - set(model.ratings_of("u1"))
    top = person.top_n(9)
    assert [one.item_id for one in top] == sorted(unrated, key=lambda item: -expected[item])
    assert all(math.isnan(one.std) and math.isnan(one.rating_std) for one in top)


def test_what_it_cannot_do_it_refuses() -> None:
    model = random_network()
    sentence = "Test models cannot take a new person; ALS, Gibbs, SGD, Category and BiasOnly models can"
    person = person_of(model, "u1")
    for refused in (lambda: fold_in(model, {10: 4.0}), lambda: leave_one_out_means(person)):
        with pytest.raises(FoldInRefused) as error:
            refused()
        assert str(error.value) == sentence
    with pytest.raises(FoldInRefused, match="linear in the ratings; Test is not"):
        influences(person, [10])
    with pytest.raises(FoldInRefused, match="a Test model cannot tell which ratings would teach it most"):
        films_to_rate(person)
    with pytest.raises(InvalidArgument) as refusal:
        _ = SavedModel(model, Catalogue([])).factors
    assert str(refusal.value) == "Test models have no space of films; models of factors have"


@pytest.mark.parametrize("name", NeuralModel.LEARNED)
def test_every_number_counts(name: str) -> None:
    """Other numbers are another version; numbers that are not finite, and other shapes, are refused."""
    model = random_network()
    assert random_network().version == model.version
    tensor = getattr(model, name)
    assert replace(model, **{name: tensor + 1}).version != model.version
    with pytest.raises(InvalidArgument, match=f"{name} must be finite"):
        replace(model, **{name: torch.full_like(tensor, torch.nan)})
    with pytest.raises(InvalidArgument, match="must have shape"):
        replace(model, **{name: tensor.new_zeros([size + 1 for size in tensor.shape] or [1])})


def test_the_version_covers_card_and_link() -> None:
    model = random_network()
    assert replace(model, link=SigmoidRange(0.0, 6.0)).version != model.version
    assert model.with_card(replace(model.card, seed=9)).version != model.version


def test_saved_and_loaded(tmp_path: Path) -> None:
    model = random_network()
    save_model(SavedModel(model, Catalogue([])), tmp_path)
    loaded = load_model(tmp_path).model
    assert isinstance(loaded, NeuralModel)
    assert loaded.version == model.version
    assert all(torch.equal(loaded.tensors[name], model.tensors[name]) for name in NeuralModel.LEARNED)


def test_a_kind_that_is_not_known_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_model(SavedModel(random_network(), Catalogue([])), tmp_path)
    monkeypatch.setattr("core.artefact.KINDS", {})
    with pytest.raises(ArtefactError, match="damaged"):
        load_model(tmp_path)


# --- training --------------------------------------------------------------------------------------------------------


def test_the_network_predicts_what_its_model_does(ratings: Ratings) -> None:
    """From the first number on: the loop's forward pass and the frozen model are the same function."""
    net = Network(ratings, 3, 8, torch.Generator().manual_seed(0))
    card = ModelCard("Test", {}, 0, 0, "")
    with torch.no_grad():
        net.output.weight.mul_(30)
        expected = net(ratings.user_idx, ratings.item_idx)
    model = net.to_model(ratings, card)
    found = model.link.stars(model.scores(ratings.user_idx, ratings.item_idx))[0]
    torch.testing.assert_close(found, expected)
    assert float(expected.std()) > 0.01


def test_predictions_start_at_the_mean(ratings: Ratings) -> None:
    """Where it is far from the middle of the range, and the layer wide; the factors' first numbers add next to nothing."""
    high = replace(ratings, values=3.75 + ratings.values / 4)
    net = Network(high, 3, 400, torch.Generator().manual_seed(0))
    with torch.no_grad():
        found = net(ratings.user_idx, ratings.item_idx)
    torch.testing.assert_close(found, torch.full_like(found, float(high.values.mean())), rtol=0, atol=0.01)


def test_first_numbers_are_spread_as_said(ratings: Ratings) -> None:
    net = Network(ratings, 50, 400, torch.Generator().manual_seed(0))
    assert float(net.user_factors.weight.detach().std()) == pytest.approx(0.01, rel=0.05)
    for layer, n_in in ((net.hidden, 100), (net.output, 400)):
        weight = layer.weight.detach()
        assert float(weight.abs().max()) <= n_in**-0.5
        assert float(weight.std()) == pytest.approx(n_in**-0.5 / 3**0.5, rel=0.1)  # of a uniform distribution


def test_a_frozen_copy_does_not_move(ratings: Ratings) -> None:
    """What a listener is shown during a fit stays as it was shown."""
    net = Network(ratings, 3, 8, torch.Generator().manual_seed(0))
    model = net.to_model(ratings, ModelCard("Test", {}, 0, 0, ""))
    version = model.version
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(1)
    assert replace(model).version == version


def test_weights_decay_and_biases_do_not(ratings: Ratings) -> None:
    net = Network(ratings, 3, 8, torch.Generator().manual_seed(0))
    decaying, free = net.parameter_groups(0.25)
    assert (decaying["weight_decay"], free["weight_decay"]) == (0.25, 0.0)
    assert {id(one) for one in free["params"]} == {id(net.hidden.bias), id(net.output.bias)}
    assert {id(one) for group in (decaying, free) for one in group["params"]} == {id(one) for one in net.parameters()}
    plain, drawn = (replace(SMALL, weight_decay=decay).fit(ratings, seed=0) for decay in (0.0, 5.0))
    assert drawn.hidden_weight.abs().mean() < 0.9 * plain.hidden_weight.abs().mean()


def test_it_bends_where_a_dot_product_and_biases_cannot() -> None:
    """Films of one kind are loved by half the people and hated by the other half: no bias can say so."""
    users, items = torch.arange(60).repeat_interleave(40), torch.arange(40).repeat(60)
    stars = torch.where((users % 2 == 0) == (items % 2 == 0), 4.5, 1.5)
    table = Ratings.from_columns(users.tolist(), items.tolist(), stars.tolist())
    train, test = table.split(test_fraction=0.2, seed=0)
    trainer = EmbeddingNN(n_factors=4, n_hidden=16, n_epochs=30, batch_size=64, learning_rate=0.02, weight_decay=0.0)
    model = trainer.fit(train, seed=0)
    assert evaluate(model, test).rmse < 0.2
    assert evaluate(BiasOnly().fit(train, seed=0), test).rmse > 1.4


def test_losses_fall_and_are_the_models(ratings: Ratings) -> None:
    reports: list[Progress] = []
    model = replace(SMALL, n_epochs=12).fit(ratings, seed=0, on_progress=reports.append)
    losses = [report.loss or math.nan for report in reports]
    assert losses[-1] < losses[3] < losses[0]
    predicted = model.predict(ratings.user_idx, ratings.item_idx).tolist()
    assert losses[-1] == pytest.approx(reference.rmse(ratings.values.tolist(), predicted) ** 2, rel=1e-5)


# --- warm starts, refusals -------------------------------------------------------------------------------------------


def test_a_warm_start_goes_by_id(ratings: Ratings) -> None:
    """Without steps worth the name, the new table's known people and films are predicted as before."""
    start = SMALL.fit(ratings, seed=0)
    users, items = (
        [labels[row] for row in rows.tolist()]
        for labels, rows in ((ratings.users.labels, ratings.user_idx), (ratings.items.labels, ratings.item_idx))
    )
    moved = Ratings.from_columns([0, *users], [-1, *items], [3.0, *ratings.values.tolist()], scale=ratings.scale)
    still = replace(SMALL, n_epochs=1, learning_rate=1e-9, weight_decay=0.0)
    again = still.fit(moved, seed=7, start=start)
    pairs = (ratings.user_idx, ratings.item_idx)
    torch.testing.assert_close(again.predict(*(part + 1 for part in pairs)), start.predict(*pairs), rtol=0, atol=1e-5)


def test_a_start_of_another_kind_is_refused(ratings: Ratings) -> None:
    start = SMALL.fit(ratings, seed=0)
    hidden = "start must have a hidden layer of (8, 6) and the link SigmoidRange(low=0.0, high=5.25), got "
    for trainer, wrong, sentence in (
        (SMALL, ALS(n_factors=3).fit(ratings, seed=0), "start must be an EmbeddingNN model, got one of ALS"),
        (
            SMALL,
            replace(SMALL, n_hidden=9).fit(ratings, seed=0),
            hidden + "(9, 6) and SigmoidRange(low=0.0, high=5.25)",
        ),
        (SMALL, replace(start, link=SigmoidRange(0, 9)), hidden + "(8, 6) and SigmoidRange(low=0, high=9)"),
        (ALS(n_factors=3), start, "start must be a model of factors and biases, got one of EmbeddingNN"),
    ):
        with pytest.raises(InvalidArgument) as error:
            trainer.fit(ratings, seed=0, start=wrong)  # type: ignore[attr-defined]
        assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"n_factors": 0}, "n_factors must be at least 1, got 0"),
        ({"n_hidden": 0}, "n_hidden must be at least 1, got 0"),
        ({"n_epochs": 0}, "n_epochs must be at least 1, got 0"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0, got 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be above 0, got nan"),
        ({"weight_decay": -1.0}, "weight_decay must be at least 0, got -1"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float], sentence: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        EmbeddingNN(**settings)  # type: ignore[arg-type]
    assert str(error.value) == sentence
