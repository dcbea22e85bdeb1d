"""What the components tell the browser, without one."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import Progress
from dashboard.components import film_list as films
from dashboard.components import stars as rating
from dashboard.components.film_list import FilmRow, NearRow, Reason, film_list, near_list
from dashboard.components.job_panel import progress_text
from dashboard.components.links import FOR_YOU, MAP, RATE, address
from dashboard.jobs import JobState, JobStatus
from dashboard.words import Spread

SPREAD = Spread((1.0, 2.0, 3.0, 4.0, 5.0), (0.02, 0.05, 0.13, 0.4567, 0.35), (2, 4))


class Mount:
    """Stands in for the browser: keeps what it is sent, answers as told."""

    def __init__(self, **answer: Any) -> None:
        self.sent: dict[str, Any] = {}
        self.answer = answer

    def __call__(self, **sent: Any) -> Any:
        self.sent = sent
        return type("Result", (), self.answer)


def mounted(monkeypatch: pytest.MonkeyPatch, module: Any, **answer: Any) -> Mount:
    mount = Mount(**answer)
    monkeypatch.setattr(module, "_renderer", lambda: mount)
    return mount


def test_an_address_keeps_what_is_given_and_escapes_it() -> None:
    assert address(MAP, {"person": "865", "model": "", "film": "a&b=c d"}) == "map?person=865&film=a%26b%3Dc+d"
    assert address(FOR_YOU, {"person": "865"}) == ".?person=865"
    assert (address(RATE, {}), address(FOR_YOU, {})) == ("rate", ".")


def test_a_row_is_sent_as_finished_text_with_its_own_link(monkeypatch: pytest.MonkeyPatch) -> None:
    mount = mounted(monkeypatch, films, chosen="172")
    row = FilmRow("172", "Brazil <b>", 1985, "Sci-Fi", 4.36, SPREAD, [Reason("Crumb", 4.5, -0.123)], move=-2)
    assert film_list([row], key="list", label="Films", whose="you", query={"person": "865"}) == "172"
    sent = mount.sent["data"]["films"][0]
    assert sent == {
        "id": "172", "title": "Brazil <b>", "year": "1985", "meta": "Sci-Fi", "stars": "4.4", "chances": [0.02, 0.05, 0.13, 0.457, 0.35],
        "starSet": [2, 4], "reach": "3 to 5", "sure": "most likely 4; nine times in ten 3 to 5", "move": -2,
        "reasons": [{"title": "Crumb", "stars": "4½", "influence": "−0.12"}], "href": "map?person=865&film=172",
    }  # fmt: skip
    assert mount.sent["data"]["whose"] == "you"


def test_near_films_link_to_the_map_and_nothing_chosen_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    mount = mounted(monkeypatch, films, chosen=None)
    assert near_list([NearRow("7", "Crumb", None, "0.31")], key="near", label="Near") is None
    assert mount.sent["data"]["films"] == [
        {"id": "7", "title": "Crumb", "year": "", "distance": "0.31", "href": "map?film=7"}
    ]


@pytest.mark.parametrize(("event", "told"), [({"rating": 3.5}, [3.5]), ({"rating": None}, [None]), (None, [])])
def test_stars_tell_a_rating_or_its_removal_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, event: dict[str, float | None] | None, told: list[float | None]
) -> None:
    mount = mounted(monkeypatch, rating)
    heard: list[float | None] = []
    monkeypatch.setattr(rating.st, "session_state", {"alien": type("State", (), {"rated": event})})
    rating.stars("Alien", key="alien", current=4.0, on_rate=heard.append, lowest=1.0)
    mount.sent["on_rated_change"]()
    assert heard == told
    assert mount.sent["data"] == {"label": "Your rating of Alien", "current": 4.0, "lowest": 1.0, "highest": 5.0}


def test_progress_is_one_line_with_what_how_far_and_how_long() -> None:
    import time

    running = JobStatus(JobState.RUNNING, "Sweep 42 of 120", (Progress(60, 120),), started=time.monotonic() - 4)
    assert progress_text(running, "Training") == "Training: sweep 42 of 120, about 4\u202fs left"
    assert progress_text(JobStatus(), "Training") == "Training: waiting for its turn"


def gallery_of_everything() -> None:
    from dashboard.components.film_list import film_list, near_list
    from dashboard.components.stars import stars

    film_list([], key="list", label="Films")
    near_list([], key="near", label="Near")
    stars("Alien", key="stars", current=None, on_rate=lambda rating: None)


def test_all_components_mount_in_a_script() -> None:
    app = AppTest.from_function(gallery_of_everything, default_timeout=20).run()
    assert not app.exception
