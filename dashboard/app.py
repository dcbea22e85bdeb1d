"""The server's entry: ``streamlit run dashboard/app.py`` finds ``app`` here and serves it.

Streamlit imports this file under the name ``app``: what others import lives in ``server``.
"""

import sys
from pathlib import Path

import streamlit as st

from core import InvalidArgument
from dashboard.server import check_settings, lifespan, middleware, note_script_error, routes

# An absolute path: a relative one depends on the folder the server was started in.
SCRIPT = Path(__file__).resolve().with_name("main.py")

try:
    check_settings()
except InvalidArgument as error:
    sys.exit(f"Reelspace did not start: {error}.")

app = st.App(SCRIPT, lifespan=lifespan, routes=routes(), middleware=middleware(), on_script_error=note_script_error)
