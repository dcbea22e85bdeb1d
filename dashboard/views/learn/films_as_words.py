"""What the sentences of all people teach: each film's neighbours as a word, beside those by how it is rated."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import Id
from core.lessons import Agreement
from dashboard import learn_models, resources, state
from dashboard.components import markup
from dashboard.components.chances import Near, two_lists
from dashboard.components.job_panel import job_panel
from dashboard.components.pickers import pick_film
from dashboard.components.scene import Scene
from dashboard.jobs import TooManyJobs
from dashboard.rows import film_of, usual_support
from dashboard.words import count, literal

N_NEAREST = 10


def show_films_as_words(scene: Scene) -> None:
    """Show both lists for a film of the visitor's choice, or how far the reading is."""
    st.header("What everybody’s sentences teach")
    dataset = scene.base.dataset
    try:
        job, words = learn_models.film_words(dataset)
    except TooManyJobs as error:
        st.error(literal(f"The sentences cannot be read now: {error}."))
        return
    if words is None:
        job_panel(
            resources.runner(), job, what="Reading all sentences", stop="Stop reading",
            stays="The rest of the page works.", again="Read them",
        )  # fmt: skip
        return
    least = usual_support(dataset.ratings)
    space = resources.space(scene.base.model.version, "stars", scene.base)
    film = state.film_in(scene.model.items)
    if film is None:
        film = dataset.ratings.items.labels[int(dataset.ratings.item_counts.argmax())]
    pick_film(scene, film)
    by_factors = [other for other, _ in space.nearest(film, n=N_NEAREST, min_ratings=least)]
    by_words = words.nearest(film, n=N_NEAREST, among=space.enough(least))
    both = {*by_factors} & {*by_words}
    title = film_of(scene.base.saved.films, film).title
    st.html(
        markup.note(
            f"The {N_NEAREST} films nearest to {title}, found twice. {count(len(both), 'film')} {'stands' if len(both) == 1 else 'stand'} "
            "in both lists."
        )
        + two_lists(
            ("Liked side by side", _rows(scene, by_words, both)),
            ("Rated alike, by factors", _rows(scene, by_factors, both)),
        )
        + markup.note(
            agreement_sentence(
                learn_models.shared_neighbours(scene.base.model.version, least, scene.base, words), least
            )
        )
    )


def _rows(scene: Scene, films: Sequence[Id], both: set[Id]) -> list[Near]:
    about = [(film, film_of(scene.base.saved.films, film)) for film in films]
    return [Near(each.title, str(each.year or ""), film in both) for film, each in about]


def agreement_sentence(found: Agreement, least: int) -> str:
    """Return how far both spaces agree, and whether that is more than chance would give."""
    shared = found.shared
    where = (
        "more than"
        if shared.low > found.by_chance
        else "less than"
        if shared.high < found.by_chance
        else "no clear difference to"
    )
    return (
        f"Over {count(found.n_films, 'film')} with at least {count(least, 'rating')}, the two share {shared.value:.1f} of "
        f"{found.n} nearest ({shared.low:.1f} to {shared.high:.1f}, 95 % interval over films): {where} the "
        f"{found.by_chance:.1f} that chance would give. One asks who rated alike, the other what was rated one after the other."
    )
