"""Step 11: the same trick on words, and films as words: what stands near each other comes to lie near each other."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import Progress, Ratings
from core.lessons import (
    Pull,
    nearest_by_angle,
    pairs_within,
    skip_gram_step,
)
from dashboard import learn_models, state
from dashboard.components import markup
from dashboard.components.chances import ChanceRow, chances, window
from dashboard.components.loss_curves import loss_curves
from dashboard.components.scene import Scene, open_scene
from dashboard.rows import film_of
from dashboard.views.learn.films_as_words import show_films_as_words
from dashboard.views.learn.frame import Step
from dashboard.views.learn.somebody import MOST_OFFERED, pick_somebody
from dashboard.words import count

SHORTEST, N_SHOWN = 10, 8  # films of a sentence that can be an example, and of it that are shown
N_PASSES = 10
AT = "pull"  # which step of the small player is shown


def draw() -> None:
    """Show a sentence with its window, learning from it step by step, and what all sentences together teach."""
    scene = open_scene()
    ratings = scene.base.dataset.ratings
    texts = learn_models.texts(ratings.fingerprint, scene.base.dataset)
    people = [str(user) for user, text in zip(ratings.users, texts, strict=True) if len(text) >= SHORTEST]
    if people:
        # By itself: a step is drawn without asking for the lists below again.
        st.fragment(_show_sentence)(scene, people[:MOST_OFFERED], texts)
    show_films_as_words(scene)


def _show_sentence(scene: Scene, people: Sequence[str], texts: Sequence[Sequence[int]]) -> None:
    ratings = scene.base.dataset.ratings
    with st.container(horizontal=True, vertical_alignment="bottom"):
        user = ratings.users.parse(pick_somebody(people))
        reach = st.slider("Films on each side that count as near", 1, 3, 2, key="reach", bind="query-params", width=260)
    sentence = texts[ratings.users.row(user)][:N_SHOWN]
    titles = {row: film_of(scene.base.saved.films, ratings.items.labels[row]).title for row in sentence}
    steps = learn_models.walk(ratings.fingerprint, tuple(sentence), reach, N_PASSES, ratings)
    n_pairs = len(steps) // N_PASSES
    at = _player(len(steps), n_pairs)
    now = steps[max(at - 1, 0)]
    st.html(
        markup.subheading(f"The first {len(sentence)} films that User {user} liked, {order_of(ratings)}")
        + window([titles[row] for row in sentence], middle=sentence.index(now.word), reach=reach)
        + markup.note(
            f"Each film with those near it makes {count(n_pairs, 'pair')}. The pair now: {titles[now.word]} with "
            f"{titles[now.near]}."
        )
    )
    _show_pull(scene, steps, at, n_pairs)


def order_of(ratings: Ratings) -> str:
    """Return what decides the order of a sentence."""
    if ratings.timestamps is None:
        return "in the order of the table, since these data know no times"
    return "in the order in which they rated them"


def _player(n_steps: int, n_pairs: int) -> int:
    """Ask for the step to show; every step is worked out from the seed, so that going back is exact."""
    at = int(state.choice(AT, allowed=lambda text: _is_step(text, n_steps), default="0"))
    with st.container(horizontal=True, vertical_alignment="bottom", key="pulls"):
        for name, by in (("One step back", -1), ("One step", 1), ("All pairs once", n_pairs)):
            is_over = at == (n_steps if by > 0 else 0)
            st.button(name, key=f"pull_{by}", on_click=_go, args=(at + by, n_steps), disabled=is_over)
        st.slider("Steps taken", 0, n_steps, key=state.widget(AT, at), on_change=_slid, width="stretch")
    return at


def _is_step(text: str, n_steps: int) -> bool:
    return text.isdecimal() and len(text) <= len(str(n_steps)) and int(text) <= n_steps


def _go(at: int, n_steps: int) -> None:
    state.set_choice(AT, str(min(max(0, at), n_steps)))


def _slid() -> None:
    state.set_choice(AT, str(state.picked(AT)))


def _show_pull(scene: Scene, steps: Sequence[Pull], at: int, n_pairs: int) -> None:
    now, items = steps[max(at - 1, 0)], scene.base.dataset.ratings.items
    names = [film_of(scene.base.saved.films, items.labels[row]).title for row in (now.near, *now.far)]
    notes = ["stood near", *["drawn from elsewhere"] * len(now.far)]
    shown = now.after if at else now.before
    word = film_of(scene.base.saved.films, items.labels[now.word]).title
    st.html(
        markup.subheading(f"How likely is it that a film stands near {word}?")
        + chances(
            "Chance of standing near, in per cent",
            [
                ChanceRow(name, chance, note, before if at else None)
                for name, note, chance, before in zip(names, notes, shown, now.before, strict=True)
            ],
        )
        + markup.note(_told(steps, at, n_pairs))
        + loss_curves(
            [Progress(step, len(steps), loss=loss) for step, loss in _passes(steps[:at], n_pairs)],
            loss_unit="mean of each pass over the pairs; smaller is better",
        )
    )


def _told(steps: Sequence[Pull], at: int, n_pairs: int) -> str:
    if not at:
        return (
            "The numbers are still random. A step moves those of the pair together, so that the first chance rises, and "
            "those of the films from elsewhere away."
        )
    rose = steps[at - 1].after[0] > steps[at - 1].before[0]
    told = "pulled the pair together" if rose else "moved the pair"
    return f"Step {at:,} of {len(steps):,} {told}. The thin line in a bar is where the chance was before. One pass is {count(n_pairs, 'step')}."


def _passes(steps: Sequence[Pull], n_pairs: int) -> list[tuple[int, float]]:
    """The mean loss of each whole pass so far."""
    whole = [steps[first : first + n_pairs] for first in range(0, len(steps) - n_pairs + 1, n_pairs)]
    return [(number, sum(step.loss for step in part) / n_pairs) for number, part in enumerate(whole, start=1)]


STEP = Step(
    slug="words",
    title="The same trick on words",
    idea=(
        "You can tell what a word means by the words around it. So give each word a short list of numbers, and learn them "
        "until they say which words stand near it.",
        "Films can be words: a person’s sentence is the films they liked, in the order in which they rated them. Each step "
        "takes one pair that stood near and a few films from elsewhere, the wrong answers. It is called skip-gram with "
        "negative sampling.",
    ),
    draw=draw,
    try_this="Press One step, and watch the first bar rise and the others fall. Then choose a children’s film below.",
    listing=(pairs_within, skip_gram_step, nearest_by_angle),
    in_the_app=(("Map", "map", "Where films lie by how people rated them; near ones are listed beside it."),),
)
