"""Which films a list holds, and in which order: what somebody wishes beside the best predictions."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from core.catalogue import Catalogue
from core.errors import InvalidArgument
from core.links import Constant
from core.model import FactorModel, TrainedModel
from core.person import Person, Prediction
from core.ratings import Id
from core.space.star_metric import film_coordinates

# What a film loses that stands where a film stands of which less is wished, in stars.
LESS = 1.0
# Films, best first, among which a varied list is chosen: further down nobody would look.
POOL = 400


@dataclass(frozen=True, kw_only=True)
class ListWishes:
    """What a list should be like; as it stands, the best predictions among all films not rated.

    ``genres``: films of any of them, all if none is named. ``years``: made within, ends included; films without a year
    are then left out. ``min_ratings``: films with fewer training ratings stand out by luck. ``among``: only these, a
    list of one's own. ``hide_seen``: leave out what the person has rated.
    ``adventure``, −1 to 1, is the dial from familiar to adventurous: films are ordered by prediction + adventure · std,
    std being how unsure the model is of what the person would feel. Popularity does not enter: ``min_ratings`` is for
    that. ``diversity``, 0 to 1: how much a film's distance to those before it counts against its prediction.
    ``less_like``: films near these lose up to a star. ``surprise``: a seed; the list is then one that could be right,
    drawn by chance from all that the ratings leave open.
    """

    genres: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    min_ratings: int = 0
    among: frozenset[Id] | None = None
    hide_seen: bool = True
    adventure: float = 0.0
    diversity: float = 0.0
    less_like: tuple[Id, ...] = ()
    surprise: int | None = None

    def __post_init__(self) -> None:
        for name, low in (("adventure", -1), ("diversity", 0)):
            if not low <= getattr(self, name) <= 1:
                raise InvalidArgument(f"{name} must be between {low} and 1, got {getattr(self, name):g}")

    @property
    def asks_for_distance(self) -> bool:
        """Whether films' places in the space matter."""
        return self.diversity > 0 or bool(self.less_like)


def recommend(
    person: Person,
    films: Catalogue,
    wishes: ListWishes | None = None,
    *,
    n: int = 10,
    coordinates: Tensor | None = None,
) -> list[Prediction]:
    """Return the ``n`` films that meet ``wishes``, first to be shown first, with their own predictions in stars.

    ``coordinates`` (n_items, k) are the films' places in the star metric, reckoned here if they are needed and absent.
    A varied list takes one film after the other: the one with the largest
    (1 − diversity) · value + diversity · (distance to the nearest film taken), both in stars, which is maximal marginal
    relevance with distance for dissimilarity. Surprise is Thompson's: rank by one draw of the person from the
    posterior. Raises ``InvalidArgument`` if ``n`` is below 1 or a wish needs a posterior or a space that the model does
    not have, ``UnknownId`` on an unknown film.
    Source: Carbonell and Goldstein, *The use of MMR, diversity-based reranking*, 1998; Thompson, *On the likelihood
    that one unknown probability exceeds another*, 1933; the dial is the confidence bound of Li, Chu, Langford and
    Schapire, *A contextual-bandit approach to personalized news article recommendation*, 2010, section 3.1.
    """
    wishes = wishes or ListWishes()
    if n < 1:
        raise InvalidArgument(f"n must be at least 1, got {n}")
    values = values_of(person, wishes).masked_fill(~allowed(person, films, wishes), -torch.inf)
    rows = best_rows(values, person.model, wishes, n=n, coordinates=coordinates)
    labels = person.model.items.labels
    return person.predict(labels[row] for row in rows.tolist())


def best_rows(
    values: Tensor, model: TrainedModel, wishes: ListWishes, *, n: int, coordinates: Tensor | None = None
) -> Tensor:
    """Return the rows (up to n,) of the films to show, first to be shown first; −∞ in ``values`` is never shown."""
    if wishes.asks_for_distance and coordinates is None:
        coordinates = _coordinates(model)
    if coordinates is not None:
        values = values - _unwanted(model, wishes, coordinates)
    if wishes.diversity and coordinates is not None:
        return _varied(values, coordinates, wishes.diversity, n)
    best = values.topk(min(n, len(values)))
    return best.indices[best.values > -torch.inf]


