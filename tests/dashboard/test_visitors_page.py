"""The page You: names, profiles, a private link, agreeing, looking back, taking along and going."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import resources
from dashboard.visitors import Given, Store, new_visitor_id, with_profile
from tests.dashboard.conftest import SMALL, Open


def button(app: AppTest, label: str):  # type: ignore[no-untyped-def]  # AppTest's elements have no public types
    return next(button for button in app.button if button.label == label)


def texts(app: AppTest) -> str:
    """All that stands on the page."""
    return " ".join([*(title.value for title in app.title), *(str(html.body) for html in app.get("html"))])


def rate(store: Store, visitor: str, *films: int) -> None:
    for film in films:
        store.rate(visitor, SMALL, film, 4, source="search")


@pytest.fixture
def opened(open_view: Open, store: Store, visitor: str) -> AppTest:
    """The page of somebody with two ratings."""
    rate(store, visitor, 1, 2)
    return open_view("you")


def test_somebody_new_reads_that_nothing_is_kept(open_view: Open, store: Store, visitor: str) -> None:
    app = open_view("you")
    assert not app.exception
    assert app.title[0].value == "Nothing is kept of you yet"
    assert "looking around leaves no trace" in texts(app)
    assert store.profiles.all(visitor) == ()


def test_a_name_is_kept_and_a_bad_one_is_a_sentence(opened: AppTest, store: Store, visitor: str) -> None:
    opened.text_input(key="pick_name").set_value("*Anna* <b>").run()
    assert opened.title[0].value == r"2 ratings\, kept for \*Anna\* \<b\>"
    assert store.profiles.all(visitor)[0].name == "*Anna* <b>"
    opened.text_input(key="pick_name").set_value("   ").run()
    assert "visible characters" in opened.error[0].value
    assert store.profiles.all(visitor)[0].name == "*Anna* <b>"


def test_a_tab_stays_with_its_profile_though_another_tab_switches(
    opened: AppTest, open_view: Open, store: Store, visitor: str
) -> None:
    first = store.profiles.all(visitor)[0].id
    store.profiles.add(visitor, "Kids")
    assert opened.run().title[0].value.startswith("2 ratings")
    other = open_view("you")
    assert other.title[0].value == r"0 ratings\, kept for Kids"
    other.selectbox(key="pick_profile").set_value(first).run()
    assert other.title[0].value.startswith("2 ratings")
    store.forget(with_profile(visitor, first))
    assert "deleted" in other.run().info[0].value
    assert other.title[0].value.endswith("Kids")


def test_agreeing_is_off_until_somebody_says_yes(opened: AppTest, store: Store, visitor: str) -> None:
    assert opened.toggle(key="pick_agrees").value is False
    opened.toggle(key="pick_agrees").set_value(True).run()
    assert store.profiles.all(visitor)[0].agreed_at
    opened.toggle(key="pick_agrees").set_value(False).run()
    assert store.profiles.all(visitor)[0].agreed_at is None


def test_a_private_link_is_shown_once_to_whoever_made_it(opened: AppTest, open_view: Open, store: Store) -> None:
    button(opened, "Make a private link").click().run()
    link = opened.code[0].value
    secret = link.partition("#")[2]
    assert "door#" in link
    assert store.profiles.behind(secret)
    again = open_view("you")
    assert not again.code
    assert "It cannot be shown again" in texts(again)
    button(again, "Make a new link; the old one stops working").click().run()
    assert again.code[0].value != link
    with pytest.raises(OSError, match="does not work"):
        store.profiles.behind(secret)


def test_any_step_can_be_taken_back_and_a_whole_import_at_once(opened: AppTest, store: Store, visitor: str) -> None:
    store.add_many(visitor, SMALL, [Given(3, 2.0), Given(4, mark="seen")], batch="*Letterboxd*")
    opened.run()
    assert "*Letterboxd*" in texts(opened)
    steps = store.shelf(visitor, SMALL).changes
    opened.button(key=f"undo_{steps[0].id}").click().run()
    assert list(store.ratings(visitor, SMALL)) == [2, 3]
    opened.button(key=f"undo_{steps[2].id}").click().run()
    assert list(store.ratings(visitor, SMALL)) == [2]
    assert not opened.exception


def test_the_shelf_of_another_day(opened: AppTest, store: Store, visitor: str) -> None:
    with store.engine.begin() as connection:  # two days ago
        connection.exec_driver_sql("UPDATE event SET at = at - 172800 WHERE film = '1'")
    opened.run()
    day = opened.date_input(key="as_of")
    opened.date_input(key="as_of").set_value(day.min).run()
    assert "1 rating then; 2 ratings now." in texts(opened)


def test_merging_another_profile(opened: AppTest, store: Store, visitor: str) -> None:
    first = store.profiles.all(visitor)[0].id
    kids = store.profiles.add(visitor, "Kids")
    rate(store, visitor, 7)
    opened.run()
    button(opened, "Bring them in").click().run()
    assert list(store.ratings(with_profile(visitor, first), SMALL)) == [1, 2, 7]
    assert list(store.ratings(with_profile(visitor, kids), SMALL)) == [7]


def test_to_delete_takes_a_second_thought_and_the_models_too(
    opened: AppTest, store: Store, visitor: str, product: Path
) -> None:
    owner = f"profile {store.profiles.all(visitor)[0].id}"
    folder = resources.library().folder() / "visitors"
    made = Path(resources.library().folder() / resources.library().place_of(owner))
    made.mkdir(parents=True)
    delete = button(opened, "Delete this profile without a name")
    assert delete.disabled
    opened.checkbox(key="delete_sure").check().run()
    button(opened, "Delete this profile without a name").click().run()
    assert store.profiles.all(visitor) == ()
    assert not made.exists() and folder.exists()
    assert opened.title[0].value == "Nothing is kept of you yet"


def test_without_an_identity_provider_nothing_is_said_of_accounts(opened: AppTest) -> None:
    assert not [item for item in opened.button if "ign in" in item.label]
    assert "Account" not in [header.value for header in opened.header]


def test_another_visitors_profile_cannot_be_named_in_the_address(open_view: Open, store: Store) -> None:
    stranger = new_visitor_id()
    rate(store, stranger, 1, 2, 3)
    theirs = store.profiles.all(stranger)[0].id
    for name in ("profile", "visitor", "visitor_token", "key", "link", "person", "pick_profile", "profile_shown"):
        for value in (str(theirs), stranger, with_profile(stranger, theirs)):
            for view in ("you", "rate"):
                app = open_view(view, **{name: value})
                assert not app.exception
                assert "3 ratings" not in texts(app)


def test_a_database_that_cannot_be_read_is_a_sentence(opened: AppTest, store: Store) -> None:
    store.engine.dispose()
    place = Path(str(store.engine.url.database))
    for path in place.parent.glob("visitors.sqlite*"):
        path.unlink()
    place.mkdir()
    app = opened.run()
    assert not app.exception
    assert "could not be read" in app.error[0].value


def test_the_export_of_the_page_is_the_visitors_own(opened: AppTest, store: Store, visitor: str) -> None:
    from dashboard.visitors import as_json

    found = json.loads(as_json(store.database, visitor))
    assert [line["film"] for line in found["log"]] == ["1", "2"]
    assert {item.label for item in opened.get("download_button")} == {"Everything, as JSON", "Ratings, as CSV"}
