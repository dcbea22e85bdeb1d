"""Together: a film for two, or for six: what each would give it, and whom it serves."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import Group, InvalidArgument, ListWishes, SharedFilm, Strategy
from dashboard import resources, state
from dashboard.components import markup, tables
from dashboard.components.company import pick_company
from dashboard.components.scene import Scene, open_scene
from dashboard.exports import csv_text
from dashboard.rows import film_of, usual_support
from dashboard.sentences import agreement_sentence

SHOWN, APART = 10, 5
STRATEGIES: dict[str, Strategy] = {
    "Average": "average", "Nobody suffers": "least misery", "Most joy": "most pleasure"
}  # fmt: skip
MEANING = {
    "average": "Ordered by the mean of what all would give.",
    "least misery": "Ordered by the lowest of what all would give, so that nobody suffers.",
    "most pleasure": "Ordered by the highest of what all would give, so that somebody is delighted.",
}


def show() -> None:
    """Show the page."""
    scene = open_scene()
    st.title("A film for all of you")
    st.html(
        markup.lede(
            "Choose two to six people. The model predicts what each would give every film that none of you has rated, "
            "and you say what counts: the average, that nobody suffers, or that somebody is delighted."
        )
    )
    first = str(resources.first_person(scene.base.dataset.ratings.fingerprint, scene.base))
    company = pick_company(
        scene, opens_with=[state.YOU if scene.shelf.ratings else next(iter(scene.tastes), ""), first]
    )
    strategy, wishes = _bar(scene)
    try:
        group = Group.of(company, scene.ready.saved.films, wishes)
    except InvalidArgument:
        few = len(company) < 2
        st.html(markup.empty("Who is coming?" if few else "No film is left for all", _what_to_do(few=few)))
    else:
        _shown(scene, group, strategy)
    st.html(scene.provenance())


def _bar(scene: Scene) -> tuple[Strategy, ListWishes]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = st.segmented_control("What counts", list(STRATEGIES), default="Average", required=True,
                                     key="strategy", bind="query-params")  # fmt: skip
        with st.popover("Filter", icon=":material/tune:"):
            known = scene.ready.saved.films.genres
            genres: Sequence[str] = (
                st.pills("Genre", known, selection_mode="multi", key="genres", bind="query-params") if known else ()
            )
            support = st.slider("Ratings at least", 0, 200, usual_support(scene.base.dataset.ratings), 5, key="support",
                                bind="query-params")  # fmt: skip
    return STRATEGIES[asked or "Average"], ListWishes(genres=tuple(genres or ()), min_ratings=support)


def _what_to_do(*, few: bool) -> str:
    if few:
        return "Choose at least two people above: yourself, a starting taste, or a user of the data."
    return "The filter leaves fewer than two films that none of you has rated. Ask for fewer ratings or more genres."


def _shown(scene: Scene, group: Group, strategy: Strategy) -> None:
    best = group.recommend(strategy=strategy, n=SHOWN)
    names = list(group.people)
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        st.header("The list")
        st.html(
            tables.shared(
                f"{MEANING[strategy]} In predicted stars; underlined: whom the film serves most.",
                names,
                _rows(scene, best),
            )
        )
        st.download_button("Download as CSV", lambda: _csv(scene, names, best), "a-film-for-all.csv", "text/csv",
                           on_click="ignore", icon=":material/download:", type="tertiary")  # fmt: skip
    with right:
        st.header("Where you agree", help="The correlation of what two people would give all films in question: "
                  "1 means the same order, 0 none in common, −1 the opposite.")  # fmt: skip
        pairs = group.pairs()
        st.html(markup.lede(agreement_sentence(pairs[0], pairs[-1])))
        st.html(markup.facts((f"{pair.one} and {pair.other}", f"{pair.agreement:.2f}") for pair in pairs))
        st.header("Where you part")
        st.html(tables.shared("The films furthest apart, in predicted stars.", names,
                              _rows(scene, group.differences(n=APART))))  # fmt: skip


def _rows(scene: Scene, films: Sequence[SharedFilm]) -> list[tables.Shared]:
    return [
        tables.Shared(film_of(scene.ready.saved.films, film.item_id).title, film.predictions, film.serves)
        for film in films
    ]


def _csv(scene: Scene, names: Sequence[str], films: Sequence[SharedFilm]) -> str:
    return csv_text(("rank", "film_id", "title", *names, "serves"), (
        (rank, film.item_id, film_of(scene.ready.saved.films, film.item_id).title,
         *(round(film.predictions[name], 3) for name in names), film.serves)
        for rank, film in enumerate(films, start=1)
    ))  # fmt: skip
