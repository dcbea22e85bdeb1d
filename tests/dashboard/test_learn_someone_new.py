"""The ninth step of the walk: ratings that are really kept, what each of them changed, and whom the data leave out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import fold_in
from core.datasets.people import Profile
from core.lessons import Part, first_steps
from dashboard import learn_resources, resources
from dashboard.components import asking
from dashboard.components.film_list import FilmRow
from dashboard.components.number_tables import Known, Share, growing_known, shares
from dashboard.library import Ready
from dashboard.rows import usual_support
from dashboard.views.learn import left_out, someone_new
from dashboard.visitors import Store
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html, press


@pytest.fixture(autouse=True)
def lists(monkeypatch: pytest.MonkeyPatch) -> list[list[FilmRow]]:
    """Buttons in place of the stars, which need a browser, and the lists that were drawn, the latest last."""
    drawn: list[list[FilmRow]] = []

    def stars(title: str, *, on_rate: Any, **_: Any) -> None:
        for value in (5.0, 1.0):
            st.button(f"give {value}", on_click=on_rate, args=(value,))

    monkeypatch.setattr(asking, "stars", stars)
    monkeypatch.setattr(someone_new, "film_list", lambda films, **_: drawn.append(list(films)))
    learn_resources.crowd.clear()  # type: ignore[attr-defined]  # a function with a cache
    return drawn


def in_use() -> Ready:
    ready = resources.library().ready(SMALL, resources.default_kind(SMALL))
    assert ready is not None
    return ready


def known(app: AppTest) -> list[list[str]]:
    """The rows of what was known, as texts."""
    table = re.search(r'<table class="rs-numbers rs-known">.*?</table>', html(app))
    assert table is not None
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table[0])[1:]
    return [[re.sub(r"<[^>]+>", "|", cell).strip("|") for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]  # fmt: skip


def open_at(open_view: Open, film: str) -> AppTest:
    app = open_view("learn", step="someone-new", film=film)
    assert not app.exception
    return app


def test_nobody_has_a_list_and_three_ratings_to_give(open_view: Open, lists: list[list[FilmRow]]) -> None:
    app = open_view("learn", step="someone-new")
    assert not app.exception
    text = html(app)
    assert "3 more ratings to go" in text
    assert len(known(app)) == 1
    ready = in_use()
    best = fold_in(ready.model, {}, chosen=()).top_n(5, min_ratings=usual_support(ready.dataset.ratings))
    assert [row.id for row in lists[-1]] == [str(each.item_id) for each in best]


def test_ratings_given_here_are_kept_and_each_is_a_row(
    open_view: Open, store: Store, visitor: str, lists: list[list[FilmRow]]
) -> None:
    given = {7: 5.0, 12: 1.0, 31: 5.0}
    for film, stars in given.items():
        app = press(open_at(open_view, str(film)), f"give {stars}")
        assert not app.exception
    assert store.ratings(visitor, SMALL) == given
    ready = in_use()
    support = usual_support(ready.dataset.ratings)
    steps = first_steps(ready.model, given, most=3, min_ratings=support)
    rows = known(app)
    assert [row[0] for row in rows] == ["0", "1", "2", "3"]
    assert [row[2] for row in rows] == [f"{step.unsure:.2f}" for step in steps]
    assert [row[3] for row in rows] == ["–", *(f"{step.moved:.2f}" for step in steps[1:])]
    less = round((1 - steps[-1].unsure / steps[0].unsure) * 100)
    assert f"3 ratings took {less}\u202f% of the uncertainty away." in html(app)
    best = fold_in(ready.model, given, chosen=()).top_n(5, min_ratings=support)
    assert [row.id for row in lists[-1]] == [str(each.item_id) for each in best]
    assert "yours rather than everybody’s" in html(app)


def test_undo_takes_a_rating_back(open_view: Open, store: Store, visitor: str) -> None:
    app = press(open_at(open_view, "7"), "give 5.0")
    assert len(known(app)) == 2
    app.button(key="learn_undo").click().run()
    assert not store.ratings(visitor, SMALL)
    assert len(known(app)) == 1


def test_of_many_ratings_the_first_three_are_rows(open_view: Open, store: Store, visitor: str) -> None:
    for film in range(1, 7):
        store.rate(visitor, SMALL, film, 1.0 + film % 5, source="search")
    app = open_at(open_view, "9")
    assert [row[0] for row in known(app)] == ["0", "1", "2", "3"]
    assert "Your 6 ratings" in [header.value for header in app.header]


@pytest.mark.parametrize("kind", ["als", "sgd"])
def test_the_lines_are_compared_with_the_program_where_they_are_its_own(
    open_view: Open, store: Store, visitor: str, kind: str
) -> None:
    store.rate(visitor, SMALL, 4, 4.0, source="search")
    resources.runner().wait(resources.start_preparing(SMALL, kind), seconds=60)
    app = open_view("learn", step="someone-new", model=kind)
    assert not app.exception
    assert ("they differ by 0.00000" in html(app)) is (kind == "als")
    assert ("bends its predictions" in html(app)) is (kind == "sgd")


def test_data_that_tell_nothing_of_people_say_so(open_view: Open) -> None:
    assert "do not say who the people are" in html(open_view("learn", step="someone-new"))


def test_people_are_counted_by_what_the_data_record(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = resources.library().dataset(SMALL)
    users = list(dataset.ratings.users)
    people = {user: Profile(25 if place < 15 else 42, "F" if place % 2 else "M", f"job {place % 9}") for place, user in enumerate(users)}  # fmt: skip
    monkeypatch.setattr(resources.library(), "_datasets", {SMALL: replace(dataset, people=people)})
    text = html(open_view("learn", step="someone-new"))
    assert "Age, as these data record it: share of 60 people<" in text
    assert re.search(r"20 to 29<small>15 people, \d+\u202f% of ratings</small>", text)
    assert "--w:75.0" in text
    assert "share of 60 people; 3 smaller groups not shown" in text
    assert text.count("50\u202f%</td>") >= 2


def test_what_is_left_out_is_read_off_the_data(open_view: Open) -> None:
    text = html(open_view("learn", step="someone-new"))
    dataset = in_use().dataset
    least = min(dataset.ratings.user_counts.tolist())
    assert (f"gave fewer than {least} ratings" in text) is (least > 1)
    assert f"No film is younger than {max(film.year or 0 for film in dataset.films)}" in text
    few = sum(count < 5 for count in dataset.ratings.item_counts.tolist())
    assert f"{few} of 80 films have fewer than 5 ratings" in text


@pytest.mark.parametrize("data", ["synthetic:3x3x5", "synthetic:6x5x12"])
def test_small_data(open_view: Open, monkeypatch: pytest.MonkeyPatch, data: str) -> None:
    monkeypatch.setenv("REELSPACE_DATASET", data)
    assert not open_view("learn", step="someone-new").exception


def test_texts_in_these_tables_are_texts() -> None:
    text = growing_known("<b>", [Known(0, ["<i>A"], 1.0, None), Known(1, ["B"], 0.5, 0.25)])
    assert "&lt;b&gt;" in text
    assert "&lt;i&gt;A" in text
    assert text.count('class="lit"') == 1
    assert "<script>" not in shares("<script>", [Share("<script>", 0.5, "<script>")])


def test_only_groups_of_their_kind_are_in_a_table() -> None:
    parts = (Part("aged 20 to 29", 3, 30), Part("gender F", 2, 20), Part("aged 30 to 39", 1, 10))
    dataset = resources.library().dataset(SMALL)
    text = left_out._table(parts, dataset, "aged ", "Age", 7)
    assert "share of 4 people" in text
    assert "--w:75.0" in text
    assert "F" not in re.sub(r"<[^>]*>", "", text)
    assert left_out._table(parts, dataset, "occupation ", "Occupation", 5) == ""
