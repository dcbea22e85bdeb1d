"""What a model believes of a person before their first rating, and of how ratings scatter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from torch import Tensor


@dataclass(frozen=True, eq=False)
class ChoicePrior:
    """What which films a person chose to rate says of them, per draw, before any star is read.

    w ~ N(mean + Σ weights[i] / √n, precision⁻¹), the sum over the n films i that they chose. Shapes: ``weights``
    (draws, n_items, d + 1), ``mean`` (draws, d + 1), ``precision`` (draws, d + 1, d + 1). Source: the implicit
    feedback of Koren, *Factorization meets the neighborhood*, 2008, eq. 15, as a prior mean.
    """

    weights: Tensor
    mean: Tensor
    precision: Tensor

    def mean_given(self, chosen: Tensor) -> Tensor:
        """Return the mean of w (draws, d + 1) for a person who chose the films of rows ``chosen`` (n,), n at least 1."""
        return self.mean + self.weights[:, chosen].sum(1) / len(chosen) ** 0.5

    def means_without_each(self, chosen: Tensor) -> Tensor:
        """Return ``mean_given`` all but one of ``chosen`` (n,), each left out in turn: (draws, n, d + 1), n above 1."""
        weights = self.weights[:, chosen]
        others = weights.sum(1, keepdim=True) - weights
        return self.mean[:, None] + others / (len(chosen) - 1) ** 0.5


@dataclass(frozen=True, eq=False)
class UserPrior:
    """What is believed of a person before their first rating, per draw; w = (factors, bias).

    w ~ N(mean, (n^count_power · precision)⁻¹) with n the person's number of ratings, and a rating of film i is the
    prediction plus noise of variance 1 / (noise_precision · film_noise[i]). Shapes: ``mean`` (draws, d + 1),
    ``precision`` (draws, d + 1, d + 1) in inverse squared units of w, ``noise_precision`` (draws,) in inverse squared
    stars, ``film_noise`` (draws, n_items), a factor, 1 where it is absent. ``choice`` replaces mean and precision for
    a person of whom it is known which films they chose to rate.
    """

    mean: Tensor
    precision: Tensor
    noise_precision: Tensor
    count_power: float = 0.0
    film_noise: Tensor | None = None
    choice: ChoicePrior | None = None

    def penalty(self, n_ratings: int) -> Tensor:
        """Return Λ = n^count_power · precision / noise_precision (draws, d + 1, d + 1), what ``ridge`` takes."""
        return self._relative_precision * float(max(n_ratings, 1) ** self.count_power)

    @cached_property
    def _relative_precision(self) -> Tensor:
        return self.precision / self.noise_precision[:, None, None]

    @property
    def noise_variance(self) -> float:
        """Variance of a rating around its prediction, in squared stars, mean over draws; for a film like most."""
        return float(self._mean_noise_variance)

    @cached_property
    def _noise_variances(self) -> Tensor:
        return self.noise_precision.reciprocal()

    @cached_property
    def _mean_noise_variance(self) -> Tensor:
        return self._noise_variances.mean()

    def noise_variances_by_draw(self, item_idx: Tensor) -> Tensor:
        """Return the variance of a rating of each film around its prediction (draws, n), in squared stars."""
        variances = self._noise_variances[:, None]
        return (
            variances.expand(-1, len(item_idx)) if self.film_noise is None else variances / self.film_noise[:, item_idx]
        )

    def noise_variances(self, item_idx: Tensor) -> Tensor:
        """Return the mean over draws of ``noise_variances_by_draw``, (n,)."""
        if self.film_noise is None:
            return self._mean_noise_variance.expand(len(item_idx))
        return self.noise_variances_by_draw(item_idx).mean(0)

    def given(self, chosen: Tensor) -> UserPrior:
        """Return the prior of a person who chose to rate the films of rows ``chosen`` (n,); this one if n is 0."""
        if self.choice is None or not len(chosen):
            return self
        return replace(self, mean=self.choice.mean_given(chosen), precision=self.choice.precision, choice=None)

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Yield every tensor under its name; those of ``choice`` as "choice.weights" and so on."""
        for name in ("mean", "precision", "noise_precision", "film_noise"):
            if getattr(self, name) is not None:
                yield name, getattr(self, name)
        if self.choice is not None:
            yield from ((f"choice.{name}", tensor) for name, tensor in vars(self.choice).items())

    @classmethod
    def from_tensors(cls, tensors: dict[str, Tensor], *, count_power: float) -> UserPrior:
        """Return the prior that ``tensors`` gave; raises ``TypeError`` if one is missing."""
        choice = {name.removeprefix("choice."): part for name, part in tensors.items() if name.startswith("choice.")}
        own = {name: part for name, part in tensors.items() if not name.startswith("choice.")}
        return cls(**own, count_power=count_power, choice=ChoicePrior(**choice) if choice else None)
