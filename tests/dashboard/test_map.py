"""The map page on small invented data: what it draws, asks, keeps and refuses."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import ALS, IdMap
from core.space import drawing
from dashboard import library, map_resources, map_state, resources
from dashboard.charts import MapScene
from dashboard.exports import tsv_text
from dashboard.jobs import JobState
from dashboard.views.map_parts import picture, save
from dashboard.views.map_parts.drawings import Drawn, drawn
from dashboard.views.map_parts.look import Look
from dashboard.visitors import Store
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html

LOOK = Look("predicted", "plane", "stars", 5, 28, True, "")
FILMS = IdMap(range(1, 81), kind="item")


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    for cache in (map_resources.kept, map_resources.map_films, map_resources.predictions, map_resources.clusters):
        cache.clear()  # type: ignore[attr-defined]  # each is a function with a cache


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the address bar holds."""
    fake = SimpleNamespace(query_params={})
    monkeypatch.setattr(map_state, "st", fake)
    return fake.query_params


# The address


def test_films_in_the_address_are_checked_and_come_once(address: dict[str, str]) -> None:
    address["set"] = "3,nobody,3,81,7,"
    assert map_state.films_in("set", FILMS) == (3, 7)
    map_state.keep_films("set", [5, 6])
    assert address["set"] == "5,6"
    map_state.keep_films("set", [])
    assert "set" not in address


@pytest.mark.parametrize(
    "text", ["", "1_2_3_4", "0_0_1_0_nan_1", "0_0_1_0_1", "a_b_c_d_e_f", "0_0_1_0_inf_1", "_".join(["1"] * 400)]
)
def test_a_line_that_makes_no_sense_is_passed_over(address: dict[str, str], text: str) -> None:
    address["lasso"] = text
    assert map_state.polygon_in() is None


def test_a_line_comes_back_as_it_was_kept(address: dict[str, str]) -> None:
    corners = ((0.125, -1.5), (2.0, 0.0), (1.0, 3.25))
    map_state.keep_polygon(corners)
    assert map_state.polygon_in() == corners
    map_state.keep_polygon([])
    assert map_state.polygon_in() is None


@pytest.mark.parametrize(
    ("text", "number"), [("3", 3), ("0", None), ("7", None), ("²", None), ("-1", None), ("9999", None), ("", None)]
)
def test_a_number_in_the_address_is_within_bounds(address: dict[str, str], text: str, number: int | None) -> None:
    address["across"] = text
    assert map_state.number_in("across", 6) == number


def test_what_the_address_says_is_nonsense_and_the_page_opens_all_the_same(open_view: Open) -> None:
    nonsense = dict.fromkeys(
        ("set", "lasso", "loves", "low", "high", "across", "up", "beside", "other", "picture", "colour"),
        "<b>'; 1e999",
    )
    app = open_view("map_view", **nonsense)
    assert not app.exception
    assert app.segmented_control(key="picture").value == "plane"


# What is said


def test_a_first_look_says_what_nearness_means_how_much_is_held_and_what_to_try(open_view: Open) -> None:
    text = html(open_view("map_view"))
    assert "predictions for them typically differ by half a star" in text
    assert "holds " in text and "of all differences in taste" in text
    assert "Try: find a film you love." in text
    assert "trustworthiness" in text and "continuity" in text


def finished(app: AppTest, name: str) -> AppTest:
    status = resources.runner().wait(name, seconds=60)
    assert status is None or status.state is JobState.DONE, status
    return app.run()


def test_axis_cards_say_variance_then_mean_and_popularity_and_can_be_laid(open_view: Open) -> None:
    app = open_view("map_view")
    version = next(iter(resources.library()._models.values())).model.version
    app = finished(app, f"axes:{version}:principal")
    text = html(app)
    card = text[text.index("of the variance. Held out:") :]
    assert card.index("mean rating") < card.index("popularity")
    app.button(key="up-3").click().run()
    assert (app.query_params["across"], app.query_params["up"]) == ("1", "3")
    app.button(key="across-3").click().run()
    assert (app.query_params["across"], app.query_params["up"]) == ("3", "1"), "the two change places"


def test_axes_are_looked_for_again_and_their_cards_say_how_surely(open_view: Open) -> None:
    app = open_view("map_view")
    version = next(iter(resources.library()._models.values())).model.version
    app = finished(app, f"axes:{version}:principal")
    app.button(key="stability").click().run()
    app = finished(app, map_resources.stability_name(version, "principal"))
    assert "ound again: " in html(app) or "Not found again" in html(app)
    assert "turns by" in html(app)


