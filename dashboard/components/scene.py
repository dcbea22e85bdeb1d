"""What every page stands on: the data, the model and the visitor; while a model is being made, how far it is."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core import FactorModel, Id, Person, fold_in, person_of
from core import UnknownId as NotKnown
from dashboard import resources, state
from dashboard.components import markup
from dashboard.components.making import show_making
from dashboard.jobs import JobState
from dashboard.library import DEFAULT_KIND, KINDS, Ready
from dashboard.visitors import Shelf, StoreError
from dashboard.words import count

# A model that is on the disk is read within this time: then no progress is shown for a moment.
PATIENCE_SECONDS = 1.5


@dataclass(frozen=True)
class Scene:
    """One run of a page: the model in use, the one that everybody starts with, and what the visitor rated."""

    data: str
    kind: str
    ready: Ready
    base: Ready
    shelf: Shelf
    has_own: bool = False

    @property
    def model(self) -> FactorModel:
        """The model in use."""
        return self.ready.model

    @property
    def me(self) -> Person:
        """The visitor, from the ratings they gave."""
        return fold_in(self.model, self.shelf.stars)

    def person(self, who: str) -> Person:
        """Return the visitor or a user of the data."""
        return self.me if who == state.YOU else person_of(self.model, self.model.users.parse(who))

    def provenance(self) -> str:
        """Return the grey line that every page ends with."""
        card = self.model.card
        own = "with your ratings" if self.kind == state.MINE else "all"
        ratings = (
            f"{own} {count(card.n_ratings, 'rating')}"
            if own == "all"
            else f"{count(card.n_ratings, 'rating')}, yours among them"
        )
        return markup.provenance(
            f"Model {card.trainer} {self.model.version}", self.ready.dataset.card.title, ratings, f"seed {card.seed}"
        )


def open_scene() -> Scene:
    """Return the scene, or show how its model is being made and end the run."""
    complaint = state.complaint()
    if complaint is not None:
        st.error(complaint)
    data = state.choice(state.DATA, allowed=_is_here, default=resources.default_dataset())
    shelf, folder = _visitor(data)
    own = None if folder is None else resources.library().retrained(data, folder)
    kinds = [*KINDS, *([state.MINE] if own is not None else [])]
    kind = state.choice(state.MODEL, allowed=kinds, default=state.MINE if own is not None else DEFAULT_KIND)
    if kind == state.MINE and own is not None:
        base_kind = next(name for name, one in KINDS.items() if type(one.trainer).__name__ == own.model.card.trainer)
        return Scene(data, kind, own, _prepared(data, base_kind), _known_films(shelf, own), has_own=True)
    ready = _prepared(data, kind)
    return Scene(data, kind, ready, ready, _known_films(shelf, ready), has_own=own is not None)


def who(scene: Scene) -> str:
    """Return whose page this is: ``you``, or the id of a user as text."""

    def is_known(text: str) -> bool:
        try:
            return text == state.YOU or scene.base.model.users.parse(text) is not None
        except NotKnown:
            return False

    first: Id = resources.first_person(scene.base.dataset.ratings.fingerprint, scene.base)
    return state.choice(state.PERSON, allowed=is_known, default=str(first))


def _is_here(name: str) -> bool:
    return name == resources.default_dataset() or any(
        info.name == name and info.is_here for info in resources.datasets()
    )


def _visitor(data: str) -> tuple[Shelf, str | None]:
    try:
        token, store = state.visitor(), resources.store()
        return store.shelf(token, data), store.model(token, data)
    except StoreError as error:
        st.error(str(error))
        return Shelf(), None


def _known_films(shelf: Shelf, ready: Ready) -> Shelf:
    """Leave out films that the data no longer hold: they stay on record, but no model can use them."""
    known = tuple(rating for rating in shelf.ratings if rating.film in ready.model.items)
    return shelf if len(known) == len(shelf.ratings) else Shelf(known, shelf.last_change)


def _prepared(data: str, kind: str) -> Ready:
    ready = resources.library().ready(data, kind)
    if ready is None:
        runner, job = resources.runner(), resources.prepare_job(data, kind)
        status = runner.status(job)
        if status is None or status.state is JobState.DONE:  # one that failed or was stopped waits for "Try again"
            resources.start_preparing(data, kind)
        runner.wait(job, seconds=PATIENCE_SECONDS)
        ready = resources.library().ready(data, kind)
        if ready is None:
            show_making(job)
            st.stop()
    return ready
