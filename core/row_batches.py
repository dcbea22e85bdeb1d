"""All rows of one side at once: laid out in padded batches of alike lengths, and solved through ``ridge``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.ridge import solve

# Entries gathered at a time: 8,192 × 32 float32 are 1 MiB, which a core's second-level cache holds. Four times
# as many made the systems 1.7 times slower (measured on two cores, 64 factors).
BATCH_ENTRIES = 8_192
# On a GPU a call costs more than its sums until batches are large; 64 factors and rows of four ratings then take 1 GiB.
# A reckoning: it was not measured on one.
GPU_BATCH_ENTRIES = 2**18
# Rows share a batch while the longest is at most a fifth, or three entries, longer than the shortest.
LENGTH_GROWTH, LENGTH_STEP = 1.2, 4


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows of similar length: ``rows`` (B,) and, per place (B, L), its column, value and number in the source.

    A padded place has column ``n_columns`` and entry number ``n_entries``.
    """

    rows: Tensor
    columns: Tensor
    values: Tensor
    entries: Tensor


@dataclass(frozen=True, eq=False)
class RowBatches:
    """One orientation of a sparse table in padded batches; rows without entries stand in ``empty``."""

    batches: tuple[Batch, ...]
    empty: Tensor
    counts: Tensor
    n_columns: int

    @classmethod
    def build(
        cls,
        row_idx: Tensor,
        column_idx: Tensor,
        values: Tensor,
        *,
        n_rows: int,
        n_columns: int,
        order: Tensor | None = None,
        batch_entries: int | None = None,
    ) -> RowBatches:
        """Lay the entries (n,), on the CPU, out by row; ``values`` keeps its dtype. Longest rows come first.

        ``order`` (n,), int32, says where the entries of each row stand, row after row; it is found here if absent.
        """
        counts = torch.bincount(row_idx, minlength=n_rows)
        order = torch.argsort(row_idx, stable=True).int() if order is None else order
        starts = (counts.cumsum(0) - counts).int()  # half the memory of whole numbers as torch counts them
        by_length = torch.argsort(counts, stable=True)
        by_length = by_length[counts[by_length] > 0]
        batches = []
        for rows in _split_by_length(by_length, counts, batch_entries or BATCH_ENTRIES):
            places = torch.arange(int(counts[rows[-1]]), dtype=torch.int32)
            inside = places < counts[rows][:, None]  # (B, L)
            entries = _at(order, torch.where(inside, starts[rows][:, None] + places, 0))
            batches.append(
                Batch(
                    rows,
                    torch.where(inside, _at(column_idx, entries).int(), n_columns),
                    torch.where(inside, _at(values, entries), 0),
                    torch.where(inside, entries, len(values)),
                )
            )
        return cls(tuple(reversed(batches)), (counts == 0).nonzero()[:, 0], counts, n_columns)

    def with_values(self, values: Tensor) -> RowBatches:
        """Return the same layout with other ``values`` (n,), given in the order of the source."""
        padded = torch.cat([values, values.new_zeros(1)])
        filled = (replace(batch, values=padded[batch.entries]) for batch in self.batches)
        return replace(self, batches=tuple(filled))

    def every(self, step: int) -> RowBatches:
        """Return every ``step``-th batch, from the middle of the first ``step`` on: rows of all lengths alike."""
        return replace(self, batches=self.batches[step // 2 :: step])

    @property
    def held(self) -> Tensor:
        """Which entries of the source stand in these batches: (n_entries,), boolean."""
        marks = torch.zeros(int(self.counts.sum()) + 1, dtype=torch.bool, device=self.counts.device)
        for batch in self.batches:
            marks[batch.entries] = True
        return marks[:-1]

    def to(self, device: str) -> RowBatches:
        """Return the layout on ``device``."""
        moved = (Batch(*(part.to(device) for part in vars(batch).values())) for batch in self.batches)
        return RowBatches(tuple(moved), self.empty.to(device), self.counts.to(device), self.n_columns)


def entries_at_once(device: str) -> int:
    """Return how many entries make a batch on ``device``."""
    return BATCH_ENTRIES if torch.device(device).type == "cpu" else GPU_BATCH_ENTRIES


def _at(column: Tensor, places: Tensor) -> Tensor:
    """Return ``column[places]``, which takes three times as long."""
    return column.index_select(0, places.flatten()).view_as(places)


def _split_by_length(by_length: Tensor, counts: Tensor, most: int) -> list[Tensor]:
    """Cut rows sorted by length into runs that waste little padding and hold at most ``most`` entries."""
    lengths = counts[by_length]
    runs, first = [], 0
    while first < len(by_length):
        shortest = int(lengths[first])
        longest = max(int(shortest * LENGTH_GROWTH), shortest + LENGTH_STEP - 1)
        alike = int(torch.searchsorted(lengths, longest, right=True))
        last = min(alike, first + max(1, most // longest))
        runs.append(by_length[first:last])
        first = last
    return runs


def solve_rows(
    layout: RowBatches,
    table: Tensor,
    out: Tensor,
    *,
    penalty: Tensor,
    weights: Tensor | None = None,
    offsets: Tensor | None = None,
    column_weights: Tensor | None = None,
    prior_mean: Tensor | None = None,
    perturbation: Tensor | None = None,
    n_threads: int = 1,
) -> None:
    """Solve every row of ``layout`` against the other side's ``table`` and write the vectors into ``out``.

    Row i solves with x = table[column], y = value − offsets[column] and Λ = weights[i] · penalty; an entry counts
    column_weights[column] times. Shapes: ``table`` (n_columns, d), ``out`` (n_rows, d), ``penalty`` (d, d),
    ``weights`` (n_rows,), ``offsets`` and ``column_weights`` (n_columns,), ``prior_mean`` (d,) or (n_rows, d). A row
    without entries gets its prior mean. ``perturbation`` (n_rows, d) adds L⁻ᵀz to each row: with z = σ times standard
    normal numbers the result is an exact draw from the posterior. Batches are shared out over ``n_threads`` Python
    threads (torch lets go of the interpreter lock).
    """
    gather = _gatherer(table, offsets, column_weights)

    def place(rows: Tensor, features: Tensor, targets: Tensor) -> None:
        mean = None if prior_mean is None else prior_mean.expand(len(out), -1)[rows]
        wide = penalty if weights is None else weights[rows][:, None, None] * penalty
        posterior = solve(features, targets, penalty=wide, prior_mean=mean)
        out[rows] = posterior.mean if perturbation is None else posterior.draw(perturbation[rows])

    share_out(lambda batch: place(batch.rows, *gather(batch)), layout.batches, n_threads=n_threads)
    if not len(layout.empty):
        return
    if weights is None or (weights[layout.empty] > 0).all():
        place(
            layout.empty, table.new_zeros(len(layout.empty), 0, table.shape[1]), table.new_zeros(len(layout.empty), 0)
        )
    else:  # a penalty times zero ratings is no penalty: such a row is its prior mean
        out[layout.empty] = 0.0 if prior_mean is None else prior_mean.expand(len(out), -1)[layout.empty]


def leverages(
    layout: RowBatches,
    table: Tensor,
    *,
    penalty: Tensor,
    weights: Tensor | None = None,
    wanted: Tensor | None = None,
    n_threads: int = 1,
) -> Tensor:
    """Return h = xᵀ(XᵀX + Λ)⁻¹x of every entry (n_entries,), in the order of the source.

    h is how far a row's prediction for an entry follows that entry's own value, 0 to 1; arguments as in
    ``solve_rows``. ``wanted`` (n_entries,) marks the entries asked for if only a few are; others are zero. Source: Hastie,
    Tibshirani and Friedman, *The Elements of Statistical Learning*, 2009, eq. 7.64.
    """
    gather, found = _gatherer(table), table.new_zeros(int(layout.counts.sum()) + 1)
    marks = None if wanted is None else _with_padding(wanted)

    def place(batch: Batch) -> None:
        features, targets = gather(batch)
        wide = penalty if weights is None else weights[batch.rows][:, None, None] * penalty
        # A row has more entries than numbers: one inverse for it is sooner had than a triangular solve for each of them.
        inverse = solve(features, targets, penalty=wide).covariance
        if marks is None:
            found[batch.entries.flatten()] = ((features @ inverse) * features).sum(-1).flatten()
            return
        rows, places = marks[batch.entries].nonzero(as_tuple=True)
        some = features[rows, places][:, None]  # (wanted, 1, d)
        found[batch.entries[rows, places]] = ((some @ inverse[rows]) * some).sum((1, 2))

    share_out(place, layout.batches, n_threads=n_threads)
    return found[:-1]


def _gatherer(
    table: Tensor, offsets: Tensor | None = None, column_weights: Tensor | None = None
) -> Callable[[Batch], tuple[Tensor, Tensor]]:
    """Return a function from a batch to its features (B, L, d) and targets (B, L); padding is zero in the features."""
    roots = None if column_weights is None else column_weights.sqrt()[:, None]
    padded = _with_padding(table if roots is None else table * roots)
    scales = None if roots is None else _with_padding(roots)
    shift = None if offsets is None else _with_padding(offsets)

    def gather(batch: Batch) -> tuple[Tensor, Tensor]:
        flat = batch.columns.flatten()
        features = padded.index_select(0, flat).view(*batch.columns.shape, -1)
        targets = batch.values if shift is None else batch.values - shift.index_select(0, flat).view_as(batch.values)
        return features, targets if scales is None else targets * scales.index_select(0, flat).view_as(targets)

    return gather


def _with_padding(columns: Tensor) -> Tensor:
    """Append the zeros that padded places point at."""
    return torch.cat([columns, columns.new_zeros(1, *columns.shape[1:])])


def share_out(work: Callable[[Batch], None], batches: Sequence[Batch], *, n_threads: int) -> None:
    """Do ``work`` on every batch in ``n_threads`` threads, each with one thread inside torch."""
    if n_threads == 1 or len(batches) < 2:
        for batch in batches:
            work(batch)
        return
    threads_inside = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(n_threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            list(pool.map(work, batches))
    finally:  # what a worker sets is also what every thread born later starts with
        torch.set_num_threads(threads_inside)
