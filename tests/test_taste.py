"""What a person's ratings say, counted by hand in a little world, and whom the real data show first."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.catalogue import Catalogue, Film
from core.datasets.dataset import DataCard, Dataset
from core.errors import UnknownId
from core.ratings import Id, Ratings, RatingScale
from core.taste import GenreShare, describe_taste, telling_user

SCALE = RatingScale(1.0, 5.0, 1.0)


def world(
    rows: list[tuple[int, int, float]], genres: dict[int, tuple[str, ...]], *, known_items: tuple[int, ...] = ()
) -> Dataset:
    users, films, stars = zip(*rows, strict=True)
    ratings = Ratings.from_columns(users, films, stars, scale=SCALE, known_items=known_items)
    catalogue = Catalogue(Film(film, f"Film {film}", None, names) for film, names in genres.items())
    return Dataset("own", ratings, catalogue, DataCard("Own", "Free"))


@pytest.fixture
def small() -> Dataset:
    """Ten ratings. Films 1, 2, 3 are War (3 is Drama too), 4 and 5 Drama; 6 has no genre, 7 no place in the catalogue."""
    rows = [(1, 1, 5.0), (1, 2, 5.0), (1, 3, 2.0), (1, 4, 4.0), (2, 1, 3.0), (2, 4, 2.0), (3, 4, 3.0), (3, 5, 1.0),
            (3, 6, 4.0), (3, 7, 5.0)]  # fmt: skip
    genres: dict[int, tuple[str, ...]] = {
        1: ("War",),
        2: ("War",),
        3: ("War", "Drama"),
        4: ("Drama",),
        5: ("Drama",),
        6: (),
    }
    return world(rows, genres, known_items=(8,))


def test_shares_are_of_what_was_rated_against_all_ratings(small: Dataset) -> None:
    """Four films: War three times of 4, against 4 of 10 ratings. Drama twice only: too few to be named."""
    taste = describe_taste(small, {1: 5.0, 2: 5.0, 3: 2.0, 4: 4.0})
    assert taste is not None
    assert taste.genres == (GenreShare("War", 0.75, 0.4),)
    assert taste.genres[0].lift == pytest.approx(0.75 / 0.4)
    assert (taste.n_rated, taste.mean_rating) == (4, 4.0)


def test_the_most_unusual_genre_comes_first() -> None:
    """Not the one with the largest share: 3 of 8 against 3 of 23 ratings, 5 of 8 against 20 of 23."""
    rows = [(1, film, 3.0) for film in range(1, 9)] + [(user, film, 3.0) for user in (2, 3, 4) for film in range(4, 9)]
    data = world(rows, {film: ("War",) if film <= 3 else ("Drama",) for film in range(1, 9)})
    taste = describe_taste(data, dict.fromkeys(range(1, 9), 3.0))
    assert taste is not None
    assert taste.genres == (GenreShare("War", 3 / 8, 3 / 23), GenreShare("Drama", 5 / 8, 20 / 23))


def test_strictness_is_the_mean_distance_from_what_others_give(small: Dataset) -> None:
    """Film 1 has a mean of 4, film 4 of 3; nobody rated film 8, so it says nothing of strictness."""
    taste = describe_taste(small, {1: 3.0, 4: 1.0, 8: 5.0})
    assert taste is not None
    assert taste.strictness == pytest.approx((3 - 4 + 1 - 3) / 2)
    assert taste.mean_rating == pytest.approx(3.0) and taste.n_rated == 3


def test_only_films_without_ratings_say_nothing_of_strictness(small: Dataset) -> None:
    taste = describe_taste(small, {8: 5.0})
    assert taste is not None
    assert (taste.strictness, taste.genres) == (0.0, ())


def test_films_outside_the_catalogue_count_as_rated_and_have_no_genre(small: Dataset) -> None:
    taste = describe_taste(small, {1: 3.0, 2: 3.0, 3: 3.0, 6: 3.0, 7: 3.0})
    assert taste is not None
    assert taste.genres == (GenreShare("War", 3 / 5, 0.4),)


def test_no_ratings_are_no_taste(small: Dataset) -> None:
    assert describe_taste(small, {}) is None


def test_an_unknown_film_is_refused(small: Dataset) -> None:
    with pytest.raises(UnknownId) as error:
        describe_taste(small, {1: 3.0, 99: 3.0})
    assert str(error.value) == "film 99 is not in this data; there are 8 films"


def crowd(*fans: tuple[int, int]) -> Dataset:
    """Films 1 to 200, every fifth one Western, else Drama; each fan rated (n Westerns, n Dramas), by number from 1."""
    genres: dict[int, tuple[str, ...]] = {film: ("Western",) if film % 5 == 0 else ("Drama",) for film in range(1, 201)}
    westerns = [film for film, names in genres.items() if names == ("Western",)]
    dramas = [film for film, names in genres.items() if names == ("Drama",)]
    rows = [
        (user, film, 3.0)
        for user, (n_westerns, n_dramas) in enumerate(fans, start=1)
        for film in (*westerns[:n_westerns], *dramas[:n_dramas])
    ]
    return world(rows, genres)


def test_the_most_unusual_of_a_readable_list_is_shown_first() -> None:
    """2 has the larger share of Westerns among those with 40 to 120 ratings; 3 is keener still with 39, 4 with 121."""
    assert telling_user(crowd((10, 40), (15, 35), (20, 19), (40, 81), (0, 150), (0, 150))) == 2
    assert telling_user(crowd((10, 40), (15, 35), (20, 20), (40, 81), (0, 150), (0, 150))) == 3


def test_of_two_alike_the_first_is_shown() -> None:
    assert telling_user(crowd((0, 90), (15, 35), (15, 35))) == 2


def test_a_genre_has_to_fill_a_fifth_of_what_they_rated() -> None:
    """Westerns are rarer, so user 1's few have the higher lift, but they say little of them: 8 of 60."""
    few_but_rare = crowd((8, 52), (0, 60), (0, 150), (0, 150))
    assert telling_user(few_but_rare) == 2


def test_without_a_readable_list_the_busiest_is_shown() -> None:
    assert telling_user(crowd((2, 10), (1, 30), (5, 20))) == 2


def test_only_the_first_so_many_are_looked_at() -> None:
    data = crowd((0, 50), (15, 35), (20, 20), (0, 150), (0, 150))
    assert [telling_user(data, among=n) for n in (1, 2, 3)] == [1, 2, 3]


def test_real_data_open_with_a_real_taste(ml100k: Dataset) -> None:
    user = telling_user(ml100k)
    row = ml100k.ratings.users.row(user)
    taste = describe_taste(ml100k, ml100k.ratings.of_user(user))
    assert taste is not None and 40 <= taste.n_rated == int(ml100k.ratings.user_counts[row]) <= 120
    telling = [share for share in taste.genres if share.share >= 0.2]
    assert telling[0].lift > 2
    assert telling_user(ml100k) == user


def test_a_genre_is_counted_once_a_film() -> None:
    """A file that names a genre twice does not make a film doubly so."""
    data = world([(1, film, 3.0) for film in range(1, 5)], dict.fromkeys(range(1, 5), ("War", "War")))
    taste = describe_taste(data, {1: 3.0, 2: 3.0, 3: 3.0})
    assert taste is not None
    assert taste.genres == (GenreShare("War", 1.0, 1.0),)


def test_people_without_ratings_in_this_part_are_passed_over() -> None:
    data = crowd((0, 50), (15, 35))
    part = replace(data, ratings=data.ratings.take(data.ratings.user_idx == torch.tensor(1)))
    found: Id = telling_user(part)
    assert found == 2
