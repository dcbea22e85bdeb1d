"""The ridge primitive against plain loops, then its laws."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core import row_batches
from core.errors import InvalidArgument
from core.ridge import leave_one_out, solve
from core.row_batches import Batch, RowBatches, leverages, share_out, solve_rows
from tests import reference

# float64 sums of a few dozen numbers near 1, in systems whose smallest eigenvalue is at least 0.1: nine digits are
# far above rounding and far below any mistake.
CLOSE = {"rtol": 1e-9, "atol": 1e-9}
NOT_DEFINITE = "penalty must make XᵀX + Λ positive definite, and all values must be finite; row {} of {} is not"


def normal(*shape: int, generator: torch.Generator) -> Tensor:
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def random_penalty(width: int, generator: torch.Generator, *batch: int) -> Tensor:
    """Symmetric, not diagonal, eigenvalues at least 0.1."""
    root = normal(*batch, width, width, generator=generator)
    return root @ root.mT + 0.1 * torch.eye(width, dtype=torch.float64)


@dataclass(frozen=True, eq=False)
class Rows:
    """A random problem: B rows of L observations."""

    features: Tensor
    targets: Tensor
    penalty: Tensor
    prior_mean: Tensor | None

    def row(self, b: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        n_rows, _, width = self.features.shape
        mean = torch.zeros(width, dtype=torch.float64) if self.prior_mean is None else self.prior_mean
        penalty = self.penalty.expand(n_rows, width, width)[b]
        return self.features[b].numpy(), self.targets[b].numpy(), penalty.numpy(), mean.expand(n_rows, -1)[b].numpy()


@st.composite
def rows_problems(draw: st.DrawFn, least_length: int = 0) -> Rows:
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    n_rows, width = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    length = draw(st.integers(least_length, 9))
    shared_penalty, prior = draw(st.booleans()), draw(st.sampled_from(["none", "shared", "each"]))
    means = {"none": None, "shared": normal(width, generator=generator)}
    return Rows(
        normal(n_rows, length, width, generator=generator),
        normal(n_rows, length, generator=generator),
        random_penalty(width, generator, *(() if shared_penalty else (n_rows,))),
        means.get(prior, normal(n_rows, width, generator=generator)),
    )


@dataclass(frozen=True, eq=False)
class SparseTable:
    """A random users × films table with its other side, in no order."""

    row_idx: Tensor
    column_idx: Tensor
    values: Tensor
    n_rows: int
    table: Tensor

    @property
    def layout(self) -> RowBatches:
        return RowBatches.build(
            self.row_idx, self.column_idx, self.values, n_rows=self.n_rows, n_columns=len(self.table)
        )

    def row(self, r: int, offsets: Tensor | None = None) -> tuple[np.ndarray, np.ndarray]:
        mine = self.row_idx == r
        columns = self.column_idx[mine].long()
        shift = 0.0 if offsets is None else offsets[columns]
        return self.table[columns].numpy(), (self.values[mine] - shift).numpy()


def sparse_table(seed: int, n_rows: int = 12, n_columns: int = 9, n_entries: int = 40, width: int = 3) -> SparseTable:
    """The last row and the last column stay empty."""
    generator = torch.Generator().manual_seed(seed)
    cells = torch.randperm((n_rows - 1) * (n_columns - 1), generator=generator)[:n_entries]
    return SparseTable(
        (cells // (n_columns - 1)).int(),
        (cells % (n_columns - 1)).int(),
        normal(n_entries, generator=generator),
        n_rows,
        normal(n_columns, width, generator=generator),
    )


# --- one batch -------------------------------------------------------------------------------------------------------


@given(rows_problems())
def test_batch_equals_loops(problem: Rows) -> None:
    posterior = solve(problem.features, problem.targets, penalty=problem.penalty, prior_mean=problem.prior_mean)
    for b in range(len(problem.features)):
        features, targets, penalty, prior_mean = problem.row(b)
        np.testing.assert_allclose(posterior.mean[b], reference.ridge(features, targets, penalty, prior_mean), **CLOSE)
        np.testing.assert_allclose(
            posterior.covariance[b], reference.ridge_covariance(features, penalty), rtol=1e-7, atol=1e-9
        )


@given(rows_problems(), st.integers(1, 3))
def test_padding_changes_nothing(problem: Rows, n_places: int) -> None:
    n_rows, _, width = problem.features.shape
    padded = solve(
        torch.cat([problem.features, torch.zeros(n_rows, n_places, width, dtype=torch.float64)], 1),
        torch.cat([problem.targets, torch.full((n_rows, n_places), 7.0, dtype=torch.float64)], 1),  # any number
        penalty=problem.penalty,
        prior_mean=problem.prior_mean,
    )
    plain = solve(problem.features, problem.targets, penalty=problem.penalty, prior_mean=problem.prior_mean)
    torch.testing.assert_close(padded.mean, plain.mean, **CLOSE)
    torch.testing.assert_close(padded.cholesky, plain.cholesky, **CLOSE)


@given(rows_problems())
def test_every_observation_twice_with_twice_the_penalty_is_the_same_row(problem: Rows) -> None:
    twice = solve(
        problem.features.repeat(1, 2, 1),
        problem.targets.repeat(1, 2),
        penalty=2 * problem.penalty,
        prior_mean=problem.prior_mean,
    )
    once = solve(problem.features, problem.targets, penalty=problem.penalty, prior_mean=problem.prior_mean)
    torch.testing.assert_close(twice.mean, once.mean, **CLOSE)
    torch.testing.assert_close(2 * twice.covariance, once.covariance, rtol=1e-7, atol=1e-9)


@given(rows_problems(), st.integers(1, 4))
def test_variance_is_the_quadratic_form(problem: Rows, n_features: int) -> None:
    n_rows, _, width = problem.features.shape
    asked = normal(n_rows, n_features, width, generator=torch.Generator().manual_seed(n_features))
    found = solve(problem.features, problem.targets, penalty=problem.penalty).variance(asked)
    for b in range(n_rows):
        features, _, penalty, _ = problem.row(b)
        covariance = reference.ridge_covariance(features, penalty)
        np.testing.assert_allclose(found[b], [x @ covariance @ x for x in asked[b].numpy()], rtol=1e-7, atol=1e-9)


def test_without_observations_the_posterior_is_the_prior() -> None:
    generator = torch.Generator().manual_seed(0)
    penalty, mean = random_penalty(4, generator), normal(4, generator=generator)
    nothing = torch.zeros(2, 0, 4, dtype=torch.float64)
    posterior = solve(nothing, nothing[..., 0], penalty=penalty, prior_mean=mean)
    torch.testing.assert_close(posterior.mean, mean.expand(2, 4), **CLOSE)
    torch.testing.assert_close(posterior.covariance[1], torch.linalg.inv(penalty), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("part", "value"),
    [("penalty", -100.0), ("penalty", np.nan), ("features", np.nan), ("features", np.inf), ("targets", np.nan)],
)
def test_a_row_that_cannot_be_solved_is_named(part: str, value: float) -> None:
    generator = torch.Generator().manual_seed(0)
    parts = {
        "features": normal(3, 5, 2, generator=generator),
        "targets": normal(3, 5, generator=generator),
        "penalty": torch.eye(2, dtype=torch.float64).repeat(3, 1, 1),
    }
    parts[part][1, 0] = value
    with pytest.raises(InvalidArgument) as error:
        solve(**parts)
    assert str(error.value) == NOT_DEFINITE.format(1, 3)


def test_too_few_observations_without_a_penalty_are_refused() -> None:
    features = torch.ones(1, 1, 2, dtype=torch.float64)
    with pytest.raises(InvalidArgument, match="row 0 of 1 is not"):
        solve(features, features[..., 0], penalty=torch.zeros(2, 2, dtype=torch.float64))


# --- leaving one out -------------------------------------------------------------------------------------------------


@given(rows_problems(least_length=1))
def test_leave_one_out_equals_leaving_one_out(problem: Rows) -> None:
    found = leave_one_out(problem.features, problem.targets, penalty=problem.penalty, prior_mean=problem.prior_mean)
    assert found.shape == problem.features.shape
    for b in range(len(problem.features)):
        # 1 − h may be as small as 1 / (1 + 10 ‖x‖²), which costs two or three digits.
        np.testing.assert_allclose(found[b], reference.leave_one_out(*problem.row(b)), rtol=1e-6, atol=1e-6)


@given(rows_problems(least_length=1), st.integers(0, 10_000))
def test_each_observation_left_out_may_have_a_prior_of_its_own(problem: Rows, seed: int) -> None:
    own = normal(*problem.features.shape, generator=torch.Generator().manual_seed(seed))
    found = leave_one_out(problem.features, problem.targets, penalty=problem.penalty, prior_mean=own)
    for place in range(problem.features.shape[1]):
        means = own[:, place]
        expected = leave_one_out(problem.features, problem.targets, penalty=problem.penalty, prior_mean=means)
        np.testing.assert_allclose(found[:, place], expected[:, place], rtol=1e-6, atol=1e-6)


def test_leave_one_out_of_nothing_is_nothing() -> None:
    nothing = torch.zeros(2, 0, 3, dtype=torch.float64)
    assert leave_one_out(nothing, nothing[..., 0], penalty=torch.eye(3, dtype=torch.float64)).shape == (2, 0, 3)


def test_leave_one_out_refuses_a_row_that_needs_every_observation() -> None:
    features = torch.eye(2, dtype=torch.float64)[None]
    with pytest.raises(InvalidArgument, match="penalty must determine each row without one of its observations"):
        leave_one_out(features, features[..., 0], penalty=torch.zeros(2, 2, dtype=torch.float64))


@pytest.mark.parametrize("weighted", [False, True])
def test_leverages_equal_actual_leave_one_out(weighted: bool) -> None:
    """y − ŷ without it = (y − ŷ) / (1 − h), for every entry in the order of the source."""
    data, generator = sparse_table(3), torch.Generator().manual_seed(3)
    penalty = random_penalty(3, generator)
    weights = torch.rand(data.n_rows, generator=generator, dtype=torch.float64) + 0.5 if weighted else None
    found = leverages(data.layout, data.table, penalty=penalty, weights=weights)
    assert found.shape == data.values.shape
    zeros, seen = np.zeros(3), [0] * data.n_rows
    for entry, (r, h) in enumerate(zip(data.row_idx.tolist(), found.tolist(), strict=True)):
        features, targets = data.row(r)
        row_penalty = (penalty if weights is None else weights[r] * penalty).numpy()
        x, y = data.table[int(data.column_idx[entry])].numpy(), float(data.values[entry])
        with_it = x @ reference.ridge(features, targets, row_penalty, zeros)
        without = x @ reference.leave_one_out(features, targets, row_penalty, zeros)[seen[r]]
        assert (y - without) * (1 - h) == pytest.approx(y - with_it, rel=1e-7, abs=1e-9)
        seen[r] += 1


# --- a whole table ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("prior", ["none", "shared", "each"])
@pytest.mark.parametrize("shifted", [False, True])
def test_every_row_of_a_table_equals_loops(weighted: bool, prior: str, shifted: bool) -> None:
    data, generator = sparse_table(1), torch.Generator().manual_seed(1)
    penalty = random_penalty(3, generator)
    weights = torch.rand(data.n_rows, generator=generator, dtype=torch.float64) + 0.5 if weighted else None
    offsets = normal(len(data.table), generator=generator) if shifted else None
    means = {"none": None, "shared": normal(3, generator=generator), "each": normal(12, 3, generator=generator)}
    prior_mean = means[prior]
    out = torch.full((data.n_rows, 3), 99.0, dtype=torch.float64)
    solve_rows(data.layout, data.table, out, penalty=penalty, weights=weights, offsets=offsets, prior_mean=prior_mean)
    for r in range(data.n_rows):
        mean = torch.zeros(3) if prior_mean is None else prior_mean.expand(data.n_rows, 3)[r]
        row_penalty = (penalty if weights is None else weights[r] * penalty).numpy()
        expected = reference.ridge(*data.row(r, offsets), row_penalty, mean.numpy())
        np.testing.assert_allclose(out[r], expected, **CLOSE)


def test_an_entry_counts_as_often_as_its_column_says() -> None:
    """Twice is as if the entry stood there twice; offsets and the order of places do not matter."""
    data, generator = sparse_table(1), torch.Generator().manual_seed(1)
    penalty, offsets = random_penalty(3, generator), normal(len(data.table), generator=generator)
    counts = torch.randint(1, 4, (len(data.table),), generator=generator)
    out, expected = torch.empty(2, data.n_rows, 3, dtype=torch.float64)
    arguments = {"penalty": penalty, "offsets": offsets}
    solve_rows(data.layout, data.table, out, **arguments, column_weights=counts.double())
    times = counts[data.column_idx.long()]
    columns = (data.row_idx, data.column_idx, data.values)
    repeated = RowBatches.build(
        *(column.repeat_interleave(times) for column in columns), n_rows=data.n_rows, n_columns=len(data.table)
    )
    solve_rows(repeated, data.table, expected, **arguments)
    torch.testing.assert_close(out, expected, rtol=1e-9, atol=1e-9)


def test_other_values_in_the_same_layout() -> None:
    data = sparse_table(3)
    values = normal(len(data.values), generator=torch.Generator().manual_seed(9))
    built = RowBatches.build(data.row_idx, data.column_idx, values, n_rows=data.n_rows, n_columns=len(data.table))
    refilled = data.layout.with_values(values)
    for old, new in zip(built.batches, refilled.batches, strict=True):
        assert all(torch.equal(getattr(old, name), getattr(new, name)) for name in vars(old))


def test_an_empty_row_with_a_penalty_of_its_own_is_drawn_from_the_prior() -> None:
    data = sparse_table(2)
    out, z = torch.zeros(12, 3, dtype=torch.float64), torch.ones(12, 3, dtype=torch.float64)
    penalty, weights = 4 * torch.eye(3, dtype=torch.float64), torch.full((12,), 4.0, dtype=torch.float64)
    solve_rows(data.layout, data.table, out, penalty=penalty, weights=weights, perturbation=z)
    torch.testing.assert_close(out[11], torch.full((3,), 0.25, dtype=torch.float64))  # (4 · 4)^−½


def test_a_row_whose_penalty_is_weighted_by_no_ratings_is_its_prior_mean() -> None:
    """A penalty times 0 ratings is no penalty: nothing is left to solve."""
    data = sparse_table(2)
    layout = data.layout
    out, mean = torch.full((12, 3), 99.0, dtype=torch.float64), torch.arange(36, dtype=torch.float64).view(12, 3)
    arguments = {"penalty": torch.eye(3, dtype=torch.float64), "weights": layout.counts.double()}
    solve_rows(layout, data.table, out, **arguments, prior_mean=mean)
    assert 11 in layout.empty.tolist()
    torch.testing.assert_close(out[layout.empty], mean[layout.empty], rtol=0, atol=0)
    solve_rows(layout, data.table, out, **arguments)
    assert out[layout.empty].eq(0).all()


@pytest.mark.parametrize("n_threads", [2, 3])
def test_threads_and_batches_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch, n_threads: int) -> None:
    data = sparse_table(4, n_rows=60, n_columns=30, n_entries=700)
    penalty = random_penalty(3, torch.Generator().manual_seed(4))
    one, many = (torch.zeros(60, 3, dtype=torch.float64) for _ in range(2))
    solve_rows(data.layout, data.table, one, penalty=penalty)
    in_one = leverages(data.layout, data.table, penalty=penalty)
    monkeypatch.setattr(row_batches, "BATCH_ENTRIES", 16)
    layout = data.layout
    assert len(layout.batches) > 30
    solve_rows(layout, data.table, many, penalty=penalty, n_threads=n_threads)
    # A batch of another shape may add up in another order: the last digits of float64 may differ, no more.
    torch.testing.assert_close(many, one, rtol=1e-12, atol=1e-12)
    in_many = leverages(layout, data.table, penalty=penalty, n_threads=n_threads)
    torch.testing.assert_close(in_many, in_one, rtol=1e-12, atol=1e-12)
    same = torch.zeros_like(many)
    solve_rows(layout, data.table, same, penalty=penalty)
    assert torch.equal(same, many)  # the same batches in one thread: not a digit differs


def test_threads_leave_the_setting_of_torch_alone() -> None:
    """A thread born later starts with what was set last, anywhere: a fit must not leave it at 1."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    found: list[int] = []
    try:
        batches = sparse_table(5, n_rows=60, n_columns=30, n_entries=700).layout.batches
        share_out(lambda batch: found.append(torch.get_num_threads()), batches, n_threads=2)
        assert set(found) == {1}
        found.clear()
        later = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
        later.start()
        later.join()
        assert (found, torch.get_num_threads()) == ([2], 2)
    finally:
        torch.set_num_threads(before)


