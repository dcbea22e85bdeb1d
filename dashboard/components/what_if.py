"""What if: change one rating and see the list answer; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import FoldInRefused, Id, InvalidArgument, Person, list_moves, smallest_change, what_if
from dashboard.components import markup, tables
from dashboard.components.scene import Scene
from dashboard.rows import film_of, usual_support
from dashboard.sentences import tip_sentence
from dashboard.words import predicted_text, star_text

LISTED = 10
NOT_RATED = "not rated"


def what_if_panel(scene: Scene, person: Person, chosen: Id, *, first: Sequence[Id], is_you: bool) -> None:
    """Show what another rating would do to the prediction of ``chosen`` and to the list of ``person``.

    ``first`` are the rated films that are offered first, those that count most.
    """
    st.header("What if?", help="A thought experiment: films stay where they are, and no rating is changed.")
    support = usual_support(scene.base.dataset.ratings)
    if chosen not in person.ratings:
        st.html(markup.lede(_smallest(scene, person, chosen, support, is_you=is_you)))
    rated = {str(film): film for film in [*first, *(film for film in person.ratings if film not in first)]}
    titles = {text: film_of(scene.ready.saved.films, film).label for text, film in rated.items()}
    left, right = st.columns([1, 1.45], gap="large")
    with left:
        text = st.selectbox(
            f"Had {'you' if is_you else 'they'} given", list(rated), format_func=titles.__getitem__, key="what_if_film"
        )
        film, scale = rated[text], scene.model.scale
        levels, now = [NOT_RATED, *map(star_text, scale.levels)], star_text(person.ratings[film])
        # Opens on the other end of the scale: something is seen to move.
        other = levels[1] if person.ratings[film] > (scale.low + scale.high) / 2 else levels[-1]
        asked = st.select_slider(f"these stars instead of {now}", levels, value=other, key=f"what_if_stars_{text}")
    stars = None if asked == NOT_RATED else dict(zip(levels[1:], scale.levels, strict=True))[asked]
    with right:
        try:
            _answer(scene, person, chosen, what_if(person, {film: stars}), support)
        except FoldInRefused as refused:
            st.html(markup.note(f"{refused}."))


def _smallest(scene: Scene, person: Person, chosen: Id, support: int, *, is_you: bool) -> str:
    try:
        tip = smallest_change(person, chosen, n=LISTED, min_ratings=support)
    except FoldInRefused:
        return "With this kind of model the smallest change that would move this film cannot be worked out at once."
    except InvalidArgument:
        return f"Fewer than {support} people rated this film: the list leaves it out, whatever the ratings are."
    listed = chosen in {found.item_id for found in person.top_n(LISTED, min_ratings=support)}
    title = "" if tip is None else film_of(scene.ready.saved.films, tip.item_id).title
    return tip_sentence(tip, title, listed=listed, n=LISTED, is_you=is_you)


def _answer(scene: Scene, person: Person, chosen: Id, other: Person, support: int) -> None:
    films, now = scene.ready.saved.films, what_if(person, {})
    before, after = (predicted_text(each.predict([chosen])[0].prediction) for each in (now, other))
    st.html(markup.note(f"{film_of(films, chosen).title}: {before} predicted stars now, {after} then."))
    moves = list_moves(now, other, n=LISTED, min_ratings=support)
    changes = [tables.Change(film_of(films, move.item_id).title, move.before, move.after) for move in moves]
    st.html(tables.list_changes("Places in the list now and then: the ten best, and who leaves them", changes))
