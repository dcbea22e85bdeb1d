"""Training the whole model again with the visitor's ratings in it, outside the script run."""

from __future__ import annotations

import streamlit as st

from core import Id, fold_in
from dashboard import resources, state
from dashboard.components import markup
from dashboard.components.job_panel import job_panel
from dashboard.components.scene import Scene, usable
from dashboard.jobs import JobContext, JobState, TooManyJobs
from dashboard.limits import LimitReached
from dashboard.rows import film_of, usual_support
from dashboard.training_limit import begin_training
from dashboard.visitors import StoreError
from dashboard.words import count

LEAST_RATINGS = 1
COMPARED = 10


def retraining(scene: Scene) -> None:
    """Show the button, the job while it runs, and what the new model changed."""
    job = f"retrain:{state.owner_digest()}:{scene.data}"  # the name reaches the browser: no token in it
    runner = resources.runner()
    status = job_panel(runner, job, what="Training the whole model", stays="The model in use has not changed.")
    if status is not None and status.state is JobState.DONE:
        runner.take(job)
        state.forget_choice(state.MODEL)  # the new model is the default from here on
        st.rerun()
    active = status is not None and status.is_active
    with st.container(horizontal=True):
        st.button(
            "Retrain the whole model",
            help="Your ratings join everybody's; people and films are all solved again in the background. "
            "You can go on rating.",
            disabled=active or len(scene.shelf.ratings) < LEAST_RATINGS,
            on_click=_start,
            args=(scene, job),
        )
        if scene.kind == state.MINE:
            st.button("Back to the shared model", type="tertiary", on_click=_go_back, args=(scene,), disabled=active)
    if scene.kind == state.MINE and not active:
        _compare(scene)


def _start(scene: Scene, job: str) -> None:
    """Queue the training; the worker thread has no session, so it is given all it needs."""
    try:
        library, store, visitor = resources.library(), resources.store(), state.visitor()
        base, data, owner = scene.base, scene.data, state.owner()
        stars = usable(store.shelf(visitor, data), base).stars  # with what another tab has rated since

        def work(context: JobContext) -> None:
            folder = library.retrain(base, stars, owner=owner, context=context)
            try:
                store.set_model(visitor, data, folder)
            except StoreError:  # deleted meanwhile: nothing of them stays
                library.drop(folder)
                raise
            library.drop_others(folder)

        begin_training(lambda: resources.runner().start(job, work))
    except (TooManyJobs, LimitReached, StoreError) as error:
        state.complain(str(error))


def _go_back(scene: Scene) -> None:
    try:
        resources.store().set_model(state.visitor(), scene.data, None)
    except StoreError as error:
        state.complain(str(error))
    state.forget_choice(state.MODEL)


def _compare(scene: Scene) -> None:
    """Say what the retrained model changed in the list, against the shared one with the same ratings folded in."""
    before, after = _best(scene, shared=True), _best(scene, shared=False)
    stayed = [film for film in after if film in before]
    new = [film_of(scene.ready.saved.films, film).title for film in after if film not in before]
    came = f" New: {', '.join(new)}." if new else ""
    order = " in another order" if stayed == after and before != after else ""
    st.html(
        markup.note(
            f"Retrained with your ratings in it: {len(stayed)} of your best {count(COMPARED, 'film')} stay{order}.{came} "
            "Before, only your own vector had moved."
        )
    )


def _best(scene: Scene, *, shared: bool) -> list[Id]:
    model = scene.base.model if shared else scene.model
    support = usual_support(scene.base.dataset.ratings)
    return [
        found.item_id for found in fold_in(model, scene.shelf.stars, chosen=()).top_n(COMPARED, min_ratings=support)
    ]
