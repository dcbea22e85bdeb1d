"""Below the table: all figures, where a run errs, whether its doubt is right, more ratings, better settings."""

from __future__ import annotations

import streamlit as st

from core import (
    Calibration,
    ErrorAtlas,
    InvalidArgument,
    Miss,
    Ratings,
    ReelspaceError,
    SavedModel,
    check_calibration,
    error_atlas,
    explain,
    person_of,
)
from dashboard import lab_resources, map_resources, resources
from dashboard.charts.comparisons import promises_chart
from dashboard.components import lab_table, markup, tables
from dashboard.components.scene import Scene
from dashboard.jobs import JobContext, TooManyJobs
from dashboard.lab_figures import Contestant
from dashboard.runs import Run
from dashboard.views.lab_parts.trying_out import learning, searching, waiting
from dashboard.words import literal, percent, star_text

STILL = {"displayModeBar": False}
SLICES = {"activity": "How many ratings a person has", "popularity": "How known a film is", "genre": "Genre", "decade": "Decade",
          "time": "When it was rated", "age": "Age", "gender": "Gender"}  # fmt: skip
PARTS = ("All figures", "Where it errs", "Is its doubt right?", "Would more ratings help?", "Better settings")


def look_closer(scene: Scene, shown: list[Contestant], lines: list[lab_table.Line]) -> None:
    """Show the one part that is asked for, of the run that is asked for."""
    st.header("Look closer")
    part = st.segmented_control("What", PARTS, default=PARTS[0], required=True, key="lab_part", bind="query-params")
    if part == PARTS[0]:
        _all_figures(lines)
        return
    mine = {each.run.id: each.run for each in shown if each.run is not None}
    if not mine:
        st.html(markup.empty("No run to look at", "Train a run above, then look at it here."))
        return
    key = st.selectbox("Run", list(mine), format_func=lambda key: mine[key].name, key="lab_run", width=360)
    try:
        {PARTS[1]: _atlas, PARTS[2]: _doubt, PARTS[3]: learning, PARTS[4]: searching}[part](scene, mine[key])
    except (ReelspaceError, TooManyJobs) as error:
        st.error(literal(str(error)))


def _all_figures(lines: list[lab_table.Line]) -> None:
    if any(line.row is not None for line in lines):
        st.html(lab_table.all_figures(lines))
        st.html(markup.note("Below each figure its 95 % interval over people, then its difference to the yardstick and the word for it. "
                            "The differences' intervals hold all together and count what other seeds might have given."))  # fmt: skip


def _held_out(saved: SavedModel) -> Ratings:
    if saved.held_out is None:
        raise InvalidArgument("this run holds no ratings that it was not trained on")
    return saved.held_out


def _atlas(scene: Scene, run: Run) -> None:
    saved = lab_resources.runs().saved(run)
    people = scene.base.dataset.people
    name = f"atlas:{run.version}"

    def work(_context: JobContext) -> ErrorAtlas:
        return error_atlas(saved.model, _held_out(saved), saved.films, people=people)

    atlas = lab_resources.found(name, ErrorAtlas.from_json, work, patience=2.0)
    if atlas is None:
        waiting(lab_resources.queue(), name, "Sorting its errors")
        return
    kinds = [kind for kind in SLICES if any(line.kind == kind for line in atlas.lines)]
    kind = st.selectbox("Slice by", kinds, format_func=SLICES.__getitem__, key="lab_slice", width=360)
    rows = [
        (
            line.name,
            f"{line.n_ratings:,}",
            f"{line.n_people:,}",
            lab_table.figure_text(line.rmse),
            lab_table.figure_text(line.bias),
        )
        for line in (atlas.whole, *(line for line in atlas.lines if line.kind == kind))
    ]
    st.html(lab_table.plain_table("Errors by slice", (SLICES[kind], "Ratings", "People", "Typical error, stars",
                                                      "Rating less prediction"), rows))  # fmt: skip
    st.html(
        markup.note(
            "Stars, with 95 % intervals over people, each by itself. Above 0 in the last column: people gave more than was predicted."
        )
    )
    _misses(saved, atlas)


def _misses(saved: SavedModel, atlas: ErrorAtlas) -> None:
    st.subheader("Single predictions")
    known = {f"{kind} {number}": miss for kind, some in (("Furthest off", atlas.worst), ("Nearest", atlas.best))
             for number, miss in enumerate(some, start=1)}  # fmt: skip
    chosen = st.selectbox(
        "Prediction", list(known), format_func=lambda key: _miss_text(key, known[key]), key="lab_miss"
    )
    miss = known[chosen]
    person = person_of(saved.model, miss.user_id)
    found = explain(person, miss.item_id)
    terms = [tables.Term(term.name, "", term.value) for term in found.terms]
    caption = f"User {miss.user_id} gave {miss.title} {star_text(miss.rating)}; the sum as this run sees it."
    st.html(tables.ledger(caption, terms, tables.Term("Predicted", "", found.prediction), whole=saved.model.scale.high))


def _miss_text(key: str, miss: Miss) -> str:
    return f"{key}: {miss.title}, User {miss.user_id} gave {star_text(miss.rating)}, predicted {miss.prediction:.2f}"


def _doubt(_scene: Scene, run: Run) -> None:
    saved = lab_resources.runs().saved(run)
    name = f"doubt:{run.version}"
    found: Calibration | None = map_resources.result_of(
        name, lambda _context: check_calibration(saved.model, _held_out(saved)), patience=1.0
    )
    if found is None:
        waiting(resources.runner(), name, "Asking how sure it was")
        return
    st.html(markup.facts([
        ("Ratings inside their 90 % interval", f"{percent(found.coverage, decimals=1)} ± {percent(2 * found.error, decimals=1)}"),
        ("Mean width of that interval", f"{found.width:.2f} stars"),
        ("Ratings inside the set of stars that is shown", percent(found.star_sets.coverage, decimals=1)),
        ("Levels in such a set, on average", f"{found.star_sets.mean_size:.1f}"),
    ]))  # fmt: skip
    st.plotly_chart(promises_chart({run.name: found.curve}), key="promises", config=STILL)
    st.html(markup.note("On the straight line promises are kept; below it the run is surer than it may be."))
