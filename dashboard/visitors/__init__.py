"""People and their ratings. Never imports streamlit."""

from dashboard.visitors.backup import restore, save
from dashboard.visitors.cookie import COOKIE_NAME, VisitorCookie, visitor_in
from dashboard.visitors.door import DOOR, door_routes
from dashboard.visitors.engine import database_url
from dashboard.visitors.errors import ProfileGone, StoreError
from dashboard.visitors.export import as_csv, as_json
from dashboard.visitors.identity import (
    account_key,
    digest_of,
    holder_of,
    is_visitor_id,
    new_visitor_id,
    profile_in,
    with_profile,
)
from dashboard.visitors.log import Given
from dashboard.visitors.opinions import DECISIONS, Opinion, Opinions
from dashboard.visitors.profiles import Profile, Profiles
from dashboard.visitors.repository import Store, open_store
from dashboard.visitors.sharing import Round, SharedModel, Sharing
from dashboard.visitors.shelf import MARKS, SOURCES, Change, FilmId, Mark, Rating, Shelf, Source

__all__ = [
    "COOKIE_NAME",
    "DECISIONS",
    "DOOR",
    "MARKS",
    "SOURCES",
    "Change",
    "FilmId",
    "Given",
    "Mark",
    "Opinion",
    "Opinions",
    "Profile",
    "ProfileGone",
    "Profiles",
    "Rating",
    "Round",
    "SharedModel",
    "Sharing",
    "Shelf",
    "Source",
    "Store",
    "StoreError",
    "VisitorCookie",
    "account_key",
    "as_csv",
    "as_json",
    "database_url",
    "digest_of",
    "door_routes",
    "holder_of",
    "is_visitor_id",
    "new_visitor_id",
    "open_store",
    "profile_in",
    "restore",
    "save",
    "visitor_in",
    "with_profile",
]