def test_a_set_has_its_direction_measured_on_films_held_out(open_view: Open) -> None:
    app = open_view("map_view", set_from="Films of my own", set="1,2,3,4,5,6")
    version = next(iter(resources.library()._models.values())).model.version
    app = finished(app, f"probe-{version}-1-2-3-4-5-6")
    assert "6 films. Told from all others, on films held out: AUC" in html(app)
    assert "Furthest that way" in html(app)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"set_from": "Films of my own", "set": "1,2"}, "2 films in the set"),
        ({"set_from": "Circled on the map"}, "Nothing is circled"),
        (
            {"set_from": "Circled on the map", "lasso": "90_90_91_90_90_91"},
            "Take the lasso on the map and circle three films or more",
        ),
        ({"question": "Between two", "set": "1"}, "Two films make a line"),
        ({"question": "Like and unlike", "low": "1"}, "Both sides need a film"),
        ({"question": "Like and unlike", "low": "1", "high": "1"}, "different places"),
        ({"picture": "By hand"}, "Name both ends of an axis"),
        ({"picture": "By hand", "low": "1", "high": "1"}, "These ends make no axis"),
    ],
)
def test_a_question_without_enough_says_what_is_wrong_and_what_to_do(
    open_view: Open, query: dict[str, str], said: str
) -> None:
    app = open_view("map_view", **query)
    assert not app.exception
    assert said in html(app) + " ".join(info.value for info in app.info)


def test_another_model_stands_beside_and_says_what_changes(open_view: Open) -> None:
    app = open_view("map_view", film="3")
    app = open_view("map_view", film="3", beside="sgd")
    app = finished(app, f"prepare:{SMALL}:sgd")
    assert not app.exception
    assert "of this film&#x27;s ten nearest stay near in the other model" in html(
        app
    ) or "of this film's ten nearest stay near" in html(app)


