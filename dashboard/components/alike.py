"""How much of a list is one's own, and who else has a taste like it."""

from __future__ import annotations

import streamlit as st

from core import BothRated, FoldInRefused, InvalidArgument, Person, personal_share
from dashboard import resources, state
from dashboard.components import markup
from dashboard.components.scene import Scene
from dashboard.rows import film_of, usual_support
from dashboard.sentences import share_sentence
from dashboard.words import star_text

NEAREST, FILMS = 3, 3
CONSIDERED = 10  # the top of the list that is laid beside everybody's


def own_share(scene: Scene, person: Person, *, is_you: bool) -> str:
    """Return how much of the list is what everybody gets, in a sentence; nothing where that cannot be said."""
    try:
        share = personal_share(person, min_ratings=usual_support(scene.base.dataset.ratings))
    except (FoldInRefused, InvalidArgument):
        return ""
    return share_sentence(share, n=CONSIDERED, is_you=is_you)


def people_like(scene: Scene, person: Person, option: str) -> None:
    """Show the users whose taste is nearest, with films both rated and where they part."""
    is_user = option != state.YOU and option not in scene.tastes
    without = scene.model.users.parse(option) if is_user else None
    found = resources.people(scene.model.version, scene.ready).nearest(person, n=NEAREST, without=without)
    if not found:
        return
    you = option == state.YOU
    st.header(
        f"People like {'you' if you else 'them'}",
        help="The users of the data whose predicted taste is nearest, over all films. The number is how far apart two "
        "people's tastes lie for a typical film, in stars.",
    )
    for other in found:
        label = f"User {other.user_id} · {other.distance:.2f} stars apart"
        with st.expander(label):
            st.html(
                markup.note(f"{other.n_shared} films rated by both.")
                + _films(scene, "Both liked", other.agree, you=you)
                + _films(scene, "Where you part" if you else "Where they part", other.differ, you=you)
            )


def _films(scene: Scene, title: str, both: tuple[BothRated, ...], *, you: bool) -> str:
    if not both:
        return ""
    whose = "you" if you else "they"
    facts = [
        (
            film_of(scene.ready.saved.films, film.item_id).title,
            f"{whose} {star_text(film.yours)}, user {star_text(film.theirs)}",
        )
        for film in both[:FILMS]
    ]
    return markup.subheading(title) + markup.facts(facts)
