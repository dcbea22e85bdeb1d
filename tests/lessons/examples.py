"""How each function that stands on the screen as a listing is called: by name, what to do with it.

An example is given the function, the program's own or the one read off the screen, and returns what came of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.catalogue import Film
from core.lessons import mean_by_kind, rating_table
from core.ratings import Ratings

FILM = Film(1, "A film", 1965, ("Comedy", "Drama"))
STARS = {1: 5.0, 2: 2.0, 3: 1.0}
KINDS = {1: ("comic",), 2: ("comic", "about love"), 3: ("scary",), 4: (), 5: ("comic",)}
RATINGS = Ratings.from_columns(["a", "a", "a", "b", "b", "c"], [1, 2, 3, 1, 2, 1], [5.0, 4.0, 3.0, 2.0, 1.0, 4.0])

EXAMPLES: dict[str, Callable[[Any], Any]] = {
    # Categories
    "kinds_of": lambda kinds_of: [kinds_of(FILM, popularity) for popularity in (0.1, 0.7, 0.95)],
    "mean_by_kind": lambda mean_by_kind: mean_by_kind(STARS, KINDS),
    "guess_by_kind": lambda guess_by_kind: [guess_by_kind(film, mean_by_kind(STARS, KINDS), KINDS) for film in KINDS],
    "best_by_kind": lambda best_by_kind: best_by_kind(KINDS, mean_by_kind(STARS, KINDS), KINDS),
    # The crosstab
    "crosstab": lambda crosstab: crosstab(rating_table(RATINGS), n_people=2, n_films=3).fillna(-1).values.tolist(),
    "share_empty": lambda share_empty: share_empty(943, 1_682, 100_000),
    "only": lambda only: only(STARS, 2),
}