def test_umap_is_a_job_and_then_a_map(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    real = resources.FilmSpace.draw

    def draw(self: Any, **options: Any) -> Any:
        asked.append(options)
        return real(
            self,
            **{name: value for name, value in options.items() if name in ("min_ratings", "n_components", "reference")},
        )

    monkeypatch.setattr(resources.FilmSpace, "draw", draw)
    app = open_view("map_view", picture="UMAP")
    version = next(iter(resources.library()._models.values())).model.version
    app = finished(app, f"umap:{version}:stars:5")
    assert not app.exception
    assert [options["method"] for options in asked if "method" in options] == ["umap"]
    assert "its axes and long distances mean nothing" in html(app)


# Files


def made(open_view: Open) -> tuple[Any, Drawn]:
    open_view("map_view")
    ready = next(iter(resources.library()._models.values()))
    scene = SimpleNamespace(model=ready.model, ready=ready, base=ready, data=SMALL, kind="als")
    drawing = drawn(scene, LOOK)  # type: ignore[arg-type]  # as much of a scene as this needs
    assert drawing is not None
    return scene, drawing


def test_the_table_and_the_projectors_files_hold_every_film_in_one_order(open_view: Open) -> None:
    scene, drawing = made(open_view)
    table = save.coordinates_csv(drawing, scene.ready.saved.films).splitlines()
    assert table[0].startswith("item_id,title,year,genres,x,y,ratings,mean")
    vectors, metadata = save.vectors_tsv(scene, 5).splitlines(), save.metadata_tsv(scene, 5).splitlines()
    assert metadata[0] == "title\tyear\tgenres\tratings\titem_id"
    assert len(table) - 1 == len(vectors) == len(metadata) - 1 == len(drawing.map.frame)
    assert {len(line.split("\t")) for line in vectors} == {vectors[0].count("\t") + 1}
    first = metadata[1].split("\t")[-1]
    row = scene.model.items.row(int(first))
    found = map_resources.vectors(scene.model.version, 5, scene.ready)
    assert float(vectors[0].split("\t")[0]) == pytest.approx(float(found.projection.points[row, 0]), abs=1e-6)


def test_a_cell_between_tabs_keeps_to_itself_and_runs_nothing() -> None:
    assert tsv_text(["a", "b"], [["one\ttwo\nthree", None], ["=1+1", 3]]) == "a\tb\none two three\t\n'=1+1\t3\n"


def test_the_last_results_are_kept() -> None:
    kept = map_resources.Kept()
    for number in range(map_resources.MOST_KEPT + 1):
        kept.put(str(number), number)
        kept.get("0")
    assert kept.get("0") == 0, "what is asked for stays"
    assert kept.get("1") is None


# Large maps, other axes, other models


@pytest.fixture
def scenes(monkeypatch: pytest.MonkeyPatch) -> list[MapScene]:
    """What was drawn, the latest last."""
    drawn_so_far: list[MapScene] = []
    monkeypatch.setattr(picture, "film_map", lambda scene, **_: drawn_so_far.append(scene))
    return drawn_so_far


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Maps on which nobody counts every film's true neighbours before they are asked for."""
    monkeypatch.setattr(drawing, "MOST_COUNTED", 10)
    resources.drawing.clear()  # type: ignore[attr-defined]  # a function with a cache


def version() -> str:
    ready = resources.library().ready(SMALL, "als")
    assert ready is not None
    return ready.model.version


@pytest.mark.usefixtures("large")
def test_a_large_map_opens_a_film_and_saves_without_counts(open_view: Open, scenes: list[MapScene]) -> None:
    app = open_view("map_view", film="3")
    assert not app.exception
    assert re.search(r"\d+ of its 10 true neighbours", html(app))
    scene, found = made(open_view)
    assert found.map.frame["kept"].isna().all()
    lines = save.coordinates_csv(found, scene.ready.saved.films).splitlines()
    assert all(line.endswith(",") for line in lines[1:]), "what is not counted is left empty"


@pytest.mark.usefixtures("large")
def test_the_colours_of_trust_on_a_large_map_wait_for_a_job(open_view: Open, scenes: list[MapScene]) -> None:
    app = open_view("map_view", colour="Trust")
    assert not app.exception
    assert scenes[0].films.frame["kept"].isna().all()
    finished(app, f"kept:{version()}:stars:5:1-2")
    assert scenes[-1].films.frame["kept"].notna().all()


def test_turned_axes_are_laid_from_their_cards(open_view: Open, scenes: list[MapScene]) -> None:
    app = open_view("map_view", rotation="Turned")
    app = finished(app, f"axes:{version()}:varimax")
    usual = scenes[-1].films.places
    app.button(key="across-3").click().run()
    assert not app.exception
    assert (app.query_params["turned"], app.query_params["across"], app.query_params["up"]) == ("on", "3", "2")
    assert [axis.name for axis in scenes[-1].axes] == ["Turned axis 3", "Turned axis 2"]
    assert scenes[-1].films.places is not usual
    axes = map_resources.kept().get(f"axes:{version()}:varimax")
    frame = scenes[-1].films.frame.set_index("id")
    rows = {film: row for row, film in enumerate(resources.library().ready(SMALL, "als").model.items)}  # type: ignore[union-attr]
    middle = sum(
        float(axes[2].points[row]) - frame["x"][film] for film, row in rows.items() if film in frame.index
    ) / len(frame)
    for film in (1, 2, 3):
        assert frame["x"][film] + middle == pytest.approx(float(axes[2].points[rows[film]]), abs=1e-6)


def test_axes_as_found_make_room_for_turned_ones_and_back(open_view: Open, scenes: list[MapScene]) -> None:
    app = finished(open_view("map_view", across="2", up="3", rotation="Turned"), f"axes:{version()}:varimax")
    app.button(key="up-3").click().run()
    assert (app.query_params["across"], app.query_params["up"]) == ("1", "3"), "a number of the other kind is not kept"
    app.segmented_control(key="rotation").set_value("principal").run()
    app.button(key="up-2").click().run()
    assert "turned" not in app.query_params
    assert [axis.name for axis in scenes[-1].axes] == ["Axis 1", "Axis 2"]


def test_another_models_axes_have_shares_of_their_own_and_no_borrowed_names(
    open_view: Open, scenes: list[MapScene]
) -> None:
    finished(open_view("map_view", beside="sgd"), f"prepare:{SMALL}:sgd")
    first, second = scenes[-2:]
    assert [axis.share for axis in first.axes] != [axis.share for axis in second.axes]
    assert not any(axis.low or axis.high for axis in second.axes)


@pytest.mark.parametrize(("name", "usual"), [("contours", False), ("trail", True)])
def test_switches_stand_in_the_address(open_view: Open, store: Store, visitor: str, name: str, usual: bool) -> None:
    text = "off" if usual else "on"
    app = open_view("map_view", person="you", **{name: text})
    assert app.toggle(key=f"pick_{name}").value is not usual
    app.toggle(key=f"pick_{name}").set_value(usual).run()
    assert name not in app.query_params
    app.toggle(key=f"pick_{name}").set_value(not usual).run()
    assert app.query_params[name] == text
    assert open_view("map_view", person="you", **{name: "maybe"}).toggle(key=f"pick_{name}").value is usual


def test_a_model_of_one_factor_says_that_a_plane_needs_two(open_view: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(library.KINDS, "als", replace(library.KINDS["als"], trainer=ALS(n_factors=1, n_epochs=2)))
    app = open_view("map_view")
    assert not app.exception
    assert "This model knows one direction of taste" in html(app)
    assert "choose another model under View" in html(app)
