"""How two lists of numbers become one prediction, drawn cell by cell, for ``st.html``. Builds HTML, as ``markup`` does."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple


class Layer(NamedTuple):
    """Numbers that stand beside each other: what they are, and what is said of them below."""

    name: str
    values: Sequence[float]
    note: str


def passage(title: str, given: Sequence[Layer], between: Layer, *, sums: str, stars: str, given_stars: str = "") -> str:
    """Return how ``given`` lists of numbers go through those ``between`` to one prediction, left to right.

    A cell is the fuller the further its number lies from zero, hatched below zero, empty at zero. ``sums`` says how the
    numbers between become ``stars``; ``given_stars`` is what somebody really gave, if they did.
    """
    inputs = "".join(map(_layer, given))
    truth = (
        f'<b class="rs-given"><span class="rs-hidden">they gave </span>{escape(given_stars)}</b>' if given_stars else ""
    )
    return (
        f'<p class="rs-h">{escape(title)}</p><ol class="rs-passage"><li>{inputs}</li><li>{_layer(between)}</li>'
        f'<li class="end"><span class="rs-outcome"><span class="rs-hidden">predicted </span>'
        f'<b class="rs-stars">{escape(stars)}</b>{truth}</span><small>{escape(sums)}</small></li></ol>'
    )  # fmt: skip


def _layer(layer: Layer) -> str:
    most = max(map(abs, layer.values), default=0.0) or 1.0
    cells = "".join(_cell(value / most) for value in layer.values)
    label = f"{layer.name}: {layer.note}"
    return (
        f'<div class="rs-layer"><b>{escape(layer.name)}</b>'
        f'<span class="rs-cells" role="img" aria-label="{escape(label)}">{cells}</span><small>{escape(layer.note)}</small></div>'
    )


def _cell(share: float) -> str:
    if share == 0:
        return "<i></i>"
    return f'<i class="{"minus" if share < 0 else "plus"}" style="--p:{abs(share):.2f}"></i>'
