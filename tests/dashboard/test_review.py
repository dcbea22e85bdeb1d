"""Review: two runs beside each other, what people say about them, and a file to send."""

from __future__ import annotations

import pytest

from dashboard import lab_resources
from dashboard.runs import Run, RunSettings
from dashboard.views.review_parts.changes import PARTS
from dashboard.views.review_parts.opinions import for_report
from dashboard.visitors import Opinion
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html, press

pytestmark = pytest.mark.usefixtures("fresh_lab")
SECONDS = 90.0


def rested() -> None:
    jobs = lab_resources.queue()
    for name in list(jobs._jobs):
        jobs.wait(name, seconds=SECONDS)


def two_runs() -> list[Run]:
    trained = [lab_resources.runs().submit(RunSettings(SMALL, "als", {"n_factors": n, "n_epochs": 2})) for n in (1, 4)]
    rested()
    return trained


def test_without_runs_the_page_offers_to_train_two(open_view: Open) -> None:
    app = open_view("review")
    assert "A review needs two trained runs" in html(app)
    press(app, "Train two runs to compare")
    rested()
    app.run()
    rested()
    app.run()
    assert not app.exception
    assert app.title[0].value == r"Should ALS\, 31 factors replace ALS\, 8 factors?"


def test_two_runs_beside_each_other_in_all_parts_and_what_people_say(open_view: Open) -> None:
    open_view("review")
    two_runs()
    app = open_view("review")
    rested()
    app.run()
    assert not app.exception
    assert not app.error
    assert "Typical error" in html(app)
    for part in PARTS:
        app.segmented_control(key="review_part").set_value(part).run()
        assert not app.exception, part
    assert [button.label for button in app.get("download_button")] == ["Report (HTML)", "As JSON"]
    app.text_area(key="note_text").set_value("<i>Too alike</i>")
    app.text_input(key="note_author").set_value("Ada")
    press(app, "Write it down")
    assert "&lt;i&gt;Too alike&lt;/i&gt;" in html(app)
    press(app, "Write down the decision")
    (error,) = app.error
    assert "your name must have" in error.value or "the reasons must have" in error.value
    app.text_area(key="decide_text").set_value("Not better.")
    app.text_input(key="decide_author").set_value("Ben")
    press(app, "Write down the decision")
    assert "Not better." in html(app)
    press(app, "Take back")
    assert "Too alike" not in html(app)


def test_runs_of_different_data_are_one_sentence(open_view: Open) -> None:
    open_view("review")
    for dataset in (SMALL, "synthetic:50x40x900"):
        lab_resources.runs().submit(RunSettings(dataset, "als", {"n_factors": 2, "n_epochs": 1}))
    rested()
    app = open_view("review")
    rested()
    app.run()
    assert not app.exception
    (error,) = app.error
    assert "must come from the same data" in error.value.replace("\\", "")


def test_the_report_carries_the_last_decision_and_all_notes() -> None:
    said = [Opinion(1, "Ada", "note", "Lists", "Alike.", 0, True), Opinion(2, "Ben", "hold", "All", "Wait.", 60, False),
            Opinion(3, "Ada", "ship", "All", "Go.", 120, True)]  # fmt: skip
    notes, decision = for_report(said)
    assert [note.text for note in notes] == ["Alike."]
    assert decision is not None
    assert (decision.word, decision.reasons, decision.time) == ("ship", "Go.", "01 Jan 1970, 00:02 UTC")
