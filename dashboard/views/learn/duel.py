"""Categories at their best against models that know no category, on ratings that were hidden from all of them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import ALS, Category, Id, Popularity, SideBySide, Trainer
from dashboard import learn_resources, resources
from dashboard.components import markup
from dashboard.components.job_panel import job_panel
from dashboard.components.scene import Scene
from dashboard.components.standings import standings
from dashboard.jobs import TooManyJobs
from dashboard.library import KINDS
from dashboard.verdicts import race_sentences, rmse_verdict
from dashboard.words import count, literal

CATEGORIES, FAME = "category", "fame"
NAMES = {
    CATEGORIES: ("Categories", "at their best: weighed for each person, and with each film’s own mean"),
    "ALS": ("Factors, one model", "the numbers that this walk is about (ALS)"),
    "Gibbs": ("Factors, many models", "what this app opens with (Gibbs)"),
    FAME: ("Fame", "no taste at all: for everybody the films that most people rated"),
}


def trainers_of(scene: Scene) -> dict[str, Trainer[Any]]:
    """Return who takes part; the model that the app opens with by its class."""
    usual = usual_of(scene)
    return {
        CATEGORIES: Category.of(scene.base.dataset.films),
        "ALS": ALS(),
        type(usual).__name__: usual,
        FAME: Popularity(),
    }


def usual_of(scene: Scene) -> Trainer[Any]:
    """Return how the model that the app opens with is trained."""
    return KINDS[resources.default_kind(scene.data)].trainer


def show_duel(scene: Scene, user: Id) -> None:
    """Show the duel, or how far its measurement is."""
    st.header("Can numbers do better than names?")
    try:
        job, found = learn_resources.race(scene.base.dataset, trainers_of(scene), reference=CATEGORIES)
    except TooManyJobs as error:
        st.info(literal(f"The duel cannot be held now: {error}."))
        return
    if found is None:
        job_panel(
            resources.runner(), job, what="The duel", stop="Stop the duel", stays="The page works without it.",
            again="Hold the duel",
        )  # fmt: skip
        return
    best = type(usual_of(scene)).__name__
    stars, lists = race_sentences(
        found, best, title="The model that this app opens with", reference="categories at their best"
    )
    st.html(
        markup.lede(stars, lists)
        + markup.note(_person_sentence(found, user, best))
        + standings(found, NAMES)
        + markup.note(fame_sentence(found, best))
        + markup.note(
            f"{count(found.n_test, 'rating')} by {count(len(found.people), 'person', 'people')} were hidden from all of "
            "them. Below each figure stands how far it might move with other people (95 % interval)."
        )
        + markup.note(
            "Typical error: the root of the mean squared difference (RMSE). Lists: how early films stand that people "
            "turned out to like, 1 at best (nDCG)."
        )
    )


def fame_sentence(found: SideBySide, best: str) -> str:
    """Return what the lists of fame alone say of the measure: it asks what people go on to rate, and that is what is famous."""
    fame = found[FAME]
    if fame.ndcg.high < found[best].ndcg.low:
        return f"Lists of fame alone reach {fame.ndcg.value:.2f}: the model’s lists know more than what is famous."
    return (
        f"A warning: lists of fame alone reach {fame.ndcg.value:.2f}. People go on to rate what is famous, so a list can "
        f"do well here and know nobody’s taste. In stars, fame is {rmse_verdict(fame)}."
    )


def _person_sentence(found: SideBySide, user: Id, best: str) -> str:
    everybody = count(len(found.people), "person", "people")
    nearer = f"It is nearer than categories for {found.n_nearer(best)} of {everybody}."
    own = found.of_person(user)
    if own is None:
        return nearer
    return f"For this person it is typically {own[best]:.2f} stars off, categories {own[CATEGORIES]:.2f}. {nearer}"
