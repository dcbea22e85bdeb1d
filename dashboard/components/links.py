"""Addresses of pages, and going there without loading the app anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import urlencode

import streamlit as st

# The default page lives at the root: its own name opens nothing.
FOR_YOU, RATE, MAP, DATA, FILM_PAGE, HISTORY, YOU_PAGE = "", "rate", "map", "data", "film", "history", "you"
TOGETHER, LEARN, LAB, REVIEW, PRESENT = "together", "learn", "lab", "review", "present"
# What a scene of a show can stand on.
PAGES = (FOR_YOU, RATE, MAP, TOGETHER, LEARN, LAB, REVIEW, YOU_PAGE, DATA, FILM_PAGE, HISTORY)


def address(page: str, query: Mapping[str, str]) -> str:
    """Return the address of ``page`` relative to any page of the app; empty values are left out."""
    given = {name: value for name, value in query.items() if value}
    return f"{page or '.'}?{urlencode(given)}" if given else page or "."


def go_to(page: str, query: Mapping[str, str]) -> NoReturn:
    """Show ``page`` instead of this one, with these query parameters and no others."""
    given = {name: value for name, value in query.items() if value}
    # Streamlit knows a page by its path alone, so a handle needs no view of its own.
    st.switch_page(st.Page(_nothing, title=page or "for you", url_path=page, default=not page), query_params=given)


def _nothing() -> None:
    """Stand in for a view."""
