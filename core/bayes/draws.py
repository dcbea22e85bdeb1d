"""The draws that a chain leaves behind, and the model they make."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.bayes.chain import Chain
from core.bayes.table import Table
from core.days import DayEffects
from core.links import Identity, OrderedProbit
from core.model import FactorModel, ModelCard
from core.priors import ChoicePrior, UserPrior
from core.ratings import Ratings


@dataclass(eq=False)
class Draws:
    """Kept draws (draws, …), filled one by one.

    ``people`` (draws, n_users, d + 1) are means given the draw's films, prior and noise, which averages over more than
    the drawn rows would; ``films`` (draws, n_items, d + 1) are as drawn. With hidden numbers people are as drawn too:
    predictions do not follow their rows in a straight line, so the mean of the one is not that of the other.
    ``days`` (draws, n_days, d + 1) are as drawn, less their mean over the ratings, which is in the films.
    """

    people: Tensor
    films: Tensor
    days: Tensor | None = None
    day_numbers: Tensor | None = None
    priors: list[UserPrior] = field(default_factory=list)
    links: list[OrderedProbit] = field(default_factory=list)

    @classmethod
    def empty(cls, chain: Chain, n_draws: int) -> Draws:
        """Make room for ``n_draws`` draws of ``chain``."""
        people, films, *days = (table.rows.new_empty(n_draws, *table.rows.shape) for table in chain.tables)
        return cls(people, films, days[0] if days else None, chain.day_numbers)

    def keep(self, chain: Chain) -> None:
        """Keep the present state of ``chain``."""
        people, place = chain.users, len(self.priors)
        rated = people.rated
        # B enters people's mean linearly, so its own mean serves them, and new people, better than a draw of it.
        weights = None if rated is None else rated.mean_weights(people.residuals())
        shift = None if rated is None or weights is None else rated.basis.shift_by(weights)
        self.films[place] = chain.films.rows
        if self.days is not None and chain.days is not None and chain.day_idx is not None:
            self.films[place], self.days[place] = _around_mean_day(chain.films.rows, chain.days.rows, chain.day_idx)
        if chain.hidden is None:
            against = chain.against(people)
            self.people[place] = people.mean_rows(against, chain.noise_precision, shift, n_threads=chain.n_threads)
        else:
            self.people[place] = people.rows
            self.links.append(chain.hidden.link)
        self.priors.append(_user_prior(chain, weights, shift))

    def to_model(self, train: Ratings, card: ModelCard, global_mean: float) -> FactorModel:
        """Return the model of all kept draws."""
        return FactorModel(
            user_factors=self.people[..., :-1],
            item_factors=self.films[..., :-1],
            user_bias=self.people[..., -1],
            item_bias=self.films[..., -1],
            global_mean=self.films.new_full((len(self.films),), global_mean),
            rated=train,
            card=card,
            link=_join(self.links) if self.links else Identity(),
            # Fold-in takes small steps through a bent link, which float32 would blur.
            user_prior=_stack(self.priors, torch.float64 if self.links else self.people.dtype),
            days=self._day_effects(),
        )

    def _day_effects(self) -> DayEffects | None:
        if self.days is None or self.day_numbers is None:
            return None
        return DayEffects(self.day_numbers, self.days[..., :-1], self.days[..., -1])


def _around_mean_day(films: Tensor, days: Tensor, day_idx: Tensor) -> tuple[Tensor, Tensor]:
    """Return films and days whose sums of terms are the same, the mean day over the ratings being zero.

    With h̄, b̄ that mean, q' = q + h̄ and h' = h − h̄: b_i' = b_i + q·h̄ + b̄ and b_t' = b_t − b̄ − h'·h̄.
    """
    mean = days[day_idx].double().mean(0).to(days)
    factors, shift = days[:, :-1] - mean[:-1], mean[:-1]
    films_bias = films[:, -1] + films[:, :-1] @ shift + mean[-1]
    days_bias = days[:, -1] - mean[-1] - factors @ shift
    moved = torch.cat([films[:, :-1] + shift, films_bias[:, None]], dim=1)
    return moved, torch.cat([factors, days_bias[:, None]], dim=1)


def _user_prior(chain: Chain, weights: Tensor | None, shift: Tensor | None) -> UserPrior:
    """The prior of new people in this draw, without a draws axis."""
    people = chain.users
    mean, precision = people.prior.mean, people.prior.precision
    known = None if weights is None else _choice_prior(people, weights)
    return UserPrior(
        mean=mean.to(people.rows),
        precision=(precision if shift is None else _precision_of_all(precision, shift)).to(people.rows),
        noise_precision=people.rows.new_tensor(_precision_in_stars(chain)),
        film_noise=None if chain.film_noise is None else chain.films.noise.clone(),
        choice=known,
    )


def _precision_in_stars(chain: Chain) -> float:
    """The noise precision; with hidden numbers that of ratings around their mean, in inverse squared stars."""
    if chain.hidden is None:
        return chain.noise_precision
    return 1 / float(chain.hidden.link.variance(chain.scores()[None]).double().mean())


def _join(links: list[OrderedProbit]) -> OrderedProbit:
    return OrderedProbit(links[0].levels, tuple(link.cutpoints[0] for link in links))


def _choice_prior(people: Table, weights: Tensor) -> ChoicePrior | None:
    """What choices say, the traits of a new person being unknown: their part of the shift is expected, as scatter."""
    if people.rated is None or not people.rated.basis.n_chosen:
        return None
    by_film, by_trait = people.rated.weights_by_column(weights)
    mean, precision = people.prior.mean.to(people.rows), people.prior.precision
    if len(by_trait):
        precision = _precision_of_all(precision, people.rated.shift_by_traits(weights))
    centre = people.rated.basis.centre[: len(by_film)]
    return ChoicePrior(by_film, mean - centre @ by_film, precision.to(people.rows))


def _precision_of_all(precision: Tensor, shift: Tensor) -> Tensor:
    """The precision of w over people of whose choices nothing is known: (precision⁻¹ + covariance of ``shift``)⁻¹."""
    shift = shift.to(precision)
    covariance = torch.linalg.inv(precision) + shift.mT @ shift / len(shift)
    inverse: Tensor = torch.linalg.inv(covariance)
    return inverse


def _stack(priors: list[UserPrior], dtype: torch.dtype) -> UserPrior:
    names = [{name: tensor.to(dtype) for name, tensor in prior.tensors()} for prior in priors]
    stacked = {name: torch.stack([tensors[name] for tensors in names]) for name in names[0]}
    return UserPrior.from_tensors(stacked, count_power=0.0)
