"""The script that every session runs: stylesheet, wordmark, navigation, one page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.components.links import DATA, FILM_PAGE, HISTORY, LAB, LEARN, MAP, RATE, REVIEW, TOGETHER, YOU_PAGE
from dashboard.views import data, film, for_you, history, lab, learn, map_view, rate, review, together, you

ASSETS = Path(__file__).resolve().parents[1] / "assets"

# A material icon would be fetched from another host: the favicon is ours.
st.set_page_config(page_title="Reelspace", page_icon=ASSETS / "favicon.svg", layout="wide")
st.html(ASSETS / "reelspace.css")  # a path ending in .css becomes one <style> element
st.logo(ASSETS / "wordmark.svg", size="medium")

page = st.navigation(
    [
        st.Page(for_you.show, title="For you", default=True),
        st.Page(rate.show, title="Rate", url_path=RATE),
        st.Page(map_view.show, title="Map", url_path=MAP),
        st.Page(together.show, title="Together", url_path=TOGETHER),
        st.Page(learn.show, title="Learn", url_path=LEARN),
        st.Page(lab.show, title="Lab", url_path=LAB),
        st.Page(review.show, title="Review", url_path=REVIEW),
        st.Page(you.show, title="You", url_path=YOU_PAGE),
        st.Page(data.show, title="Data", url_path=DATA),
        st.Page(film.show, title="Why this film", url_path=FILM_PAGE, visibility="hidden"),  # reached from the lists
        st.Page(history.show, title="Your history", url_path=HISTORY, visibility="hidden"),  # reached from Rate
    ],
    position="top",
)
state.enter(page.url_path, with_film=page.url_path in (RATE, MAP, LEARN, FILM_PAGE))
page.run()
state.leave(page.url_path)