def allowed(person: Person, films: Catalogue, wishes: ListWishes) -> Tensor:
    """Return a mask (n_items,) of the films that a list for ``person`` may hold."""
    items = person.model.items
    mask = person.model.rated.item_counts >= wishes.min_ratings
    if wishes.genres or wishes.years is not None:
        passing = films.select(genres=wishes.genres, years=wishes.years)
        mask &= _mask([film for film in passing if film in items], person)
    if wishes.among is not None:
        mask &= _mask(wishes.among, person)
    if wishes.hide_seen:
        mask[person.rated_rows] = False
    if wishes.less_like:
        mask[items.rows(wishes.less_like)] = False
    return mask


def values_of(person: Person, wishes: ListWishes, *, in_stars: bool = False) -> Tensor:
    """Return what films are ordered by before distances count (n_items,), float64 on the CPU.

    The score's mean over draws, as in ``Person.top_n``; stars without limits if asked for, or as soon as a wish speaks
    of stars.
    """
    model = person.model
    in_stars = in_stars or bool(wishes.adventure) or wishes.asks_for_distance
    if wishes.surprise is not None:
        return _one_draw(person, wishes.surprise) + _bonus(person, wishes.adventure)
    if isinstance(model.link, Constant) or not in_stars:
        return person.scores().mean(0).double().cpu() + _bonus(person, wishes.adventure)
    return model.link.stars(person.scores()).mean(0).double().cpu() + _bonus(person, wishes.adventure)


def _bonus(person: Person, adventure: float) -> Tensor:
    rows = torch.arange(len(person.model.items))
    if not adventure:
        return torch.zeros(len(rows), dtype=torch.float64)
    std = person.outlook(rows).std.double().cpu()
    if std.isnan().any():
        raise InvalidArgument(
            f"adventure must be 0 for {person.model.card.trainer} models, which do not know how unsure they are, "
            f"got {adventure:g}"
        )
    return adventure * std


def _one_draw(person: Person, seed: int) -> Tensor:
    """The stars of every film (n_items,) for one draw of the films, and one of the person given these."""
    model, posterior, prior = person.model, person.posterior, person.model.user_prior
    if not isinstance(model, FactorModel) or posterior is None or prior is None:
        raise InvalidArgument(
            f"surprise must be None for {model.card.trainer} models, which do not know what they leave open, got {seed}"
        )
    generator = Generator().manual_seed(seed)
    draw = int(torch.randint(model.n_draws, (1,), generator=generator))
    z = torch.randn(posterior.mean.shape, generator=generator).to(posterior.mean)
    noise = prior.noise_precision.to(z).rsqrt()[:, None]
    vectors = person.mean if person.drawn else posterior.draw(noise * z)
    return model.link.stars(model.person_scores(vectors))[draw].double().cpu()


def _coordinates(model: TrainedModel) -> Tensor:
    if not isinstance(model, FactorModel):
        trainer = model.card.trainer
        raise InvalidArgument(f"{trainer} models have no space, so diversity must be 0 and less_like empty")
    return film_coordinates(model)


def _unwanted(model: TrainedModel, wishes: ListWishes, coordinates: Tensor) -> Tensor:
    """What films lose for being near those of which less is wished (n_items,), in stars.

    ``LESS`` at the same place, nothing from the median distance of all films on, in a straight line between.
    """
    lost = torch.zeros(len(coordinates), dtype=torch.float64)
    for row in model.items.rows(wishes.less_like):
        distances = (coordinates - coordinates[row]).square().sum(1).sqrt().double()
        reach = distances.median()
        lost = torch.maximum(lost, LESS * (1 - distances / reach).clamp(min=0)) if reach > 0 else lost
    return lost


def _varied(values: Tensor, coordinates: Tensor, diversity: float, n: int) -> Tensor:
    """Rows in the order of maximal marginal relevance."""
    best = values.topk(min(max(POOL, n), len(values)))
    pool = best.indices[best.values > -torch.inf]
    places, left = coordinates[pool].double(), (1 - diversity) * values[pool]
    distance = torch.full_like(left, torch.inf)
    chosen: list[int] = []
    for _ in range(min(n, len(pool))):
        worth = left + (diversity * distance if chosen else 0)  # the first has nothing before it
        worth[chosen] = -torch.inf
        taken = int(worth.argmax()) if chosen else 0
        chosen.append(taken)
        distance = torch.minimum(distance, (places - places[taken]).square().sum(1).sqrt())
    return pool[chosen]


def _mask(item_ids: frozenset[Id] | list[Id], person: Person) -> Tensor:
    mask = torch.zeros(len(person.model.items), dtype=torch.bool)
    mask[person.model.items.rows(item_ids)] = True
    return mask
