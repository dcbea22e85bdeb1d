"""Data: whose ratings these are, what one may do with them, and which others can be used instead."""

from __future__ import annotations

import streamlit as st

from core import Dataset, DatasetInfo, fetch_dataset
from dashboard import resources, state
from dashboard.charts.spread_of_ratings import films_chart, films_of_half, stars_chart
from dashboard.components import markup
from dashboard.components.job_panel import job_panel
from dashboard.components.scene import open_scene
from dashboard.jobs import JobContext, JobState, TooManyJobs
from dashboard.words import count, percent, star_text

STILL = {"displayModeBar": False}  # two pictures to look at; the numbers are under the pointer


def show() -> None:
    """Show the page."""
    scene = open_scene()
    dataset = scene.base.dataset
    ratings = dataset.ratings
    st.title(f"{count(len(ratings), 'rating')} by {count(ratings.n_users, 'person', 'people')}")
    share = 1 - len(ratings) / (ratings.n_users * ratings.n_items)
    st.html(
        markup.lede(
            f"Of a table of {ratings.n_users:,} people and {ratings.n_items:,} films, {percent(share, decimals=1)} is empty: "
            "nobody has rated everything. The empty cells are what the model fills in."
        )
    )
    left, right = st.columns([1, 1.35], gap="large")
    with left:
        _card(dataset)
    with right:
        _spread(dataset)
        st.header("Other ratings")
        _shelf(scene.data)
    st.html(scene.provenance())


def _card(dataset: Dataset) -> None:
    """The data card: who made the ratings, and what one may do with them."""
    ratings, card = dataset.ratings, dataset.card
    st.header(card.title)
    levels = ratings.scale.levels
    scale = f"{star_text(levels[0])} to {star_text(levels[-1])}, in steps of {star_text(ratings.scale.step)}"
    pairs = [("Stars", scale), ("Films", f"{ratings.n_items:,}"), ("People", f"{ratings.n_users:,}"),
             ("Ratings", f"{len(ratings):,}"), ("Fingerprint", ratings.fingerprint)]  # fmt: skip
    st.html(markup.facts(pairs))
    for name, text in (
        ("What one may do", card.licence),
        ("Note", card.note),
        ("Source", card.url),
        ("To cite", card.citation),
    ):
        if text:
            st.html(markup.subheading(name) + markup.note(text))


def _spread(dataset: Dataset) -> None:
    """How uneven ratings are: what people give, and how few films get most of it."""
    ratings = dataset.ratings
    counts: list[int] = ratings.item_counts.tolist()
    st.header("Who gets the ratings")
    half = films_of_half(counts)
    st.html(
        markup.note(
            f"Half of all ratings went to {count(half, 'film')}, {percent(half / ratings.n_items)} of them all. "
            "Of the others the model knows less, and says so."
        )
    )
    left, right = st.columns(2)
    with left:
        st.plotly_chart(stars_chart(ratings.scale.levels, ratings.level_counts.tolist()), key="stars", config=STILL)
    with right:
        st.plotly_chart(films_chart(counts), key="long_tail", config=STILL)


def _shelf(current: str) -> None:
    for info in resources.datasets():
        if info.name == current:
            continue
        with st.container(horizontal=True, vertical_alignment="center", key=f"data-{info.name}"):
            with st.container():
                st.html(
                    markup.subheading(info.title) + markup.note(f"{count(info.n_ratings, 'rating')}. {info.licence}")
                )
            if info.is_here:
                st.button("Use", key=f"use-{info.name}", on_click=_use, args=(info.name,))
            else:
                _offer(info)
    st.html(
        markup.note(
            "Your own table: make run DATASET=path/to/ratings.csv, a file with columns user, item, rating and, if there, time."
        )
    )


def _offer(info: DatasetInfo) -> None:
    runner, job = resources.downloads(), f"fetch:{info.name}"
    status = runner.status(job)
    active = status is not None and status.is_active
    if not active:
        st.button("Download", key=f"fetch-{info.name}", on_click=_fetch, args=(info.name, job))
    job_panel(runner, job, what="Downloading", stop="Stop", stays="The app goes on with what it has.")
    if status is not None and status.state is JobState.DONE:
        runner.take(job)
        resources.datasets.clear()
        st.rerun()


def _fetch(name: str, job: str) -> None:
    def work(context: JobContext) -> None:
        fetch_dataset(name, on_progress=context.report)

    try:
        resources.downloads().start(job, work)
    except TooManyJobs as error:
        state.complain(str(error))


def _use(name: str) -> None:
    for choice in (state.PERSON, state.FILM, state.MODEL):
        state.forget_choice(choice)
    state.set_choice(state.DATA, name)
