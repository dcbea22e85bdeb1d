"""What a list out of other people's ratings cannot know: newcomers, unknown films, people who are not in the data."""

from __future__ import annotations

import streamlit as st

from core import Dataset, Ratings, fold_in
from core.lessons import Part, known_to_few, share_of_most_rated, usual_popularity
from dashboard import learn_resources
from dashboard.components import markup
from dashboard.components.number_tables import Share, shares
from dashboard.components.scene import Scene
from dashboard.rows import film_of, usual_support
from dashboard.words import count, percent

N_FIRST, N_NAMED = 10, 3
FEW = 5  # ratings
TOP_SHARE = 0.1
# How the words of a person begin in the data, with what they tell and how many groups are shown.
KINDS = (("aged ", "Age", 7), ("gender ", "Gender", 4), ("occupation ", "Occupation", 6))


def show_left_out(scene: Scene) -> None:
    """Show what happens before the first rating, what lists do to ratings, and whose ratings these are."""
    ratings = scene.base.dataset.ratings
    nobody = fold_in(scene.model, {}, chosen=())
    first = [each.item_id for each in nobody.top_n(N_FIRST, min_ratings=usual_support(ratings))]
    titles = [film_of(scene.ready.saved.films, film).title for film in first[:N_NAMED]]
    st.header("Before the first rating")
    st.html("".join(markup.note(text) for text in _cold_start(ratings, titles)))
    st.header("What is shown gets rated")
    st.html(
        markup.note(
            f"Half of the {count(len(first), 'film')} that a newcomer sees first have "
            f"{usual_popularity(ratings, first):,.0f} ratings or more; half of all films have "
            f"{usual_popularity(ratings, ratings.items):,.0f} or more. The most rated tenth of films holds "
            f"{percent(share_of_most_rated(ratings, TOP_SHARE))} of all ratings."
        )
        + markup.note(
            "If people rate what they are shown, these films gather more ratings still and the others stay unknown. Then "
            "the model learns from its own choices: a feedback loop. Asking about films for what they would teach, not "
            "for how good they look, is one way out of it."
        )
    )
    st.header("Whose ratings these are, and who is left out")
    _show_people(scene.base.dataset)


def _cold_start(ratings: Ratings, titles: list[str]) -> list[str]:
    few = known_to_few(ratings, FEW)
    return [
        f"Without a rating your row is what most people are like, and everybody’s list is the same: {', '.join(titles)}. "
        f"This is the cold start. Films have one too: {few:,} of {count(ratings.n_items, 'film')} have fewer than {FEW} "
        "ratings, and stay near the middle whatever they are.",
        "Out of it one pulls oneself up by one’s own bootstraps: a program asks about films whose answers would tell most, "
        "reads ratings kept elsewhere, or begins with the taste of a group and corrects it as ratings come.",
    ]


def _show_people(dataset: Dataset) -> None:
    parts = learn_resources.crowd(dataset.ratings.fingerprint, dataset)
    if parts:
        st.html("".join(_table(parts, dataset, *kind) for kind in KINDS))
    else:
        st.html(
            markup.note(
                "These data do not say who the people are, so nobody can count who is missing. That is no proof that "
                "nobody is."
            )
        )
    st.html("".join(markup.note(text) for text in _limits(dataset)))


def _table(parts: tuple[Part, ...], dataset: Dataset, begins: str, title: str, most: int) -> str:
    found = [part for part in parts if part.word.startswith(begins)]
    if not found:
        return ""
    n_people, n_ratings = sum(part.n_people for part in found), len(dataset.ratings)
    rows = [
        Share(
            part.word.removeprefix(begins),
            part.n_people / n_people,
            f"{count(part.n_people, 'person', 'people')}, {percent(part.n_ratings / n_ratings)} of ratings",
        )
        for part in found[:most]
    ]
    more = len(found) - len(rows)
    rest = f"; {count(more, 'smaller group')} not shown" if more > 0 else ""
    return shares(f"{title}, as these data record it: share of {count(n_people, 'person', 'people')}{rest}", rows)


def _limits(dataset: Dataset) -> list[str]:
    ratings = dataset.ratings
    least = int(ratings.user_counts.min())
    newest = max((film.year for film in dataset.films if film.year is not None), default=None)
    sentences = []
    if least > 1:
        sentences.append(
            f"Nobody in these data gave fewer than {least} ratings. What people would like who rate seldom, they cannot tell."
        )
    if newest is not None:
        sentences.append(f"No film is younger than {newest}, and no taste that came later is in the numbers.")
    sentences.append(
        "Where a group is small, the numbers were found for others: a list can be worse for it and nothing on the screen "
        "would show it. So look at errors group by group before a list is put before everybody."
    )
    return sentences
