"""The eighth step of the walk: four pictures of the same films, and who is near whom in each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core import ALS, FilmSpace
from dashboard import learn_resources, map_resources, resources
from dashboard.charts import MapScene
from dashboard.charts.line_of_films import at_heights
from dashboard.components.film_list import NearRow
from dashboard.jobs import TooManyJobs
from dashboard.views.learn import learned, learned_pictures
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html

FACTORS = {"One number": 1, "Two numbers": 2}


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    for cache in (
        map_resources.kept,
        map_resources.map_films,
        learn_resources.learned_drawing,
        learn_resources.line_of_films,
    ):
        cache.clear()  # type: ignore[attr-defined]  # each is a function with a cache


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What was drawn last: the map's scene and the rows of films that are near."""
    last: dict[str, Any] = {}

    def film_map(scene: MapScene, **_: Any) -> None:
        last["scene"] = scene

    def near_list(rows: Sequence[NearRow], **_: Any) -> None:
        last["near"] = rows

    monkeypatch.setattr(learned, "film_map", film_map)
    monkeypatch.setattr(learned, "near_list", near_list)
    return last


def choose(app: AppTest, choice: str) -> AppTest:
    key = next(name for name, label in learned_pictures.CHOICES.items() if label == choice)
    app = app.button_group(key="numbers").set_value(key).run()
    assert not app.exception
    return app


@pytest.mark.parametrize("choice", [*FACTORS, "All of them"])
def test_each_picture_shows_its_own_space_and_its_own_neighbours(
    open_view: Open, drawn: dict[str, Any], choice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    support = 38  # half of the films have as many ratings
    monkeypatch.setattr(learned, "usual_support", lambda _: support)
    app = choose(open_view("learn", step="learned", film="7"), choice)
    dataset = resources.library().dataset(SMALL)
    if choice in FACTORS:
        space = FilmSpace.of(ALS(n_factors=FACTORS[choice]).fit(dataset.ratings, seed=0), dataset.films)
    else:
        ready = resources.library().ready(SMALL, resources.default_kind(SMALL))
        assert ready is not None
        space = FilmSpace.of(ready.model, dataset.films)
    scene: MapScene = drawn["scene"]
    assert scene.chosen == 7
    assert len([axis for axis in scene.axes if axis.name]) == min(2, FACTORS.get(choice, 2))
    expected = space.nearest(7, n=6, min_ratings=support)
    assert expected != space.nearest(7, n=6)
    assert [row.distance for row in drawn["near"]] == [f"{stars:.2f}" for _, stars in expected]
    assert [row.id for row in drawn["near"]] == [str(film) for film, _ in expected]
    assert "Axis\u00a01 runs from" in html(app)
    assert "map?film=7" in html(app)


def test_without_a_film_in_the_address_the_most_rated_is_shown(open_view: Open, drawn: dict[str, Any]) -> None:
    open_view("learn", step="learned")
    ratings = resources.library().dataset(SMALL).ratings
    assert drawn["scene"].chosen == ratings.items.labels[int(ratings.item_counts.argmax())]


def test_axes_by_hand_lie_between_the_films_named_and_say_how_much_they_hold(
    open_view: Open, drawn: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    films = resources.library().dataset(SMALL).films
    ends = ([1, 2, 3], [40, 41], [10, 11], [70, 71])
    for name, end in zip(("CHILDREN", "ADULTS", "ARTHOUSE", "BLOCKBUSTERS"), ends, strict=True):
        monkeypatch.setattr(learned_pictures, name, tuple(films[film].title for film in end))
    app = choose(open_view("learn", step="learned"), "Two by hand")
    frame = drawn["scene"].films.frame.set_index("id")
    middles = [frame.loc[[film for film in end if film in frame.index]].mean(numeric_only=True) for end in ends]
    assert middles[0]["x"] < middles[1]["x"]
    assert middles[2]["y"] < middles[3]["y"]
    assert "The 9 films at the ends are our choice" in html(app)
    shares = [axis.share for axis in drawn["scene"].axes]
    assert f"These two directions hold {sum(shares) * 100:.0f}\u202f%" in html(app)


def test_data_without_the_films_at_the_ends_say_so(open_view: Open) -> None:
    app = choose(open_view("learn", step="learned"), "Two by hand")
    assert "hold none of the films at the ends" in html(app)


def test_what_an_axis_means_is_told_once_it_has_been_tested(open_view: Open) -> None:
    app = open_view("learn", step="learned")
    version = resources.library().dataset(SMALL).ratings.fingerprint
    resources.runner().wait(f"learned-axes:{version}:1", seconds=60)
    text = html(app.run())
    assert "it goes with:" in text or "It has no clear meaning" in text


def test_when_no_more_jobs_are_taken_the_page_says_so(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise TooManyJobs("too much is under way")

    monkeypatch.setattr(learn_resources, "learned_films", full)
    app = open_view("learn", step="learned")
    assert not app.exception
    assert "too much is under way" in app.info[0].value


@pytest.mark.parametrize("asked", [{"film": "nonsense"}, {"numbers": "nonsense"}, {"film": "9" * 400}])
def test_nonsense_in_the_address(open_view: Open, asked: dict[str, str]) -> None:
    assert not open_view("learn", step="learned", **asked).exception


def test_few_films_make_no_picture_and_that_is_said(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSPACE_DATASET", "synthetic:3x3x5")
    app = open_view("learn", step="learned")
    assert not app.exception
    assert "No picture of these data" in html(app)


def test_films_on_a_line_stand_at_heights_that_neighbours_do_not_share() -> None:
    frame = at_heights(pd.DataFrame({"x": [0.4, 0.1, 0.3, 0.2, 0.9, 0.8, 0.7, 0.6]}))
    ordered = frame.sort_values("x")["y"].tolist()
    assert all(one != other for one, other in pairwise(ordered))
    assert len(set(ordered[:7])) == 7
    assert max(ordered) - min(ordered) == pytest.approx(0.3 * 0.8)
