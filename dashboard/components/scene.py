"""What every page stands on: the data, the model and the visitor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from core import Archetype, Catalogue, FactorModel, Id, InvalidArgument, Person, UnknownId, fold_in, person_of
from dashboard import resources, state
from dashboard.components import markup
from dashboard.components.making import show_making
from dashboard.jobs import TooManyJobs
from dashboard.library import KINDS, Ready, kind_of
from dashboard.rows import film_of
from dashboard.visitors import Profile, Rating, SharedModel, Shelf, Store, StoreError, profile_in
from dashboard.words import count, literal

# A model that is on the disk is read within this time: then no progress is shown for a moment.
PATIENCE_SECONDS = 1.5
FILMS_TOLD_BY = 2


@dataclass(frozen=True)
class Scene:
    """One run of a page: the model in use, the one that everybody starts with, and what the visitor rated."""

    data: str
    kind: str
    ready: Ready
    base: Ready
    shelf: Shelf
    has_own: bool = False
    profile: Profile | None = None
    shared: SharedModel | None = None

    @property
    def model(self) -> FactorModel:
        """The model in use."""
        return self.ready.model

    @property
    def me(self) -> Person:
        """The visitor, from the ratings they gave."""
        # What a few films were chosen says little yet: on held-out people, with 5 to 50 ratings, predictions are better
        # without it (`python -m benchmarks.bench_rated_prior`).
        return fold_in(self.model, self.shelf.stars, chosen=())

    def person(self, who: str) -> Person:
        """Return the visitor, a starting taste or a user of the data."""
        taste = self.tastes.get(who)
        if taste is not None:
            return taste.person(self.model)
        return self.me if who == state.YOU else person_of(self.model, self.model.users.parse(who))

    @property
    def tastes(self) -> dict[str, Archetype]:
        """The starting tastes by what stands for them in the address."""
        # Of the shared model: a retrained one has the same, so that an address keeps its meaning.
        found = resources.tastes(self.base.model.version, self.base)
        return {f"{state.TASTE}{_told_by(taste, self.base.saved.films)}": taste for taste in found}

    def provenance(self) -> str:
        """Return the grey line that every page ends with."""
        card = self.model.card
        ratings = count(card.n_ratings, "rating")
        return markup.provenance(
            f"Model {card.trainer} {self.model.version}",
            self.ready.dataset.card.title,
            self._whose(ratings),
            f"seed {card.seed}",
        )

    def _whose(self, ratings: str) -> str:
        if self.kind == state.SHARED and self.shared is not None:
            return (
                f"{ratings}, {self.shared.n_ratings:,} of them by {count(self.shared.n_people, 'visitor')} who agreed"
            )
        return f"{ratings}, yours among them" if self.kind == state.MINE else f"all {ratings}"


def _told_by(taste: Archetype, films: Catalogue) -> str:
    """A genre, or for the end of a direction two films: its name says what it tracks, not what somebody likes."""
    titles = [film_of(films, film).title for film in taste.liked[:FILMS_TOLD_BY]]
    return taste.name if taste.origin == "genre" else " and ".join(titles)


def open_scene() -> Scene:
    """Return the scene, or show how its model is being made and end the run."""
    complaint = state.complaint()
    if complaint is not None:
        st.error(literal(complaint))
    data = state.choice(state.DATA, allowed=_is_here, default=resources.default_dataset())
    profile, shelf, folder = _visitor(data)
    own = None if folder is None else _own(data, folder)
    shared = _shared(data)
    kinds = [*KINDS, *([state.MINE] if own is not None else []), *([state.SHARED] if shared is not None else [])]
    kind = state.choice(
        state.MODEL, allowed=kinds, default=state.MINE if own is not None else resources.default_kind(data)
    )
    if kind == state.MINE and own is not None:
        ready, base = own, _prepared(data, kind_of(own.model))
    elif kind == state.SHARED:
        ready = base = _prepared(data, resources.default_kind(data))
        ready = _of_visitors(data, shared) or base
    else:
        ready = base = _prepared(data, kind)
    return Scene(data, kind, ready, base, usable(shelf, ready), own is not None, profile, shared)


def who(scene: Scene) -> str:
    """Return whose page this is: ``you``, a starting taste, or the id of a user as text."""
    first: Id = resources.first_person(scene.base.dataset.ratings.fingerprint, scene.base)
    option = state.choice(state.PERSON, allowed=lambda text: is_known(scene, text), default=str(first))
    is_user = option != state.YOU and option not in scene.tastes
    return str(scene.base.model.users.parse(option)) if is_user else option


def is_known(scene: Scene, person: str) -> bool:
    """Return whether ``person`` is ``you``, a starting taste or the id of a user of the data."""
    try:
        return person == state.YOU or person in scene.tastes or scene.base.model.users.parse(person) is not None
    except UnknownId:
        return False


def usable(shelf: Shelf, ready: Ready) -> Shelf:
    """Leave out what the data no longer allow, films and ratings: it stays on record, but no model can use it."""

    def fits(rating: Rating) -> bool:
        try:
            return rating.film in ready.model.items and ready.model.scale.check(rating.stars) is not None
        except InvalidArgument:
            return False

    known = tuple(filter(fits, shelf.ratings))
    return shelf if len(known) == len(shelf.ratings) else replace(shelf, ratings=known)


def _is_here(name: str) -> bool:
    return name == resources.default_dataset() or any(
        info.name == name and info.is_here for info in resources.datasets()
    )


def _visitor(data: str) -> tuple[Profile | None, Shelf, str | None]:
    try:
        store = resources.store()
        profile = _profile(store)
        key = state.visitor()
        return profile, store.shelf(key, data), store.model(key, data)
    except StoreError as error:
        st.error(literal(str(error)))
        return None, Shelf(), None


def _shared(data: str) -> SharedModel | None:
    """The version that learned from visitors too, if there is one."""
    try:
        return resources.store().sharing.current(data)
    except StoreError:  # told already
        return None


def _of_visitors(data: str, shared: SharedModel | None) -> Ready | None:
    return None if shared is None else resources.library().retrained(data, shared.folder)


def _profile(store: Store) -> Profile | None:
    """The profile that this tab shows: it stays with it whatever other tabs do, until that profile is gone."""
    profile = store.profiles.current(state.visitor())
    if profile is None and profile_in(state.visitor()) is not None:
        st.info("The profile that this page showed was deleted, or its private link was replaced.")
        state.show_profile(None)
        profile = store.profiles.current(state.visitor())
    if profile is not None:
        state.show_profile(profile.id)
    return profile


def _own(data: str, folder: str) -> Ready | None:
    """The visitor's retrained model. One that is gone is told of once and forgotten."""
    # With progress where the data must be read first: what follows takes no time.
    _prepared(data, resources.default_kind(data))
    own = resources.library().retrained(data, folder)
    if own is None:
        st.info("The model you retrained does not fit these data any more, or is gone: the shared one is in use.")
        try:
            resources.store().set_model(state.visitor(), data, None)
        except StoreError as error:
            st.error(literal(str(error)))
    return own


def _prepared(data: str, kind: str) -> Ready:
    library = resources.library()
    ready = library.ready(data, kind)
    if ready is not None:
        return ready
    try:
        job = resources.start_preparing(data, kind)
    except TooManyJobs as error:
        st.error(literal(f"The model cannot be made now: {error}."))
        st.stop()
    resources.runner().wait(job, seconds=PATIENCE_SECONDS)
    ready = library.ready(data, kind)
    if ready is None:
        show_making(job, data=data, kind=kind)
        st.stop()
    return ready
