"""From data frames to what maps draw. Streamlit is never imported here."""

from dashboard.charts.colouring import (
    Colouring,
    colour_by_cluster,
    colour_by_genre,
    colour_by_popularity,
    colour_by_stars,
    colour_by_trust,
    colour_by_year,
)
from dashboard.charts.map_films import MapFilms
from dashboard.charts.map_scene import Axis, Contours, MapScene, Path, Someone
from dashboard.charts.palette import GLYPHS, GROUPS, group_of

__all__ = [
    "GLYPHS",
    "GROUPS",
    "Axis",
    "Colouring",
    "Contours",
    "MapFilms",
    "MapScene",
    "Path",
    "Someone",
    "colour_by_cluster",
    "colour_by_genre",
    "colour_by_popularity",
    "colour_by_stars",
    "colour_by_trust",
    "colour_by_year",
    "group_of",
]
