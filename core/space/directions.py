"""The direction that separates a set of films from all others: a genre, a tag, ten films of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import StratifiedKFold
from torch import Generator, Tensor

from core.errors import InvalidArgument
from core.ratings import Id
from core.space.evidence import FAMILY_ERROR, N_FOLDS
from core.space.film_map import FilmSpace
from core.space.measures import auc, auc_of_each
from core.space.projection import along, project

# Fewer films have no direction: two are the ends of a line, and none is left to test it on.
LEAST_IN_SET = 3
# The fewest random sets of which one can be the best of 5 %.
LEAST_PERMUTATIONS = 19
# The principal axes that a direction may combine: on ml-100k they hold 99 % of the variance, and leave the fit small.
MOST_DIMENSIONS = 30
# Penalties tried, relative to the variance times the number of films: from hardly any to the line between two means.
PENALTIES = (0.001, 0.01, 0.1, 1.0, 10.0)


@dataclass(frozen=True)
class FurtherFilm:
    """A film outside the set: its place along the direction, in the unit of the space, and its number of ratings."""

    item_id: Id
    place: float
    n_ratings: int


@dataclass(frozen=True, eq=False)
class Probe:
    """A direction and how well it separates the set.

    ``direction`` (dim,) is its unit vector in the coordinates of the space, and ``points`` (n_items,) every film's place
    along it, in the unit of the space, 0 the mean of the films with enough ratings, the set at the high end.
    ``auc`` is measured on films held out: the chance that one of the set lies further along than another film, with
    its 95 % interval ``low`` to ``high``. ``p`` is how often sets of as many films drawn at random do as well.
    ``further`` are the films furthest along it that are not in the set; ``left_out`` those of the set with too few
    ratings to count.
    """

    item_ids: tuple[Id, ...]
    direction: Tensor
    points: Tensor
    auc: float
    low: float
    high: float
    p: float
    further: tuple[FurtherFilm, ...]
    left_out: tuple[Id, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether random sets do as well in at most 5 % of cases; if not, the space does not know this set."""
        return self.p <= FAMILY_ERROR


def probe(
    space: FilmSpace,
    item_ids: Iterable[Id],
    *,
    seed: int = 0,
    n: int = 10,
    min_ratings: int = 5,
    n_permutations: int = 199,
) -> Probe:
    """Return the direction that separates the films ``item_ids`` from all others with ``min_ratings`` ratings.

    Fisher's discriminant with a ridge: w = (XᵀX + λI)⁻¹Xᵀy for centred places X and y marking the set, λ chosen by
    leave-one-out among the films it is fitted on. Held out by folds that each hold their share of the set.
    Raises ``UnknownId`` on an id that is not in the model, ``InvalidArgument`` on fewer than three films, or none
    left beside them.
    Source: Fisher, *The use of multiple measurements in taxonomic problems*, 1936; that least squares on labels gives
    its direction: Hastie, Tibshirani and Friedman, *The Elements of Statistical Learning*, 2009, exercise 4.2.
    """
    if n < 0:
        raise InvalidArgument(f"n must be 0 or more, got {n}")
    if n_permutations < LEAST_PERMUTATIONS:
        raise InvalidArgument(f"n_permutations must be at least {LEAST_PERMUTATIONS}, got {n_permutations}")
    wanted = tuple(dict.fromkeys(item_ids))
    marked = torch.zeros(len(space.model.items), dtype=torch.bool)
    marked[space.model.items.rows(wanted)] = True
    shown = space.enough(max(1, min_ratings))
    _check(int((marked & shown).sum()), int((~marked & shown).sum()), len(wanted), min_ratings)
    axes = _leading(space, shown)
    x, labels = along(space.coordinates, axes, fit_on=shown).points[shown], marked[shown]
    if not x.var(0).sum() > 0:
        raise InvalidArgument("space must have films in different places, all lie in one")
    folds = _folds(labels, seed)
    dealt = torch.stack([labels, *_dealt(labels, folds, n_permutations, Generator().manual_seed(seed))])
    scores = _held_out_scores(x, dealt.double(), folds)
    chances = auc_of_each(scores, dealt)
    measured = auc(scores[0], labels)
    direction = _direction(x, labels[None].double())[0] @ axes
    points = along(space.coordinates, direction[None], fit_on=shown).points[:, 0]
    return Probe(
        wanted,
        direction,
        points,
        measured.value,
        measured.low,
        measured.high,
        float((chances >= chances[0]).sum()) / len(chances),
        tuple(_further(space, points, shown & ~marked, n)),
        tuple(space.model.items.labels[row] for row in (marked & ~shown).nonzero()[:, 0].tolist()),
    )


