"""Every page, started without a browser on small invented data: what it shows, and what it survives."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import resources
from dashboard.components import asking, pickers
from dashboard.components.film_list import FilmRow
from dashboard.jobs import JobState
from dashboard.rows import FilmIndex
from dashboard.views import for_you, rate
from dashboard.visitors import Store, StoreError
from tests.dashboard.conftest import MAIN, SMALL, TIMEOUT, Open

VIEWS = ("for_you", "rate", "map_view", "learn", "data", "history")


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[list[FilmRow]]:
    """The lists of films that pages drew, the latest last."""
    drawn: list[list[FilmRow]] = []
    for view in (for_you, rate):
        monkeypatch.setattr(view, "film_list", lambda films, **_: drawn.append(list(films)))
    return drawn


@pytest.fixture
def buttons_for_stars(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buttons in place of the stars, which need a browser."""

    def stars(title: str, *, current: float | None, on_rate: Any, **_: Any) -> None:
        st.write(f"{title}: {current}")
        for value in (5.0, 1.0, 99.0, None):
            st.button(f"give {value}", on_click=on_rate, args=(value,))

    monkeypatch.setattr(asking, "stars", stars)


def html(app: AppTest) -> str:
    return " ".join(element.value for element in app.html)


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def films(rows: list[FilmRow]) -> list[str]:
    return [row.id for row in rows]


# Every page


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_opens_with_a_title_and_says_where_its_numbers_come_from(open_view: Open, view: str) -> None:
    app = open_view(view)
    assert not app.exception
    assert len(app.title) == 1
    assert not app.error
    assert "Model ALS" in html(app)
    assert "all 3,000 ratings · seed 0" in html(app)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    "query",
    [
        {"person": "nobody", "film": "nonsense", "model": "mine", "data": "nonsense", "colour": "nonsense",
         "genres": ["Nonsense"], "years": ["1", "2"], "support": "-3"},
        {"person": "9" * 5_000, "film": "-7", "model": "nonsense", "data": "/etc", "metric": "x", "years": "abc",
         "names": "1e9", "order": "", "colour": "", "deep": "maybe"},
        {"person": "", "film": "", "model": "", "data": "", "metric": "", "genres": "", "years": "", "support": ""},
    ],
)  # fmt: skip
def test_what_an_address_cannot_mean_falls_back_to_the_usual(open_view: Open, view: str, query: dict[str, Any]) -> None:
    app = open_view(view, **query)
    assert not app.exception
    assert not app.error
    assert "Model ALS" in html(app)
    asked_here = {"for_you": {"person"}, "rate": {"film"}, "map_view": {"person", "film"}}.get(view, set())
    assert not {*asked_here, "model", "data"} & set(app.query_params)


def test_the_router_starts_the_first_page(product: Path) -> None:
    app = AppTest.from_file(MAIN, default_timeout=TIMEOUT).run()
    assert not app.exception
    assert app.title[0].value.startswith("What User")


@pytest.mark.parametrize("view", VIEWS)
def test_data_with_next_to_nothing_to_learn_from(open_view: Open, monkeypatch: pytest.MonkeyPatch, view: str) -> None:
    monkeypatch.setenv("REELSPACE_DATASET", "synthetic:6x5x12")
    app = open_view(view, film="3")
    assert not app.exception
    assert not app.error
    assert "Model ALS" in html(app)


