"""What lists say of films: names, facts, places."""

from __future__ import annotations

import pytest
import torch

from core import (
    ALS,
    Catalogue,
    Dataset,
    Film,
    Gibbs,
    IdMap,
    Person,
    Ratings,
    RatingScale,
    SavedModel,
    fold_in,
    star_chances,
    star_set,
)
from dashboard import rows
from dashboard.library import Ready
from dashboard.rows import FilmIndex, film_facts, film_of, in_order, listed, moves, usual_support


@pytest.fixture(scope="module")
def ready(synthetic_small: Dataset) -> Ready:
    """A model of 100 invented films."""
    model = ALS(n_factors=4, regularization=0.2, n_epochs=3).fit(synthetic_small.ratings, seed=0)
    return Ready(synthetic_small, SavedModel(model, synthetic_small.films))


@pytest.fixture(scope="module")
def person(ready: Ready) -> Person:
    """Somebody with three ratings."""
    return fold_in(ready.model, {1: 5.0, 2: 1.0, 3: 4.0})


def counted(*counts: int) -> Ratings:
    """Ratings of which film k has ``counts[k]``."""
    items = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts)).int()
    users = torch.arange(len(items)).int()
    return Ratings(
        user_idx=users, item_idx=items, values=torch.full((len(items),), 3.0), timestamps=None,
        users=IdMap(range(len(items)), kind="user"), items=IdMap(range(len(counts)), kind="film"),
        scale=RatingScale(1, 5, 1),
    )  # fmt: skip


def test_a_row_holds_its_film_and_at_most_two_reasons(ready: Ready, person: Person) -> None:
    best = person.top_n(5)
    found = listed(ready, person, best)
    assert [row.film.id for row in found] == [prediction.item_id for prediction in best]
    for row in found:
        at = ready.dataset.ratings.items.row(row.film.id)
        assert row.n_ratings == int((ready.dataset.ratings.item_idx == at).sum())
        assert sum(row.spread.chances) == pytest.approx(1)
        assert len(row.reasons) == 2
        assert abs(row.reasons[0].influence) >= abs(row.reasons[1].influence)


def test_a_model_that_gives_no_reasons_still_gives_rows(
    ready: Ready, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise rows.FoldInRefused("not linear")

    monkeypatch.setattr(rows, "influences", refuse)
    assert [row.reasons for row in listed(ready, person, person.top_n(2))] == [(), ()]


def test_other_orders_change_places_only(ready: Ready, person: Person) -> None:
    ratings, best = ready.dataset.ratings, person.top_n(20)
    surest = in_order(best, "surest", ratings)
    rarest = in_order(best, "least known", ratings)
    assert in_order(best, "best", ratings) == best
    assert sorted(surest) == sorted(rarest) == sorted(best)
    assert [found.rating_std for found in surest] == sorted(found.rating_std for found in best)
    counts = [int(ratings.item_counts[ratings.items.row(found.item_id)]) for found in rarest]
    assert counts == sorted(counts)


def test_facts_stay_together_behind_the_genres() -> None:
    film = Film(1, "Alien", 1979, ("Action", "Horror", "Sci-Fi"))
    assert film_facts(film, 1234, 4.04) == "Action, Horror · 1,234\u00a0ratings,\u00a0mean\u00a04.0"
    assert film_facts(Film(1, "Alien"), 0, float("nan")) == "0\u00a0ratings"


def test_a_film_that_the_catalogue_lacks_has_a_stand_in() -> None:
    assert film_of(Catalogue([]), 7) == Film(7, "Film 7")


def test_ranks_won_lost_kept_and_new() -> None:
    assert moves([1, 2, 3], [3, 2, 4]) == {3: 2, 2: 0, 4: "new"}


@pytest.mark.parametrize(
    ("counts", "support"),
    [([50] * 40, 20), ([50] * 39 + [17], 15), ([50] * 39 + [4], 0), ([3, 30], 0), ([30, 30], 20), ([50] * 40 + [1], 20)],
)  # fmt: skip
def test_films_need_twenty_ratings_unless_too_few_films_have_them(counts: list[int], support: int) -> None:
    assert usual_support(counted(*counts)) == support


def test_films_are_found_by_label_beginning_or_part_and_labels_differ(synthetic_small: Dataset) -> None:
    films = Catalogue([Film(0, "Aliens", 1986), Film(1, "Alien", 1979), Film(2, "Alien", 1979), Film(3, "Kids")])
    dataset = Dataset("made up", counted(1, 5, 9, 2), films, synthetic_small.card)
    index = FilmIndex.of(Ready(dataset, SavedModel(None, films)))  # type: ignore[arg-type]
    assert list(index.films.items()) == [
        ("Alien (1979)", 2),
        ("Alien (1979) · no. 1", 1),
        ("Kids", 3),
        ("Aliens (1986)", 0),
    ]
    assert index.labels[1] == "Alien (1979) · no. 1"
    found = [index.find(text) for text in ("Aliens (1986)", "alien", " KIDS ", "ids", "liens", "Kids 2", "", "  ")]
    assert found == [0, 2, 3, 3, 0, None, None, None]


def test_the_chances_shown_are_the_model_s_own_where_it_has_some(synthetic_small: Dataset) -> None:
    """An ordered probit gives each star its chance; a Gaussian around the prediction would give others."""
    short = Gibbs(n_factors=2, n_burn_in=10, n_draws=4, likelihood="probit", film_noise_shape=None)
    model = short.fit(synthetic_small.ratings, seed=0)
    ready = Ready(synthetic_small, SavedModel(model, synthetic_small.films))
    person = fold_in(model, {1: 5.0, 2: 1.0, 3: 4.0})
    best = person.top_n(3)
    shown = [row.spread for row in listed(ready, person, best)]
    assert [spread.chances for spread in shown] == person.star_chances([one.item_id for one in best])
    guessed = star_chances(best[0].prediction, best[0].rating_std, model.scale)
    assert shown[0].chances != pytest.approx(guessed, abs=0.01)
    assert shown[0].star_set == star_set(shown[0].chances)
