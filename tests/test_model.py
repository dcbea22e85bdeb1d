"""The factor model: predictions against plain loops, blocks, versions, refusals."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from core import model as model_module
from core.errors import InvalidArgument, UnknownId
from core.ids import IdMap
from core.links import Identity, Link, SigmoidRange
from core.model import FactorModel, UserPrior
from tests import reference
from tests.models import DRAWS, ITEMS, USERS, WIDTH, random_model

ALL_USERS = torch.arange(USERS)


def expected_score(model: FactorModel, user: int, item: int) -> list[float]:
    return [
        reference.Tables(
            model.user_factors[draw].numpy(),
            model.item_factors[draw].numpy(),
            model.user_bias[draw].numpy(),
            model.item_bias[draw].numpy(),
            float(model.global_mean[draw]),
        ).score(user, item)
        for draw in range(model.n_draws)
    ]


def all_pairs() -> tuple[Tensor, Tensor]:
    return torch.arange(USERS).repeat_interleave(ITEMS).int(), torch.arange(ITEMS).repeat(USERS).int()


@pytest.mark.parametrize("link", [Identity(), SigmoidRange(0.0, 5.5)], ids=str)
def test_predictions_equal_loops(link: Link) -> None:
    """Through the link first, then the mean over draws, then the limits, once."""
    model = random_model(link)
    users, items = all_pairs()
    found = model.predict(users, items)
    limited = 0
    for user, item, prediction in zip(users.tolist(), items.tolist(), found.tolist(), strict=True):
        draws = link.stars(torch.tensor(expected_score(model, user, item), dtype=torch.float64)).tolist()
        mean = sum(draws) / DRAWS
        limited += not 1 <= mean <= 5
        assert prediction == pytest.approx(min(max(mean, 1.0), 5.0), abs=1e-12)
    assert limited > 0  # or the test would not see the limits


def test_scores_of_pairs_blocks_and_everything_agree() -> None:
    model = random_model()
    users, items = all_pairs()
    pairs = model.scores(users, items).view(DRAWS, USERS, ITEMS)
    expected = [[expected_score(model, user, item) for item in range(ITEMS)] for user in range(USERS)]
    torch.testing.assert_close(pairs, torch.tensor(expected, dtype=torch.float64).permute(2, 0, 1))
    torch.testing.assert_close(model.all_scores(ALL_USERS), pairs)
    some = torch.tensor([4, 1])
    torch.testing.assert_close(model.all_scores(some), pairs[:, some])
    torch.testing.assert_close(model.ranking_scores(some), pairs[:, some].mean(0))


def test_a_persons_vector_times_a_films_is_their_score() -> None:
    model = random_model()
    vector = torch.cat([model.user_factors[:, 2], model.user_bias[:, 2, None]], dim=1)
    found = (model.item_vectors @ vector[..., None]).squeeze(-1) + model.item_offset
    torch.testing.assert_close(found, model.all_scores(torch.tensor([2]))[:, 0])


@pytest.mark.parametrize("n_bytes", [1, 300, 10**9])
def test_blocks_bound_memory_and_change_nothing(monkeypatch: pytest.MonkeyPatch, n_bytes: int) -> None:
    model = random_model()
    users, items = all_pairs()
    whole = model.predict(users, items)
    monkeypatch.setattr(model_module, "BLOCK_BYTES", n_bytes)
    sizes: list[int] = []
    scores = model.scores
    monkeypatch.setattr(FactorModel, "scores", lambda self, u, i: (sizes.append(len(u)), scores(u, i))[1])
    assert torch.equal(model.predict(users, items), whole)
    assert all(size == 1 or size * DRAWS * (WIDTH + 1) * 8 <= n_bytes for size in sizes)
    blocks = list(model.user_blocks(ALL_USERS))
    assert torch.equal(torch.cat(blocks), ALL_USERS)
    assert all(len(block) == 1 or len(block) * DRAWS * ITEMS * 4 <= n_bytes for block in blocks)
    if n_bytes == 10**9:
        assert (len(sizes), len(blocks)) == (1, 1)


def test_no_pairs_are_no_predictions() -> None:
    nothing = torch.zeros(0, dtype=torch.int32)
    assert random_model().predict(nothing, nothing).tolist() == []


def test_names_come_from_the_ratings() -> None:
    model = random_model()
    assert (model.n_draws, model.n_factors) == (DRAWS, WIDTH)
    assert list(model.users) == [f"u{user}" for user in range(USERS)]
    assert list(model.items) == [10, 20, 30, 40, 50]
    assert model.scale == model.rated.scale
    assert model.ratings_of("u1") == model.rated.of_user("u1") == {20: 4.0, 40: 5.0}
    with pytest.raises(UnknownId) as error:
        model.ratings_of("u9")
    assert str(error.value) == "user 'u9' is not in this data; there are 7 users"


@pytest.mark.parametrize("name", ["user_factors", "item_factors", "user_bias", "item_bias", "global_mean"])
def test_a_table_of_another_shape_is_refused(name: str) -> None:
    model = random_model()
    shape = tuple(getattr(model, name).shape)
    wrong = (*shape[:-1], shape[-1] + 1)
    allowed = {"user_factors": (DRAWS, ITEMS, WIDTH + 1)}.get(name, shape)  # its width is the model's
    with pytest.raises(InvalidArgument) as error:
        replace(model, **{name: torch.zeros(wrong)})
    if name == "user_factors":
        assert str(error.value) == f"item_factors must have shape {allowed}, got {(DRAWS, ITEMS, WIDTH)}"
    else:
        assert str(error.value) == f"{name} must have shape {shape}, got {wrong}"


@pytest.mark.parametrize("name", ["user_factors", "user_bias"])
def test_a_table_for_other_users_is_refused(name: str) -> None:
    shorter = getattr(random_model(), name)[:, 1:]
    with pytest.raises(InvalidArgument, match=rf"{name} must have shape \(3, 7.*\), got \(3, 6.*\)"):
        replace(random_model(), **{name: shorter})


@pytest.mark.parametrize("name", ["user_factors", "item_factors", "user_bias", "item_bias", "global_mean"])
@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_numbers_that_are_not_finite_are_refused(name: str, value: float) -> None:
    model = random_model()
    with pytest.raises(InvalidArgument) as error:
        replace(model, **{name: torch.full_like(getattr(model, name), value)})
    assert str(error.value) == f"{name} must be finite, got values that are not; train with more regularization"


def test_the_version_is_that_of_the_content() -> None:
    model = random_model()
    assert random_model().version == model.version
    assert len(model.version) == 12
    prior = model.user_prior
    assert prior is not None
    others = [
        replace(model, link=SigmoidRange(0.0, 5.5)),
        replace(model, card=replace(model.card, seed=9)),
        replace(model, user_prior=None),
        replace(model, user_prior=replace(prior, noise_precision=2 * prior.noise_precision)),
        replace(model, user_prior=replace(prior, count_power=1.0)),
    ]
    for name in ("user_factors", "item_factors", "user_bias", "item_bias", "global_mean"):
        changed = getattr(model, name).clone()
        changed.flatten()[-1] += 1e-9
        others.append(replace(model, **{name: changed}))
    versions = {model.version, *(other.version for other in others)}
    assert len(versions) == 1 + len(others)


def test_a_prior_knows_its_penalty_and_noise() -> None:
    precision = torch.diag(torch.tensor([4.0, 9.0], dtype=torch.float64)).repeat(2, 1, 1)
    noise_precision = torch.tensor([2.0, 0.5], dtype=torch.float64)
    prior = UserPrior(torch.zeros(2, 2, dtype=torch.float64), precision, noise_precision, count_power=0.5)
    torch.testing.assert_close(prior.penalty(16)[0], torch.diag(torch.tensor([8.0, 18.0], dtype=torch.float64)))
    torch.testing.assert_close(prior.penalty(16)[1], torch.diag(torch.tensor([32.0, 72.0], dtype=torch.float64)))
    assert torch.equal(prior.penalty(0), prior.penalty(1))  # nobody has no prior
    assert torch.equal(replace(prior, count_power=0.0).penalty(16), prior.penalty(1))
    assert prior.noise_variance == pytest.approx((0.5 + 2.0) / 2)


def test_a_model_among_its_first_people_forgets_the_others_and_nothing_else() -> None:
    model = random_model()
    labels = model.users.labels
    mask = model.rated.user_idx < USERS - 1
    first = replace(model.rated.take(mask), users=IdMap(labels[:-1], kind="user"))
    kept = model.among(first)
    assert kept.users.labels == labels[:-1]
    assert torch.equal(kept.item_factors, model.item_factors)
    assert torch.equal(kept.user_factors, model.user_factors[:, :-1])
    assert torch.equal(kept.user_bias, model.user_bias[:, :-1])
    assert kept.rated is first
    with pytest.raises(InvalidArgument, match=r"^rated must hold the model's films and its first people"):
        model.among(replace(first, users=IdMap(labels[1:], kind="user")))
