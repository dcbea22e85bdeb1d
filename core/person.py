"""Somebody whose taste is known: what they would give every film, how sure that is, and their list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.links import Identity, OrderedProbit
from core.model import FactorModel, TrainedModel, mean_of_draws
from core.ratings import Id
from core.ridge import Posterior
from core.stars import star_chances

# A new person's list is some sixty small calls, and nobody differentiates it: without autograd's books each of them is
# a sixth shorter.
undifferentiated = torch.inference_mode()


class Prediction(NamedTuple):
    """One film for one person, in stars.

    ``std`` is the uncertainty of the predicted mean (film vectors taken as known), ``rating_std`` adds the noise of
    a rating; both are NaN where the model has no posterior.
    """

    item_id: Id
    prediction: float
    std: float
    rating_std: float


class Outlook(NamedTuple):
    """What is expected of many films at once, in stars: (n,) each, meant as in ``Prediction`` but without limits."""

    mean: Tensor
    std: Tensor
    rating_std: Tensor


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody's taste: ``mean`` is their vector per draw, (factors, bias); ``ratings`` is what they rated.

    ``rated_rows`` (L,) are the rows of the rated films in the same order, ``chosen`` those of the films that they
    came upon themselves. Where ``drawn`` their vector is not the best one per draw but a draw itself: how draws differ
    is then all that is not known of them.
    """

    model: TrainedModel
    ratings: Mapping[Id, float]
    rated_rows: Tensor
    mean: Tensor
    posterior: Posterior | None
    chosen: frozenset[Id] = frozenset()
    drawn: bool = False

    def scores(self) -> Tensor:
        """Return the scores (draws, n_items) of every film."""
        return self.model.person_scores(self.mean)

    def predict(self, item_ids: Iterable[Id]) -> list[Prediction]:
        """Return a prediction for each film asked for; raises ``UnknownId`` on a film the model does not know."""
        ids = list(item_ids)
        rows = torch.tensor(self.model.items.rows(ids), dtype=torch.int64)
        return self._predictions(ids, rows, self.scores()[:, rows])

    def predict_all(self) -> list[Prediction]:
        """Return a prediction for every film of the model, in its order."""
        rows = torch.arange(len(self.model.items))
        return self._predictions(list(self.model.items), rows, self.scores())

    @undifferentiated
    def top_n(self, n: int = 10, *, min_ratings: int = 0, among: Iterable[Id] | None = None) -> list[Prediction]:
        """Return the ``n`` best films they have not rated, best first; fewer if there are not as many.

        Ordered by the score's mean over draws, before limits, so that films at the top of the scale do not tie.
        ``min_ratings`` leaves out films with fewer ratings in training; ``among`` names the films to choose from.
        """
        if n < 1:
            raise InvalidArgument(f"n must be at least 1, got {n}")
        scores = self.scores()
        ranking = self._ranking(scores, min_ratings, among)
        best = ranking.topk(min(n, len(ranking)))
        rows = best.indices[: len(best.values) - best.values.tolist().count(-torch.inf)]  # what is left out stands last
        labels = self.model.items.labels
        return self._predictions([labels[row] for row in rows.tolist()], rows, scores[:, rows])

    def ranking(self, *, min_ratings: int = 0, among: Iterable[Id] | None = None) -> Tensor:
        """Return what ``top_n`` orders films by (n_items,), on the CPU: −∞ for those it leaves out."""
        return self._ranking(self.scores(), min_ratings, among)

    def _ranking(self, scores: Tensor, min_ratings: int, among: Iterable[Id] | None) -> Tensor:
        ranking = mean_of_draws(scores).cpu()  # where counts and rows are
        if among is not None:
            chosen = torch.tensor(self.model.items.rows(among), dtype=torch.int64)
            ranking = torch.full_like(ranking, -torch.inf).index_copy(0, chosen, ranking[chosen])
        if min_ratings:
            ranking = ranking.masked_fill(self.model.rated.item_counts < min_ratings, -torch.inf)
        return ranking.index_fill(0, self.rated_rows, -torch.inf)

    def outlook(self, rows: Tensor) -> Outlook:
        """Return mean, std and rating_std of the films of ``rows`` (n,), without the limits of the scale."""
        return self._outlook(rows, self.scores()[:, rows])

    def _outlook(self, rows: Tensor, scores: Tensor) -> Outlook:
        std, prior = self._std(rows, scores), self.model.user_prior
        noise = torch.full_like(std, torch.nan) if prior is None else prior.noise_variances(rows).to(std)
        return Outlook(mean_of_draws(self.model.link.stars(scores)), std, torch.addcmul(noise, std, std).sqrt())

    def _predictions(self, ids: list[Id], rows: Tensor, scores: Tensor) -> list[Prediction]:
        if not ids:  # a variance of no films is a warning to torch
            return []
        found, scale = self._outlook(rows, scores), self.model.scale
        columns = (found.mean.clamp(scale.low, scale.high).tolist(), found.std.tolist(), found.rating_std.tolist())
        return list(map(Prediction, ids, *columns))

    def star_chances(self, item_ids: Iterable[Id]) -> list[tuple[float, ...]]:
        """Return the chance of each level of the scale, lowest first, for each film asked for; they sum to 1.

        The model's own, mean over draws, where its link is an ordered probit: of the score, Gaussian with the person's
        posterior in each draw. Else a Gaussian around the prediction, as ``stars.star_chances`` says. Raises
        ``UnknownId`` on an unknown film, ``InvalidArgument`` for a model without a posterior.
        """
        ids, link = list(item_ids), self.model.link
        if not isinstance(link, OrderedProbit):
            return [star_chances(one.prediction, one.rating_std, self.model.scale) for one in self.predict(ids)]
        rows = torch.tensor(self.model.items.rows(ids), dtype=torch.int64)
        scores = self.scores()[:, rows].double()
        chances = link.chances(scores, variance=self._variance(rows)).mean(0)
        return [tuple(row) for row in chances.tolist()]

    def _variance(self, rows: Tensor) -> Tensor | None:
        """The variance of the scores of films per draw (draws, n); None where the model has no posterior."""
        model, prior = self.model, self.model.user_prior
        if not isinstance(model, FactorModel) or self.posterior is None or prior is None:
            return None
        features = model.item_vectors[:, rows].to(self.posterior.mean)
        within = self.posterior.variance(features) / prior.noise_precision[:, None].to(features)
        return torch.zeros_like(within) if self.drawn else within

    def _std(self, rows: Tensor, scores: Tensor) -> Tensor:
        """√(mean over draws of the variance + variance between draws), carried through the link's slope."""
        model, within = self.model, self._variance(rows)
        if within is None:
            return torch.full_like(scores[0], torch.nan)
        if not isinstance(model.link, Identity):
            within = within * model.link.slope(scores).to(within).square()
        if len(within) == 1:  # nothing to average, and no other draw to differ from
            return within[0].sqrt()
        between = model.link.stars(scores).var(0, correction=0).to(within)
        return (within.mean(0) + between).sqrt()
