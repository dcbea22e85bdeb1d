"""The first step of the walk: what categories guess, and the duel, whose words follow its numbers."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import (
    ALS,
    Category,
    Dataset,
    Figure,
    FitStopped,
    Popularity,
    Progress,
    SideBySide,
    Standing,
    Trainer,
    load_dataset,
)
from dashboard import finding_resources, learn_resources, measured, resources
from dashboard.components.standings import standings
from dashboard.jobs import JobContext, TooManyJobs
from dashboard.verdicts import NO_DIFFERENCE, race_sentences, rmse_verdict
from dashboard.views.learn.duel import fame_sentence
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html


def figure(value: float, half: float = 0.01) -> Figure:
    return Figure(value, value - half, value + half)


def race(rmse_gap: float, ndcg_gap: float) -> SideBySide:
    base = Standing("category", figure(0.95), figure(0.1), Figure(0, 0, 0), Figure(0, 0, 0), (0.9, 1.0))
    other = Standing(
        "ALS", figure(0.95 + rmse_gap), figure(0.1 + ndcg_gap), figure(rmse_gap), figure(ndcg_gap), (0.8, 1.1)
    )
    return SideBySide("category", (base, other), (1, 2), 40, 2, 10)


def said(found: SideBySide) -> str:
    return " ".join(race_sentences(found, "ALS", title="The other", reference="categories"))


@pytest.mark.parametrize(
    ("rmse_gap", "ndcg_gap", "sentences"),
    [
        (-0.05, 0.1, ["0.90 stars off", "nearer by 0.050 (0.040 to 0.060) stars", "are better, too: 0.20"]),
        (0.05, -0.05, ["further off by 0.050 (0.040 to 0.060) stars", "are worse, too: 0.05"]),
        (-0.05, -0.05, ["nearer by", "are worse: 0.05"]),
        (-0.005, 0.1, [f"there is, in stars, {NO_DIFFERENCE}", "are better: 0.20"]),
        (0.005, 0.005, ["between", f"lists of 10 there is {NO_DIFFERENCE}"]),
    ],
)
def test_the_words_follow_the_numbers(rmse_gap: float, ndcg_gap: float, sentences: list[str]) -> None:
    text = said(race(rmse_gap, ndcg_gap))
    for sentence in sentences:
        assert sentence.lower() in text.lower()
    assert (NO_DIFFERENCE in text) == (abs(rmse_gap) < 0.01 or abs(ndcg_gap) < 0.01)


def test_lists_of_fame_are_a_warning_unless_they_are_clearly_beaten() -> None:
    found = race(-0.05, 0.1)
    fame = replace(found["ALS"], name="fame", rmse_gap=figure(0.2))
    for ndcg, is_warning in ((0.1, False), (0.185, True), (0.3, True)):
        both = replace(found, standings=(*found.standings, replace(fame, ndcg=figure(ndcg))))
        text = fame_sentence(both, "ALS")
        assert text.startswith("A warning") is is_warning
        assert f"{ndcg:.2f}" in text
        assert ("further off by 0.200" in text) is is_warning


def test_the_table_says_what_stands_between_the_models() -> None:
    names = {"category": ("Categories", "a <note>"), "ALS": ("Factors", "numbers")}
    text = standings(race(-0.05, 0.1), names)
    assert "nearer by 0.050 (0.040 to 0.060) stars" in text
    assert "the yardstick" in text
    assert "a &lt;note&gt;" in text
    assert NO_DIFFERENCE in standings(race(0.005, 0.1), names)
    assert rmse_verdict(race(0.05, 0.1)["ALS"]).startswith("further off")


# The measurement


def test_a_race_is_run_once_and_then_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSPACE_CACHE", str(tmp_path))
    dataset = load_dataset("synthetic:40x30x600")
    trainers: dict[str, Trainer[Any]] = {"category": Category.of(dataset.films), "ALS": ALS(n_factors=2, n_epochs=2)}
    told: list[Progress] = []
    context = JobContext(told.append, threading.Event())
    found = measured.run_race(dataset, trainers, context, reference="category")
    assert [standing.name for standing in found.standings] == ["category", "ALS"]
    assert found.n_test == 120
    shares = [progress.share for progress in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert asked(dataset, trainers) == found
    (path,) = (tmp_path / "measured").iterdir()
    path.write_text(json.dumps({**json.loads(path.read_text()), "n_test": 7}))
    assert asked(dataset, trainers) == replace(found, n_test=7)
    path.write_text("damaged")
    assert asked(dataset, trainers) == found


def asked(dataset: Dataset, trainers: dict[str, Trainer[Any]]) -> SideBySide | None:
    """What a process says that has just begun."""
    finding_resources.findings.clear()  # type: ignore[attr-defined]  # a function with a cache
    name, _ = learn_resources.race(dataset, trainers, reference="category")
    resources.runner().wait(name, seconds=60)
    return learn_resources.race(dataset, trainers, reference="category")[1]


def test_other_settings_are_another_race() -> None:
    dataset = load_dataset("synthetic:40x30x600")
    names = {
        measured.race_name(dataset, {"a": ALS()}, "a"),
        measured.race_name(dataset, {"a": ALS(n_factors=3)}, "a"),
        measured.race_name(dataset, {"b": ALS()}, "b"),
        measured.race_name(load_dataset("synthetic:40x30x500"), {"a": ALS()}, "a"),
    }
    assert len(names) == 4


# The page


@pytest.fixture
def opened(open_view: Open) -> AppTest:
    app = open_view("learn", step="categories")
    resources.runner().wait(job_of(), seconds=60)
    return app.run()


def job_of() -> str:
    dataset = resources.library().dataset(SMALL)
    trainers = {"category": Category.of(dataset.films), "ALS": ALS(), "fame": Popularity()}
    return measured.race_name(dataset, trainers, "category")


def test_the_page_shows_kinds_misses_and_the_duel(opened: AppTest) -> None:
    assert not opened.exception
    text = html(opened)
    assert 'class="rs-crosstab rs-kinds"' in text
    assert "a whole star off or more" in text
    assert "one and the same film" in text
    assert "rs-standings" in text
    assert "Model ALS" in text


def test_a_duel_that_was_stopped_can_be_held_again(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> SideBySide:
        raise FitStopped("the work was asked to stop")

    finding_resources.findings.clear()  # type: ignore[attr-defined]  # a function with a cache
    with monkeypatch.context() as patch:
        patch.setattr(measured, "run_race", stopped)
        app = open_view("learn", step="categories")
        resources.runner().wait(job_of(), seconds=60)
        app.run()
    assert "The duel was stopped" in app.info[0].value
    app.button(key=f"again-{job_of()}").click().run()
    resources.runner().wait(job_of(), seconds=60)
    assert "rs-standings" in html(app.run())


def test_where_too_many_wait_the_page_says_so(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise TooManyJobs("32 jobs are waiting already")

    monkeypatch.setattr(learn_resources, "race", full)
    app = open_view("learn", step="categories")
    assert not app.exception
    assert "32 jobs are waiting already" in app.info[0].value.replace("\\", "")


def test_another_person_is_another_table(opened: AppTest) -> None:
    before = html(opened)
    picker = opened.selectbox(key="pick_somebody")
    other = picker.options[3].removeprefix("User ")
    picker.select(other).run()
    assert opened.query_params["somebody"] in ([other], other)
    assert html(opened) != before
    assert f"User {other}" in html(opened)


@pytest.mark.parametrize("name", ["synthetic:6x5x12", "synthetic:30x20x90"])
def test_too_few_ratings_are_said(open_view: Open, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("REELSPACE_DATASET", name)
    app = open_view("learn", step="categories")
    assert not app.exception
    assert "Nothing to file" in html(app)