def test_an_error_in_a_thread_arrives() -> None:
    def fail(batch: Batch) -> None:
        raise InvalidArgument("no")

    with pytest.raises(InvalidArgument, match="no"):
        share_out(fail, sparse_table(5, n_rows=60, n_columns=30, n_entries=700).layout.batches, n_threads=2)


@pytest.mark.parametrize("length", [0, 4])
def test_perturbed_rows_are_draws_from_the_posterior(length: int) -> None:
    """Mean and covariance of 20,000 draws with noise variance σ² against σ²(XᵀX + Λ)⁻¹.

    An entry of a sample covariance has variance (C_jj C_kk + C_jk²) / n, an entry of a mean C_jj / n; five standard
    errors for the 9 + 3 numbers fail one seed in 10⁵, and this seed is fixed.
    """
    generator, n, width, sigma = torch.Generator().manual_seed(6), 20_000, 3, 0.7
    table, penalty = normal(5, width, generator=generator), random_penalty(width, generator)
    y, mean = normal(length, generator=generator), normal(width, generator=generator)
    layout = RowBatches.build(
        torch.arange(n).repeat_interleave(length), torch.arange(length).repeat(n), y.repeat(n), n_rows=n, n_columns=5
    )
    draws = torch.zeros(n, width, dtype=torch.float64)
    z = sigma * normal(n, width, generator=generator)
    solve_rows(layout, table, draws, penalty=penalty, prior_mean=mean, perturbation=z)
    features = table[:length].numpy()
    expected_mean = reference.ridge(features, y.numpy(), penalty.numpy(), mean.numpy())
    expected = sigma**2 * reference.ridge_covariance(features, penalty.numpy())
    spread = np.diag(expected)
    assert (np.abs(draws.mean(0).numpy() - expected_mean) < 5 * np.sqrt(spread / n)).all()
    error = np.sqrt((np.outer(spread, spread) + expected**2) / n)
    assert (np.abs(torch.cov(draws.T).numpy() - expected) < 5 * error).all()


