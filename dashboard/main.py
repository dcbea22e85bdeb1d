"""The script that every session runs: stylesheet, wordmark, navigation, one page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.components import links
from dashboard.components.presenter import presenter_bar
from dashboard.metrics import page_run
from dashboard.views import data, film, for_you, history, lab, learn, map_view, present, rate, review, together, you

ASSETS = Path(__file__).resolve().parents[1] / "assets"

# A material icon would be fetched from another host: the favicon is ours.
st.set_page_config(page_title="Reelspace", page_icon=ASSETS / "favicon.svg", layout="wide")
st.html(ASSETS / "reelspace.css")  # a path ending in .css becomes one <style> element
st.logo(ASSETS / "wordmark.svg", size="medium")

page = st.navigation(
    [
        st.Page(for_you.show, title="For you", default=True),
        st.Page(rate.show, title="Rate", url_path=links.RATE),
        st.Page(map_view.show, title="Map", url_path=links.MAP),
        st.Page(together.show, title="Together", url_path=links.TOGETHER),
        st.Page(learn.show, title="Learn", url_path=links.LEARN),
        st.Page(lab.show, title="Lab", url_path=links.LAB),
        st.Page(review.show, title="Review", url_path=links.REVIEW),
        st.Page(present.show, title="Present", url_path=links.PRESENT),
        st.Page(you.show, title="You", url_path=links.YOU_PAGE),
        st.Page(data.show, title="Data", url_path=links.DATA),
        st.Page(
            film.show, title="Why this film", url_path=links.FILM_PAGE, visibility="hidden"
        ),  # reached from the lists
        st.Page(history.show, title="Your history", url_path=links.HISTORY, visibility="hidden"),  # reached from Rate
    ],
    position="top",
)
state.enter(page.url_path, with_film=page.url_path in (links.RATE, links.MAP, links.LEARN, links.FILM_PAGE))
presenter_bar()
with page_run(page.url_path):
    page.run()
state.leave(page.url_path)
