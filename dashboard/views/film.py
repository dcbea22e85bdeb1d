"""Film: one prediction taken apart: the sum, how sure it is, what caused it, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import Explanation, Film, Id, NamedAxis, Person, explain
from dashboard import map_resources, resources, state
from dashboard.components import markup, tables
from dashboard.components.job_panel import job_panel
from dashboard.components.keeping import mark
from dashboard.components.links import FOR_YOU, MAP, RATE, go_to
from dashboard.components.pickers import person_name, pick_film, pick_person
from dashboard.components.scene import Scene, open_scene, who
from dashboard.components.what_if import what_if_panel
from dashboard.rows import film_facts, film_of, spreads_of
from dashboard.sentences import in_spite_sentence, why_sentence
from dashboard.words import literal, predicted_text, star_text

BECAUSE, DESPITE = 5, 2  # the strongest ratings that raise it, and that lower it
# Smaller than what the table shows.
NOTHING = 0.005
PLAIN = {
    "mean": ("Everyone, every film", "mean of all ratings"),
    "film": ("How loved this film is", "this film against the average film"),
    "rest": ("All other directions", ""),
    "limits": ("Scale and limits", "no prediction leaves the scale"),
    "network": ("The network", "many steps that no sum describes"),
}


def show() -> None:
    """Show the page."""
    scene = open_scene()
    option = who(scene)
    chosen = state.film_in(scene.model.items)
    with st.container(horizontal=True, vertical_alignment="bottom", key="film_bar"):
        pick_person(scene, option)
        pick_film(scene, chosen)
    if chosen is None:
        st.title("Which film shall be explained?")
        st.html(markup.empty("No film chosen", "Type a title above, or choose a film on For you."))
        if st.button("To the list", type="primary"):
            go_to(FOR_YOU, state.carried())
    else:
        _explained(scene, option, chosen)
    st.html(scene.provenance())


def _explained(scene: Scene, option: str, chosen: Id) -> None:
    person, film = scene.person(option), film_of(scene.ready.saved.films, chosen)
    job, known = map_resources.axes_of(scene.model.version, "principal", scene.ready)
    axes = known or ()
    found = explain(person, chosen, axes=axes)
    name = person_name(option)
    _head(scene, person, film, found, axes, name)
    left, right = st.columns([1.45, 1], gap="large")
    with left:
        _sum(scene, found, name)
        if known is None:
            job_panel(
                resources.runner(),
                job,
                what="Naming directions of taste",
                stop="Stop",
                stays="The sum holds without them.",
            )
    with right:
        _sure(person, chosen)
        _because(scene, person, found, name)
    if person.ratings:
        what_if_panel(
            scene, person, chosen, first=[each.item_id for each in found.influences], is_you=option == state.YOU
        )


def _head(scene: Scene, person: Person, film: Film, found: Explanation, axes: Sequence[NamedAxis], name: str) -> None:
    st.title(f"Why {predicted_text(found.prediction)} stars for {literal(film.title)}?")
    titles = {film: film_of(scene.ready.saved.films, film).title for axis in axes for film in (*axis.low, *axis.high)}
    row = scene.model.items.row(film.id)
    at = [float(axis.points[row]) for axis in axes]
    counts_most = film_of(scene.ready.saved.films, found.influences[0].item_id).title if found.influences else ""
    st.html(markup.lede(why_sentence(found, axes, titles, at=at, counts_most=counts_most, name=name)))
    ratings = scene.ready.dataset.ratings
    place = ratings.items.row(film.id)
    facts = film_facts(film, int(ratings.item_counts[place]), float(ratings.item_means[place]))
    given = person.ratings.get(film.id)
    said = "" if given is None else f" · {'you' if name == 'You' else 'they'} gave it {star_text(given)}"
    st.html(markup.note(f"{film.title} {film.year or ''} · {facts}{said}"))
    with st.container(horizontal=True):
        if st.button("On the map", icon=":material/scatter_plot:", type="tertiary"):
            go_to(MAP, {**state.carried(), state.FILM: str(film.id)})
        if st.button("Rate this film", icon=":material/star:", type="tertiary"):
            go_to(RATE, {**state.carried(), state.FILM: str(film.id)})
        _marks(scene, film)


def _marks(scene: Scene, film: Film) -> None:
    """Buttons for the visitor's own notes; who rated a film has watched it."""
    wanted, seen = film.id in scene.shelf.watchlist, film.id in scene.shelf.seen
    if film.id in scene.shelf.stars:
        return
    st.button(
        "Off my list" if wanted else "I want to watch it", icon=":material/bookmark:", type="tertiary",
        on_click=mark, args=(scene, film, "unwant" if wanted else "want"),
    )  # fmt: skip
    st.button(
        "I did not watch it" if seen else "I watched it", icon=":material/visibility:", type="tertiary",
        on_click=mark, args=(scene, film, "unseen" if seen else "seen"),
    )  # fmt: skip


def _sum(scene: Scene, found: Explanation, name: str) -> None:
    st.header("The sum, term by term")
    you = ("How strictly you rate" if name == "You" else "How strictly they rate", f"{name} against the average person")
    terms, direction = [], 0
    for term in found.terms:
        plain, note = PLAIN.get(term.kind, you)
        if term.kind == "axis":
            direction += 1
            plain, note = f"Direction {direction}", term.name
        if term.kind != "limits" or abs(term.value) >= NOTHING:
            terms.append(tables.Term(plain, note, term.value))
    caption = "Each bar starts where the one above ends. Hatched bars take away."
    if not found.in_stars and found.additive:
        caption += " This model adds in units of its own; the last line turns the sum into stars."
    total = tables.Term("Predicted", "", found.prediction)
    st.html(tables.ledger(caption, terms, total, whole=scene.model.scale.high))


def _sure(person: Person, chosen: Id) -> None:
    st.header("How sure")
    (spread,) = spreads_of(person, [chosen])
    st.html(markup.strip(spread, big=True) + markup.note(f"{spread.sentence.capitalize()}."))


def _because(scene: Scene, person: Person, found: Explanation, name: str) -> None:
    whose, who_gave = ("your", "you") if name == "You" else ("their", "they")
    st.header(f"Because of {whose} ratings")
    if not found.influences:
        why = "Nothing is rated yet." if not person.ratings else "This kind of model cannot tell one rating's part."
        st.html(markup.note(why))
        return
    films = scene.ready.saved.films
    raising = [each for each in found.influences if each.influence > 0][:BECAUSE]
    lowering = [each for each in found.influences if each.influence < 0][:DESPITE]
    caption = (
        "The prediction, less what it would be without that rating; films stay where they are. They need not add up."
    )
    reasons = [
        tables.Reason(film_of(films, each.item_id).title, each.rating, each.influence) for each in (*raising, *lowering)
    ]
    st.html(tables.influences(caption, reasons, whose=who_gave))
    spite = next((each for each in raising if each.in_spite_of_stars), None)
    if spite is not None:
        st.html(markup.note(in_spite_sentence(film_of(films, spite.item_id).title, spite, is_you=name == "You")))
