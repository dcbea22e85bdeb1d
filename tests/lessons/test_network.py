"""Walking through a network and a dot product against the models that the program predicts with."""

from __future__ import annotations

import pytest
import torch

from core import SGD, EmbeddingNN, UnknownId
from core.datasets.dataset import Dataset
from core.lessons import n_learned, through_network, through_product
from core.model import FactorModel
from core.neural_model import NeuralModel


@pytest.fixture(scope="module")
def network(synthetic_small: Dataset) -> NeuralModel:
    return EmbeddingNN(n_factors=4, n_hidden=7, n_epochs=2).fit(synthetic_small.ratings, seed=0)


@pytest.fixture(scope="module")
def product(synthetic_small: Dataset) -> FactorModel:
    return SGD(n_factors=5, n_epochs=2).fit(synthetic_small.ratings, seed=0)


def test_a_walk_ends_where_the_models_end(network: NeuralModel, product: FactorModel) -> None:
    for user in range(0, network.rated.n_users, 23):
        for item in range(0, network.rated.n_items, 17):
            pair = torch.tensor([user]), torch.tensor([item])
            person, film = network.users.labels[user], network.items.labels[item]
            walked = through_network(network, person, film)
            assert walked.stars == pytest.approx(float(network.predict(*pair)), abs=1e-5)
            assert walked.score == pytest.approx(float(network.scores(*pair)), abs=1e-5)
            multiplied = through_product(product, person, film)
            assert multiplied.stars == pytest.approx(float(product.predict(*pair)), abs=1e-5)
            assert multiplied.score == pytest.approx(float(product.scores(*pair)), abs=1e-5)


def test_what_lies_between_is_what_loops_give(network: NeuralModel, product: FactorModel) -> None:
    person, film = network.users.labels[3], network.items.labels[8]
    walked = through_network(network, person, film)
    assert walked.person == tuple(network.user_factors[3].tolist())
    assert walked.film == tuple(network.item_factors[8].tolist())
    for weights, bias, found in zip(
        network.hidden_weight.tolist(), network.hidden_bias.tolist(), walked.between, strict=True
    ):
        total = sum(a * b for a, b in zip(weights, walked.person + walked.film, strict=True)) + bias
        assert found == pytest.approx(max(total, 0), abs=1e-6)
    multiplied = through_product(product, person, film)
    assert multiplied.between == pytest.approx(
        [a * b for a, b in zip(multiplied.person, multiplied.film, strict=True)], abs=1e-7
    )
    with pytest.raises(UnknownId):
        through_network(network, "nobody", film)


def test_learned_numbers_are_counted(network: NeuralModel, product: FactorModel) -> None:
    assert n_learned(network) == (200 + 100) * 4 + 8 * 7 + 7 + 7 + 1
    assert n_learned(product) == (200 + 100) * 5 + 200 + 100 + 1
