"""What an export comes to, part by part, with the choices that are left to a person and the button that saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core import History, Id, Match, MatchReport, plan_import
from dashboard import resources, state
from dashboard.components import markup
from dashboard.components.saving_history import offer_to_save
from dashboard.components.scene import Scene
from dashboard.rows import FilmIndex
from dashboard.words import count

A_PAGE = 20  # rows of a list
CHOICES_A_PAGE = 10
READABLE = 640  # pixels
LEFT_OUT = "Leave it out"


def show_findings(scene: Scene, report: MatchReport, history: History, basis: str) -> None:
    """Show the parts of ``report``; ``basis`` says which report it is, so that choices stay with theirs."""
    index = resources.film_index(scene.base.dataset.ratings.fingerprint, scene.base)
    chosen: dict[int, Id] = state.once("history_choices", basis, dict)
    st.html(markup.note(_summary(report, history)))
    summary = st.container(key="history_save")
    parts = {
        f"To choose {len(report.uncertain)}": report.uncertain,
        f"By title alone {len(report.by_title)}": report.by_title,
        f"Found {len(report.matched)}": report.matched,
        f"Not here {len(report.not_found)}": report.not_found,
        f"Series {len(report.series)}": report.series,
    }
    names = [name for name, part in parts.items() if part]
    taken: Sequence[int] = ()
    for name, tab in zip(names, st.tabs(names) if names else (), strict=True):
        with tab:
            if name.startswith("To choose"):
                _choices(report.uncertain, chosen, index)
            elif name.startswith("By title"):
                taken = _by_title(report.by_title, index)
            elif name.startswith("Found"):
                _list([_line(match, index) for match in report.matched], "found")
            elif name.startswith("Not here"):
                _list([_missing(match) for match in report.not_found], "missing")
            else:
                _list([markup.Finding(entry.title, entry.year, "left out") for entry in report.series], "series")
    with summary:
        offer_to_save(scene, plan_import(report, scene.model.scale, chosen=chosen, titles=taken), history)


def _summary(report: MatchReport, history: History) -> str:
    said = [f"{len(report.matched)} found by {_how(report)}"] if report.matched else []
    if report.by_title:
        said.append(f"{len(report.by_title)} found by title alone, since the file gives no year: a remake may be meant")
    if report.uncertain:
        said.append(f"{len(report.uncertain)} to be chosen by you")
    if report.not_found:
        said.append(f"{len(report.not_found)} not among the films here")
    sentences = ["; ".join(said)] if said else []
    out = [count(len(report.series), "row") + " of series"] if report.series else []
    out += [count(history.not_viewings, "row") + " of trailers or of films only begun"] if history.not_viewings else []
    if out:
        sentences.append(f"Left out: {' and '.join(out)}")
    if report.n_repeated:
        sentences.append(f"{count(report.n_repeated, 'row')} about a film named again: the last rating by date counts")
    return f"{'. '.join(sentences)}."


def _how(report: MatchReport) -> str:
    ways = {match.found.why.removeprefix("by ") for match in report.matched}
    ids = [name for name in ("IMDb id", "TMDB id") if name in ways]
    return f"{' or '.join(ids)}, or by name and year" if ids else "name and year"


def _choices(matches: Sequence[Match], chosen: dict[int, Id], index: FilmIndex) -> None:
    st.html(markup.note("Nothing is guessed: choose the film that you meant, or leave it out."))
    for place in _page(len(matches), CHOICES_A_PAGE, "choices"):
        match = matches[place]
        films = {index.labels[candidate.film.id]: candidate.film.id for candidate in match.found.candidates}
        with st.container(width=READABLE, gap=None):
            st.html(markup.findings([_missing(match)]))
            st.selectbox(
                match.entry.label,  # read aloud as it stands, shown by the line above
                [LEFT_OUT, *films],
                key=state.widget(f"choice_{place}", index.labels[chosen[place]] if place in chosen else LEFT_OUT),
                on_change=_choose,
                args=(place, chosen, films),
                label_visibility="collapsed",
            )


def _choose(place: int, chosen: dict[int, Id], films: Mapping[str, Id]) -> None:
    label = state.picked(f"choice_{place}")
    if label in films:
        chosen[place] = films[label]
    else:
        chosen.pop(place, None)


def _by_title(matches: Sequence[Match], index: FilmIndex) -> list[int]:
    """Ask whether films found by title alone are taken; return the places of those that are."""
    is_on = st.toggle(f"Take {count(len(matches), 'film')} found by title alone", key="take_titles")
    out = st.multiselect(
        "Except", list(range(len(matches))), format_func=lambda place: index.labels[_id(matches[place])],
        key="except_titles", placeholder="Films that you did not mean", disabled=not is_on, width=READABLE,
    )  # fmt: skip
    _list([_line(match, index) for match in matches], "titles")
    return [place for place in range(len(matches)) if place not in out] if is_on else []


def _line(match: Match, index: FilmIndex) -> markup.Finding:
    named = index.labels[_id(match)]
    again = f" · {match.n_rows} rows" if match.n_rows > 1 else ""
    here = "" if named == match.entry.label else f" · here {named}"
    return markup.Finding(match.entry.title, match.entry.year, f"{_row(match)}{again}{here}", match.entry.stars)


def _missing(match: Match) -> markup.Finding:
    return markup.Finding(match.entry.title, match.entry.year, f"{match.found.why} · {_row(match)}", match.entry.stars)


def _row(match: Match) -> str:
    return f"{match.entry.file}, {'entry' if match.entry.file.endswith('.json') else 'line'} {match.entry.line}"


def _id(match: Match) -> Id:
    return match.found.candidates[0].film.id


def _list(lines: Sequence[markup.Finding], name: str) -> None:
    st.html(markup.findings([lines[place] for place in _page(len(lines), A_PAGE, name)]))


def _page(n: int, size: int, name: str) -> range:
    """Return the places on the page that is shown; ask which one where there are several."""
    pages = -(-n // size)
    number = st.pagination(pages, key=f"page_of_{name}") if pages > 1 else 1
    return range((number - 1) * size, min(n, number * size))