def test_a_perturbation_of_zero_gives_the_mean() -> None:
    data = sparse_table(7)
    plain, drawn = (torch.zeros(12, 3, dtype=torch.float64) for _ in range(2))
    penalty = random_penalty(3, torch.Generator().manual_seed(7))
    solve_rows(data.layout, data.table, plain, penalty=penalty)
    solve_rows(data.layout, data.table, drawn, penalty=penalty, perturbation=torch.zeros(12, 3, dtype=torch.float64))
    assert torch.equal(plain, drawn)


def test_each_row_is_moved_by_its_own_numbers() -> None:
    data = sparse_table(7)
    penalty, rows = random_penalty(3, torch.Generator().manual_seed(7)), [0, 3, 11]
    plain, drawn = (torch.zeros(12, 3, dtype=torch.float64) for _ in range(2))
    z = torch.zeros(12, 3, dtype=torch.float64)
    z[rows] = 1.0
    solve_rows(data.layout, data.table, plain, penalty=penalty)
    solve_rows(data.layout, data.table, drawn, penalty=penalty, perturbation=z)
    assert (drawn != plain).any(1).nonzero()[:, 0].tolist() == rows


# --- the layout ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, 2, 3, 5])
def test_every_few_batches_and_what_they_hold(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    monkeypatch.setattr(row_batches, "BATCH_ENTRIES", 4)
    layout = sparse_table(8).layout
    some = layout.every(step)
    numbers = [number for number in range(len(layout.batches)) if number % step == step // 2]
    assert [id(batch) for batch in some.batches] == [id(layout.batches[number]) for number in numbers]
    entries = {int(entry) for batch in some.batches for entry in batch.entries.flatten()} - {40}  # the padding
    assert set(some.held.nonzero()[:, 0].tolist()) == entries
    assert len(some.held) == 40
    assert layout.held.all()


def test_leverages_of_some_entries_are_those_of_all() -> None:
    data = sparse_table(8, n_entries=39)
    penalty, weights = random_penalty(3, torch.Generator().manual_seed(1)), torch.arange(1.0, 13.0).double()
    wanted = torch.rand(39, generator=torch.Generator().manual_seed(2)) < 0.3
    arguments = {"penalty": penalty, "weights": weights}
    found = leverages(data.layout, data.table, **arguments, wanted=wanted)  # type: ignore[arg-type]  # tensors both
    expected = leverages(data.layout, data.table, **arguments)  # type: ignore[arg-type]
    torch.testing.assert_close(found, torch.where(wanted, expected, 0), **CLOSE)


def test_the_layout_holds_every_entry_once_in_its_row() -> None:
    data = sparse_table(8)
    layout, seen = data.layout, []
    for batch in layout.batches:
        inside = batch.entries < len(data.values)
        assert (batch.columns[~inside] == len(data.table)).all()
        rows = batch.rows[:, None].expand_as(batch.entries)[inside]
        entries = batch.entries[inside].long()
        seen += entries.tolist()
        assert torch.equal(rows, data.row_idx[entries].long())
        assert torch.equal(batch.columns[inside], data.column_idx[entries])
        assert torch.equal(batch.values[inside], data.values[entries])
    assert sorted(seen) == list(range(len(data.values)))
    assert torch.equal(layout.counts, torch.bincount(data.row_idx, minlength=12))
    assert layout.empty.tolist() == [r for r in range(12) if r not in data.row_idx.tolist()]


def test_batches_are_small_and_waste_little() -> None:
    """Longest rows first (the last threads to finish then have little to do), within the cache, under 10 % padding."""
    generator = torch.Generator().manual_seed(9)
    rows = (torch.rand(60_000, generator=generator) ** 3 * 900).int()  # a few long rows, many short ones
    columns = torch.randint(500, (60_000,), generator=generator)
    layout = RowBatches.build(rows, columns, torch.ones(60_000), n_rows=900, n_columns=500)
    places = sum(batch.columns.numel() for batch in layout.batches)
    assert places < 1.1 * 60_000
    lengths = [batch.columns.shape[1] for batch in layout.batches]
    assert lengths == sorted(lengths, reverse=True)
    for batch in layout.batches:
        assert len(batch.rows) == 1 or batch.columns.numel() <= row_batches.BATCH_ENTRIES


def test_an_empty_table_lays_out_as_empty_rows() -> None:
    nothing = torch.zeros(0, dtype=torch.int64)
    layout = RowBatches.build(nothing, nothing, torch.zeros(0), n_rows=3, n_columns=2)
    assert (layout.batches, layout.empty.tolist()) == ((), [0, 1, 2])
    out = torch.ones(3, 2)
    solve_rows(layout, torch.ones(2, 2), out, penalty=torch.eye(2))
    assert out.eq(0).all()
