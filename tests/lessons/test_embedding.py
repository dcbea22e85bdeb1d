"""The embedding built by hand against torch's own, and its gradient against plain loops."""

from __future__ import annotations

import pytest
import torch

from core.datasets.dataset import Dataset
from core.lessons import (
    Embedding,
    difference_from_torch,
    first_raters,
    fresh_batch,
    gradient_of_batch,
    random_table,
    rows_with_gradient,
    torch_embedding,
)

PEOPLE, FILMS = random_table(6, 3, seed=1).double(), random_table(4, 3, seed=2).double()
USERS, ITEMS, STARS = torch.tensor([4, 1, 4]), torch.tensor([0, 2, 3]), torch.tensor([5.0, 1.0, 3.0]).double()


def test_it_gives_what_torch_gives_row_by_row() -> None:
    rows = torch.tensor([5, 0, 5, 2])
    assert torch.equal(Embedding(PEOPLE)(rows), torch_embedding(PEOPLE)(rows))
    assert torch.equal(Embedding(PEOPLE)(rows), PEOPLE[rows])


def test_it_learns_and_leaves_the_numbers_it_was_given_alone() -> None:
    before, table = PEOPLE.clone(), Embedding(PEOPLE)
    assert [parameter.shape for parameter in table.parameters()] == [(6, 3)]
    with torch.no_grad():
        table.weight.add_(1.0)
    assert torch.equal(before, PEOPLE)


def test_the_gradient_is_that_of_plain_loops_in_both_tables() -> None:
    expected = [[0.0] * 3 for _ in range(6)]
    for user, item, stars in zip(USERS.tolist(), ITEMS.tolist(), STARS.tolist(), strict=True):
        miss = sum(float(PEOPLE[user, f] * FILMS[item, f]) for f in range(3)) - stars
        for f in range(3):
            expected[user][f] += 2 * miss * float(FILMS[item, f]) / 3
    for build in (Embedding, torch_embedding):
        found = gradient_of_batch(build(PEOPLE), build(FILMS), USERS, ITEMS, STARS)
        assert torch.allclose(found, torch.tensor(expected, dtype=torch.float64), rtol=0, atol=1e-12)
        assert rows_with_gradient(found) == [1, 4]


def test_tables_start_small_the_same_for_the_same_seed() -> None:
    table = random_table(50, 4, seed=7)
    assert torch.equal(table, random_table(50, 4, seed=7))
    assert not torch.equal(table, random_table(50, 4, seed=8))
    assert -0.5 <= float(table.min()) < -0.4
    assert 0.4 < float(table.max()) <= 0.5


def test_torch_gives_the_same_over_every_row() -> None:
    assert difference_from_torch(PEOPLE) == 0


def test_the_first_who_rated_a_film_in_the_order_of_the_data(synthetic_small: Dataset) -> None:
    ratings = synthetic_small.ratings
    film = ratings.items.labels[4]
    expected = [(user, ratings.of_user(user)[film]) for user in ratings.users if film in ratings.of_user(user)]
    assert list(first_raters(ratings, film, 6).items()) == expected[:6]
    assert list(first_raters(ratings, film, 10**6).items()) == expected


@pytest.mark.parametrize("chosen", [[], [2], [0, 3], [0, 1, 2, 3]])
def test_only_rows_of_a_batch_have_a_gradient(chosen: list[int]) -> None:
    numbers, gradient = fresh_batch([5.0, 1.0, 3.0, 4.0], chosen, n_factors=3, seed=0)
    assert torch.equal(numbers, random_table(4, 3, seed=0))
    assert rows_with_gradient(gradient) == chosen
    film = random_table(1, 3, seed=1)[0]
    for row in chosen:
        miss = float(numbers[row] @ film) - [5.0, 1.0, 3.0, 4.0][row]
        assert torch.allclose(gradient[row], 2 * miss * film / len(chosen), rtol=0, atol=1e-6)
