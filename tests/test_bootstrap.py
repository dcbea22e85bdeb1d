"""Intervals over people, seeds and many figures: against loops, and by what they promise."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidArgument
from core.evaluation import bootstrap
from core.evaluation.bootstrap import Figure, Gaps, PersonSums, SeedSpread, drawn_people, resampled


def sums(seed: int, n_people: int = 9, n_figures: int = 3) -> PersonSums:
    generator = torch.Generator().manual_seed(seed)
    totals = torch.rand(n_people, n_figures, generator=generator, dtype=torch.float64)
    counts = torch.randint(0, 4, (n_people, n_figures), generator=generator).double()
    return PersonSums(totals * counts, counts, torch.tensor([True, False, False]))


def slow_figure(each: PersonSums, people: list[int], place: int) -> float:
    total = sum(float(each.totals[person, place]) for person in people)
    count = sum(float(each.counts[person, place]) for person in people)
    mean = total / count if count else float("nan")
    return mean**0.5 if each.rooted[place] else mean


def test_figures_of_drawn_people_equal_loops() -> None:
    each = sums(0)
    drawn = torch.randint(9, (20, 9), generator=torch.Generator().manual_seed(5)).tolist()
    (found,) = resampled([each], 20, 5)
    expected = [[slow_figure(each, people, place) for place in range(3)] for people in drawn]
    for row, wanted in zip(found.tolist(), expected, strict=True):
        assert row == pytest.approx(wanted, abs=1e-12, nan_ok=True)
    assert each.of_everybody().tolist() == pytest.approx([slow_figure(each, list(range(9)), p) for p in range(3)])


def test_the_size_of_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = torch.cat(list(drawn_people(7, 11, 3)))
    monkeypatch.setattr(bootstrap, "BLOCK_NUMBERS", 20)
    assert torch.equal(torch.cat(list(drawn_people(7, 11, 3))), whole)
    assert whole.sum(1).tolist() == [7] * 11


def test_a_gap_is_taken_within_each_draw() -> None:
    one, other = sums(0), sums(1)
    found = Gaps.between(one, other, seeds=None, n_resamples=30, seed=2)
    before, after = resampled([one, other], 30, 2)
    assert torch.allclose(found.values + found.noise, after - before, equal_nan=True)
    ends = torch.nanquantile(after - before, torch.tensor([0.025, 0.975], dtype=torch.float64), dim=0)
    for figure, value, low, high in zip(found.figures(), found.values.tolist(), *ends.tolist(), strict=True):
        assert (figure.value, figure.low, figure.high) == pytest.approx((value, low, high), abs=1e-12)


@given(st.integers(0, 10))
def test_intervals_that_hold_together_are_no_narrower(seed: int) -> None:
    noise = torch.randn(300, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    gaps = Gaps(torch.zeros(4, dtype=torch.float64), noise * torch.tensor([1, 2, 3, 0.0]))
    alone = torch.quantile(gaps.noise.abs(), 0.95, 0)
    together = torch.tensor([figure.high for figure in gaps.simultaneous()])
    assert (together >= alone - 1e-12).all() and together[3] == 0
    outside = (gaps.noise.abs() > together).any(1).double().mean()
    assert outside <= 0.05 + 1 / 300


def test_without_a_figure_there_is_no_interval() -> None:
    nothing = torch.zeros(5, 0, dtype=torch.float64)
    empty = PersonSums(nothing, nothing, torch.zeros(0, dtype=torch.bool))
    assert Gaps.between(empty, empty, seeds=None, n_resamples=3, seed=0).simultaneous() == []


def test_seeds_add_the_variance_that_fits_show() -> None:
    """Of two models, the variances add up; drawn from t, they are f / (f − 2) times as large."""
    generator = torch.Generator().manual_seed(0)
    fits = [torch.randn(n, 2, generator=generator, dtype=torch.float64) * scale for n, scale in ((21, 1.0), (31, 2.0))]
    spread = SeedSpread.of(*fits)
    expected = [float(fits[0][:, place].var() + fits[1][:, place].var()) for place in range(2)]
    assert spread.std.square().tolist() == pytest.approx(expected, abs=1e-9)
    assert spread.freedom == 20
    drawn = spread.draw(40_000, generator).var(0)
    assert drawn.tolist() == pytest.approx([each * 20 / 18 for each in expected], rel=0.05)


def test_seeds_widen_an_interval() -> None:
    one, other = sums(0), sums(1)
    spread = SeedSpread.of(
        torch.randn(5, 3, generator=torch.Generator().manual_seed(1)).double(), torch.zeros(5, 3).double()
    )
    plain, wider = (Gaps.between(one, other, seeds=each, n_resamples=500, seed=0).figures() for each in (None, spread))
    assert all(b.low < a.low and a.high < b.high and a.value == b.value for a, b in zip(plain, wider, strict=True))


def test_four_fits_are_too_few() -> None:
    with pytest.raises(InvalidArgument, match=r"^refits must be at least 5 of each model, got 4$"):
        SeedSpread.of(torch.zeros(5, 1), torch.zeros(4, 1))


@pytest.mark.parametrize(
    ("low", "high", "is_clear"),
    [(0.004, 0.01, True), (0.002, 0.01, False), (-0.01, -0.004, True), (-0.01, -0.002, False), (-1, 1, False)],
)
def test_a_figure_is_clear_of_a_margin_where_all_of_it_is_beyond(low: float, high: float, is_clear: bool) -> None:
    assert Figure((low + high) / 2, low, high).is_clear_of(0.003) is is_clear
