"""Step 1: recommending by category, and what it gets wrong about films that somebody really rated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core import Id
from core.lessons import (
    best_by_kind,
    favourite_kinds,
    filed_alike,
    guess_by_kind,
    kinds_of,
    mean_by_kind,
    misses,
)
from dashboard import learn_resources
from dashboard.components import grids, markup
from dashboard.components.scene import Scene, open_scene
from dashboard.rows import film_of
from dashboard.views.learn.duel import show_duel
from dashboard.views.learn.frame import Step
from dashboard.views.learn.somebody import people_with_hidden_ratings, pick_somebody
from dashboard.words import count, predicted_text, star_text

N_MISSES, N_KINDS = 5, 9


def draw() -> None:
    """Show somebody's kinds, the guesses that follow, and the duel."""
    scene = open_scene()
    dataset = scene.base.dataset
    split = learn_resources.held_out(dataset.ratings.fingerprint, dataset)
    kinds = learn_resources.kinds(dataset.ratings.fingerprint, dataset)
    people = people_with_hidden_ratings(split)
    if not people or not any(kinds.values()):
        st.html(markup.empty("Nothing to file", "These ratings know no kinds of film, or nobody rated enough of them."))
        return
    who = pick_somebody(people)
    user = split.train.users.parse(who)
    known, hidden = split.train.of_user(user), split.test.of_user(user)
    means = mean_by_kind(known, kinds)
    _show_kinds(who, known, kinds, split.train.scale.levels)
    _show_misses(scene, hidden, means, kinds)
    _show_ties(scene, who, {*known, *hidden}, means, kinds)
    show_duel(scene, user)


def _show_kinds(
    who: str, known: Mapping[Id, float], kinds: Mapping[Id, tuple[str, ...]], levels: Sequence[float]
) -> None:
    found = favourite_kinds(known, kinds, levels)[:N_KINDS]
    rows = [grids.KindRow(each.kind, each.counts, each.mean) for each in found]
    st.html(
        markup.subheading(f"How many films of each kind User {who} gave each number of stars")
        + grids.kinds("Films by kind and stars", levels, rows)
    )
    largest = max(found, key=lambda each: each.n_films, default=None)
    if largest is not None:
        low, high = map(star_text, largest.span(levels))
        really = f"it was anything from {low} to {high}" if low != high else f"it was always {low}"
        st.html(
            markup.note(
                f"For a film that is filed under “{largest.kind}” and nothing else, the guess is "
                f"{predicted_text(largest.mean)}. Really {really}."
            )
        )


def _show_misses(
    scene: Scene, hidden: Mapping[Id, float], means: Mapping[str, float], kinds: Mapping[Id, tuple[str, ...]]
) -> None:
    found = misses(hidden, means, kinds)
    far = sum(miss.distance >= 1 for miss in found)
    rows = []
    for miss in found[:N_MISSES]:
        about = film_of(scene.base.saved.films, miss.film)
        rows.append(grids.Missed(about.title, about.year, ", ".join(kinds[miss.film]), miss.guess, miss.given))
    st.header("Where the guess was furthest off")
    st.html(
        markup.note(
            f"{count(len(hidden), 'rating')} of this person were hidden from the table above. Of "
            f"{count(len(found), 'guess', 'guesses')} for them {far or 'none'} {'is' if far == 1 else 'are'} a whole star off or more. "
            "In colour the guess, in a box what this person gave."
        )
        + grids.misses(rows)
    )


def _show_ties(
    scene: Scene, who: str, rated: set[Id], means: Mapping[str, float], kinds: Mapping[Id, tuple[str, ...]]
) -> None:
    """Films of the same kinds get one guess: no list can be made of them."""
    unseen = [film for film in scene.base.dataset.ratings.items if film not in rated]
    ranked, alike = best_by_kind(unseen, means, kinds), filed_alike(unseen, kinds)
    if not ranked:
        return
    titles = [film_of(scene.base.saved.films, film).title for film, _ in ranked[:3]]
    such = [film_of(scene.base.saved.films, film).title for film in alike[:2]]
    st.header(f"What categories would recommend to User {who}")
    st.html(
        markup.note(
            f"First of all {', '.join(titles)}, with {predicted_text(ranked[0][1])} stars. But "
            f"{count(len(alike), 'film')} that this person has not rated are filed alike, such as {' and '.join(such)}: "
            "to categories they are one and the same film."
        )
    )


STEP = Step(
    slug="categories",
    title="Recommend by category",
    idea=(
        "You like comic films, so here is another one. Shops and friends recommend like this: they file films under "
        "kinds, and people under the kinds they like.",
        "Below is a real person, and what they gave films of each kind. The guess for a film is the mean of its kinds. "
        "See how well that works.",
    ),
    draw=draw,
    try_this="Choose another person. Is there anybody whose row of a kind is filled in one place only?",
    listing=(mean_by_kind, guess_by_kind, best_by_kind, kinds_of),
    in_the_app=(
        ("For you", ".", "The list that the numbers give, with reasons."),
        ("Map, coloured by genre", "map?colour=Genre", "Where films of one kind lie, and how they mix."),
    ),
)
