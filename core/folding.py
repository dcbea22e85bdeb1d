"""A person from a few ratings, in milliseconds: their vector's posterior, film vectors fixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import FoldInRefused, InvalidArgument
from core.links import Identity, OrderedProbit
from core.model import FactorModel, TrainedModel, UserPrior
from core.person import Person, undifferentiated
from core.ratings import Id
from core.ridge import Posterior, leave_one_out, solve

# Gauss–Newton stops where no partial derivative of the objective exceeds this (squared stars per unit).
GRADIENT_TOLERANCE = 1e-6
MOST_STEPS, MOST_HALVINGS = 200, 40
# Near the minimum the objective changes by less than its own rounding; there the slope along the step decides: past
# the minimum it may rise at most so steeply, as a share of how it fell (Hager and Zhang, *A new conjugate gradient
# method with guaranteed descent and an efficient line search*, 2005, eq. 4.2 with their δ = 0.1).
ROUNDING, MOST_RISE = 1e-10, 0.8


@undifferentiated
def fold_in(model: TrainedModel, ratings: Mapping[Id, float], *, chosen: Iterable[Id] | None = None) -> Person:
    """Return the person who gave ``ratings`` (film id to stars), film vectors held fixed.

    Minimises Σ g_i (r − link(x·w + offset))² + (w − m)ᵀ Λ (w − m), Λ, m and films' relative precisions g from the
    model's ``user_prior``. With the identity link that is one ridge solve, equal to re-solving the row in training;
    with a sigmoid, Gauss–Newton steps through the same solve until the gradient is below 1e-6 (Nocedal and Wright,
    *Numerical Optimization*, 2006, section 10.3).
    ``chosen`` names the rated films that the person came upon themselves, by search or import (default: all). Only
    these tell something by having been chosen, and only to a model with a rated prior; films that a program put
    before them do not. Raises ``FoldInRefused`` for a model without a user prior, ``UnknownId`` on an unknown film,
    ``InvalidArgument`` on a rating off the scale or on a chosen film that is not rated.
    """
    model, prior = _with_prior(model)
    rows = torch.tensor(model.items.rows(ratings), dtype=torch.int64)
    scale = model.scale
    for item_id, rating in ratings.items():
        if not scale.low <= rating <= scale.high:  # the sentence is made only when it is needed
            scale.check(rating, name=f"the rating of film {item_id!r},")
    own = frozenset(ratings if chosen is None else chosen)
    if strange := own - ratings.keys():
        raise InvalidArgument(f"chosen must name rated films only, got {min(strange, key=str)!r}")
    met = rows if len(own) == len(ratings) else rows[_places(ratings, own)]
    problem = _Problem.create(model, prior.given(met), rows, list(ratings.values()))
    posterior = problem.solve()
    return Person(model, dict(ratings), rows, posterior.mean, posterior, own)


def person_of(model: TrainedModel, user_id: Id) -> Person:
    """Return a training user as the model holds them: the trained vector, its posterior at that place, their ratings.

    Works for models that refuse fold-in too; predictions then come without a standard deviation.
    """
    row, ratings = model.users.row(user_id), model.ratings_of(user_id)
    mean, items = model.person_vector(row), torch.tensor(model.items.rows(ratings), dtype=torch.int64)
    if not isinstance(model, FactorModel) or model.user_prior is None:
        return Person(model, ratings, items, mean, None, frozenset(ratings))
    problem = _Problem.create(model, model.user_prior.given(items), items, list(ratings.values()))
    posterior = problem.linear_solve(mean.to(problem.penalty))
    drawn = isinstance(model.link, OrderedProbit) and model.n_draws > 1  # what a chain with hidden numbers keeps
    return Person(model, ratings, items, mean, posterior, frozenset(ratings), drawn)


def leave_one_out_means(person: Person, *, choice_known: bool = False) -> Tensor:
    """Return the person's vector solved without each of their L ratings in turn: (draws, L, d + 1).

    Penalty and prior are those of L − 1 ratings; what the left-out film says by having been chosen is forgotten too,
    unless ``choice_known``: then its stars alone are. For models with a linear link, where it is exact.
    """
    model, prior = _with_prior(person.model)
    rows, stars = person.rated_rows, list(person.ratings.values())
    places = _places(person.ratings, person.chosen)
    given = prior.given(rows[places])
    problem = _Problem.create(model, given, rows, stars)
    features, targets = problem.weighted(problem.features, problem.stars - problem.offset)
    means = problem.prior_mean
    forgotten = [] if prior.choice is None or choice_known else places
    if prior.choice is not None and len(forgotten) > 1:
        means = means[:, None].repeat(1, len(rows), 1)
        means[:, places] = prior.choice.means_without_each(rows[places])
    found = leave_one_out(features, targets, penalty=given.penalty(len(rows) - 1), prior_mean=means)
    if len(forgotten) == 1:  # without it nothing is known of what they chose
        others = [place for place in range(len(rows)) if place != places[0]]
        rest = _Problem.create(model, prior, rows[others], [stars[place] for place in others])
        found[:, places[0]] = rest.solve().mean
    return found


def leverage_of_ratings(person: Person) -> Tensor:
    """Return what one more star for each rated film adds to the score of every film: (n_items, L), mean over draws.

    k_ij = x_iᵀ(XᵀGX + Λ)⁻¹x_j g_j, G = diag(g) the films' relative precisions. Exact, whatever the stars, where the
    link is the identity; it does not depend on them.
    """
    model, prior = _with_prior(person.model)
    if person.posterior is None or not person.ratings:
        return torch.zeros(len(model.items), len(person.ratings))
    features = model.item_vectors[:, person.rated_rows].to(person.posterior.mean)
    if prior.film_noise is not None:
        features = features * prior.film_noise[:, person.rated_rows, None].to(features)
    pulls = torch.cholesky_solve(features.mT, person.posterior.cholesky)  # (draws, d + 1, L)
    return (model.item_vectors.to(pulls) @ pulls).mean(0)


def _places(ratings: Mapping[Id, float], chosen: frozenset[Id]) -> list[int]:
    """Where the ``chosen`` films stand among the rated ones."""
    return [place for place, item_id in enumerate(ratings) if item_id in chosen]


def _with_prior(model: TrainedModel) -> tuple[FactorModel, UserPrior]:
    if not isinstance(model, FactorModel) or model.user_prior is None:
        raise FoldInRefused(
            f"{model.card.trainer} models cannot take a new person; ALS, Gibbs, SGD, Category and BiasOnly models can"
        )
    return model, model.user_prior


@dataclass(frozen=True, eq=False)
class _Problem:
    """One person's regression: x (draws, L, d + 1), offset (draws, L), stars (L,), Λ and m per draw.

    ``roots`` (draws, L) are the roots of the films' relative precisions, None where all are 1.
    """

    model: FactorModel
    features: Tensor
    offset: Tensor
    stars: Tensor
    penalty: Tensor
    prior_mean: Tensor
    roots: Tensor | None

    @classmethod
    def create(cls, model: FactorModel, prior: UserPrior, rows: Tensor, stars: list[float]) -> _Problem:
        penalty = prior.penalty(len(stars))
        features = model.item_vectors[:, rows].to(penalty)
        offset = model.item_offset[:, rows].to(penalty)
        roots = None if prior.film_noise is None else prior.film_noise[:, rows].sqrt().to(penalty)
        return cls(model, features, offset, penalty.new_tensor(stars), penalty, prior.mean, roots)

    def weighted(self, features: Tensor, errors: Tensor) -> tuple[Tensor, Tensor]:
        """Return both times √g."""
        return (features, errors) if self.roots is None else (features * self.roots[..., None], errors * self.roots)

    def solve(self) -> Posterior:
        """The minimum, by as many linear solves as the link needs."""
        posterior = self.linear_solve(self.prior_mean)
        for _ in range(MOST_STEPS):
            if self.model.link.is_linear or self.gradient(posterior.mean).abs().max() < GRADIENT_TOLERANCE:
                return posterior
            posterior = self._step(posterior)
        raise FoldInRefused(f"fold-in did not settle in {MOST_STEPS} steps for {len(self.stars)} ratings")

    def linear_solve(self, at: Tensor) -> Posterior:
        """Solve with the link replaced by its tangent at ``at`` (draws, d + 1)."""
        if isinstance(self.model.link, Identity):  # the tangent of a straight line is the line
            features, targets = self.weighted(self.features, self.stars - self.offset)
            return solve(features, targets, penalty=self.penalty, prior_mean=self.prior_mean)
        score = self._score(at)
        slope = self.model.link.slope(score)
        targets = self.stars - self.model.link.stars(score) + slope * (score - self.offset)
        features, targets = self.weighted(slope[..., None] * self.features, targets)
        return solve(features, targets, penalty=self.penalty, prior_mean=self.prior_mean)

    def gradient(self, w: Tensor) -> Tensor:
        """The objective's derivative (draws, d + 1)."""
        score = self._score(w)
        pull = self.model.link.slope(score) * (self.model.link.stars(score) - self.stars)
        features, pull = self.weighted(self.features, pull)
        shrink = self.penalty @ (w - self.prior_mean)[..., None]
        return 2 * (features.mT @ pull[..., None] + shrink).squeeze(-1)

    def objective(self, w: Tensor) -> Tensor:
        """Squared error plus penalty per draw (draws,)."""
        _, error = self.weighted(self.features, self.stars - self.model.link.stars(self._score(w)))
        away = w - self.prior_mean
        return error.square().sum(-1) + (away * (self.penalty @ away[..., None]).squeeze(-1)).sum(-1)

    def _step(self, current: Posterior) -> Posterior:
        """One Gauss–Newton step, halved per draw while it raises the objective or goes past its valley."""
        target = self.linear_solve(current.mean)
        move = target.mean - current.mean
        share = torch.ones_like(move[:, :1])
        steepest = (self.gradient(current.mean) * move).sum(-1).abs()
        highest = self.objective(current.mean) * (1 + ROUNDING)
        for _ in range(MOST_HALVINGS):
            at = current.mean + share * move
            rising = (self.gradient(at) * move).sum(-1) > MOST_RISE * steepest
            worse = rising | (self.objective(at) > highest)
            if not worse.any():
                break
            share = torch.where(worse[:, None], share / 2, share)
        return Posterior(current.mean + share * move, target.cholesky)

    def _score(self, w: Tensor) -> Tensor:
        return (self.features @ w[..., None]).squeeze(-1) + self.offset
