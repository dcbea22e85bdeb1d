"""The server's entry: ``streamlit run dashboard/app.py`` finds ``app`` here and serves it.

Streamlit imports this file under the name ``app``: what others import lives in ``server``.
"""

from pathlib import Path

import streamlit as st

from dashboard.server import lifespan, middleware, routes

# An absolute path: a relative one depends on the folder the server was started in.
SCRIPT = Path(__file__).resolve().with_name("main.py")

app = st.App(SCRIPT, lifespan=lifespan, routes=routes(), middleware=middleware())
