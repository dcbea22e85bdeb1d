"""Which films to ask a person about next."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from core.errors import FoldInRefused, InvalidArgument
from core.ids import Id
from core.model import FactorModel
from core.person import Person

# People can only rate what they have seen: films are asked about from among the most rated.
FAMILIAR = 150
# Films whose predictions should become surer, the most rated: the others are seen too rarely to weigh much. Each counts
# with the root of its number of ratings, between counting as often as it is seen and all counting the same. On held-out
# people of ml-100k, half of whose ratings were hidden, RMSE after five answers was 0.951 so, and 0.957 with the number
# itself (Gibbs, a seed that `benchmarks.bench_next_films` does not use).
RECOMMENDABLE, SEEN_POWER = 500, 0.5
# Draws that are asked, spread evenly over all: a page that asks anew after every star waits for these sums, and which
# film is asked about need not be known to the last digit.
MOST_DRAWS = 8


def films_to_rate(
    person: Person, *, n: int = 6, familiar: int = FAMILIAR, among: Iterable[Id] | None = None
) -> list[Id]:
    """Return ``n`` films whose ratings would make this person's predictions surest, the most telling first.

    Greedy V-optimal design for a prediction that is a mean over draws. A rating of film j that lies e from what was
    expected moves the prediction of film i by a_ij e, and so lowers its expected squared error by

        2 a_ij c_ij − a_ij² s_j,   c_ij = x_iᵀΣx_j,   s_j = σ_j² + x_jᵀΣx_j,   a_ij = c_ij / s_j, each a mean over draws,

    Σ the covariance of the person's vector, σ² the noise. Asked about is the film with the largest sum over all films i
    that could be recommended, not rated and not asked about, weighted by the root of their number of
    ratings. Then Σ ← Σ − Σxxᵀ Σ / s as if it had been rated, and on, so the films ask about different things. Only the
    ``familiar`` most rated of those not rated are asked about, ``among`` them where it is given. Raises
    ``FoldInRefused`` for a model without a posterior, ``InvalidArgument`` if ``n`` is below 1, ``UnknownId`` on an
    unknown film. Source: Cohn, Ghahramani and Jordan, *Active learning with statistical models*, 1996, section 3; where
    the draws agree it is V-optimality (Atkinson, Donev and Tobias, *Optimum Experimental Designs*, 2007, section 10.6).
    """
    model, posterior, prior = person.model, person.posterior, person.model.user_prior
    if not isinstance(model, FactorModel) or posterior is None or prior is None:
        raise FoldInRefused(f"a {model.card.trainer} model cannot tell which ratings would teach it most")
    if n < 1:
        raise InvalidArgument(f"n must be at least 1, got {n}")
    counts = model.rated.item_counts.clone()
    counts[person.rated_rows] = -1
    targets = _most_rated(counts, RECOMMENDABLE)
    if among is not None:
        allowed = torch.zeros_like(counts, dtype=torch.bool)
        allowed[model.items.rows(among)] = True
        counts[~allowed] = -1
    rows = _most_rated(counts, familiar)
    draws = torch.linspace(0, model.n_draws - 1, min(MOST_DRAWS, model.n_draws)).round().long()
    spread = (posterior.covariance / prior.noise_precision[:, None, None].to(posterior.mean))[draws]
    features, goals = (model.item_vectors[draws[:, None], each].to(spread) for each in (rows, targets))
    noise, wide = prior.noise_variances_by_draw(rows)[draws].to(spread), _side_by_side(goals)
    weights = model.rated.item_counts[targets].to(spread) ** SEEN_POWER
    others = (targets[:, None] != rows).to(spread.device)
    chosen: list[int] = []
    for _ in range(min(n, len(rows))):
        pull = features @ spread  # (draws, familiar, d + 1)
        total = noise + (pull * features).sum(-1)
        gain = weights @ torch.where(others, _gains(wide, pull, total), 0)
        gain[chosen] = -torch.inf
        best = int(gain.argmax())
        chosen.append(best)
        weights = weights * others[:, best]
        step = pull[:, best] / total[:, best, None].sqrt()
        spread = spread - step[:, :, None] * step[:, None, :]
    return [model.items.labels[rows[place]] for place in chosen]


def _gains(goals: Tensor, pull: Tensor, total: Tensor) -> Tensor:
    """What each rating takes off each film's expected squared error, (n_films, n_ratings), in squared stars.

    ``goals`` are the draws' x_i side by side (n_films, draws · (d + 1)), ``pull`` the Σx_j (draws, n_ratings, d + 1),
    ``total`` s (draws, n_ratings): a mean over draws is then one product of two matrices.
    """
    cross, step = (goals @ _side_by_side(each).mT / len(pull) for each in (pull, pull / total[..., None]))
    return 2 * step * cross - step.square() * total.mean(0)


def _side_by_side(vectors: Tensor) -> Tensor:
    """(draws, n, d + 1) → (n, draws · (d + 1))."""
    return vectors.movedim(0, 1).flatten(1)


def _most_rated(counts: Tensor, n: int) -> Tensor:
    """Rows of the ``n`` most rated films of those with a rating at all."""
    rows = counts.topk(min(n, len(counts))).indices
    return rows[counts[rows] > 0]
