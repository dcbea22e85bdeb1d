"""From frames of films to what the map draws."""

from __future__ import annotations

import array
import gzip
import json
from typing import Any

import pandas as pd
import pytest

from dashboard.charts import (
    GLYPHS,
    GROUPS,
    Axis,
    Colouring,
    Contours,
    MapFilms,
    MapScene,
    Path,
    Someone,
    colour_by_cluster,
    colour_by_genre,
    colour_by_popularity,
    colour_by_stars,
    colour_by_trust,
    colour_by_year,
    columns,
    group_of,
)
from dashboard.charts.columns import UNKNOWN, Column

FLAT = [Axis("PC 1", 0.38), Axis("PC 2", 0.15, "Romance", "Horror")]


@pytest.fixture
def films() -> pd.DataFrame:
    return pd.DataFrame({
        "id": [172, 50, 7, 181],
        "x": [0.5, 0.0, 0.1, -0.5],
        "y": [0.2, 0.0, 0.3, -0.2],
        "title": ["<b>Brazil</b> & co", "Star Wars", "Crumb", "Return of the Jedi"],
        "year": pd.array([None, 1977, 1994, 1983], dtype="Int64"),
        "genres": [("Drama",), ("Action", "Sci-Fi"), ("Documentary",), ()],
        "n": [1, 583, 81, 507],
        "mean": [3.0, 4.36, 3.7, 4.01],
        "kept": [2, 10, 0, 7],
        "certainty": [0.1, 1.0, 0.5, 0.9],
    })  # fmt: skip


def scene_of(films: pd.DataFrame, **options: Any) -> dict[str, Any]:
    return MapScene(MapFilms.of(films), FLAT, **{"colouring": colour_by_genre(), **options}).data("/columns/")


def numbers(column: Column | None, kind: str) -> list[float]:
    assert column is not None
    return array.array(kind, column.body).tolist()


def test_films_stand_most_rated_first_in_every_column(films: pd.DataFrame) -> None:
    made = MapFilms.of(films)
    texts = json.loads(gzip.decompress(made.texts.body))
    assert texts["ids"] == ["50", "181", "7", "172"]
    assert texts["titles"][-1] == "<b>Brazil</b> & co", "text stays text"
    assert texts["years"] == [1977, 1983, 1994, None]
    assert [[texts["genreNames"][genre] for genre in genres] for genres in texts["genres"]][:2] == [
        ["Action", "Sci-Fi"],
        [],
    ]
    assert numbers(made.places, "f") == pytest.approx([0, 0, 0, -0.5, -0.2, 0, 0.1, 0.3, 0, 0.5, 0.2, 0])
    assert numbers(made.known["mean"], "H") == [4360, 4010, 3700, 3000]
    assert numbers(made.known["year"], "H") == [1977, 1983, 1994, UNKNOWN]
    assert numbers(made.known["trust"], "H") == [10_000, 7_000, 0, 2_000]
    assert numbers(made.known["certainty"], "B") == [255, 230, 128, 26]
    assert made.place(172) == (0.5, 0.2, 0.0)


def test_a_column_has_the_address_of_its_content_and_is_found_by_it(films: pd.DataFrame) -> None:
    first, again = MapFilms.of(films), MapFilms.of(films.iloc[::-1])
    assert first.texts.name == again.texts.name
    assert first.places is again.places, "the same content twice"
    moved = MapFilms.of(films.assign(x=films["x"] + 0.01))
    assert moved.places.name != first.places.name
    assert moved.texts.name == first.texts.name, "titles would be sent again"
    assert columns.published(first.places.name) is first.places
    assert columns.published("f4-of-nothing") is None


