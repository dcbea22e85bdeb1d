"""Your history: bring what you rated and watched elsewhere; see what it comes to before anything is saved."""

from __future__ import annotations

import streamlit as st

from core import FilmMatcher, History, MatchReport, ReelspaceError, match_history, read_history
from dashboard import resources, state
from dashboard.components import markup
from dashboard.components.findings import show_findings
from dashboard.components.links import RATE, go_to
from dashboard.components.past_imports import past_imports
from dashboard.components.scene import Scene, open_scene
from dashboard.upload_limit import MEGABYTE, MOST_MEGABYTES, sender
from dashboard.words import count, literal

READABLE = 640  # pixels: further apart, names and what belongs to them no longer meet the eye
WHERE = [
    ("Letterboxd", "Settings, Data, Export your data: the zip as it is"),
    ("IMDb", "Your ratings, the three dots, Export: ratings.csv"),
    ("Trakt", "Settings, Data, Export: the zip, or its JSON files"),
    ("Netflix", "Account, Profile, Viewing activity, Download all: the CSV"),
]


def show() -> None:
    """Show the page."""
    scene = open_scene()
    st.title("Bring what you have rated elsewhere")
    st.html(
        markup.lede(
            "Your export from Letterboxd, IMDb, Trakt or Netflix, as you downloaded it. You see what it comes to before "
            "anything is saved. Everything stays on this machine: no film and no rating is sent anywhere."
        )
    )
    refusal = (
        None
        if state.holds_upload()
        else resources.uploads().refusal(sender(state.browser()), MOST_MEGABYTES * MEGABYTE)
    )
    if refusal is not None:
        st.info(refusal)
    uploaded = (
        None
        if refusal is not None
        else st.file_uploader(
            f"Your export: a CSV, JSON or zip file of at most {MOST_MEGABYTES} MB",
            type=["csv", "json", "zip"],
            key=state.upload_key(),
            max_upload_size=MOST_MEGABYTES,
        )
    )
    if uploaded is None:
        _waiting(scene)
    else:
        _report(scene, uploaded.name, uploaded.getvalue(), uploaded.file_id)
    past_imports(scene)
    if st.button("Back to rating", icon=":material/arrow_back:", type="tertiary"):
        go_to(RATE, state.carried())
    st.html(scene.provenance())


def _waiting(scene: Scene) -> None:
    with st.container(width=READABLE):
        st.header("Where your file is")
        st.html(markup.facts(WHERE))
        st.html(
            markup.note(
                "Letterboxd, IMDb and Trakt bring ratings; Netflix only says what was watched. IMDb and Trakt count to "
                "ten: halved, 7 is 3½ stars. Series are left out: the films here are those of "
                f"{scene.base.dataset.card.title}."
            )
        )


def _report(scene: Scene, name: str, data: bytes, file_id: str) -> None:
    try:
        history = state.once("history", file_id, lambda: read_history(name, data))
    except ReelspaceError as error:
        st.error(f"{literal(str(error))}. Nothing was saved.")
        return
    whose = _profile(history)
    if len(history.profiles) > 1 and whose is None:
        return
    basis = (file_id, whose, scene.base.dataset.ratings.fingerprint)
    report = state.once("history_report", basis, lambda: _match(scene, history, whose))
    st.header(f"{history.source}: {count(_n_films(report), 'film')} in {literal(', '.join(history.files))}")
    show_findings(scene, report, history, str(basis))


def _profile(history: History) -> str | None:
    """Ask whose viewing it is, where several people share the file."""
    if len(history.profiles) <= 1:
        return None
    return st.selectbox(
        "Several people share this file: whose viewing is yours?",
        history.profiles,
        index=None,
        placeholder="Choose a profile",
        key="profile_of_history",
    )


def _match(scene: Scene, history: History, whose: str | None) -> MatchReport:
    films: FilmMatcher = resources.film_matcher(scene.base.dataset.ratings.fingerprint, scene.base)
    return match_history(history if whose is None else history.of_profile(whose), films)


def _n_films(report: MatchReport) -> int:
    return len(report.matched) + len(report.by_title) + len(report.uncertain) + len(report.not_found)