def _check(n_in: int, n_out: int, n_wanted: int, min_ratings: int) -> None:
    if n_wanted < LEAST_IN_SET:
        raise InvalidArgument(f"item_ids must name at least {LEAST_IN_SET} films, got {n_wanted}")
    if n_in < LEAST_IN_SET:
        raise InvalidArgument(
            f"item_ids must name at least {LEAST_IN_SET} films with {min_ratings} ratings or more, got {n_in} of {n_wanted}"
        )
    if n_out < LEAST_IN_SET:
        raise InvalidArgument(f"item_ids must leave at least {LEAST_IN_SET} films to compare with, got all but {n_out}")


def _leading(space: FilmSpace, shown: Tensor) -> Tensor:
    """The first principal axes (k, dim), which a direction may combine."""
    most = min(MOST_DIMENSIONS, int(shown.sum()), space.coordinates.shape[1])
    components = project(space.coordinates, n_components=most, fit_on=shown).components
    if components is None:
        raise TypeError("principal axes are a linear map")
    return components


def _folds(labels: Tensor, seed: int) -> list[Tensor]:
    """Positions of the films held out together, each part with its share of the set."""
    n_folds = min(N_FOLDS, int(labels.sum()), int((~labels).sum()))
    cuts = StratifiedKFold(n_folds, shuffle=True, random_state=seed % 2**32)
    return [torch.from_numpy(held_out) for _, held_out in cuts.split(labels.numpy(), labels.numpy())]


def _dealt(labels: Tensor, folds: list[Tensor], n: int, generator: Generator) -> Iterator[Tensor]:
    """Sets drawn at random, as many films of them in each fold as of the true one: so the folds stay fair."""
    for _ in range(n):
        dealt = labels.clone()
        for fold in folds:
            dealt[fold] = labels[fold[torch.randperm(len(fold), generator=generator)]]
        yield dealt


def _direction(x: Tensor, labels: Tensor) -> Tensor:
    """Return the unit directions (b, d) that separate the sets ``labels`` (b, n) among the places ``x`` (n, d)."""
    size = float(x.var(0, correction=0).mean()) * len(x)
    fit = RidgeCV([size * penalty for penalty in PENALTIES], alpha_per_target=True).fit(x.numpy(), labels.mT.numpy())
    weights = torch.from_numpy(fit.coef_).reshape(len(labels), -1)
    return weights / weights.norm(dim=1, keepdim=True).clamp_min(torch.finfo(x.dtype).tiny)


def _held_out_scores(x: Tensor, labels: Tensor, folds: list[Tensor]) -> Tensor:
    """Return the place (b, n) of each film along the direction fitted without its fold."""
    scores = torch.empty(len(labels), len(x), dtype=x.dtype)
    for fold in folds:
        others = torch.ones(len(x), dtype=torch.bool)
        others[fold] = False
        scores[:, fold] = _direction(x[others], labels[:, others]) @ (x[fold] - x[others].mean(0)).mT
    return scores


def _further(space: FilmSpace, points: Tensor, outside: Tensor, n: int) -> Iterator[FurtherFilm]:
    rows = outside.nonzero()[:, 0]
    for row in rows[points[rows].argsort(descending=True, stable=True)][:n].tolist():
        yield FurtherFilm(space.model.items.labels[row], float(points[row]), int(space.model.rated.item_counts[row]))
