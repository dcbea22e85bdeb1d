"""Learning by hand: against torch's own gradients and optimiser, and every moment as the whole training gives it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
import torch

from core.errors import InvalidArgument
from core.lessons import ByHand, Known, initialise, known_cells, loss, predict, record, step

NAN = float("nan")
TABLE = pd.DataFrame([[5.0, NAN, 1.0, 4.0], [NAN, 2.0, 3.0, NAN], [4.0, 1.0, NAN, 5.0]], index=["a", "b", "c"])
KNOWN = known_cells(TABLE)
SHAPE = (3, 4)
TRAINER = ByHand(n_factors=2, n_epochs=40, batch_size=3, learning_rate=0.1)


def test_known_cells_are_those_with_a_rating() -> None:
    found = {(p, f): s for p, f, s in zip(*(column.tolist() for column in KNOWN), strict=True)}
    assert found == {(p, f): s for p, row in enumerate(TABLE.to_numpy().tolist()) for f, s in enumerate(row) if s == s}


def test_predictions_and_loss_are_sums_in_loops() -> None:
    users, items = initialise(*SHAPE, 2, torch.Generator().manual_seed(3))
    by_hand = [
        [sum(p * q for p, q in zip(person, film, strict=True)) for film in items.tolist()] for person in users.tolist()
    ]
    torch.testing.assert_close(predict(users, items), torch.tensor(by_hand))
    errors = [by_hand[p][f] - s for p, f, s in zip(*(column.tolist() for column in KNOWN), strict=True)]
    assert loss(predict(users, items), KNOWN) == pytest.approx(sum(e * e for e in errors) / len(errors))


def by_torch(trainer: ByHand, known: Known) -> tuple[torch.Tensor, torch.Tensor]:
    """The same training by torch: autograd for the slope, torch.optim.SGD for the step."""
    generator = torch.Generator().manual_seed(trainer.seed)
    tables = [table.requires_grad_() for table in initialise(*SHAPE, trainer.n_factors, generator)]
    optimiser = torch.optim.SGD(tables, lr=trainer.learning_rate)
    for _ in range(trainer.n_epochs):
        for batch in torch.randperm(len(known.stars), generator=generator).split(trainer.batch_size):
            optimiser.zero_grad()
            predicted = (tables[0] @ tables[1].T)[known.people[batch], known.films[batch]]
            ((predicted - known.stars[batch]) ** 2 / 2).sum().backward()
            optimiser.step()
    return tables[0].detach(), tables[1].detach()


@pytest.mark.parametrize("seed", [0, 5])
def test_stepping_to_the_end_is_the_training_of_the_same_seed(seed: int) -> None:
    trainer = replace(TRAINER, seed=seed)
    *_, last = trainer.moments(KNOWN, SHAPE)
    for ours, theirs in zip(last[:2], by_torch(trainer, KNOWN), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=2e-6)
    again = record(trainer, TABLE)
    assert all(torch.equal(one, other) for one, other in zip(again.moments[-1], last, strict=True))
    assert len(again.moments) == 1 + trainer.steps_in_all(KNOWN) == 1 + 40 * 3
    assert again.errors[-1] < 0.4 < 2 < again.errors[0]
    assert not again.fell_apart


def test_each_moment_is_a_step_from_the_one_before_and_a_pass_sees_every_rating_once() -> None:
    before, *after = record(replace(TRAINER, n_epochs=2), TABLE).moments
    for now in after:
        stepped = step(before.user_factors, before.item_factors, KNOWN, now.batch, TRAINER.learning_rate)
        assert torch.equal(stepped[0], now.user_factors)
        assert torch.equal(stepped[1], now.item_factors)
        before = now
    for one_pass in (after[:3], after[3:]):
        assert sorted(torch.cat([now.batch for now in one_pass]).tolist()) == list(range(len(KNOWN.stars)))


def test_somebody_twice_in_a_batch_is_moved_by_both() -> None:
    users, items = initialise(*SHAPE, 2, torch.Generator().manual_seed(3))
    both = step(users, items, KNOWN, torch.tensor([0, 1]), 0.1)[0]
    alone = [step(users, items, KNOWN, torch.tensor([cell]), 0.1)[0] - users for cell in (0, 1)]
    torch.testing.assert_close(both - users, alone[0] + alone[1])


def test_steps_that_are_too_long_end_the_recording_before_anything_is_infinite() -> None:
    found = record(replace(TRAINER, learning_rate=2.0), TABLE)
    assert found.fell_apart
    assert 1 < len(found.moments) < 1 + TRAINER.steps_in_all(KNOWN)
    assert all(torch.isfinite(now.user_factors).all() for now in found.moments)
    assert max(found.errors) < 100


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"n_factors": 0}, "n_factors must be at least 1, got 0"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0, got 0"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, float], sentence: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        ByHand(**settings)
    assert str(error.value) == sentence
