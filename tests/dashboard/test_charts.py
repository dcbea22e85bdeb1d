"""Figures of the map from data frames."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from dashboard.charts import GROUPS, Axis, Standing, colour_ends, film_map, group_of, map_labels

FLAT = [Axis("PC 1", 0.38), Axis("PC 2", 0.15)]
DEEP = [*FLAT, Axis("PC 3", 0.14)]


@pytest.fixture
def films() -> pd.DataFrame:
    return pd.DataFrame({
        "id": [50, 172, 181, 7],
        "x": [0.0, 0.5, -0.5, 0.1],
        "y": [0.0, 0.2, -0.2, 0.3],
        "z": [0.1, 0.0, 0.2, 0.4],
        "title": ["Star Wars", "<b>Brazil</b> & co", "A title far too long to be a label on a map", "Crumb"],
        "year": [1977, None, 1983, 1994],
        "genres": [("Action", "Sci-Fi"), ("Drama",), (), ("Documentary",)],
        "n": [583, 1, 507, 81],
        "mean": [4.36, 3.0, 4.01, 3.7],
        "predicted": [4.6, 3.1, 4.2, 3.9],
    })  # fmt: skip


def figure_of(films: pd.DataFrame, axes: list[Axis] = FLAT, **options: Any) -> dict[str, Any]:
    return json.loads(film_map(films, axes, **{"colour": "predicted", **options}).to_json())


def texts(figure: dict[str, Any]) -> list[str]:
    return [note["text"] for note in figure["layout"].get("annotations", [])]


def test_every_film_is_a_point_that_carries_its_id_and_takes_the_theme_s_colours(films: pd.DataFrame) -> None:
    points = figure_of(films)["data"][0]
    assert points["type"] == "scattergl"
    assert points["customdata"] == ["50", "172", "181", "7"]
    assert points["marker"]["coloraxis"] == "coloraxis"


def test_the_card_is_short_and_a_title_with_tags_is_shown_as_text(films: pd.DataFrame) -> None:
    standing = Standing("User <865>", {50: 4.5})
    cards = figure_of(films, standing=standing)["data"][0]["text"]
    assert (
        cards[1]
        == "<b>&lt;b&gt;Brazil&lt;/b&gt; &amp; co</b><br>Drama<br>predicted 3.1 for User &lt;865&gt;<br>1 rating, mean 3.0"
    )
    assert "<br>rated 4½ by User &lt;865&gt;<br>583 ratings, mean 4.4" in cards[0]
    assert "no genre known" in cards[2]
    assert max(card.count("<br>") for card in cards) < 7


def test_without_a_person_nothing_is_predicted(films: pd.DataFrame) -> None:
    cards = figure_of(films.drop(columns="predicted"), colour="mean")["data"][0]["text"]
    assert not any("predicted" in card for card in cards)


def test_predictions_keep_the_lamp_and_facts_are_ink(films: pd.DataFrame) -> None:
    assert "colorscale" not in figure_of(films)["layout"]["coloraxis"]
    for fact in ("mean", "year", "popularity"):
        scale = figure_of(films, colour=fact)["layout"]["coloraxis"]["colorscale"]
        assert [stop[1] for stop in scale] == ["gray", "black"], fact


def test_the_legend_tells_what_the_scale_does(films: pd.DataFrame) -> None:
    axis = figure_of(films)["layout"]["coloraxis"]
    assert (axis["cmin"], axis["cmax"]) == (3.0, 5.0)
    assert colour_ends(films, "predicted") == ("3 stars", "5 stars")
    assert colour_ends(films, "year") == ("1977", "1994")
    assert colour_ends(films, "popularity") == ("1 rating", "583")


def test_rated_films_have_rings_larger_for_more_stars_and_unknown_ones_are_left_out(films: pd.DataFrame) -> None:
    rings = figure_of(films, standing=Standing("You", {50: 5.0, 7: 2.0, 999: 4.0}))["data"][1]
    assert rings["customdata"] == ["50", "7"]
    assert rings["marker"]["size"] == [17, 11]
    assert rings["marker"]["color"] == "black"
    assert rings["hoverinfo"] == "skip"


def test_lines_lead_from_the_chosen_film_to_its_neighbours(films: pd.DataFrame) -> None:
    lines, ring = figure_of(films, chosen=50, neighbours=[172, 999])["data"][1:]
    assert lines["x"] == [0.0, 0.5, None]
    assert ring["customdata"] == ["50"]
    assert len(figure_of(films, chosen=999, neighbours=[50])["data"]) == 1


def test_a_person_stands_on_the_map_in_lamp(films: pd.DataFrame) -> None:
    person = figure_of(films, standing=Standing("<You>", {}, (0.3, 0.1)))["data"][-1]
    assert (person["x"], person["y"]) == ([0.3], [0.1])
    assert person["marker"]["color"] == "orange"
    assert person["hovertemplate"].startswith("<b>&lt;You&gt;</b>")
    assert "customdata" not in person, "a click on oneself opens no film"


def test_axes_say_how_much_they_hold_and_what_their_ends_are(films: pd.DataFrame) -> None:
    assert {"PC 1 · 38\u202f%", "PC 2 · 15\u202f%"} <= set(texts(figure_of(films)))
    named = [Axis("PC 1", 0.38, "Film-Noir", "Action"), Axis("PC 2", 0.15, "Romance", "Horror")]
    assert {"← Film-Noir", "Action → · PC 1 · 38\u202f%", "Romance ↓"} <= set(texts(figure_of(films, named)))


@pytest.mark.parametrize(
    ("spread", "length", "text"),
    [
        (1, 0.25, "a quarter of a star"),
        (1.5, 0.5, "half a star"),
        (8, 2, "two stars"),
        (0.05, 0.1, "a tenth of a star"),
    ],
)
def test_the_ruler_fits_the_picture(films: pd.DataFrame, spread: float, length: float, text: str) -> None:
    figure = figure_of(films.assign(x=films["x"] * spread))
    ruler = figure["layout"]["shapes"][0]
    assert ruler["x1"] - ruler["x0"] == pytest.approx(length)
    assert ruler["y0"] < films["y"].min(), "no film lies on the ruler"
    assert text in texts(figure)


def test_raw_factors_have_no_ruler(films: pd.DataFrame) -> None:
    assert "shapes" not in figure_of(films, unit="raw")["layout"]


def test_one_unit_is_as_long_across_as_up(films: pd.DataFrame) -> None:
    layout = figure_of(films)["layout"]
    assert (layout["yaxis"]["scaleanchor"], layout["yaxis"]["scaleratio"]) == ("x", 1)
    assert figure_of(films, DEEP)["layout"]["scene"]["aspectmode"] == "data"


def test_in_three_dimensions_axes_are_named_and_labels_keep_apart(films: pd.DataFrame) -> None:
    crowd = pd.concat([films, films.assign(id=films["id"] + 1000, x=films["x"] + 0.01)])
    figure = figure_of(crowd, DEEP, chosen=172, standing=Standing("You", {50: 4.0}, (0, 0, 0)))
    assert {trace["type"] for trace in figure["data"]} == {"scatter3d"}
    assert figure["layout"]["scene"]["zaxis"]["title"]["text"] == "PC 3 · 14\u202f%"
    names = figure["data"][-1]["text"]
    assert names[0] == "‹b›Brazil‹/b› & co", "the film chosen comes first; WebGL text knows tags but no entities"
    assert sorted(names) == ["Crumb", "Star Wars", "‹b›Brazil‹/b› & co"]


def test_labels_put_the_chosen_film_first_then_the_person_then_the_best_known(films: pd.DataFrame) -> None:
    labels = map_labels(films, standing=Standing("User 865", {}, (1, 2)), chosen=172)
    assert [label["text"] for label in labels] == ["<b>Brazil</b> & co", "User 865", "Star Wars", "Crumb"]
    assert [label["strong"] for label in labels] == [True, False, False, False]
    assert [label["text"] for label in map_labels(films)][:2] == ["Star Wars", "Crumb"]


def test_the_chosen_film_is_named_however_long(films: pd.DataFrame) -> None:
    assert map_labels(films, chosen=181)[0]["text"].startswith("A title far too long")


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


def test_kinds_are_told_apart_by_shape_as_well_as_colour(films: pd.DataFrame) -> None:
    marker = figure_of(films, colour="genre")["data"][0]["marker"]
    assert marker["symbol"] == ["x", "circle", "star", "star"]
    assert len({group.symbol for group in GROUPS}) == len({group.symbol_3d for group in GROUPS}) == len(GROUPS)
