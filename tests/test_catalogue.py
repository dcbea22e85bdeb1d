"""The catalogue: films by id."""

from __future__ import annotations

import pytest

from core.catalogue import Catalogue, Film, film_from_title
from core.errors import UnknownId

FILMS = Catalogue(
    [
        film_from_title(7, "Misérables, Les (1995)", ["Drama", "Musical"]),
        film_from_title(3, "unknown"),
        film_from_title(11, "Heat (1995)", ["Action"]),
    ]
)


def test_a_catalogue_keeps_order_and_answers_by_id() -> None:
    assert [film.id for film in FILMS] == [7, 3, 11] == list(FILMS.ids)
    assert len(FILMS) == 3
    assert FILMS[7] == Film(7, "Les Misérables", 1995, ("Drama", "Musical"))
    assert 3 in FILMS and 4 not in FILMS
    assert FILMS.genres == ("Action", "Drama", "Musical")


@pytest.mark.parametrize("film_id", [4, "7", None, [7]])
def test_an_unknown_film_is_named(film_id: object) -> None:
    with pytest.raises(UnknownId) as error:
        FILMS[film_id]  # type: ignore[index]
    assert str(error.value) == f"film {film_id!r} is not in this catalogue of 3 films"


def test_details_go_to_the_films_that_are_there() -> None:
    films = FILMS.with_details(tags={7: ("sad",), 99: ("lost",)}, imdb_ids={11: "tt0113277"}, tmdb_ids={7: 5})
    assert films[7].tags == ("sad",)
    assert (films[11].imdb_id, films[7].tmdb_id) == ("tt0113277", 5)
    assert films[3] == FILMS[3]
    assert 99 not in films and FILMS[7].tags == ()