def test_a_database_that_fails_is_told_of_and_the_page_goes_on(
    open_view: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Store:
        raise StoreError("Your ratings could not be read: the disk is full.")

    monkeypatch.setattr(resources, "store", broken)
    for view in ("for_you", "rate", "map_view"):
        app = open_view(view)
        assert not app.exception
        assert "disk is full" in app.error[0].value
        assert "Model ALS" in html(app)


def test_data_that_cannot_be_had_are_one_sentence_and_a_way_on(
    open_view: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    table = tmp_path / "nonsense.csv"
    table.write_text("no,ratings,here\n")
    job = f"prepare:{table}:als"
    monkeypatch.setenv("REELSPACE_DATASET", str(table))
    app = open_view("for_you")
    assert not app.exception
    assert "nonsense" in app.error[0].value
    resources.library().prepare(SMALL, "als", _Quiet())  # type: ignore[arg-type]
    monkeypatch.setattr(resources.library(), "ready", lambda data, kind: None)
    before = resources.runner().status(job)
    app.run()
    assert resources.runner().status(job) is before, "a failed job must not start by itself again"
    assert [button.label for button in app.button] == ["Try again"]
    press(app, "Try again")
    assert resources.runner().status(job) is not before


class _Quiet:
    def report(self, progress: object) -> None: ...

    def should_stop(self) -> bool:
        return False


def test_a_model_asked_for_the_first_time_is_made(open_view: Open) -> None:
    app = open_view("for_you", model="sgd")
    resources.runner().wait(f"prepare:{SMALL}:sgd", seconds=60)
    app.run()
    assert not app.exception
    assert "Model SGD" in html(app)
    assert app.query_params["model"] == "sgd"


# For you


def test_for_you_lists_films_with_reasons_and_the_best_rated(open_view: Open, listed: list[list[FilmRow]]) -> None:
    app = open_view("for_you")
    rows = listed[-1]
    assert len(rows) == for_you.FIRST_ROWS
    assert [row.predicted for row in rows] == sorted((row.predicted for row in rows), reverse=True)
    assert all(len(row.reasons) == 2 for row in rows)
    assert [header.value for header in app.header] == [
        "What they rated highest",
        "Where they stand",
        "People like them",
    ]
    assert app.expander[-1].label == "How this model learned"
    assert "rs-stages" in html(app)
    assert "Training loss" in html(app)


def test_an_address_reproduces_person_filter_and_order(open_view: Open, listed: list[list[FilmRow]]) -> None:
    query: dict[str, Any] = {"person": "7", "genres": ["Drama"], "support": "10", "order": "Least known"}
    app = open_view("for_you", **query)
    assert app.title[0].value == "What User 7 would like, and why"
    assert all("Drama" in row.meta for row in listed[-1])
    first = films(listed[-1])
    app.query_params.clear()
    assert films(listed[-1]) == first
    open_view("for_you", **query)
    assert films(listed[-1]) == first


def test_another_order_keeps_the_films(open_view: Open, listed: list[list[FilmRow]]) -> None:
    app = open_view("for_you", support="0")
    app.toggle(key="show_more").set_value(True).run()
    best = listed[-1]
    app.segmented_control(key="order").set_value("How sure").run()
    assert sorted(films(listed[-1])) == sorted(films(best))
    assert films(listed[-1]) != films(best)


def test_a_filter_that_leaves_nothing_says_what_to_change(open_view: Open) -> None:
    app = open_view("for_you", support="200")
    assert not app.exception
    assert "No film is left" in html(app)
    assert "Model ALS" in html(app)


@pytest.mark.parametrize("n", [0, 1, 3, 50])
def test_your_page_with_any_number_of_ratings(
    open_view: Open, store: Store, visitor: str, listed: list[list[FilmRow]], n: int
) -> None:
    for film in range(1, n + 1):
        store.rate(visitor, SMALL, film, 1.0 + film % 5, source="search")
    app = open_view("for_you", person="you", support="0")
    assert not app.exception
    assert ("You have not rated a film yet" in html(app)) == (n == 0)
    assert bool(listed) == (n > 0)
    assert not {row.id for rows in listed for row in rows} & {str(film) for film in range(1, n + 1)}
    if n == 1:
        assert "1 rating says little about a taste yet. From your 1 rating" in html(app)
    assert not open_view("rate").exception
    assert not open_view("map_view", person="you").exception


def test_what_a_person_is_called_is_text(open_view: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = tmp_path / "ratings.csv"
    users = ["*a*", "<b>", "you", "[x](y)", "d", "e"]
    lines = [f"{user},film {film},{1 + (i + film) % 5}" for i, user in enumerate(users) for film in range(12)]
    table.write_text("\n".join(["user,item,rating", *lines]))
    monkeypatch.setenv("REELSPACE_DATASET", str(table))
    for view in VIEWS:
        app = open_view(view, person="*a*")
        assert not app.exception
    assert open_view("for_you", person="*a*").title[0].value == r"What User \*a\* would like, and why"
    colours = open_view("map_view").segmented_control(key="colour").options
    assert not {"Genre", "Year"} & set(colours), "these films have neither"
    assert {"Predicted", "Mean rating", "Ratings"} <= set(colours)


# Lists that would be too long


def test_of_many_films_the_most_rated_are_listed(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickers, "MOST_LISTED", 70)  # of 80 films; 60 people still fit
    app = open_view("map_view")
    listed = app.selectbox(key="pick_film").options
    assert len(listed) == 70
    [ready] = resources.library()._models.values()
    index = resources.film_index(ready.dataset.ratings.fingerprint, ready)
    label, rare = list(index.films.items())[-1]
    assert label not in listed
    app = open_view("map_view", film=str(rare))
    assert app.selectbox(key="pick_film").value == label


def test_a_film_can_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    index = FilmIndex({"Alien (1979)": 1, "Aliens (1986)": 2}, {1: "Alien (1979)", 2: "Aliens (1986)"})
    shown: list[object] = []
    monkeypatch.setattr(pickers.state, "show_film", shown.append)
    monkeypatch.setattr(pickers.state, "complain", shown.append)
    for typed in ("aliens", "no such film", None):
        monkeypatch.setattr(pickers.state, "picked", lambda _name, typed=typed: typed)
        pickers._film_picked(index)
    assert shown == [2, "No film here is called 'no such film'.", None]


def test_of_many_people_one_is_typed(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickers, "MOST_LISTED", 10)
    app = open_view("for_you", person="7")
    app.text_input(key="pick_person").set_value("9").run()
    assert app.query_params["person"] == "9"
    app.text_input(key="pick_person").set_value("*nobody*").run()
    assert not app.exception
    assert r"\*nobody\*" in app.error[0].value
    assert app.text_input(key="pick_person").value == "9"


# Rate


@pytest.mark.usefixtures("buttons_for_stars")
def test_rating_moves_the_list_and_undo_and_clear_take_it_back(
    open_view: Open, store: Store, visitor: str, listed: list[list[FilmRow]]
) -> None:
    app = open_view("rate")
    assert app.header[0].value == "What everybody likes, to begin with"
    assert {row.move for row in listed[-1]} == {0}
    start = films(listed[-1])
    app.query_params["film"] = start[0]
    press(app.run(), "give 5.0")
    assert app.header[0].value == "Your list now"
    assert app.toast[0].value.endswith("5. Kept.")
    assert start[0] not in films(listed[-1])
    assert {row.move for row in listed[-1]} > {"new"}
    assert list(store.ratings(visitor, SMALL).values()) == [5.0]
    press(app, "Undo")
    assert films(listed[-1]) == start
    assert store.ratings(visitor, SMALL) == {}
    press(app, "give 1.0")
    press(app, "Clear all")
    assert store.ratings(visitor, SMALL) == {}
    press(app, "Undo")
    assert list(store.ratings(visitor, SMALL).values()) == [1.0]


@pytest.mark.usefixtures("buttons_for_stars")
def test_it_is_kept_whether_somebody_looked_for_a_film_or_was_offered_it(
    open_view: Open, store: Store, visitor: str
) -> None:
    press(open_view("rate", film="7"), "give 5.0")
    press(open_view("rate"), "give 1.0")
    assert [rating.source for rating in store.shelf(visitor, SMALL).ratings] == ["search", "offered"]


@pytest.mark.usefixtures("buttons_for_stars")
def test_a_rating_off_the_scale_is_refused_in_a_sentence(open_view: Open, store: Store, visitor: str) -> None:
    app = press(open_view("rate"), "give 99.0")
    assert not app.exception
    assert "off the scale" in app.error[0].value
    assert store.ratings(visitor, SMALL) == {}
    assert not app.run().error, "bad news is told once"


@pytest.mark.usefixtures("buttons_for_stars")
def test_a_rating_that_cannot_be_kept_is_told_of(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> bool:
        raise StoreError("Nothing was saved: the disk is full; free some space and try again.")

    app = open_view("rate")
    monkeypatch.setattr(Store, "rate", full)
    press(app, "give 5.0")
    assert not app.exception
    assert "Nothing was saved" in app.error[0].value
    assert not app.toast


@pytest.mark.usefixtures("buttons_for_stars")
def test_two_tabs_see_each_other(open_view: Open, store: Store, visitor: str) -> None:
    one, other = open_view("rate", film="3"), open_view("rate", film="4")
    press(one, "give 5.0")
    press(other, "give 1.0")
    assert store.ratings(visitor, SMALL) == {3: 5.0, 4: 1.0}
    one.run()
    assert one.header[1].value == other.header[1].value == "Your 2 ratings"


def test_ratings_that_the_data_no_longer_allow_stay_on_record_and_out_of_the_way(
    open_view: Open, store: Store, visitor: str
) -> None:
    store.rate(visitor, SMALL, 3, 4.0, source="search")
    store.rate(visitor, SMALL, 99_999, 4.0, source="search")
    store.rate(visitor, SMALL, 4, 9.0, source="search")
    for view in ("for_you", "rate", "map_view"):
        assert not open_view(view, person="you").exception
    assert open_view("rate").header[1].value == "Your 1 rating"
    assert len(store.ratings(visitor, SMALL)) == 3


def test_somebody_who_rated_everything_has_nothing_left(open_view: Open, store: Store, visitor: str) -> None:
    for film in range(1, 81):
        store.rate(visitor, SMALL, film, 3.0, source="search")
    app = open_view("rate")
    assert not app.exception
    assert "No film is left" in html(app)
    assert "Every film is rated" in html(app)
    assert "Every film here is rated already" in html(open_view("for_you", person="you", support="0"))


# The whole model


def retrained(app: AppTest) -> AppTest:
    press(app, "Retrain the whole model")
    for name in list(resources.runner()._jobs):
        resources.runner().wait(name, seconds=60)
    return app.run()


def test_retraining_makes_a_model_with_your_ratings_and_one_can_go_back(
    open_view: Open, store: Store, visitor: str, product: Path
) -> None:
    for film in (3, 4, 5):
        store.rate(visitor, SMALL, film, 5.0, source="search")
    app = open_view("rate")
    retrained(app)
    assert not app.exception
    assert "3,003 ratings, yours among them" in html(app)
    assert "Retrained with your ratings in it" in html(app)
    assert "yours among them" in html(open_view("for_you")), "the new model is used on every page"
    assert visitor not in " ".join(button.key or "" for button in app.button)
    assert "all 3,000 ratings" in html(open_view("for_you", model="als"))
    retrained(app)
    kept = list((product / "cache" / "models" / "visitors").rglob("model.json"))
    assert len(kept) == 1, "models that nobody uses any more go"
    press(app, "Back to the shared model")
    assert "all 3,000 ratings" in html(app)


def test_retraining_again_leaves_a_choice_of_another_model_behind(open_view: Open, store: Store, visitor: str) -> None:
    store.rate(visitor, SMALL, 3, 5.0, source="search")
    app = retrained(open_view("rate"))
    app.query_params["model"] = "als"
    app.run()
    assert "all 3,000 ratings" in html(app)
    assert "yours among them" in html(retrained(app))


def test_a_retrained_model_that_is_gone_is_told_of_once(
    open_view: Open, store: Store, visitor: str, product: Path
) -> None:
    store.rate(visitor, SMALL, 3, 5.0, source="search")
    retrained(open_view("rate"))
    shutil.rmtree(product / "cache" / "models" / "visitors")
    resources.library.clear()
    app = open_view("for_you")
    assert "is gone" in app.info[0].value
    assert "all 3,000 ratings" in html(app)
    assert not app.run().info


def test_a_model_that_cannot_be_kept_leaves_the_old_one_in_use(
    open_view: Open, store: Store, visitor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("Nothing was saved: the disk is full.")

    store.rate(visitor, SMALL, 3, 5.0, source="search")
    app = open_view("rate")
    monkeypatch.setattr(Store, "set_model", full)
    retrained(app)
    assert "disk is full\\. The model in use has not changed" in app.error[0].value
    assert "all 3,000 ratings" in html(app)


# Map and data


def test_the_map_shows_a_film_with_its_nearest(open_view: Open) -> None:
    app = open_view("map_view", film="3", person="7")
    assert "Predicted for User 7" in html(app)
    assert "true neighbours" in html(app)
    assert [tab.label for tab in app.tabs] == ["Film", "Axes", "People", "Ask", "Save"]
    assert app.selectbox(key="pick_film").value is not None


@pytest.mark.parametrize(
    "query",
    [
        {"picture": "Depth"},
        {"metric": "Raw factors"},
        {"colour": "Genre"},
        {"colour": "Year"},
        {"colour": "Cluster"},
        {"colour": "Trust"},
        {"colour": "Ratings"},
        {"across": "3", "up": "1"},
        {"picture": "By hand", "low": "1,2", "high": "5"},
        {"other": "9", "loves": "1,2"},
        {"question": "Alike"},
        {"question": "Between two", "set": "1,2"},
        {"question": "Like and unlike", "low": "1", "high": "2"},
    ],
)
def test_the_map_in_every_manner(open_view: Open, query: dict[str, str]) -> None:
    app = open_view("map_view", film="3", **query)
    assert not app.exception
    assert not app.error


def test_a_map_of_too_few_films_says_so(open_view: Open) -> None:
    app = open_view("map_view", map_support="100")
    assert not app.exception
    assert "No map of so few films" in html(app)
    assert "Model ALS" in html(app)


def test_a_film_too_rare_for_the_picture_is_still_opened(open_view: Open) -> None:
    index = open_view("map_view", map_support="35") and next(iter(resources.library()._models.values()))
    counts = index.dataset.ratings.item_counts.tolist()
    rare = index.dataset.ratings.items.labels[counts.index(min(counts))]
    app = open_view("map_view", film=str(rare), map_support="35")
    assert "Too few people rated it" in html(app)


def test_other_data_can_be_downloaded_and_a_failure_changes_nothing(
    open_view: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.views.data.fetch_dataset", _unreachable)
    app = open_view("data")
    next(button for button in app.button if button.key == "fetch-ml-1m").click().run()
    assert resources.downloads().wait("fetch:ml-1m", seconds=30).state is JobState.FAILED  # type: ignore[union-attr]
    app.run()
    assert "no network" in app.error[0].value
    assert "goes on with what it has" in app.error[0].value
    assert "Model ALS" in html(app)
    resources.downloads().take("fetch:ml-1m")


def _unreachable(name: str, *, on_progress: object) -> None:
    from core import DatasetUnavailable

    raise DatasetUnavailable(f"{name} could not be fetched: there is no network")
