"""Your history: an export is read, shown, chosen from, saved as a whole and taken back as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import resources
from dashboard.views import rate
from dashboard.visitors import Given, Store, StoreError
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html

HEADER = "Date,Name,Year,Letterboxd URI,Rating\n"
ONE = "2024-01-31,Borrowed Harbour (synthetic 1),1957,https://boxd.it/a,4.5\n"
TWO = "2024-02-01,Crooked Harbour (synthetic 2),1965,https://boxd.it/b,3\n"  # a year late
WRONG_YEAR = "2024-02-02,Distant Harbour (synthetic 3),1974,https://boxd.it/c,2\n"
ABSENT = "2024-02-03,Barbie,2023,https://boxd.it/d,5\n"
RATED = HEADER + ONE + TWO + WRONG_YEAR + ABSENT
WATCHED = (
    '"Title","Date"\n"Borrowed Harbour (synthetic 1)","1/31/24"\n"Crooked Harbour (synthetic 2)","2/1/24"\n'
    '"Dark: Staffel 1: Geheimnisse","2/1/24"\n'
)


def upload(app: AppTest, text: str, name: str = "ratings.csv") -> AppTest:
    app.file_uploader[0].set_value((name, text.encode(), "text/csv"))
    return app.run()


def save(app: AppTest) -> AppTest:
    return next(button for button in app.button if button.label.startswith("Save")).click().run()


def test_the_page_says_where_a_file_is_and_that_it_stays_here(open_view: Open) -> None:
    app = open_view("history")
    assert "Everything stays on this machine" in html(app)
    for service in ("Letterboxd", "IMDb", "Trakt", "Netflix"):
        assert service in html(app)
    assert "at most 5 MB" in app.file_uploader[0].label
    assert app.file_uploader[0].allowed_type == [".csv", ".json", ".zip"]
    assert [button.label for button in app.button] == ["Back to rating"]


def test_the_report_comes_before_anything_is_saved(open_view: Open, store: Store, visitor: str) -> None:
    app = upload(open_view("history"), RATED)
    assert not app.exception
    assert app.header[0].value == "Letterboxd: 4 films in ratings\\.csv"
    assert "2 found by name and year; 1 to be chosen by you; 1 not among the films here." in html(app)
    assert [tab.label for tab in app.tabs] == ["To choose 1", "Found 2", "Not here 1"]
    assert "made after the newest film here" in html(app)
    assert "line 3 · here Crooked Harbour (synthetic 2) (1964)" in html(app)
    assert store.shelf(visitor, SMALL).changes == ()


def test_all_of_it_is_saved_in_one_step_and_taken_back_in_one(open_view: Open, store: Store, visitor: str) -> None:
    app = save(upload(open_view("history"), RATED))
    assert not app.exception
    shelf = store.shelf(visitor, SMALL)
    assert list(shelf.stars.values()) == [4.5, 3.0]
    assert {rating.source for rating in shelf.ratings} == {"imported"}
    assert shelf.ratings[0].rated_at == 1_706_659_200  # the day that the export gives
    assert [change.label for change in shelf.changes] == ["Letterboxd, 2 ratings"]
    assert app.toast[0].value == "Kept: Letterboxd\\, 2 ratings."
    assert "To choose 1" not in [tab.label for tab in app.tabs]  # the uploader is empty again
    app = next(button for button in app.button if button.label == "Undo this import").click().run()
    assert store.shelf(visitor, SMALL).stars == {}
    assert "Undo this import" not in [button.label for button in app.button]


def test_an_older_import_can_be_taken_back_alone(open_view: Open, store: Store, visitor: str) -> None:
    app = save(upload(open_view("history"), HEADER + ONE))
    app = save(upload(app, HEADER + TWO))
    buttons = [button for button in app.button if button.label == "Undo this import"]
    assert len(buttons) == 2
    buttons[-1].click().run()  # the latest stands first
    assert list(store.shelf(visitor, SMALL).stars.values()) == [3.0]


def test_what_is_chosen_is_saved_too(open_view: Open, store: Store, visitor: str) -> None:
    app = upload(open_view("history"), RATED)
    (choice,) = app.selectbox
    assert choice.label == "Distant Harbour (synthetic 3) (1974)"
    assert "the year differs: 1974 in the file, 1971 here · ratings.csv, line 4" in html(app)
    assert choice.options == ["Leave it out", "Distant Harbour (synthetic 3) (1971)"]
    app = choice.select("Distant Harbour (synthetic 3) (1971)").run()
    save(app)
    assert sorted(store.shelf(visitor, SMALL).stars.values()) == [2.0, 3.0, 4.5]
    assert len(store.shelf(visitor, SMALL).changes) == 1


def test_a_choice_can_be_taken_back_before_saving(open_view: Open, store: Store, visitor: str) -> None:
    app = upload(open_view("history"), RATED)
    app = app.selectbox[0].select("Distant Harbour (synthetic 3) (1971)").run()
    app = app.selectbox[0].select("Leave it out").run()
    save(app)
    assert len(store.shelf(visitor, SMALL).stars) == 2


def test_films_without_a_year_are_taken_only_when_asked(open_view: Open, store: Store, visitor: str) -> None:
    app = upload(open_view("history"), WATCHED, "ViewingHistory.csv")
    assert [tab.label for tab in app.tabs] == ["By title alone 2", "Series 1"]
    assert "Nothing to save" in html(app)
    app = app.toggle[0].set_value(True).run()
    app = app.multiselect[0].set_value([1]).run()
    save(app)
    shelf = store.shelf(visitor, SMALL)
    assert len(shelf.seen) == 1
    assert shelf.stars == {}


def test_seen_films_leave_the_list_on_rate(open_view: Open, store: Store, visitor: str, monkeypatch: Any) -> None:
    lists: list[list[str]] = []
    monkeypatch.setattr(rate, "film_list", lambda rows, **_: lists.append([row.id for row in rows]))
    open_view("rate")
    first = int(lists[-1][0])
    store.add_many(visitor, SMALL, [Given(first, mark="seen")], batch="Netflix, 1 seen film")
    app = open_view("rate")
    assert str(first) not in lists[-1]
    assert lists[0][1:] == lists[-1][: len(lists[0]) - 1]
    assert "1 film that you have seen without rating left out." in html(app)


def test_ratings_given_here_stand_unless_replaced(open_view: Open, store: Store, visitor: str) -> None:
    film = next(iter(read_and_keep(open_view, store, visitor)))
    store.rate(visitor, SMALL, film, 1.0, source="search")
    app = upload(open_view("history"), HEADER + ONE)
    assert "Nothing to save" in html(app)
    app = app.toggle[0].set_value(True).run()
    save(app)
    assert store.shelf(visitor, SMALL).stars[film] == 4.5


def read_and_keep(open_view: Open, store: Store, visitor: str) -> dict[int | str, float]:
    save(upload(open_view("history"), HEADER + ONE))
    return store.shelf(visitor, SMALL).stars


def test_several_people_in_one_file_are_asked_for(open_view: Open) -> None:
    header = "Profile Name,Start Time,Duration,Attributes,Title,Supplemental Video Type\n"
    rows = "".join(f"{who},2024-01-31 20:00:00,01:00:00,,Film of {who},\n" for who in ("Ann", "Bob"))
    app = upload(open_view("history"), header + rows, "ViewingActivity.csv")
    assert not app.tabs
    assert app.selectbox[0].options == ["Ann", "Bob"]
    app = app.selectbox[0].select("Ann").run()
    assert "Film of Ann" in html(app)
    assert "Film of Bob" not in html(app)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEADER + "2024-01-31,Heat,1995,,7\n", "Line 2 of ratings\\.csv\\: rating 7 is off the scale"),
        ("", "ratings\\.csv\\: the file is empty"),
        ("a,b\n1,2\n", "the columns \\'a\\'\\, \\'b\\' are of no known export"),
    ],
)
def test_a_wrong_file_is_one_sentence_and_nothing_is_saved(
    open_view: Open, store: Store, visitor: str, text: str, sentence: str
) -> None:
    app = upload(open_view("history"), text)
    assert not app.exception
    assert sentence in app.error[0].value
    assert app.error[0].value.endswith("Nothing was saved.")
    assert store.shelf(visitor, SMALL).changes == ()
    assert "Where your file is" not in [header.value for header in app.header]


def test_titles_are_text(open_view: Open) -> None:
    rows = '2024-01-31,"<img src=x onerror=alert(1)> **bold**",2023,,4\n2024-01-31,"=HYPERLINK(""x"")",2023,,4\n'
    app = upload(open_view("history"), HEADER + rows)
    assert "<img" not in html(app)
    assert "&lt;img src=x onerror=alert(1)&gt; **bold**" in html(app)
    assert "=HYPERLINK(" in html(app)


def test_long_lists_come_in_pages(open_view: Open) -> None:
    rows = "".join(f"2024-01-31,Nowhere {number},2023,https://boxd.it/{number},4\n" for number in range(45))
    app = upload(open_view("history"), HEADER + rows)
    assert (app.pagination[0].num_pages, html(app).count("Nowhere")) == (3, 20)
    app = app.pagination[0].set_value(3).run()
    assert html(app).count("Nowhere") == 5


def test_a_database_that_fails_saves_nothing_and_keeps_the_report(
    open_view: Open, store: Store, visitor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = upload(open_view("history"), RATED)

    def fail(*_: object, **__: object) -> int:
        raise StoreError("Nothing was saved: the disk is full.")

    monkeypatch.setattr(Store, "add_many", fail)
    app = save(app)
    assert not app.exception
    assert "the disk is full" in app.error[0].value
    assert [tab.label for tab in app.tabs] == ["To choose 1", "Found 2", "Not here 1"]
    monkeypatch.undo()
    assert resources.store().shelf(visitor, SMALL).changes == ()


def test_one_sessions_file_is_not_another_ones(open_view: Open) -> None:
    upload(open_view("history"), RATED)
    other = open_view("history")
    assert not other.tabs
    assert "Crooked Harbour" not in html(other)
