"""Step 4 of the walk: what the browser is given to step through, and words that follow the numbers."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.learn import training
from tests.dashboard.conftest import Open


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the player was given, run by run."""
    calls: list[dict[str, Any]] = []

    def record(caption: str, people: list[str], films: list[str], **more: Any) -> None:
        calls.append({"people": people, "films": films, **more})

    monkeypatch.setattr(training, "player", record)
    return calls


def words(app: AppTest) -> str:
    return " ".join(html.proto.body for html in app.get("html"))


def test_every_moment_is_there_and_the_same_settings_give_the_same_ones(
    open_view: Open, shown: list[dict[str, Any]]
) -> None:
    app = open_view("learn", step="training")
    assert not app.exception
    given = shown[-1]
    assert (len(given["people"]), len(given["films"])) == training.SIZE
    assert len(given["shots"]) == len(given["errors"]) == 1 + training.USUAL.n_epochs * given["per_epoch"]
    assert f"From {given['errors'][0]:.2f} stars off to {given['errors'][-1]:.2f} in 15 passes" in words(app)
    person, film, stars = given["known"][0]
    first = given["shots"][-1]
    assert abs(sum(p * q for p, q in zip(first.users[person], first.items[film], strict=True)) - stars) < 2
    open_view("learn", step="training")
    assert shown[-1] == given


def test_steps_that_are_too_long_are_said_to_be(open_view: Open, shown: list[dict[str, Any]]) -> None:
    app = open_view("learn", step="training", rate="too large, 0.3", n_numbers="2")
    assert len(shown[-1]["shots"][0].users[0]) == 2
    assert "the predictions fall apart" in words(app)
    assert shown[-1]["training"] != ""


@pytest.mark.parametrize(
    "asked",
    [{"rate": "99"}, {"n_numbers": "400"}, {"seed_by_hand": "-3"}, {"seed_by_hand": "9" * 400}, {"n_numbers": "x"}],
)
def test_an_address_that_asks_for_what_there_is_not_gets_the_usual(
    open_view: Open, shown: list[dict[str, Any]], asked: dict[str, str]
) -> None:
    app = open_view("learn", step="training", **asked)
    assert not app.exception
    assert len(shown[-1]["shots"]) > 1
