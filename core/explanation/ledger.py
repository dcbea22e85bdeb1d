"""A prediction as a sum: what everybody gives, what you give, what the film gets, and where your tastes meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeAlias

import torch
from torch import Tensor

from core.errors import FoldInRefused
from core.explanation.influence import Influence, influences
from core.links import Identity
from core.model import FactorModel
from core.person import Person
from core.ratings import Id

Kind: TypeAlias = Literal["mean", "you", "film", "axis", "rest", "limits", "network"]

GLOBAL_MEAN, YOUR_BIAS, FILM_BIAS, REST = "global mean", "your bias", "film bias", "the rest"
SCALE_AND_LIMITS, NETWORK = "scale and limits", "the network"
# Films with fewer training ratings have no say in which way a person leans along an axis; as for the map.
LEAST_RATINGS = 5


class Axis(Protocol):
    """A named direction of the space: ``points`` (n_items,) is every film's place along it, in any unit."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def points(self) -> Tensor:
        """Every film's place."""
        ...


class Term(NamedTuple):
    """One line of the ledger: ``value`` in the unit of the score, which is stars where ``Explanation.in_stars``."""

    name: str
    kind: Kind
    value: float


@dataclass(frozen=True)
class Explanation:
    """Why a prediction is what it is: ``terms`` sum to ``prediction``; ``influences`` are strongest first.

    ``score`` is what all terms but the last sum to, before the link and the limits of the scale. ``additive`` is
    false for a model that is no sum: its one term is the prediction. ``influences`` are empty where the model cannot
    tell, or nothing is rated.
    """

    item_id: Id
    prediction: float
    score: float
    additive: bool
    in_stars: bool
    terms: tuple[Term, ...]
    influences: tuple[Influence, ...]

    @property
    def strongest(self) -> Term:
        """The term that moved the prediction most: the largest in size but for the global mean and the network."""
        moving = [term for term in self.terms if term.kind not in ("mean", "network")]
        return max(moving or self.terms, key=lambda term: abs(term.value))


def explain(person: Person, item_id: Id, *, axes: Sequence[Axis] = (), min_ratings: int = LEAST_RATINGS) -> Explanation:
    """Return the prediction of film ``item_id`` for ``person`` as terms that sum to it, and its influences.

    In each draw the users' mean vector p̄ moves into the film biases and the films' mean vector q̄ into the user biases:

        score = μ + [b_u + (p_u − p̄)·q̄] + [b_i + p̄·q_i] + (p_u − p̄)·(q_i − q̄),

    averaged over draws. The last product, taste, is shared out over ``axes``: with t_j the person's taste for film j
    and z_jk its place along axis k, the pulls s minimise Σ_j (t_j − c − Σ_k s_k z_jk)² over the films with at least
    ``min_ratings`` training ratings; axis k gives s_k (z_ik − mean z_k), the constant c goes to the person's bias, and
    what is left is the rest. For principal axes of the map that decided them, s is the person's vector along them.
    Terms are in units of the score: stars, unless a link stands between; the last, "scale and limits", is
    prediction − score. Raises ``UnknownId`` on an unknown film.
    """
    model = person.model
    (found,) = person.predict([item_id])
    row = model.items.row(item_id)
    score = float(person.scores()[:, row].double().mean())
    reasons = _influences(person, item_id)
    if not isinstance(model, FactorModel):
        only = Term(NETWORK, "network", found.prediction)
        return Explanation(item_id, found.prediction, score, False, False, (only,), reasons)
    terms = (
        *_terms(person, model, row, score, axes, min_ratings),
        Term(SCALE_AND_LIMITS, "limits", found.prediction - score),
    )
    return Explanation(item_id, found.prediction, score, True, isinstance(model.link, Identity), terms, reasons)


def _terms(
    person: Person, model: FactorModel, row: int, score: float, axes: Sequence[Axis], min_ratings: int
) -> Iterator[Term]:
    """All terms of the score, the rest last: what no other term holds."""
    vector, films = person.mean.double().cpu(), model.item_factors.double().cpu()
    centre, middle = model.user_factors.double().mean(1).cpu(), films.mean(1)  # (draws, d) each
    apart = vector[:, :-1] - centre
    tastes = ((films - middle[:, None]) @ apart[..., None]).squeeze(-1).mean(0)  # (n_items,)
    shares, constant = _share_out(tastes, axes, row, model.rated.item_counts >= min_ratings)
    named = zip(_distinct(axis.name for axis in axes), shares, strict=True)
    terms = [
        Term(GLOBAL_MEAN, "mean", float(model.global_mean.double().mean())),
        Term(YOUR_BIAS, "you", float((vector[:, -1] + (apart * middle).sum(-1)).mean()) + constant),
        Term(FILM_BIAS, "film", float(film_biases(model)[row])),
        *(Term(name, "axis", share) for name, share in named),
    ]
    yield from terms
    yield Term(REST, "rest", score - sum(term.value for term in terms))


def film_biases(model: FactorModel) -> Tensor:
    """Return what each film gets from everybody (n_items,), float64: b_i + p̄·q_i, mean over draws."""
    centre = model.user_factors.double().mean(1, keepdim=True)
    pull = (model.item_factors.double() @ centre.mT).squeeze(-1)
    return (model.item_bias.double() + pull).mean(0).cpu()


def _share_out(tastes: Tensor, axes: Sequence[Axis], row: int, deciding: Tensor) -> tuple[list[float], float]:
    """Each axis' share of the taste for film ``row``, and the constant that belongs to the person."""
    if not axes:
        return [], 0.0
    deciding = deciding if deciding.any() else torch.ones_like(deciding)
    points = torch.stack([axis.points.double().cpu() for axis in axes], dim=1)
    points = points - points[deciding].mean(0)
    constant = float(tastes[deciding].mean())
    pulls = torch.linalg.lstsq(
        points[deciding], (tastes[deciding] - constant)[:, None], driver="gelsd"
    ).solution  # the driver takes axes that are alike, too
    return (points[row] * pulls[:, 0]).tolist(), constant


def _distinct(names: Iterator[str]) -> Iterator[str]:
    """Yield ``names``, each of which must name one term: a second "no clear meaning" becomes "no clear meaning (2)"."""
    seen = Counter((GLOBAL_MEAN, YOUR_BIAS, FILM_BIAS, REST, SCALE_AND_LIMITS))
    for name in names:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"


def _influences(person: Person, item_id: Id) -> tuple[Influence, ...]:
    try:
        return tuple(influences(person, [item_id])[item_id])
    except FoldInRefused:
        return ()
