"""Which drawing the look asks for, and why there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from core import FilmMap, InvalidArgument, NamedAxis
from dashboard import map_resources, map_state, resources
from dashboard.charts import Axis
from dashboard.components import markup
from dashboard.components.job_panel import job_panel
from dashboard.components.scene import Scene
from dashboard.rows import film_of
from dashboard.views.map_parts.look import Look

N_AXES = 6  # that have a card


@dataclass(frozen=True, eq=False)
class Drawn:
    """A drawing with the key of its caches, its axes as they are named on the map, and what is to be said of it."""

    map: FilmMap
    key: str
    axes: list[Axis]
    note: str = ""


def drawn(scene: Scene, look: Look) -> Drawn | None:
    """Return the drawing; None where there is none yet or can be none, and that is told."""
    try:
        found = _drawn(scene, look)
    except InvalidArgument as error:
        st.html(_no_map(scene, look, str(error)))
        return None
    return found if found is None or look.colour != "trust" else _with_trust(found)


def _drawn(scene: Scene, look: Look) -> Drawn | None:
    if look.picture == "umap":
        return _umap(scene, look)
    if look.picture == "hand":
        return _by_hand(scene, look)
    return _turned(scene, look) or _principal(scene, look)


def _with_trust(found: Drawn) -> Drawn:
    """The same with each film's true neighbours counted: on a large map that takes a while, and its colours wait."""
    if not found.map.frame["kept"].isna().any():
        return found
    name, drawing = map_resources.counted(found.key, found.map)
    if drawing is None:
        job_panel(
            resources.runner(), name, what="Counting true neighbours", stop="Stop", stays="The map stays as it is."
        )
        return found
    return replace(found, map=drawing, key=f"{found.key}:kept")


def _turned(scene: Scene, look: Look) -> Drawn | None:
    """The plane along two axes turned by varimax, where they are laid and known."""
    if look.picture != "plane" or look.metric != "stars" or not map_state.is_on(map_state.TURNED, usual=False):
        return None
    version, numbers = scene.model.version, laid()
    axes = map_resources.axes_of(version, "varimax", scene.ready)[1] or ()
    if max(numbers) > len(axes):  # not known yet, or there are not as many
        return None
    drawing = map_resources.turned_plane(version, *numbers, look.support, scene.ready, axes)
    shown = [
        replace(axis, name=f"Turned {axis.name.lower()}")
        for axis in (
            axis_of(axes[n - 1], n, share) for n, share in zip(numbers, drawing.projection.explained, strict=True)
        )
    ]
    return Drawn(drawing, f"{version}:{look.support}:turned:{numbers}", shown)


def _principal(scene: Scene, look: Look) -> Drawn:
    version, across, up = scene.model.version, *laid()
    if look.picture == "plane" and look.metric == "stars" and (across, up) != (1, 2):
        drawing = map_resources.principal_plane(version, across, up, look.support, scene.ready)
        numbers = [across, up]
    else:
        n_components = 3 if look.is_deep else 2
        drawing = resources.drawing(version, look.metric, n_components, look.support, scene.ready, scene.base)
        numbers = list(range(1, n_components + 1))
    key = f"{version}:{look.metric}:{look.support}:{'-'.join(map(str, numbers))}"
    names = _names(scene) if look.metric == "stars" else ()
    axes = [
        axis_of(names[number - 1] if number <= len(names) else None, number, share)
        for number, share in zip(numbers, drawing.projection.explained, strict=True)
    ]
    return Drawn(drawing, key, axes)


def laid() -> tuple[int, int]:
    """Return which principal axes lie across and up, by number from 1, as the address says."""
    across = map_state.number_in(map_state.ACROSS, N_AXES) or 1
    up = map_state.number_in(map_state.UP, N_AXES) or 2
    return (across, up) if across != up else (1, 2)


def _names(scene: Scene) -> tuple[NamedAxis, ...]:
    """The axes' names, if they are known already: a map does not wait for them. A retrained map is turned a little."""
    return map_resources.axes_of(scene.model.version, "principal", scene.ready)[1] or ()


def axis_of(named: NamedAxis | None, number: int, share: float) -> Axis:
    """Return an axis of the map with its share of the variance, and the words that evidence allows at its ends."""
    low, _, high = named.name.partition(" ↔ ") if named is not None and named.has_meaning else ("", "", "")
    return Axis(f"Axis {number}", share, _short(low), _short(high))


def _short(words: str) -> str:
    return ", ".join(words.split(", ")[:2])


def _umap(scene: Scene, look: Look) -> Drawn | None:
    name, drawing = map_resources.umap_drawing(scene.model.version, look.metric, look.support, scene.ready)
    if drawing is None:
        st.html(
            markup.note(
                "UMAP looks for each film's near films and lays them out round by round; it is kept for next time."
            )
        )
        job_panel(
            resources.runner(), name, what="Drawing by UMAP", stop="Stop drawing", stays="The plane is there meanwhile.",
            again="Try again",
        )  # fmt: skip
        return None
    key = f"{scene.model.version}:{look.metric}:{look.support}:umap"
    return Drawn(
        drawing, key, [Axis(""), Axis("")], "UMAP keeps near films near; its axes and long distances mean nothing."
    )


def _by_hand(scene: Scene, look: Look) -> Drawn | None:
    items = scene.model.items
    low, high, low_up, high_up = (
        map_state.films_in(name, items) for name in (map_state.LOW, map_state.HIGH, map_state.LOW_UP, map_state.HIGH_UP)
    )
    if not (low and high):
        st.html(
            markup.empty(
                "Name both ends of an axis",
                "Choose a film, or several, for each end under Axes: from the ones to the others.",
            )
        )
        return None
    second = (low_up, high_up) if low_up and high_up else None
    drawing, cosine = map_resources.hand_drawing(scene.model.version, (low, high), second, look.support, scene.ready)
    ends = [(low, high), *([second] if second else [])]
    axes = [
        Axis(f"By hand {number}", share, _title(scene, a), _title(scene, b))
        for number, (share, (a, b)) in enumerate(zip(drawing.projection.explained, ends, strict=True), start=1)
    ]
    note = (
        "One axis: films lie along a line."
        if second is None
        else f"The two axes asked for have a cosine of {cosine:.2f}; the second shows what the first does not."
    )
    key = f"{scene.model.version}:{look.support}:hand:{ends}"
    return Drawn(drawing, key, axes if len(axes) == 2 else [*axes, Axis("")], note)


def _title(scene: Scene, films: tuple[object, ...]) -> str:
    first = film_of(scene.ready.saved.films, films[0]).title  # type: ignore[arg-type]  # an id out of the model
    return first if len(films) == 1 else f"{first} and {len(films) - 1} more"


def _no_map(scene: Scene, look: Look, reason: str) -> str:
    """Why there is no map, and what to do about it."""
    if not scene.model.n_factors or scene.model.n_factors * scene.model.n_draws < 2:
        return markup.empty(
            "This model knows one direction of taste", "A plane needs two: choose another model under View."
        )
    if look.picture == "hand":
        return markup.empty("These ends make no axis", f"{reason[:1].upper()}{reason[1:]}. Choose others under Axes.")
    return markup.empty("No map of so few films", "Ask for fewer ratings under View.")
