"""The server of the gallery: the product's own headers and routes around another script."""

from pathlib import Path

import streamlit as st

from dashboard.server import middleware, routes

app = st.App(Path(__file__).resolve().with_name("script.py"), routes=routes(), middleware=middleware())
