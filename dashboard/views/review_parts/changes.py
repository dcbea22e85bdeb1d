"""What changes from one model to another: for whom, for which films, in whose lists, and what should never be."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

from core import Comparison, Figure, interval_text, spoken
from dashboard.charts.comparisons import Gap, gaps_chart, promises_chart, shares_chart
from dashboard.components import lab_table, markup
from dashboard.components.figure_cells import UNKNOWN
from dashboard.words import count, percent

STILL = {"displayModeBar": False}
STARS_MARGIN, PEOPLE, FILMS = 0.003, 6, 8
PARTS = ("People and films", "What lists hold", "Whose lists change", "Checks", "Doubt")


def figures(found: Comparison) -> None:
    """Show every metric of both models, the change with its interval, and the word for it."""
    rows = [
        (
            line.title,
            lab_table.figure_text(line.baseline),
            lab_table.figure_text(line.candidate),
            _change(line.gap),
            line.verdict,
        )
        for line in found.metrics
    ]
    st.html(
        lab_table.plain_table(
            "All figures of both models", ("Measured", "Baseline", "Candidate", "Change", "In words"), rows
        )
    )


def _change(gap: Figure) -> str:
    return UNKNOWN if math.isnan(gap.value) else interval_text(gap)


def _called(kind: str, name: str) -> str:
    words = spoken(kind, name)
    return words[:1].upper() + words[1:]


def sections(found: Comparison, titles: Mapping[str, str]) -> None:
    """Show the one part that is asked for."""
    st.header("Look closer")
    part = st.segmented_control(
        "What changed", PARTS, default=PARTS[0], required=True, key="review_part", bind="query-params"
    )
    if part == PARTS[0]:
        _slices(found)
    elif part == PARTS[1]:
        _lists(found)
    elif part == PARTS[2]:
        _people(found, titles)
    elif part == PARTS[3]:
        _checks(found)
    else:
        _doubt(found)


def _slices(found: Comparison) -> None:
    gaps = [
        Gap(_called(line.kind, line.name), line.gap.value, line.gap.low, line.gap.high, line.verdict)
        for line in found.slices
    ]
    st.plotly_chart(gaps_chart(gaps, title="Change, stars", margin=STARS_MARGIN), key="slices", config=STILL)
    st.html(markup.note("Right of the line the candidate is worse. The intervals hold all together: looking at many slices does not make "
                        "one of them stand out by chance. The shaded band is too small to act on."))  # fmt: skip
    rows = [
        (_called(line.kind, line.name), f"{line.n_ratings:,}", f"{line.baseline:.3f}", f"{line.candidate:.3f}",
         _change(line.gap), line.verdict)
        for line in found.slices
    ]  # fmt: skip
    with st.expander("The same as a table"):
        st.html(
            lab_table.plain_table(
                "Typical error by slice", ("Slice", "Ratings", "Baseline", "Candidate", "Change", "In words"), rows
            )
        )


def _lists(found: Comparison) -> None:
    shares = [(_called(line.kind, line.name), line.baseline, line.candidate) for line in found.groups]
    st.plotly_chart(shares_chart(shares, title="Share of all places in lists"), key="groups", config=STILL)
    st.html(markup.note("Open: baseline; filled: candidate. A film may be of several genres."))
    for column, name, films in zip(st.columns(2, gap="large"), ("Films that gain most", "Films that lose most"),
                                   (found.gained, found.lost), strict=True):  # fmt: skip
        with column:
            st.subheader(name)
            rows = [
                (film.title, f"{film.n_ratings:,}", f"{film.baseline:,}", f"{film.candidate:,}")
                for film in films[:FILMS]
            ]
            st.html(lab_table.plain_table(name, ("Film", "Ratings", "Lists before", "Lists after"), rows))


def _people(found: Comparison, titles: Mapping[str, str]) -> None:
    changes = found.changes
    seeds = "not known" if changes.seed_overlap is None else percent(changes.seed_overlap)
    st.html(markup.facts([("Films in both lists, on average", percent(changes.overlap.value)),
                          ("The same between seeds of the baseline", seeds),
                          ("People whose list is the same", f"{changes.n_same:,} of {changes.n_people:,}")]))  # fmt: skip
    shown = {str(change.user_id): change for change in changes.most_changed}
    if not shown:
        return
    who = st.selectbox(
        "Somebody whose list changes most",
        list(shown),
        format_func=lambda user: f"User {user}",
        key="review_person",
        width=360,
    )
    change = shown[who]
    st.html(markup.note(f"{percent(change.overlap)} of the films stand in both lists."))
    for column, name, films, marked in zip(st.columns(2, gap="large"), ("Baseline", "Candidate"),
                                           (change.baseline, change.candidate), (change.gone, change.new), strict=True):  # fmt: skip
        with column:
            st.subheader(name)
            word = "leaves" if name == "Baseline" else "new"
            rows = [
                (str(place), titles[str(film)], word if film in marked else "stays")
                for place, film in enumerate(films, start=1)
            ]
            st.html(lab_table.plain_table(f"{name}'s list for User {who}", ("Rank", "Film", "In the other list"), rows))


def _checks(found: Comparison) -> None:
    failed = [check for check in found.checks if not check.passes]
    st.html(markup.note(f"{count(len(found.checks) - len(failed), 'check')} passed, {len(failed)} failed."))
    rows = [(check.name, check.model, "passes" if check.passes else "fails", check.found) for check in found.checks]
    st.html(lab_table.plain_table("Checks", ("Check", "Model", "Result", "Found"), rows))


def _doubt(found: Comparison) -> None:
    if not found.reliability:
        st.html(markup.note("Neither model says how sure it is."))
        return
    st.plotly_chart(promises_chart(found.reliability), key="review_promises", config=STILL)
    st.html(
        markup.note(
            "Open: baseline; filled: candidate. On the straight line promises are kept; below it a model is surer than it may be."
        )
    )
