"""Step 2: the table of people and films, its holes, and how much of it is holes when one steps back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import Id, Ratings
from core.lessons import crosstab, only, share_empty
from dashboard import learn_resources, resources, state
from dashboard.charts.far_view import far_view_chart
from dashboard.components import grids, markup
from dashboard.components.scene import Scene, open_scene
from dashboard.rows import film_of
from dashboard.views.learn.frame import Step
from dashboard.words import count, percent

CLOSE = (12, 10)  # people and films that can be read
VIEWS = {"close": "Close up", "away": "Further off", "whole": "All of it"}
AWAY = (100, 170)  # a patch of the picture is a cell then; of the whole table it is many
STILL = {"displayModeBar": False}
# James Bennett and Stan Lanning, *The Netflix Prize*, KDD Cup and Workshop 2007: people, films and ratings to learn from.
NETFLIX = (480_189, 17_770, 100_480_507)
N_SEEN, MOST_SEEN = 3, 10


def draw() -> None:
    """Show the table from three distances, Netflix's beside it, and a row with three ratings."""
    scene = open_scene()
    ratings = scene.base.dataset.ratings
    view = st.segmented_control(
        "How far away you stand", list(VIEWS), default="close", required=True, format_func=VIEWS.__getitem__,
        key="far", bind="query-params",
    )  # fmt: skip
    if view == "close":
        _show_close(scene, ratings)
    else:
        n_people, n_films = AWAY if view == "away" else (ratings.n_users, ratings.n_items)
        _show_far(ratings, min(n_people, ratings.n_users), min(n_films, ratings.n_items))
    _show_netflix(ratings)
    _show_newcomer(scene, ratings)


def _show_close(scene: Scene, ratings: Ratings) -> None:
    table = learn_resources.corner(ratings.fingerprint, ratings, CLOSE)
    people = [f"User {user}" for user in table.index]
    cells = [[None if stars != stars else stars for stars in row] for row in table.to_numpy().tolist()]
    holes = sum(stars is None for row in cells for stars in row)
    st.html(
        markup.subheading(f"The {len(people)} busiest people and the {len(table.columns)} most rated films, in stars")
        + grids.crosstab(
            "Stars by people and films", people, _titles(scene, table.columns), cells, scale=_ends(ratings)
        )
        + markup.note(
            f"{holes} of these {table.size} cells are holes, hatched: {percent(holes / table.size)}. And these are the "
            "people and films with most ratings of all."
        )
    )


def _show_far(ratings: Ratings, n_people: int, n_films: int) -> None:
    patches = learn_resources.far(ratings.fingerprint, ratings, AWAY, (n_people, n_films))
    whole = (n_people, n_films) == (ratings.n_users, ratings.n_items)
    n_filled = len(ratings) if whole else round(sum(map(sum, patches)))
    empty = share_empty(n_people, n_films, n_filled)
    st.html(markup.subheading(f"{n_people:,} people down, {n_films:,} films across: where there is a rating"))
    st.plotly_chart(
        far_view_chart(patches, n_people=n_people, n_films=n_films),
        key="far_view",
        config=STILL,
        alt=f"{n_people:,} people by {n_films:,} films. Only the corner of busy people and well-known films is filled.",
    )
    st.html(
        markup.ramp_legend("no rating", "all rated", fact=True)
        + markup.note(
            f"{percent(empty, decimals=1 if whole else 0)} of the {n_people * n_films:,} cells are empty."
            + (" Only the corner of busy people and well-known films is filled." if whole else "")
        )
    )


def _show_netflix(ratings: Ratings) -> None:
    people, films, given = NETFLIX
    times = people * films / (ratings.n_users * ratings.n_items)
    st.header("How large it gets")
    st.html(
        grids.to_scale(
            f"Netflix’s table of {people:,} people by {films:,} films, and in its corner this one, to one scale",
            large=(people, films),
            small=(ratings.n_users, ratings.n_items),
        )
        + markup.note(f"↖ The table above, {ratings.n_users:,} people by {ratings.n_items:,} films, to the same scale")
        + markup.note(
            f"In 2006 Netflix offered a prize for better predictions, with {given:,} ratings by {people:,} people of "
            f"{films:,} films: {percent(share_empty(people, films, given), decimals=1)} empty. "
            f"Here people stand across, films down. It has {times:,.0f} times the cells of the speck in its corner."
        )
        + markup.note("Source: James Bennett and Stan Lanning, The Netflix Prize, KDD Cup and Workshop 2007.")
    )


def _show_newcomer(scene: Scene, ratings: Ratings) -> None:
    """A row with next to nothing in it: a real person whose other ratings are hidden."""
    st.header("Somebody who has seen a handful of films")
    first: Id = resources.first_person(ratings.fingerprint, scene.base)
    who = state.choice(state.SOMEBODY, allowed=[str(user) for user in ratings.users], default=str(first))
    stars = ratings.of_user(ratings.users.parse(who))
    n_seen = st.slider("Films they have seen", 1, MOST_SEEN, N_SEEN, key="n_seen", bind="query-params")
    shows_all = st.toggle("Show what we hid", key="show_hidden")
    seen = only(stars, n_seen)
    known = [ratings.items.labels[row] for row in ratings.item_counts.argsort(descending=True, stable=True).tolist()]
    others = [film for film in known[: 3 * CLOSE[1]] if film not in seen]
    films = [*seen, *others][: max(CLOSE[1], len(seen))]
    given = stars if shows_all else seen
    hidden = len(stars) - len(seen)
    st.html(
        grids.crosstab(
            f"The row of User {who}", [f"User {who}"], _titles(scene, films), [[given.get(film) for film in films]],
            scale=_ends(ratings),
        )
        + markup.note(
            f"This is User {who} with {count(hidden, 'rating')} hidden, to show what a program knows of somebody new: "
            f"{ratings.n_items - len(seen):,} of {ratings.n_items:,} cells of the row are empty."
        )
    )  # fmt: skip


def _titles(scene: Scene, films: Sequence[Id]) -> list[str]:
    return [film_of(scene.base.saved.films, film).title for film in films]


def _ends(ratings: Ratings) -> tuple[float, float]:
    return ratings.scale.low, ratings.scale.high


STEP = Step(
    slug="crosstab",
    title="Most of the table is missing",
    idea=(
        "Put people in rows, films in columns, and a rating where they meet. That is all that anybody told us: no kinds, "
        "no stories, no names.",
        "Even busy people and well-known films leave holes. A recommender has one job: to say what would stand in them.",
    ),
    draw=draw,
    try_this="Step away from the table until you see all of it, and find the part that is not empty.",
    listing=(crosstab, share_empty, only),
    in_the_app=(
        ("Data", "data", "Whose ratings these are, and how uneven they are."),
        ("Rate", "rate", "A row of your own: three ratings are enough to begin."),
    ),
)
