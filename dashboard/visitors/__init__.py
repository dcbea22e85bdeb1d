"""People and their ratings. Never imports streamlit."""

from dashboard.visitors.cookie import COOKIE_NAME, VisitorCookie, visitor_in
from dashboard.visitors.errors import StoreError
from dashboard.visitors.identity import digest_of, is_visitor_id, new_visitor_id
from dashboard.visitors.repository import Store, open_store
from dashboard.visitors.shelf import SOURCES, Change, FilmId, Rating, Shelf, Source

__all__ = [
    "COOKIE_NAME",
    "SOURCES",
    "Change",
    "FilmId",
    "Rating",
    "Shelf",
    "Source",
    "Store",
    "StoreError",
    "VisitorCookie",
    "digest_of",
    "is_visitor_id",
    "new_visitor_id",
    "open_store",
    "visitor_in",
]
