"""A saved model taken apart into tensors and what JSON can hold, and put together again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from torch import Tensor

from core.catalogue import Catalogue, Film
from core.days import DayEffects
from core.errors import InvalidArgument
from core.links import Constant, Identity, Link, OrderedProbit, SigmoidRange
from core.model import FactorModel, ModelCard, TrainedModel, UserPrior
from core.neural_model import NeuralModel
from core.ratings import IdMap, Ratings, RatingScale

LINKS: dict[str, type[Identity] | type[SigmoidRange] | type[Constant] | type[OrderedProbit]] = {
    "identity": Identity,
    "sigmoid_range": SigmoidRange,
    "constant": Constant,
    "ordered_probit": OrderedProbit,
}
KINDS: dict[str, type[FactorModel] | type[NeuralModel]] = {"factors": FactorModel, "neural": NeuralModel}
_COLUMNS = ("user_idx", "item_idx", "values")


@dataclass(frozen=True, eq=False)
class SavedModel:
    """A model with the films it speaks of, its measured figures, and the ratings held out of its training.

    ``split_seed``: the seed that these were drawn with; with the split's name on the card they can be drawn again.
    ``versions``: of the programs that it was trained with.
    """

    model: TrainedModel
    films: Catalogue
    metrics: Mapping[str, Any] = field(default_factory=dict)
    held_out: Ratings | None = None
    split_seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def factors(self) -> FactorModel:
        """The model, where a place in the space of films is asked for; raises ``InvalidArgument`` if it has none."""
        if not isinstance(self.model, FactorModel):
            raise InvalidArgument(f"{self.model.card.trainer} models have no space of films; models of factors have")
        return self.model


def to_tensors(saved: SavedModel) -> dict[str, Tensor]:
    """Return every column of numbers under its name, on the CPU."""
    model = saved.model
    tensors = dict(model.tensors)
    if model.user_prior is not None:
        tensors |= {f"prior.{name}": tensor for name, tensor in model.user_prior.tensors()}
    tensors |= _columns("rated", model.rated)
    if saved.held_out is not None:
        tensors |= _columns("held_out", saved.held_out)
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def _columns(part: str, ratings: Ratings) -> dict[str, Tensor]:
    columns = {f"{part}.{name}": getattr(ratings, name) for name in _COLUMNS}
    return columns if ratings.timestamps is None else {**columns, f"{part}.timestamps": ratings.timestamps}


def describe(saved: SavedModel) -> dict[str, Any]:
    """Return all that is not a tensor, as JSON takes it."""
    model = saved.model
    kinds = {kind: name for name, kind in KINDS.items()}
    names = {kind: name for name, kind in LINKS.items()}
    return {
        "version": model.version,
        "kind": kinds[type(model)],  # type: ignore[index]  # every kind is listed
        "card": asdict(model.card),
        "link": {"name": names[type(model.link)], **vars(model.link)},  # type: ignore[index]  # every link is listed
        "count_power": None if model.user_prior is None else model.user_prior.count_power,
        "scale": asdict(model.scale),
        "metrics": dict(saved.metrics),
        "versions": dict(saved.versions),
        "held_out": None if saved.held_out is None else _held_out(saved, saved.held_out),
        "users": list(model.users),
        "items": list(model.items),
        "films": [asdict(film) for film in saved.films],
    }


def _held_out(saved: SavedModel, held_out: Ratings) -> dict[str, Any]:
    """Which ratings those in the tensor file are: whoever has the data can draw them again and compare."""
    return {
        "split": saved.model.card.split,
        "seed": saved.split_seed,
        "n_ratings": len(held_out),
        "fingerprint": held_out.fingerprint,
    }


def assemble(card: dict[str, Any], tensors: dict[str, Tensor]) -> SavedModel:
    """Return what ``describe`` and ``to_tensors`` took apart; raises ``KeyError``, ``TypeError`` or ``ValueError``."""
    users, items = IdMap(card["users"], kind="user"), IdMap(card["items"], kind="film")
    scale = RatingScale(**card["scale"])

    def ratings(part: str) -> Ratings:
        columns = {name: tensors[f"{part}.{name}"] for name in _COLUMNS}
        times = tensors.get(f"{part}.timestamps")
        return Ratings(**columns, timestamps=times, users=users, items=items, scale=scale)

    kind = KINDS[card["kind"]]
    parts: dict[str, Any] = {name: tensors[name] for name in kind.LEARNED}
    parts |= {"card": ModelCard(**card["card"]), "link": _link(**card["link"]), "rated": ratings("rated")}
    if card["count_power"] is not None:
        named = {name.removeprefix("prior."): part for name, part in tensors.items() if name.startswith("prior.")}
        parts["user_prior"] = UserPrior.from_tensors(named, count_power=card["count_power"])
    days = {name.removeprefix("days."): part for name, part in tensors.items() if name.startswith("days.")}
    if days:
        parts["days"] = DayEffects(**days)
    model = kind(**parts)
    held_out = ratings("held_out") if "held_out.values" in tensors else None
    films = Catalogue(_film(row) for row in card["films"])
    seed = (card.get("held_out") or {}).get("seed")  # artefacts from before this was written have no such entry
    return SavedModel(model, films, card["metrics"], held_out, seed, card.get("versions", {}))


def _link(name: str, **settings: Any) -> Link:
    return LINKS[name](**{setting: _as_tuples(value) for setting, value in settings.items()})


def _as_tuples(value: Any) -> Any:
    """JSON knows no tuples."""
    return tuple(_as_tuples(part) for part in value) if isinstance(value, list) else value


def _film(row: dict[str, Any]) -> Film:
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    return Film(**fields)
