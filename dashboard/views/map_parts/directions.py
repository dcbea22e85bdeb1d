"""The cards of the directions: what lies at their ends, what they track, how surely they are found again."""

from __future__ import annotations

import streamlit as st

from core import AxisStability, Evidence, NamedAxis
from dashboard import map_resources, map_state, resources
from dashboard.components import markup
from dashboard.components.job_panel import job_panel
from dashboard.components.scene import Scene
from dashboard.rows import film_of
from dashboard.views.map_parts.drawings import laid
from dashboard.views.map_parts.look import Look
from dashboard.views.map_parts.people import Company, pick_films
from dashboard.words import percent

N_ENDS = 3
MOST_EVIDENCE = 4
NOT_TASTE = ("mean rating", "popularity")  # what people mistake for taste comes first
ROTATIONS = {"principal": "As found", "varimax": "Turned"}


def show_directions(scene: Scene, found: Company, look: Look) -> None:
    """Show a card for each direction, with buttons that lay it along an axis of the map; or axes by hand."""
    if look.picture == "hand":
        _by_hand(scene)
        return
    rotation = st.segmented_control(
        "Directions", list(ROTATIONS), default="principal", required=True, format_func=ROTATIONS.__getitem__,
        key="rotation", bind="query-params", label_visibility="collapsed",
        help="As found: each holds as much of the differences in taste as it can. Turned (varimax): the same space, "
        "so that each film lies along few of them.",
    )  # fmt: skip
    name, axes = map_resources.axes_of(scene.model.version, rotation or "principal", scene.ready)
    if axes is None:
        job_panel(resources.runner(), name, what="Gathering evidence", stop="Stop", stays="The map needs no names.")
        return
    if not axes:
        st.html(
            markup.empty(
                "Too few films to name an axis",
                "Twenty films with five ratings or more are needed: evidence is measured on some of them.",
            )
        )
        return
    stability = map_resources.kept().get(map_resources.stability_name(scene.model.version, rotation or "principal"))
    for axis in axes:
        _card(scene, found, axis, stability, can_lie=look.picture == "plane" and look.metric == "stars")
    _stability(scene, rotation or "principal", axes, stability)


def _card(scene: Scene, found: Company, axis: NamedAxis, stability: AxisStability | None, *, can_lie: bool) -> None:
    films = scene.ready.saved.films
    low, high = ([film_of(films, film).title for film in end[:N_ENDS]] for end in (axis.low, axis.high))
    number = axis.index + 1
    st.html(
        markup.axis_card(
            markup.Direction(f"{number}. {axis.name}", low, high, evidence_text(axis, stability), _where(scene, found, axis), found.whose)
        )
    )  # fmt: skip
    if can_lie:
        across, up = laid() if _is_laid(axis) else (0, 0)
        with st.container(horizontal=True, key=f"lay-{number}"):
            for label, name, is_laid in (
                ("Lay across", map_state.ACROSS, across == number),
                ("Lay up", map_state.UP, up == number),
            ):
                st.button(
                    label, key=f"{name}-{number}", type="tertiary", disabled=is_laid,
                    help=f"Axis {number} along this direction of the map", on_click=_lay, args=(name, axis),
                )  # fmt: skip


def _is_laid(axis: NamedAxis) -> bool:
    """Whether the axes laid are of the same kind, as found or turned."""
    return map_state.is_on(map_state.TURNED, usual=False) is (axis.kind == "varimax")


def _lay(name: str, axis: NamedAxis) -> None:
    """Lay an axis; one that lay the other way gives its place, and axes of the other kind make room for the first two."""
    number, is_turned = axis.index + 1, axis.kind == "varimax"
    across, up = laid() if _is_laid(axis) else (1, 2)
    old = across if name == map_state.ACROSS else up
    new = {map_state.ACROSS: across, map_state.UP: up, name: number}
    for other in (map_state.ACROSS, map_state.UP):
        if other != name and new[other] == number:
            new[other] = old
    is_usual = (new[map_state.ACROSS], new[map_state.UP]) == (1, 2)
    map_state.keep_switch(map_state.TURNED, is_turned, usual=False)
    for each in (map_state.ACROSS, map_state.UP):
        map_state.keep_number(each, None if is_usual else new[each])


