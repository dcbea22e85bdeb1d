"""How sure a figure or a difference is: over other people, other seeds, and many figures at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from core.errors import InvalidArgument

# The ends of a 95 % interval then lie within about a tenth of its width of where more would put them.
N_RESAMPLES = 2_000
INTERVAL = (0.025, 0.975)
# Draws are worked on in blocks of about this many numbers: 32 MiB.
BLOCK_NUMBERS = 4_000_000
# With fewer fits the variance between seeds is a guess.
LEAST_REFITS = 5


@dataclass(frozen=True)
class Figure:
    """A measured value and its 95 % interval, in the value's own unit."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether a difference of this size has one sign in all of its interval: zero lies outside."""
        return self.is_clear_of(0)

    def is_clear_of(self, margin: float) -> bool:
        """Whether all of the interval lies beyond ``margin`` on one side of zero."""
        return self.low > margin or self.high < -margin


@dataclass(frozen=True, eq=False)
class PersonSums:
    """Figures that are means over ratings or over people, taken apart by person: Σ totals / Σ counts.

    Shapes: ``totals`` and ``counts`` (n_people, n_figures), float64; ``rooted`` (n_figures,): whose mean is under a root.
    """

    totals: Tensor
    counts: Tensor
    rooted: Tensor

    def values(self, weights: Tensor) -> Tensor:
        """Return the figures (b, n_figures) of people counted ``weights`` (b, n_people) times; NaN where none counts."""
        means = (weights @ self.totals) / (weights @ self.counts)
        return torch.where(self.rooted, means.sqrt(), means)

    def of_everybody(self) -> Tensor:
        """Return the figures (n_figures,), everybody counted once."""
        return self.values(torch.ones(1, len(self.totals), dtype=torch.float64))[0]


def drawn_people(n_people: int, n_resamples: int, seed: int) -> Iterator[Tensor]:
    """Yield how often each person is drawn (b, n_people), in blocks: as many people with replacement, each time.

    Source: Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13.
    """
    generator = Generator().manual_seed(seed)
    step = max(1, BLOCK_NUMBERS // max(1, n_people))
    for first in range(0, n_resamples, step):
        size = min(step, n_resamples - first)
        drawn = torch.randint(n_people, (size, n_people), generator=generator)
        counts = torch.zeros(size, n_people, dtype=torch.float64)
        yield counts.scatter_add_(1, drawn, torch.ones_like(drawn, dtype=torch.float64))


def resampled(sums: Sequence[PersonSums], n_resamples: int, seed: int) -> list[Tensor]:
    """Return the figures of each of ``sums`` in the same draws of people: (n_resamples, n_figures) each."""
    blocks = [
        [each.values(weights) for each in sums] for weights in drawn_people(len(sums[0].totals), n_resamples, seed)
    ]
    return [torch.cat(parts) for parts in zip(*blocks, strict=True)]


@dataclass(frozen=True, eq=False)
class SeedSpread:
    """How a difference of two models varies by their seeds: ``deviations`` (m, n_figures), whose squares add up to its variance.

    ``freedom``: degrees of freedom of that variance, of the model that was fitted fewer times.
    """

    deviations: Tensor
    freedom: int

    @classmethod
    def of(cls, baseline: Tensor, candidate: Tensor) -> SeedSpread:
        """Return the spread from figures (n_fits, n_figures) of fits of each side that differ by seed alone.

        Raises ``InvalidArgument`` on fewer than ``LEAST_REFITS`` fits of either.
        """
        fewest = min(len(baseline), len(candidate))
        if fewest < LEAST_REFITS:
            raise InvalidArgument(f"refits must be at least {LEAST_REFITS} of each model, got {fewest}")
        parts = [(fits - fits.mean(0)) / (len(fits) - 1) ** 0.5 for fits in (baseline, candidate)]
        return cls(torch.cat(parts), fewest - 1)

    @property
    def std(self) -> Tensor:
        """Standard deviation of the difference between seeds (n_figures,), NaN where a fit does not give the figure."""
        return self.deviations.square().sum(0).sqrt()

    def draw(self, n: int, generator: Generator) -> Tensor:
        """Return what other seeds might have added (n, n_figures): multivariate t with the fits' covariance.

        t rather than Gaussian, because a variance known from few fits may be too small. Source: Student's, for several
        figures as in Kotz and Nadarajah, *Multivariate t Distributions and Their Applications*, 2004, chapter 1.
        """
        gaussian = (
            torch.randn(n, len(self.deviations), generator=generator, dtype=torch.float64)
            @ self.deviations.nan_to_num()
        )
        chi_square = torch.randn(n, self.freedom, generator=generator, dtype=torch.float64).square().sum(1)
        return gaussian * (self.freedom / chi_square).sqrt()[:, None]


@dataclass(frozen=True, eq=False)
class Gaps:
    """Differences, candidate − baseline (n_figures,), and what chance may have added to them (n_resamples, n_figures)."""

    values: Tensor
    noise: Tensor

    @classmethod
    def between(
        cls,
        baseline: PersonSums,
        candidate: PersonSums,
        *,
        seeds: SeedSpread | None,
        n_resamples: int = N_RESAMPLES,
        seed: int,
    ) -> Gaps:
        """Return the paired differences: both sides in the same draws of people, and with ``seeds`` other seeds besides."""
        values = candidate.of_everybody() - baseline.of_everybody()
        one, other = resampled((baseline, candidate), n_resamples, seed)
        noise = other - one - values
        if seeds is not None:
            noise = noise + seeds.draw(n_resamples, Generator().manual_seed(seed))
        return cls(values, noise)

    def without(self, place: int) -> Gaps:
        """Return all but the difference at ``place``."""
        kept = [other for other in range(len(self.values)) if other != place]
        return Gaps(self.values[kept], self.noise[:, kept])

    def figures(self) -> list[Figure]:
        """Return each difference with an interval of its own."""
        return figures_of(self.values, self.values + self.noise)

    def simultaneous(self) -> list[Figure]:
        """Return each difference with an interval such that in 95 of 100 cases all of them hold what they should.

        The largest of all differences' noise, each over its own half-width, decides how much wider all must be. Source:
        Westfall and Young, *Resampling-Based Multiple Testing*, 1993, the single-step max T of section 2.3.1.
        """
        if not len(self.values):
            return []
        noise = self.noise.abs().nan_to_num()
        reach = torch.quantile(noise, INTERVAL[1] - INTERVAL[0], 0)
        largest = torch.where(reach > 0, noise / reach, 0.0).amax(1)
        wide = reach * torch.quantile(largest, INTERVAL[1] - INTERVAL[0]).clamp(min=1)
        ends = zip(self.values.tolist(), wide.tolist(), strict=True)
        return [Figure(value, value - half, value + half) for value, half in ends]


def figures_of(values: Tensor, draws: Tensor) -> list[Figure]:
    """Return ``values`` (n_figures,) with the percentiles of ``draws`` (n, n_figures), those that are known."""
    ends = torch.nanquantile(draws, draws.new_tensor(INTERVAL), dim=0)
    return [Figure(*each) for each in zip(values.tolist(), *ends.tolist(), strict=True)]
