"""For you beyond the best predictions: wishes, starting tastes, what is one's own; and a film for several people."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from core import Group, ListWishes, Pair, person_of, personal_share, recommend
from dashboard import resources, state
from dashboard.components.film_list import FilmRow
from dashboard.library import Ready
from dashboard.rows import film_of, usual_support
from dashboard.sentences import agreement_sentence, share_sentence
from dashboard.views import for_you
from dashboard.visitors import Store, new_visitor_id
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html, press


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[list[FilmRow]]:
    """The lists that For you drew, the latest last."""
    drawn: list[list[FilmRow]] = []
    monkeypatch.setattr(for_you, "film_list", lambda films, **_: drawn.append(list(films)))
    return drawn


def ready() -> Ready:
    found = resources.library().ready(SMALL, "als")
    assert found is not None
    return found


def wanted(wishes: ListWishes, n: int) -> list[str]:
    person = person_of(ready().model, 3)
    return [str(found.item_id) for found in recommend(person, ready().saved.films, wishes, n=40)][:n]


@pytest.mark.parametrize(
    ("query", "wishes"),
    [
        ({"adventure": "1.0"}, {"adventure": 1.0}),
        ({"adventure": "-1.0"}, {"adventure": -1.0}),
        ({"variety": "0.5"}, {"diversity": 0.5}),
        ({"surprise": "7"}, {"surprise": 7}),
    ],
)
def test_the_kind_of_list_in_the_address_is_the_list_on_screen(
    open_view: Open, listed: list[list[FilmRow]], query: dict[str, str], wishes: dict[str, float]
) -> None:
    app = open_view("for_you", person="3", **query)
    assert not app.exception
    support = usual_support(ready().dataset.ratings)
    shown = [row.id for row in listed[-1]]
    assert shown == wanted(ListWishes(min_ratings=support, **wishes), len(shown))  # type: ignore[arg-type]
    assert shown != wanted(ListWishes(min_ratings=support), len(shown))


@pytest.mark.parametrize("seed", ["-1", "x", "9" * 30, "1.5", "²"])
def test_a_surprise_that_is_none_is_left_alone(open_view: Open, listed: list[list[FilmRow]], seed: str) -> None:
    app = open_view("for_you", person="3", surprise=seed)
    assert not app.exception
    assert [row.id for row in listed[-1]] == wanted(
        ListWishes(min_ratings=usual_support(ready().dataset.ratings)), len(listed[-1])
    )


def test_a_surprise_stands_in_the_address_and_can_be_left(open_view: Open, listed: list[list[FilmRow]]) -> None:
    app = open_view("for_you", person="3")
    usual = listed[-1]
    press(app, "Surprise me")
    assert app.query_params["surprise"]
    press(app, "Back to the best list")
    assert "surprise" not in app.query_params
    assert listed[-1] == usual


def test_what_was_watched_is_hidden_and_the_watchlist_can_stand_alone(
    open_view: Open, store: Store, visitor: str, listed: list[list[FilmRow]]
) -> None:
    app = open_view("for_you", person="you")
    store.rate(visitor, SMALL, 1, 5.0, source="search")
    app.run()
    first, second = listed[-1][0].id, listed[-1][1].id
    store.mark(visitor, SMALL, int(first), "seen")
    store.mark(visitor, SMALL, int(second), "want")
    app.run()
    assert first not in {row.id for row in listed[-1]}
    next(toggle for toggle in app.toggle if toggle.key == "watchlist_only").set_value(True).run()
    assert [row.id for row in listed[-1]] == [second]
    next(toggle for toggle in app.toggle if toggle.key == "hide_seen").set_value(False).run()
    store.mark(visitor, SMALL, int(second), "unwant")
    app.run()
    assert "what you want to watch" in html(app)


def test_somebody_without_ratings_is_offered_tastes(open_view: Open, listed: list[list[FilmRow]]) -> None:
    app = open_view("for_you", person="you")
    tastes = resources.tastes(ready().model.version, ready())
    assert tastes
    press(app, f"Somebody for {tastes[0].name}")
    assert not app.exception
    assert app.query_params["person"] == f"{state.TASTE}{tastes[0].name}"
    assert f"Somebody for {tastes[0].name}" in app.title[0].value.replace("\\", "")
    best = tastes[0].person(ready().model).top_n(1, min_ratings=usual_support(ready().dataset.ratings))
    assert listed[-1][0].id == str(best[0].item_id)


def test_a_taste_from_the_end_of_a_direction_is_told_by_its_films(open_view: Open, listed: list[list[FilmRow]]) -> None:
    open_view("for_you", person="you")  # makes the model
    tastes = resources.tastes(ready().model.version, ready())
    assert {taste.origin for taste in tastes} == {"genre", "axis"}
    taste = next(taste for taste in tastes if taste.origin == "axis")
    name = " and ".join(film_of(ready().saved.films, film).title for film in taste.liked[:2])
    app = open_view("for_you", person=f"{state.TASTE}{name}")
    assert f"Somebody for {name}" in app.title[0].value.replace("\\", "")
    best = taste.person(ready().model).top_n(1, min_ratings=usual_support(ready().dataset.ratings))
    assert listed[-1][0].id == str(best[0].item_id)


def test_how_much_of_the_list_is_ones_own(open_view: Open, listed: list[list[FilmRow]]) -> None:
    app = open_view("for_you", person="3")
    share = personal_share(person_of(ready().model, 3), min_ratings=usual_support(ready().dataset.ratings))
    assert share_sentence(share, n=10, is_you=False) in html(app)
    assert share_sentence(share, n=10, is_you=False) not in html(open_view("for_you", person="3", adventure="1.0"))


def test_people_of_the_same_taste_are_named_without_oneself(open_view: Open, listed: list[list[FilmRow]]) -> None:
    app = open_view("for_you", person="3")
    nearest = resources.people(ready().model.version, ready()).nearest(person_of(ready().model, 3), n=3, without=3)
    labels = [expander.label for expander in app.expander if "apart" in expander.label]
    assert labels == [f"User {other.user_id} · {other.distance:.2f} stars apart" for other in nearest]
    assert all(other.user_id != 3 for other in nearest)


# Together


def column(app: AppTest, caption: str, place: int) -> list[str]:
    text = next(element.value for element in app.html if caption in element.value)
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", text)
    return [re.findall(r"<td[^>]*>([\d.]+)", cells)[place] for _, cells in rows]


@pytest.mark.parametrize(
    ("label", "strategy"), [("Average", "average"), ("Nobody suffers", "least misery"), ("Most joy", "most pleasure")]
)
def test_a_film_for_two_is_the_one_that_core_finds(open_view: Open, label: str, strategy: str) -> None:
    app = open_view("together", company=["User 3", "User 5"], strategy=label)
    assert not app.exception
    people = {f"User {user}": person_of(ready().model, user) for user in (3, 5)}
    group = Group.of(people, ready().saved.films, ListWishes(min_ratings=usual_support(ready().dataset.ratings)))
    best = group.recommend(strategy=strategy, n=10)  # type: ignore[arg-type]
    assert column(app, "Ordered by", 0) == [f"{film.predictions['User 3']:.1f}" for film in best]
    assert column(app, "Ordered by", 1) == [f"{film.predictions['User 5']:.1f}" for film in best]
    assert agreement_sentence(group.pairs()[0], group.pairs()[-1]) in html(app)


def test_together_opens_with_something_to_see_and_one_alone_is_asked_for_company(open_view: Open) -> None:
    app = open_view("together")
    assert not app.exception
    assert column(app, "Ordered by", 0)
    app.multiselect[0].set_value(["3"]).run()
    assert "Who is coming?" in html(app)


def test_ones_own_profiles_can_join_and_nobody_elses(open_view: Open, store: Store, visitor: str) -> None:
    stranger = new_visitor_id()
    app = open_view("together")
    store.rate(visitor, SMALL, 1, 5.0, source="search")
    store.profiles.rename(visitor, "Ada")
    store.profiles.add(visitor, "Guest")
    store.rate(stranger, SMALL, 2, 1.0, source="search")
    store.profiles.rename(stranger, "Stranger")
    app.run()
    options = app.multiselect[0].options
    assert {"Ada", "Guest"} & set(options)
    assert "Stranger" not in options
    other = next(profile.id for profile in store.profiles.all(stranger))
    app = open_view("together", company=["User 3", "Stranger", f"profile-{other}"])
    assert not app.exception
    assert "Who is coming?" in html(app)


def test_profiles_of_one_name_can_be_told_apart(open_view: Open, store: Store, visitor: str) -> None:
    store.rate(visitor, SMALL, 1, 5.0, source="search")
    for name in ("Ada", "Ada", "You", "User 3"):
        store.profiles.add(visitor, name)
    options = open_view("together").multiselect[0].options
    assert len(options) == len(set(options))
    assert "You · no. 4" in options
    assert sum(option.startswith("Ada · no. ") for option in options) == 2


def test_sentences_say_who_agrees_and_what_is_ones_own() -> None:
    one, other = Pair("You", "User 3", 0.9), Pair("You", "User 5", -0.2)
    assert agreement_sentence(one, one) == "You and User 3 agree on nearly everything."
    assert agreement_sentence(one, other).endswith("Furthest apart are You and User 5.")
    assert agreement_sentence(other, other) == "You and User 5 hardly agree."
