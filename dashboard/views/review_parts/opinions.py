"""What people say about a comparison: the decision with its reasons, and notes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

import streamlit as st

from core import InvalidArgument
from dashboard import resources, state
from dashboard.components import markup
from dashboard.report import Decision, Note
from dashboard.visitors import DECISIONS, Opinion, StoreError
from dashboard.words import literal

NOTE: Literal["note"] = "note"
WORDS = {"ship": "Ship it", "hold": "Hold", "needs work": "Needs work"}
ABOUT = (
    "The whole comparison",
    "Figures",
    "People and films",
    "What lists hold",
    "Whose lists change",
    "Checks",
    "Doubt",
)


def opinions_on(subject: str) -> tuple[Opinion, ...]:
    """Return what was said so far; bad news is shown, and nothing was said."""
    try:
        return resources.store().opinions.about(state.visitor(), subject)
    except StoreError as error:
        st.error(literal(str(error)))
        return ()


def for_report(opinions: Sequence[Opinion]) -> tuple[list[Note], Decision | None]:
    """Return the notes, and the latest decision, as the report takes them."""
    notes = [Note(said.author, moment(said.at), said.about, said.text) for said in opinions if said.kind == NOTE]
    decided = [said for said in opinions if said.kind in DECISIONS]
    last = decided[-1] if decided else None
    return notes, None if last is None else Decision(last.kind, last.text, last.author, moment(last.at))


def moment(seconds: int) -> str:
    """Return when something was said."""
    return time.strftime("%d %b %Y, %H:%M UTC", time.gmtime(seconds))


def decisions_and_notes(subject: str, opinions: Sequence[Opinion]) -> None:
    """Show the decision and the notes, and where to write more."""
    st.header("Decision")
    decided = [said for said in opinions if said.kind in DECISIONS]
    if decided:
        last = decided[-1]
        st.html(
            markup.subheading(WORDS[last.kind])
            + markup.note(last.text)
            + markup.note(f"{last.author}, {moment(last.at)}")
        )
        if len(decided) > 1:
            before = [f"{WORDS[said.kind]}, {said.author}, {moment(said.at)}" for said in decided[:-1]]
            st.html(markup.note(f"Before: {'; '.join(before)}"))
    else:
        st.html(markup.note("Nobody has decided yet."))
    with st.popover("Decide", icon=":material/gavel:"), st.form("decide", border=False):
        st.segmented_control(
            "Decision", DECISIONS, format_func=WORDS.__getitem__, default=DECISIONS[1], required=True, key="decide_kind"
        )
        st.text_area("Reasons", key="decide_text", max_chars=4000)
        st.text_input("Your name", key="decide_author", max_chars=60)
        st.form_submit_button("Write down the decision", on_click=_say, args=(subject, "decide"))
    st.header("Notes")
    for said in opinions:
        if said.kind == NOTE:
            _one(said)
    with st.popover("Write a note", icon=":material/edit:"), st.form("note", border=False, clear_on_submit=False):
        st.selectbox(
            "About",
            ABOUT,
            key="note_about",
            accept_new_options=True,
            help="Choose a part, or type whom or what it is about: User 405.",
        )
        st.text_area("Note", key="note_text", max_chars=4000)
        st.text_input("Your name", key="note_author", max_chars=60)
        st.form_submit_button("Write it down", on_click=_say, args=(subject, NOTE))


def _one(said: Opinion) -> None:
    with st.container(horizontal=True, vertical_alignment="top", key=f"opinion-{said.id}"):
        with st.container():
            st.html(
                markup.subheading(said.about)
                + markup.note(said.text)
                + markup.note(f"{said.author}, {moment(said.at)}")
            )
        if said.is_mine:
            st.button("Take back", key=f"take-back-{said.id}", type="tertiary", on_click=_take_back, args=(said.id,))


def _say(subject: str, form: str) -> None:
    kind = NOTE if form == NOTE else st.session_state["decide_kind"]
    about = st.session_state["note_about"] if form == NOTE else ABOUT[0]
    try:
        resources.store().opinions.add(
            state.visitor(), subject, kind=kind, about=str(about or ABOUT[0]),
            author=st.session_state[f"{form}_author"], text=st.session_state[f"{form}_text"],
        )  # fmt: skip
        st.session_state[f"{form}_text"] = ""
    except (InvalidArgument, StoreError) as error:
        state.complain(f"Nothing was written down: {error}.")


def _take_back(opinion: int) -> None:
    try:
        resources.store().opinions.take_back(state.visitor(), opinion)
    except StoreError as error:
        state.complain(str(error))