def test_a_dropped_column_is_forgotten_in_the_end(films: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    name = columns.counts(pd.Series([1234.5])).name
    assert columns.published(name) is not None, "a browser may still be on its way"
    for number in range(columns.MOST_RECENT):
        columns.counts(pd.Series([float(number)]))
    assert columns.published(name) is None


def test_amounts_out_of_bounds_and_missing_ones_are_told_apart() -> None:
    stored = columns.amounts(pd.Series([-1.0, 2.0004, None, 99.0]))
    assert numbers(stored, "H") == [0, 2000, UNKNOWN, UNKNOWN - 1]


def test_films_without_metadata_make_a_map_too() -> None:
    bare = pd.DataFrame({"id": [1, 2], "x": [0.0, 1.0], "y": [0.0, 1.0], "title": ["1", "2"], "year": [None, None], "genres": [(), ()], "n": [3, 0], "mean": [4.0, float("nan")]})  # fmt: skip
    made = MapFilms.of(bare)
    assert numbers(made.known["year"], "H") == [UNKNOWN, UNKNOWN]
    assert numbers(made.known["mean"], "H") == [4000, UNKNOWN]
    assert made.known["trust"] is made.known["certainty"] is None


def test_a_scene_names_films_by_their_rows_and_leaves_unknown_ones_out(films: pd.DataFrame) -> None:
    data = scene_of(films, ratings={172: 4.5, 999: 1.0}, chosen=7, near=[50, 999], whose="you")
    assert data["ratings"] == [[3, 4.5]]
    assert (data["chosen"], data["near"], data["whose"]) == (2, [0], "you")
    assert scene_of(films, chosen=999)["chosen"] is None
    assert data["places"].startswith("/columns/f4-")
    assert data["columns"]["n"].startswith("/columns/f4-")


def test_people_paths_and_contours_are_plain_numbers(films: pd.DataFrame) -> None:
    data = scene_of(
        films, people=[Someone("you", (0.1, 0.2), (1, 0), is_main=True), Someone("User 3", (0, 0, 1))],
        paths=[Path([(0, 0), (1, 1)]), Path([(0, 0), (0.1, 0.2)], "prediction")],
        contours=Contours(3.5, (0.2, 0.1), [(4.0, "4 stars")]),
    )  # fmt: skip
    assert data["people"] == [
        {"name": "you", "place": [0.1, 0.2, 0.0], "direction": [1.0, 0.0, 0.0], "isMain": True},
        {"name": "User 3", "place": [0.0, 0.0, 1.0], "direction": None, "isMain": False},
    ]
    assert [line["prediction"] for line in data["lines"]] == [False, True]
    assert data["contours"] == {"base": 3.5, "slope": [0.2, 0.1], "levels": [[4.0, "4 stars"]]}
    json.dumps(data)


def test_only_stars_have_a_ruler_and_only_known_trust_a_note(films: pd.DataFrame) -> None:
    data = scene_of(films)
    assert data["rulers"][0] == [4.0, "four stars"]
    assert data["cardNotes"]
    assert scene_of(films, unit="none")["rulers"] == []
    assert scene_of(films.drop(columns="kept"))["cardNotes"] == []


def test_axes_say_how_much_they_hold_and_what_their_ends_are(films: pd.DataFrame) -> None:
    assert scene_of(films)["axes"] == [
        {"low": "", "high": "", "title": "PC 1 · 38\u202f%"},
        {"low": "Romance", "high": "Horror", "title": "PC 2 · 15\u202f%"},
    ]


def test_a_recoloured_scene_differs_in_its_colouring_alone(films: pd.DataFrame) -> None:
    by_genre, by_year = scene_of(films), scene_of(films, colouring=colour_by_year(films))
    assert {name for name in by_genre if by_genre[name] != by_year[name]} == {"colouring"}
    assert len(json.dumps(by_year["colouring"])) < 200


def test_predictions_are_lamp_facts_are_ink_and_kinds_have_steps(films: pd.DataFrame) -> None:
    stars = films["mean"]
    assert colour_by_stars("predicted", stars, is_prediction=True).scale == "lamp"
    for fact in (colour_by_stars("mean", stars, is_prediction=False), colour_by_year(films), colour_by_popularity(films), colour_by_trust(10)):  # fmt: skip
        assert fact.scale == "ink"
    assert (colour_by_genre().scale, colour_by_genre().steps) == ("groups", len(GROUPS))
    assert colour_by_cluster(("a", "b", "c")).steps == 3


def test_the_legend_tells_what_the_scale_does(films: pd.DataFrame) -> None:
    by_mean = colour_by_stars("mean", films["mean"], is_prediction=False)
    assert (by_mean.low, by_mean.high, by_mean.ends) == (3000, 4500, ("3 stars", "4½ stars"))
    assert colour_by_year(films).ends == ("1977", "1994")
    popularity = colour_by_popularity(films)
    assert popularity.ends == ("1 rating", "583")
    assert popularity.low == pytest.approx(numbers(MapFilms.of(films).known["popularity"], "H")[-1])
    assert colour_by_trust(10).high == 10_000
    nothing = colour_by_stars("mean", pd.Series([None, None]), is_prediction=False)
    assert isinstance(nothing, Colouring)


@pytest.mark.parametrize(
    ("genres", "name"),
    [
        (("Action", "Adventure", "Sci-Fi"), "Horror & sci-fi"), (("Drama", "Comedy"), "Comedy"), (("Drama", "Romance"), "Drama"),
        (("Animation", "Comedy"), "Family"), (("Documentary", "Drama"), "Documentary & other"), ((), "Documentary & other"),
        (("Crime", "Drama"), "Thriller & crime"),
    ],
)  # fmt: skip
def test_a_film_belongs_to_the_group_that_says_most(genres: tuple[str, ...], name: str) -> None:
    assert GROUPS[group_of(genres)].name == name


def test_kinds_are_told_apart_by_shape_as_well_as_colour() -> None:
    assert len(set(GLYPHS)) == len(GLYPHS) == len({group.glyph for group in GROUPS}) == len(GROUPS)
