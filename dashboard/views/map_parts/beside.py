"""Another model beside the first: the same films, turned to lie alike."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core import Id, InvalidArgument, UnknownId
from dashboard import map_resources, resources
from dashboard.charts import Axis
from dashboard.components import markup
from dashboard.components.job_panel import job_panel
from dashboard.components.scene import Scene
from dashboard.jobs import TooManyJobs
from dashboard.library import KINDS, Ready
from dashboard.views.map_parts.drawings import Drawn
from dashboard.views.map_parts.look import Look
from dashboard.views.map_parts.people import Company, company
from dashboard.views.map_parts.picture import show_map
from dashboard.words import literal, percent


def show_beside(scene: Scene, option: str, first: Drawn, look: Look, chosen: Id | None) -> None:
    """Show the map of the other model, or how it comes to be, and how much a film's neighbourhood changes."""
    st.html(markup.subheading(KINDS[look.beside].name))
    ready = _ready(scene, look.beside)
    if ready is None:
        return
    try:
        n_components = 3 if look.is_deep else 2
        drawing = map_resources.beside(
            ready.model.version, look.metric, n_components, look.support, first.key, ready, first.map
        )
    except InvalidArgument as error:
        st.html(markup.empty("No map of this model", f"{error}."))
        return
    # Turned to lie like the first, its axes have shares of their own; names belong to the directions they were found for.
    axes = [Axis(f"Axis {number}", share) for number, share in enumerate(drawing.projection.explained, start=1)]
    other = Drawn(drawing, f"{ready.model.version}:beside:{first.key}", axes)
    show_map(scene, ready, _company(scene, ready, option), other, look, chosen=chosen, near=(), key="film_map_beside")
    st.html(markup.note(_change(scene, ready, chosen)))


def _ready(scene: Scene, kind: str) -> Ready | None:
    ready = resources.library().ready(scene.data, kind)
    if ready is not None:
        return ready
    try:
        job = resources.start_preparing(scene.data, kind)
    except TooManyJobs as error:
        st.info(literal(f"The other model cannot be made now: {error}."))
        return None
    job_panel(resources.runner(), job, what=f"Training {KINDS[kind].name.lower()}", stays="The first map stays.")
    return resources.library().ready(scene.data, kind)


def _company(scene: Scene, ready: Ready, option: str) -> Company:
    """The same people as the other model sees them."""
    return company(replace(scene, ready=ready), option)


def _change(scene: Scene, ready: Ready, chosen: Id | None) -> str:
    """How much the neighbourhood of the film, and of films at large, changes from one model to the other."""
    try:
        kept = map_resources.neighbourhoods(scene.model.version, ready.model.version, scene.ready, ready)
    except (InvalidArgument, UnknownId):
        return "Too few films are known well enough to both models to compare who is near whom."
    usual = sum(kept.values()) / len(kept)
    text = f"Of a film's ten nearest, {percent(usual)} are among its ten nearest here too, on average."
    if chosen in kept:
        return f"{round(10 * kept[chosen])} of this film's ten nearest stay near in the other model. {text}"
    return text
