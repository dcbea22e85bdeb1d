"""The least a Streamlit page can do, to tell what the app adds: ``streamlit run benchmarks/empty_app.py``."""

import streamlit as st

st.title("Empty")
st.session_state["n"] = st.session_state.get("n", 0) + int(st.button("Click"))
st.text(f"Clicked {st.session_state['n']} times")
