"""Which films to ask a person about next."""

from __future__ import annotations

import torch

from core.errors import FoldInRefused, InvalidArgument
from core.folding import Person
from core.ids import Id
from core.model import FactorModel

# People can only rate what they have seen: films are asked about from among the most rated.
FAMILIAR = 150


def films_to_rate(person: Person, *, n: int = 6, familiar: int = FAMILIAR) -> list[Id]:
    """Return ``n`` films whose ratings would teach the model most about this person, the most telling first.

    Greedy D-optimal design: of the ``familiar`` most rated films they have not rated, take the one whose prediction
    is least certain, xᵀΣx, update Σ as if it had been rated, Σ ← Σ − Σxxᵀ Σ / (σ² + xᵀΣx), and go on; so the films
    ask about different things. Σ is the person's posterior covariance and σ² the noise of a rating of the film, per
    draw; the uncertainty is the mean over draws. Raises
    ``FoldInRefused`` for a model without a posterior, ``InvalidArgument`` if ``n`` is below 1.
    Source: Fedorov, *Theory of Optimal Experiments*, 1972, chapter 3.
    """
    model, posterior, prior = person.model, person.posterior, person.model.user_prior
    if not isinstance(model, FactorModel) or posterior is None or prior is None:
        raise FoldInRefused(f"a {model.card.trainer} model cannot tell which ratings would teach it most")
    if n < 1:
        raise InvalidArgument(f"n must be at least 1, got {n}")
    counts = model.rated.item_counts.clone()
    counts[person.rated_rows] = -1
    rows = counts.topk(min(familiar, len(counts))).indices
    rows = rows[counts[rows] > 0]
    features = model.item_vectors[:, rows].double()
    spread = posterior.covariance.double() / prior.noise_precision.double()[:, None, None]
    noise = prior.noise_variances_by_draw(rows)
    chosen: list[int] = []
    for _ in range(min(n, len(rows))):
        pull = features @ spread  # (draws, familiar, d + 1)
        variance = (pull * features).sum(-1)
        mean = variance.mean(0)
        mean[chosen] = -torch.inf
        best = int(mean.argmax())
        chosen.append(best)
        scale = 1 / (noise[:, best] + variance[:, best])
        spread = spread - scale[:, None, None] * pull[:, best, :, None] * pull[:, best, None, :]
    return [model.items.labels[rows[place]] for place in chosen]
