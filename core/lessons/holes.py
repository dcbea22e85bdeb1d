"""The crosstab: people in rows, films in columns, a rating where they meet, and how much of it is empty."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import torch

from core.ids import Id
from core.ratings import Ratings


def rating_table(ratings: Ratings) -> pd.DataFrame:
    """Return ``ratings`` as a frame with the columns person, film and stars, one row a rating."""
    people, films = (pd.Index(ids.labels) for ids in (ratings.users, ratings.items))
    columns = {
        "person": people.take(ratings.user_idx.numpy()),
        "film": films.take(ratings.item_idx.numpy()),
        "stars": ratings.values.numpy(),
    }
    return pd.DataFrame(columns)


def crosstab(table: pd.DataFrame, *, n_people: int, n_films: int) -> pd.DataFrame:
    """Return the corner of the crosstab that is least empty: the busiest people by the most rated films, NaN for a hole.

    ``table`` has the columns person, film and stars.
    """
    people = table["person"].value_counts().index[:n_people]
    films = table["film"].value_counts().index[:n_films]
    corner = table[table["person"].isin(people) & table["film"].isin(films)]
    crossed = pd.crosstab(corner["person"], corner["film"], values=corner["stars"], aggfunc="mean")
    return crossed.reindex(index=people, columns=films)


def share_empty(n_people: int, n_films: int, n_ratings: int) -> float:
    """Return how much of a table is empty, 0 to 1: one minus ratings / (people · films)."""
    return 1 - n_ratings / (n_people * n_films)


def only(stars: Mapping[Id, float], n: int) -> dict[Id, float]:
    """Return the first ``n`` of somebody's ratings and nothing else: what is left of a person when the others are hidden."""
    return dict(list(stars.items())[:n])


def far_view(ratings: Ratings, *, n_rows: int, n_columns: int, n_people: int, n_films: int) -> list[list[float]]:
    """Return the ``n_people`` busiest people by the ``n_films`` most rated films as ``n_rows`` × ``n_columns`` patches.

    Each is the share of its cells that holds a rating, 0 to 1. Both are at most as many as there are; a patch is never
    less than a cell.
    """
    n_people, n_films = min(n_people, ratings.n_users), min(n_films, ratings.n_items)
    n_rows, n_columns = min(n_rows, n_people), min(n_columns, n_films)
    person = _rank(ratings.user_counts)[ratings.user_idx.long()]
    film = _rank(ratings.item_counts)[ratings.item_idx.long()]
    shown = (person < n_people) & (film < n_films)
    patch = person[shown] * n_rows // n_people * n_columns + film[shown] * n_columns // n_films
    filled = torch.bincount(patch, minlength=n_rows * n_columns).view(n_rows, n_columns)
    cells = _sizes(n_people, n_rows)[:, None] * _sizes(n_films, n_columns)
    return (filled / cells).tolist()


def _rank(counts: torch.Tensor) -> torch.Tensor:
    """Where each row stands when the largest count comes first."""
    order = counts.argsort(descending=True, stable=True)
    return torch.empty_like(order).scatter_(0, order, torch.arange(len(order)))


def _sizes(n: int, n_parts: int) -> torch.Tensor:
    return torch.bincount(torch.arange(n) * n_parts // n, minlength=n_parts)
