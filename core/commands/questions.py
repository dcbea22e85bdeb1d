"""What a saved model says of a person and of films."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.datasets.person import read_person
from core.errors import InvalidArgument
from core.explanation.ledger import Axis
from core.explanation.ledger import explain as explain_prediction
from core.folding import fold_in, person_of
from core.model import TrainedModel
from core.persistence import SavedModel, load_model
from core.person import Person
from core.space.axes import name_axes
from core.space.film_map import FilmSpace


def recommend(folder: Path, *, user: str | None, ratings: Path | None, n: int) -> list[dict[str, Any]]:
    """Return the best ``n`` unrated films of a training user or of the person whose ratings a file holds."""
    saved = load_model(folder)
    person = _person(saved.model, user=user, ratings=ratings)
    return [
        {
            "item_id": found.item_id,
            "title": _title(saved, found.item_id),
            "prediction": found.prediction,
            "std": None if math.isnan(found.std) else found.std,
        }
        for found in person.top_n(n)
    ]


def neighbours(folder: Path, *, item: str, n: int) -> list[dict[str, Any]]:
    """Return the ``n`` films nearest to ``item`` in the full space, with distances in stars."""
    saved = load_model(folder)
    near = FilmSpace.of(saved.factors, saved.films).nearest(saved.model.items.parse(item), n=n)
    return [{"item_id": film, "title": _title(saved, film), "distance": distance} for film, distance in near]


def explain(folder: Path, *, user: str | None, ratings: Path | None, item: str) -> dict[str, Any]:
    """Return the prediction of ``item`` as terms that sum to it, and what each of the person's ratings does to it."""
    saved = load_model(folder)
    person = _person(saved.model, user=user, ratings=ratings)
    found = explain_prediction(person, saved.model.items.parse(item), axes=_axes(saved))
    return {
        "prediction": found.prediction,
        "score": found.score,
        "additive": found.additive,
        "terms": {term.name: term.value for term in found.terms},
        "influences": [
            {
                "item_id": one.item_id,
                "title": _title(saved, one.item_id),
                "rating": one.rating,
                "influence": one.influence,
            }
            for one in found.influences
        ],
    }


def _axes(saved: SavedModel) -> Sequence[Axis]:
    """Named axes of the map; none where the model has no space, or too few films to name them by."""
    try:
        return name_axes(FilmSpace.of(saved.factors, saved.films))
    except InvalidArgument:
        return ()


def _person(model: TrainedModel, *, user: str | None, ratings: Path | None) -> Person:
    if user is not None and ratings is None:
        return person_of(model, model.users.parse(user))
    if ratings is not None and user is None:
        return fold_in(model, read_person(ratings, items=model.items, scale=model.scale))
    given = "neither" if user is None else "both"
    raise InvalidArgument(f"one of --user and --ratings must be given, got {given}")


def _title(saved: SavedModel, item_id: Any) -> str:
    return saved.films[item_id].title if item_id in saved.films else str(item_id)
