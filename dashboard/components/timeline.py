"""What somebody did and when, each step with its undo, and the shelf as it stood on another day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from dashboard import resources, state
from dashboard.components import markup
from dashboard.components.keeping import undo
from dashboard.components.reach import moment
from dashboard.components.scene import Scene
from dashboard.rows import film_of, genres_text
from dashboard.visitors import Change, FilmId, StoreError
from dashboard.words import count, literal, star_text

SHOWN = 8
MOST_TICKETS = 12
MARKED = {
    "seen": "watched",
    "unseen": "not watched after all",
    "want": "on the watchlist",
    "unwant": "off the watchlist",
}


def timeline(scene: Scene) -> None:
    """Show the latest steps that stand, and offer to look back."""
    st.header("What you did, and when")
    changes = scene.shelf.changes
    if not changes:
        st.html(
            markup.empty("Nothing yet", "What you rate, watch or want to watch is listed here, and can be taken back.")
        )
        return
    n_shown = SHOWN * state.pages("timeline_pages")
    for change in reversed(changes[-n_shown:]):
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key=f"step_{change.id}"
        ):
            st.html(markup.subheading(_what(scene, change)) + markup.note(moment(change.at)))
            st.button("Undo", key=f"undo_{change.id}", type="tertiary", icon=":material/undo:", on_click=undo, args=(scene,),
                      kwargs={"step": change.id}, help=f"Take back: {literal(_what(scene, change))}")  # fmt: skip
    if len(changes) > n_shown:
        st.button(f"Show older ones ({len(changes) - n_shown:,})", on_click=state.show_more, args=("timeline_pages",))
    _looking_back(scene)


def _what(scene: Scene, change: Change) -> str:
    if change.kind == "batch":
        return change.label or count(change.n, "film")
    if change.kind == "clear":
        return f"All {count(len(change.taken), 'rating')} removed"
    title = _title(scene, change.film)
    if change.kind == "rate" and change.given is not None:
        before = f", before {star_text(change.taken[0].stars)}" if change.taken else ""
        return f"{title}: {star_text(change.given.stars)}{before}"
    return f"{title}: {'stars removed' if change.kind == 'remove' else MARKED.get(change.kind, change.kind)}"


def _title(scene: Scene, film: FilmId | None) -> str:
    if film is None or film not in scene.model.items:
        return "A film that is gone"
    return film_of(scene.ready.saved.films, film).title


def _looking_back(scene: Scene) -> None:
    """The shelf as it stood at the end of another day, in the visitor's own time zone."""
    first = _day(scene.shelf.changes[0].at)
    day = st.date_input("Your ratings as they stood on the evening of", value=None, min_value=first, max_value=max(first, _day(None)),
                        key="as_of", width=360)  # fmt: skip
    if not isinstance(day, date):
        return
    until = int(datetime.combine(day + timedelta(days=1), time(), _zone()).timestamp()) - 1
    try:
        then = resources.store().shelf(state.visitor(), scene.data, until=until)
    except StoreError as error:
        st.error(literal(str(error)))
        return
    st.html(markup.note(f"{count(len(then.ratings), 'rating')} then; {count(len(scene.shelf.ratings), 'rating')} now."))
    rated = [rating for rating in reversed(then.ratings) if rating.film in scene.model.items][:MOST_TICKETS]
    films = [(film_of(scene.ready.saved.films, rating.film), rating.stars) for rating in rated]
    st.html(markup.tickets(markup.Ticket(film.title, film.year, genres_text(film), given) for film, given in films))


def _zone() -> ZoneInfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _day(seconds: int | None) -> date:
    now = datetime.now(_zone())
    return now.date() if seconds is None else datetime.fromtimestamp(seconds, _zone()).date()
