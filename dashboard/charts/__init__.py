"""Plotly figures from data frames. Streamlit is never imported here."""

from dashboard.charts.film_map import AMOUNTS, Axis, Standing, colour_ends, film_map, map_labels
from dashboard.charts.palette import GROUPS, group_of

__all__ = ["AMOUNTS", "GROUPS", "Axis", "Standing", "colour_ends", "film_map", "group_of", "map_labels"]
