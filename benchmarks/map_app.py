"""The server of the map's benchmark: the app's own routes around a page with one map.

No security headers: Plotly's WebGL traces compile code in the page, which the app's policy forbids.
"""

from pathlib import Path

import streamlit as st

from dashboard.server import routes

app = st.App(Path(__file__).resolve().with_name("map_page.py"), routes=routes())
