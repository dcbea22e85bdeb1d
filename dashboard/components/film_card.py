"""What stands beside the map: the film chosen, with the films nearest to it and how far the picture shows them."""

from __future__ import annotations

import streamlit as st

from core import FilmMap, Id, Person
from dashboard import map_resources, state
from dashboard.components import markup
from dashboard.components.film_list import NearRow, near_list
from dashboard.components.links import FILM_PAGE, RATE, go_to
from dashboard.components.scene import Scene
from dashboard.rows import film_of
from dashboard.words import percent, star_text

TRUSTED = 10  # core counts how many of so many true neighbours are near in the picture


def film_card(
    scene: Scene,
    drawing: FilmMap,
    person: Person,
    *,
    key: str,
    whose: str,
    chosen: Id | None,
    near: list[tuple[Id, float]],
) -> None:
    """Show the film ``chosen`` as ``person`` would see it, and ``near`` with distances; ``whose`` is you or a name.

    ``key`` is that of the drawing's caches.
    """
    if chosen is None:
        st.html(
            markup.empty("No film chosen", "Click a point, or type a title above.") + markup.note(_whole(key, drawing))
        )
        return
    film = film_of(scene.ready.saved.films, chosen)
    st.html(markup.heading(film.title, film.year, ", ".join(film.genres)))
    st.html(_facts(scene, person, whose, chosen))
    with st.container(horizontal=True):
        for label, icon, page in (("Why this prediction", "account_tree", FILM_PAGE), ("Rate this film", "star", RATE)):
            if st.button(label, icon=f":material/{icon}:", type="tertiary"):
                go_to(page, {**state.carried(), state.FILM: str(chosen)})
    unit = "in stars" if drawing.space.metric == "stars" else "raw distance"
    st.html(markup.subheading(f"Nearest films, {unit}"))
    rows = []
    for other, distance in near:
        found = film_of(scene.ready.saved.films, other)
        rows.append(NearRow(str(other), found.title, found.year, f"{distance:.2f}"))
    picked = near_list(rows, key="near", label=f"Films nearest to {film.title}", query=state.carried())
    if picked is not None:
        state.show_film(picked)
        st.rerun()
    st.html(markup.note(_trust(drawing, chosen)))


def _facts(scene: Scene, person: Person, whose: str, chosen: Id) -> str:
    ratings = scene.ready.dataset.ratings
    row = ratings.items.row(chosen)
    n = int(ratings.item_counts[row])
    predicted = f"Predicted for {whose}"
    pairs = [(predicted, f"{person.predict([chosen])[0].prediction:.1f}")]
    if chosen in person.ratings:
        pairs.append((f"{'You' if whose == 'you' else 'They'} gave it", star_text(person.ratings[chosen])))
    if n:
        pairs.append(("Mean of its ratings", f"{float(ratings.item_means[row]):.1f}"))
    return markup.facts([*pairs, ("Ratings", f"{n:,}")], predicted=predicted)


def _trust(drawing: FilmMap, chosen: Id) -> str:
    row = drawing.frame[drawing.frame["id"] == chosen]
    if row.empty:
        return "Too few people rated it for this picture, so it is not drawn; View can let it in."
    n = drawing.kept_of(chosen)
    picture = "in this picture" if drawing.projection.points.shape[1] == 3 else "on this flat picture"
    near = f"{n} of its {min(TRUSTED, len(drawing.frame) - 1)} true neighbours {'is' if n == 1 else 'are'} close by {picture}."
    sure = float(row["certainty"].iloc[0])
    return f"{near} Its own ratings decide {percent(sure)} of its place; the rest is what is believed of any film."


def _whole(key: str, drawing: FilmMap) -> str:
    """How far the picture as a whole keeps who is near whom; nothing while that is measured, or if nobody can tell."""
    trust = map_resources.trust_in(key, drawing)
    if trust is None:
        return ""
    return (
        f"How far to trust this picture: of 1, trustworthiness {trust.trustworthiness:.2f} (it falls where films look near "
        f"that are not) and continuity {trust.continuity:.2f} (where near films are torn apart)."
    )
