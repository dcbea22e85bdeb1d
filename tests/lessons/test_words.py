"""Skip-gram with negative sampling against loops and torch's own gradient."""

from __future__ import annotations

import math
from collections import Counter

import pytest
import torch

from core.errors import InvalidArgument
from core.lessons import draw_far, nearest_by_angle, pairs_within, skip_gram_loss, skip_gram_step, walk_sentence

N_WORDS, N_DIMS = 9, 4


def numbers(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(N_WORDS, N_DIMS, generator=generator, dtype=torch.float64) for _ in range(2))  # type: ignore[return-value]


# A word and a neighbour occur twice, and a far one beside itself: what pairs ask of a row has to add up.
PAIRS = torch.tensor([1, 1, 3, 0]), torch.tensor([2, 2, 1, 7]), torch.tensor([[5, 5], [8, 0], [4, 6], [2, 3]])


def test_pairs_are_every_word_with_those_around_it() -> None:
    assert pairs_within("abc", 1) == [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")]
    words = list(range(7))
    wanted = [(one, other) for one in words for other in words if 0 < abs(one - other) <= 3]
    assert pairs_within(words, 3) == wanted
    assert pairs_within([1], 2) == pairs_within([], 2) == []


def test_the_loss_is_the_formula() -> None:
    vectors, contexts = numbers(0)
    found = skip_gram_loss(vectors, contexts, *PAIRS).tolist()
    for loss, word, near, far in zip(found, *(column.tolist() for column in PAIRS), strict=True):
        wanted = -math.log(chance(vectors[word], contexts[near]))
        wanted -= sum(math.log(1 - chance(vectors[word], contexts[other])) for other in far)
        assert loss == pytest.approx(wanted, rel=1e-12)


def chance(v: torch.Tensor, u: torch.Tensor) -> float:
    return 1 / (1 + math.exp(-sum(a * b for a, b in zip(v.tolist(), u.tolist(), strict=True))))


@pytest.mark.parametrize("seed", range(3))
def test_a_step_goes_down_the_gradient_that_torch_finds(seed: int) -> None:
    vectors, contexts = (table.requires_grad_() for table in numbers(seed))
    skip_gram_loss(vectors, contexts, *PAIRS).sum().backward()
    moved, moved_contexts = numbers(seed)
    skip_gram_step(moved, moved_contexts, *PAIRS, rate=0.3)
    assert vectors.grad is not None
    assert contexts.grad is not None
    torch.testing.assert_close(moved, vectors.detach() - 0.3 * vectors.grad)
    torch.testing.assert_close(moved_contexts, contexts.detach() - 0.3 * contexts.grad)
    untouched = [row for row in range(N_WORDS) if row not in (0, 1, 3)]
    assert torch.equal(moved[untouched], numbers(seed)[0][untouched])


def test_the_nearest_is_the_smallest_angle() -> None:
    vectors = torch.tensor([[1.0, 0.0], [5.0, 5.0], [0.1, 0.01], [-1.0, 0.0], [0.0, 2.0]])
    assert nearest_by_angle(vectors, 0, n=3) == [2, 1, 4]
    assert nearest_by_angle(vectors, 0, n=99) == [2, 1, 4, 3]


def test_frequent_words_are_drawn_by_their_count_to_three_quarters() -> None:
    counts = torch.tensor([0, 1, 16, 81, 0])
    drawn = Counter(draw_far(counts, (20_000, 2), torch.Generator().manual_seed(0)).flatten().tolist())
    assert set(drawn) == {1, 2, 3}
    for row, weight in ((1, 1), (2, 8), (3, 27)):
        assert drawn[row] / 40_000 == pytest.approx(weight / 36, abs=0.01)
    with pytest.raises(InvalidArgument, match="counts must hold at least one above 0, got none"):
        draw_far(torch.zeros(3), (1, 1), torch.Generator())


def test_walking_a_sentence_is_step_after_step_and_begins_again_the_same() -> None:
    counts, sentence = torch.tensor([5, 4, 3, 2, 9, 9]), [2, 0, 1]
    steps = walk_sentence(sentence, counts, reach=1, n_passes=3, seed=4)
    assert steps == walk_sentence(sentence, counts, reach=1, n_passes=3, seed=4)
    assert steps != walk_sentence(sentence, counts, reach=1, n_passes=3, seed=5)
    assert [(step.word, step.near) for step in steps] == pairs_within(sentence, 1) * 3
    assert walk_sentence(sentence, counts, reach=1, n_passes=2, seed=4) == steps[:8]
    for step in steps:
        assert not {*step.far} & {*sentence}
        assert step.loss == pytest.approx(
            -math.log(step.before[0]) - sum(math.log(1 - c) for c in step.before[1:]), rel=1e-4
        )
        assert step.after[0] > step.before[0]
        if len({*step.far}) == len(step.far):
            assert all(after < before for before, after in zip(step.before[1:], step.after[1:], strict=True))
    assert steps[-1].loss < steps[0].loss


def test_the_numbers_of_a_walk_are_those_of_the_steps_that_it_tells_of() -> None:
    counts, sentence = torch.tensor([5, 4, 3, 2, 9, 9]), [2, 0, 1]
    steps = walk_sentence(sentence, counts, reach=1, n_dims=3, n_passes=2, rate=0.4, seed=1)
    generator = torch.Generator().manual_seed(1)
    vectors, contexts = (torch.randn(6, 3, generator=generator) / 3**0.5 for _ in range(2))
    for step in steps:
        pair = torch.tensor([step.word]), torch.tensor([step.near]), torch.tensor([step.far])
        found = [chance(vectors[step.word], contexts[row]) for row in (step.near, *step.far)]
        assert found == pytest.approx(step.before, abs=1e-6)
        skip_gram_step(vectors, contexts, *pair, rate=0.4)


def test_a_sentence_of_all_words_leaves_none_to_push_away() -> None:
    with pytest.raises(InvalidArgument, match="counts must hold"):
        walk_sentence([0, 1], torch.tensor([1, 1]))
