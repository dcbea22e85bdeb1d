"""The code of a step, as it runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from textwrap import dedent
from typing import Any

import streamlit as st


def listing(functions: Sequence[Callable[..., Any]]) -> None:
    """Show the source of ``functions``, which can be copied; nothing where there are none."""
    if not functions:
        return
    st.header("The lines that do it")
    # Several stand behind each other: all of them at once would bury the rest of the page.
    places = st.tabs([function.__name__ for function in functions]) if len(functions) > 1 else [st.container()]
    for place, function in zip(places, functions, strict=True):
        place.code(source_of(function), language="python", wrap_lines=True)


def source_of(function: Callable[..., Any]) -> str:
    """Return the source of a function or class as it stands in its file."""
    return dedent(inspect.getsource(inspect.unwrap(function))).rstrip()