def _where(scene: Scene, found: Company, axis: NamedAxis) -> float | None:
    """Where the person stands between the ends, 0 to 1; only drawn for the first three axes of the space."""
    if not found.person.ratings or axis.kind != "principal" or axis.index > 2:
        return None
    drawing = resources.drawing(scene.model.version, "stars", 3, resources.MAP_SUPPORT, scene.ready, scene.base)
    stands = drawing.standing(found.person)
    return stands[axis.index] if scene.ready is scene.base else None


def evidence_text(axis: NamedAxis, stability: AxisStability | None) -> str:
    """Return variance, then what is no matter of taste, then what passed, then how surely the axis is found again."""
    by_name = {each.attribute: each for each in axis.evidence}
    first = [_measured(by_name[name]) for name in NOT_TASTE if name in by_name]
    passed = sorted(
        (each for each in axis.evidence if each.passes and each.attribute not in NOT_TASTE),
        key=lambda each: -each.strength,
    )
    rest = [_measured(each) for each in passed[:MOST_EVIDENCE]]
    parts = [f"{percent(axis.variance)} of the variance.", f"Held out: {'; '.join([*first, *rest])}."]
    if not axis.has_meaning:
        parts.append("Nothing passes what chance would give: do not read a meaning into it.")
    if stability is not None:
        again = stability.axis(axis.index)
        verdict = "Found again" if again.is_found else "Not found again: do not build on its name"
        parts.append(
            f"{verdict}: {again.by_seeds:.2f} from other seeds, {again.by_people:.2f} from other people's ratings."
        )
    return " ".join(parts)


def _measured(each: Evidence) -> str:
    """``AUC Horror 0.80 (0.76 to 0.85)``; what does not pass says so."""
    figure = f"{each.measure} {each.attribute} {each.value:.2f} ({each.low:.2f} to {each.high:.2f})"
    return figure if each.passes else f"{each.attribute} {each.measure} {each.value:.2f}, no more than chance"


def _stability(scene: Scene, rotation: str, axes: tuple[NamedAxis, ...], stability: AxisStability | None) -> None:
    name = map_resources.stability_name(scene.model.version, rotation)
    if stability is not None:
        seeds, people = stability.widest_angles
        st.html(markup.note(f"The space of all of them turns by {seeds:.0f}° between seeds and {people:.0f}° between other people's ratings, at its widest."))  # fmt: skip
        return
    status = job_panel(resources.runner(), name, what="Training again", stop="Stop", stays="Nothing was kept.")
    if status is None or not status.is_active:
        st.button(
            "See which are found again", key="stability", on_click=_restart, args=(scene, rotation, axes),
            help="Trains the model ten times more, from other seeds and on other people's ratings: some ten seconds to minutes.",
        )  # fmt: skip


def _restart(scene: Scene, rotation: str, axes: tuple[NamedAxis, ...]) -> None:
    resources.runner().take(map_resources.stability_name(scene.model.version, rotation))
    map_resources.start_stability(scene.model.version, rotation, axes, scene.ready)


def _by_hand(scene: Scene) -> None:
    """The ends of axes by hand: films that the person names."""
    items = scene.model.items
    for label, name in (
        ("Across: from", map_state.LOW), ("Across: to", map_state.HIGH), ("Up: from", map_state.LOW_UP), ("Up: to", map_state.HIGH_UP),
    ):  # fmt: skip
        pick_films(scene, name, map_state.films_in(name, items), label=label, placeholder="One film, or several")
    st.html(markup.note("One film at each end is enough; several make a steadier axis. Leave up empty for a line."))
