"""The map of films as a Plotly figure, flat or in three dimensions.

Films arrive as a frame with one row a film: ``id``, ``x``, ``y`` (and ``z``), ``title``, ``year`` (or missing),
``genres`` (a sequence of names), ``n`` (ratings), ``mean`` (stars) and, where there is a person, ``predicted``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.palette import GROUND, GROUPS, INK, INK_SCALE, LAMP, LINE, MUTED, group_of
from dashboard.words import count, percent, predicted_text, star_text

AMOUNTS = ("predicted", "mean", "year", "popularity")  # coloured by a scale; genre is coloured by kind
LONGEST_LABEL = 26  # letters; longer titles would cover more films than they name
MOST_LABELS_3D = 12
APART_3D = 0.2  # of the map's width: names in three dimensions cannot see each other, so they keep a distance
CAMERA = {"eye": {"x": 1.15, "y": 1.15, "z": 0.75}}  # closer than Plotly's own: the cloud is flat
SMALLEST, LARGEST, PER_ROOT = 3.5, 13.0, 0.55  # px, px, px per √rating
RULERS = (
    (2.0, "two stars"),
    (1.0, "one star"),
    (0.5, "half a star"),
    (0.25, "a quarter of a star"),
    (0.1, "a tenth of a star"),
)
LONGEST_RULER, RULER_GAP = 0.42, 0.03  # shares of the films' width; the picture is a quarter to a third wider
MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8}


@dataclass(frozen=True)
class Axis:
    """One direction of the map: ``share`` of the variance it holds; ``low`` and ``high`` name its ends, if known."""

    name: str
    share: float | None = None
    low: str = ""
    high: str = ""

    @property
    def title(self) -> str:
        """``PC 1 · 38 %``."""
        return self.name if self.share is None else f"{self.name} · {percent(self.share)}"


@dataclass(frozen=True)
class Standing:
    """Whose map it is: a name as in "predicted for …", their ratings by film id, and their own place if it is shown."""

    whose: str = ""
    ratings: Mapping[Any, float] = field(default_factory=dict)
    place: Sequence[float] | None = None


def film_map(
    films: pd.DataFrame,
    axes: Sequence[Axis],
    *,
    colour: str,
    standing: Standing | None = None,
    chosen: Any = None,
    neighbours: Sequence[Any] = (),
    unit: str = "stars",
) -> go.Figure:
    """Return every film as a point, larger the more often it was rated; rings are ratings the person gave.

    ``axes``: two for a flat map, three for a deep one. ``colour`` is predicted, mean, year, popularity or genre.
    Lines lead from the film ``chosen`` to its ``neighbours``. A ruler of half a star is drawn if ``unit`` is stars.
    """
    standing = standing or Standing()
    dims = ("x", "y", "z")[: len(axes)]
    by_id = films.set_index("id", drop=False)
    figure = go.Figure(_points(films, dims, colour=colour, standing=standing))
    _add_rings(figure, by_id, dims, standing.ratings)
    if chosen in by_id.index:
        _add_chosen(figure, by_id, dims, chosen, [other for other in neighbours if other in by_id.index])
    if standing.place is not None:
        _add_person(figure, dims, standing)
    figure.update_layout(template="none", margin=MARGIN, dragmode="pan", showlegend=False, coloraxis_showscale=False)
    if colour in AMOUNTS:
        _scale_colours(figure, films, colour)
    if len(dims) == 3:
        _finish_deep(figure, films, axes, chosen)
    else:
        _finish_flat(figure, films, axes, unit)
    return figure


def map_labels(films: pd.DataFrame, *, standing: Standing | None = None, chosen: Any = None) -> list[dict[str, Any]]:
    """Return the names that a flat map may show, most wanted first: the film chosen, the person, the most rated."""
    labels = [
        {"x": float(film.x), "y": float(film.y), "text": film.title, "strong": film.id == chosen}
        for film in _most_wanted(films, chosen).itertuples()
    ]
    if standing is not None and standing.place is not None:
        x, y = map(float, standing.place[:2])
        labels.insert(
            int(bool(labels) and labels[0]["strong"]),
            {"x": x, "y": y, "text": standing.whose, "strong": False, "always": True},
        )
    return labels


def colour_ends(films: pd.DataFrame, colour: str) -> tuple[str, str]:
    """Return what the two ends of the colour scale mean, in words, for the legend."""
    low, high = _colour_range(films, colour)
    if colour == "year":
        return f"{low:.0f}", f"{high:.0f}"
    if colour == "popularity":
        return count(round(low**2), "rating"), f"{high**2:,.0f}"
    return f"{star_text(low)} {'star' if low <= 1 else 'stars'}", f"{star_text(high)} stars"


def _points(films: pd.DataFrame, dims: Sequence[str], *, colour: str, standing: Standing) -> dict[str, Any]:
    groups = [group_of(genres) for genres in films["genres"]]
    marker: dict[str, Any] = {
        "color": groups if colour == "genre" else _amounts(films, colour).astype("float32").to_numpy(),
        "coloraxis": "coloraxis",
        "size": _sizes(films).to_numpy(),
        "opacity": 0.85,
        "line": {"width": 0},
        "symbol": "circle",
    }
    if colour == "genre":
        marker["symbol"] = [GROUPS[group].symbol_3d if len(dims) == 3 else GROUPS[group].symbol for group in groups]
    return {
        **_trace(films, dims),
        "marker": marker,
        "text": [_card(film, standing) for film in films.to_dict("records")],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _trace(films: pd.DataFrame, dims: Sequence[str], mode: str = "markers") -> dict[str, Any]:
    places = {dim: films[dim].astype("float32").to_numpy() for dim in dims}
    return {"type": _kind(dims), "mode": mode, **places, "customdata": [str(film) for film in films["id"]]}


def _most_wanted(films: pd.DataFrame, chosen: Any) -> pd.DataFrame:
    is_chosen = films["id"] == chosen
    known = films[(films["title"].str.len() <= LONGEST_LABEL) & ~is_chosen]
    return pd.concat([films[is_chosen], known.sort_values("n", ascending=False, kind="stable")])


def _far_apart(films: pd.DataFrame) -> pd.DataFrame:
    """The first films, leaving out those close to one taken already."""
    least = APART_3D * float(films["x"].max() - films["x"].min())
    taken: list[int] = []
    places = films[["x", "y", "z"]].to_numpy(dtype="float64")
    for row, place in enumerate(places):
        if all(((place - places[other]) ** 2).sum() >= least**2 for other in taken):
            taken.append(row)
        if len(taken) == MOST_LABELS_3D:
            break
    return films.iloc[taken]


def _kind(dims: Sequence[str]) -> str:
    return "scatter3d" if len(dims) == 3 else "scattergl"


def _sizes(films: pd.DataFrame) -> pd.Series:
    return (SMALLEST + PER_ROOT * films["n"] ** 0.5).clip(SMALLEST, LARGEST).astype("float32")


def _amounts(films: pd.DataFrame, colour: str) -> pd.Series:
    if colour == "popularity":
        return films["n"] ** 0.5  # a tenth of the films hold most ratings: the root spreads the rest
    values = films[colour].astype("float64")
    return values.fillna(values.median())  # a film without a year stays in sight; its card says so


def _colour_range(films: pd.DataFrame, colour: str) -> tuple[float, float]:
    values = _amounts(films, colour)
    if colour in ("year", "popularity"):
        return float(values.min()), float(values.max())
    return float(values.min() * 2 // 1 / 2), float(-(-values.max() * 2 // 1) / 2)  # out to the next half star


def _scale_colours(figure: go.Figure, films: pd.DataFrame, colour: str) -> None:
    low, high = _colour_range(films, colour)
    figure.update_layout(coloraxis_cmin=low, coloraxis_cmax=high)
    if colour != "predicted":
        figure.update_layout(coloraxis_colorscale=INK_SCALE)


def _card(film: Mapping[str, Any], standing: Standing) -> str:
    """The hover card: at most six lines; Plotly reads a little HTML, so titles are escaped."""
    year = "" if pd.isna(film["year"]) else f" {film['year']:.0f}"
    lines = [f"<b>{_plain(film['title'])}</b>{year}", _plain(", ".join(film["genres"])) or "no genre known"]
    if not pd.isna(film.get("predicted")):
        lines.append(f"predicted {predicted_text(film['predicted'])} for {_plain(standing.whose)}")
    if film["id"] in standing.ratings:
        lines.append(f"rated {star_text(standing.ratings[film['id']])} by {_plain(standing.whose)}")
    mean = "" if pd.isna(film["mean"]) else f", mean {film['mean']:.1f}"
    return "<br>".join([*lines, f"{count(int(film['n']), 'rating')}{mean}"])


def _plain(text: str) -> str:
    return escape(text, quote=False)


def _add_rings(figure: go.Figure, by_id: pd.DataFrame, dims: Sequence[str], ratings: Mapping[Any, float]) -> None:
    rated = [film for film in ratings if film in by_id.index]
    if not rated:
        return
    marker = {
        "symbol": "circle-open",
        "size": [7 + 2 * ratings[film] for film in rated],
        "line": {"width": 1.5},
        "color": INK,
    }
    figure.add_trace({**_trace(by_id.loc[rated], dims), "marker": marker, "hoverinfo": "skip"})


def _add_chosen(
    figure: go.Figure, by_id: pd.DataFrame, dims: Sequence[str], chosen: Any, neighbours: Sequence[Any]
) -> None:
    lines: dict[str, list[float | None]] = {dim: [] for dim in dims}
    for other in neighbours:
        for dim in dims:
            lines[dim] += [float(by_id.at[chosen, dim]), float(by_id.at[other, dim]), None]
    line = {"width": 3 if len(dims) == 3 else 1.25, "color": INK}
    figure.add_trace({"type": _kind(dims), "mode": "lines", **lines, "line": line, "hoverinfo": "skip"})
    marker = {"symbol": "circle-open", "size": 20, "line": {"width": 2.5}, "color": INK}
    figure.add_trace({**_trace(by_id.loc[[chosen]], dims), "marker": marker, "hoverinfo": "skip"})


def _add_person(figure: go.Figure, dims: Sequence[str], standing: Standing) -> None:
    place = dict(zip(dims, ([float(value)] for value in standing.place or ()), strict=True))
    symbol = "diamond" if len(dims) == 3 else "star-diamond"
    marker = {
        "symbol": symbol,
        "size": 9 if len(dims) == 3 else 20,
        "color": LAMP,
        "line": {"width": 1.5, "color": GROUND},
    }
    hover = f"<b>{_plain(standing.whose)}</b><br>where the model puts this taste<extra></extra>"
    figure.add_trace({"type": _kind(dims), "mode": "markers", **place, "marker": marker, "hovertemplate": hover})


def _finish_flat(figure: go.Figure, films: pd.DataFrame, axes: Sequence[Axis], unit: str) -> None:
    across, up = axes
    for text, x, y, anchor in (
        (f"← {across.low}" if across.low else "", 0, 0, "left"),
        (" · ".join(filter(None, (f"{across.high} →" if across.high else "", across.title))), 1, 0, "right"),
        (f"{up.low} ↓" if up.low else "", 0.5, 0, "center"),
        (" · ".join(filter(None, (f"{up.high} ↑" if up.high else "", up.title))), 0.5, 1, "center"),
    ):
        if text:
            figure.add_annotation(
                text=_plain(text), x=x, y=y, xref="paper", yref="paper", xanchor=anchor,
                yanchor="top" if y else "bottom", showarrow=False, font={"size": 13, "color": MUTED}, bgcolor=GROUND,
            )  # fmt: skip
    if unit == "stars":
        _add_ruler(figure, films)
    axis = {"showgrid": False, "zeroline": True, "showline": False, "showticklabels": False}
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis, scaleanchor="x", scaleratio=1)  # one unit both ways, or nearness would lie


def _add_ruler(figure: go.Figure, films: pd.DataFrame) -> None:
    """A length everybody can read distances by, below the films on the left, where no axis has its name."""
    left, below = float(films["x"].min()), float(films["y"].min())
    width = float(films["x"].max()) - left
    length, text = next((found for found in RULERS if found[0] <= LONGEST_RULER * width), RULERS[-1])
    at = below - RULER_GAP * width
    figure.add_shape(type="line", x0=left, x1=left + length, y0=at, y1=at, line={"width": 2, "color": INK})
    figure.add_annotation(x=left, y=at, text=text, showarrow=False, xanchor="left", yshift=11, font={"size": 13})


def _finish_deep(figure: go.Figure, films: pd.DataFrame, axes: Sequence[Axis], chosen: Any) -> None:
    named = _far_apart(_most_wanted(films, chosen))
    figure.add_trace({
        **_trace(named, ("x", "y", "z"), mode="text"),
        "text": [title.replace("<", "‹").replace(">", "›") for title in named["title"]],  # knows tags, no entities
        "textposition": "top center",
        "textfont": {"family": "Archivo, Inter, sans-serif", "size": 13, "color": INK},
        "hoverinfo": "skip",
    })  # fmt: skip
    scene: dict[str, Any] = {"aspectmode": "data", "dragmode": "turntable", "camera": CAMERA}
    for dim, axis in zip(("x", "y", "z"), axes, strict=True):
        ends = f"{axis.low} ↔ {axis.high} · " if axis.low and axis.high else ""
        title = {"text": _plain(ends + axis.title), "font": {"size": 13, "color": MUTED}}
        scene[f"{dim}axis"] = {
            "title": title, "showgrid": True, "gridcolor": LINE, "zerolinecolor": LINE,
            "showticklabels": False, "showspikes": False,
        }  # fmt: skip
    figure.update_layout(scene=scene)
